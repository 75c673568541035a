"""What every result says of the machine and the versions that it came from, and how results are written."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

PACKAGES = ("avouch", "numpy", "faiss-cpu", "tantivy", "onnxruntime", "deltalake", "SQLAlchemy")


def facts() -> dict[str, Any]:
    """Cores, Python, versions; nothing that names the machine."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": round(os.getloadavg()[0], 2),
        "packages": {name: version(name) for name in PACKAGES},
    }


def quantiles(milliseconds: list[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds."""
    found = np.percentile(milliseconds, [50, 95, 99])
    return {f"p{q}_ms": round(float(value), 3) for q, value in zip((50, 95, 99), found, strict=True)}


def goal(text: str, value: float, met: bool) -> dict[str, Any]:
    """One stated goal, the figure measured for it, and whether it is met."""
    return {"goal": text, "measured": round(value, 4), "met": bool(met)}


def write(path: Path, result: dict[str, Any]) -> None:
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
