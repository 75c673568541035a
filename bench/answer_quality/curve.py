"""Risk and coverage: what share of the answers is wrong when only the surest share is given.

Source: Geifman and El-Yaniv 2017 (selective risk), El-Yaniv and Wiener 2010 (the curve).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def risks(sure: Floats, right: Bools) -> Floats:
    """Risk (0…1) at coverages 1/n … 1, the surest first; answers of one confidence share their mean."""
    order = np.argsort(-sure, kind="stable")
    level, group = np.unique(-sure[order], return_inverse=True)
    share = np.bincount(group, ~right[order]) / np.bincount(group, minlength=level.size)
    return np.asarray(np.cumsum(share[group]) / np.arange(1, sure.size + 1), np.float64)


def aurc(sure: Floats, right: Bools) -> float:
    """The area under the curve: the mean risk over all coverages; less is better."""
    return round(float(risks(sure, right).mean()), 4)


def auroc(sure: Floats, right: Bools) -> float:
    """How often a right answer is surer than a wrong one, ties half."""
    good, bad = sure[right][:, None], sure[~right][None, :]
    return round(float(((good > bad) + 0.5 * (good == bad)).mean()), 4)


def points(sure: Floats, right: Bools, count: int) -> list[dict[str, Any]]:
    """So many points of the curve, from little coverage to all."""
    risk, order = risks(sure, right), np.sort(sure)[::-1]
    at = np.round(np.linspace(1 / count, 1, count) * sure.size).astype(int) - 1
    return [
        {
            "coverage": round((i + 1) / sure.size, 3),
            "risk": round(float(risk[i]), 4),
            "confidence": round(float(order[i]), 3),
        }
        for i in at.tolist()
    ]
