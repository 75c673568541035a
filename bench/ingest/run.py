"""How fast documents become searchable, beside LlamaIndex, Haystack and txtai with the same weights.

    python bench/ingest/run.py --data DIR --venv-root DIR --out bench/ingest/result.json

Each system runs in a fresh process, one after the other. Ours includes encryption, the lake, the ledger and
both indexes; the peers keep plain files. Loading the model is outside of everybody's time. Chunkers differ,
so the fair units are documents and words of the source.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from ingest.inputs import Source
from machine import facts, goal, write

from ingest import inputs

HERE = Path(__file__).resolve().parent
PEERS = HERE.parent / "peers"
RIVALS = ("llamaindex", "haystack", "txtai")
FLOOR = 3000


def program(system: str, venv_root: Path) -> list[str]:
    """The command that runs a system's ingest."""
    if system.startswith("avouch"):
        return [sys.executable, str(HERE / "ours.py")]
    setup = [sys.executable, str(PEERS / "setup.py"), system, "--venv-root", str(venv_root)]
    python = json.loads(subprocess.run(setup, check=True, capture_output=True, text=True).stdout)["python"]
    return [python, str(PEERS / f"{system}_peer.py")]


def run(system: str, source: Source, work: Path, venv_root: Path) -> dict[str, Any]:
    """One system over one source, in a process of its own."""
    print(f"{source.name}: {system} …", file=sys.stderr, flush=True)
    out = work / f"{system.replace(' ', '-')}-{source.name}.json"
    command = [*program(system, venv_root), "ingest", "--in", str(source.folder), "--out", str(out)]
    stub = {"AVOUCH_BENCH_STUB": "1"} if system.endswith("without model") else {}
    subprocess.run(command, check=True, stdout=sys.stderr, stderr=subprocess.DEVNULL, env=os.environ | stub)
    return judged(json.loads(out.read_text()), source)


def judged(told: dict[str, Any], source: Source) -> dict[str, Any]:
    """Rates over the source's own counts; ``busy`` is processor time over wall time, in cores."""
    seconds = told["seconds"]["total"]
    return {
        "version": told["version"],
        "seconds": {name: round(value, 2) for name, value in told["seconds"].items()},
        "load_s": round(told["load_s"], 2),
        "documents_per_s": round(source.documents / seconds, 2),
        "words_per_s": round(source.words / seconds),
        "chunks": told["chunks"],
        "chunks_per_s": round(told["chunks"] / seconds, 1),
        "characters_per_chunk": round(source.characters / told["chunks"]),
        "stored_mb": told["stored_mb"],
        "peak_rss_mb": told["peak_rss_mb"],
        "wall_s": round(told["wall_s"], 2),
        "cpu_s": round(told["cpu_s"], 2),
        "busy": round(told["cpu_s"] / told["wall_s"], 2),
        "load_before": told["load_before"],
    }


def goals(results: dict[str, dict[str, dict[str, Any]]], rivals: tuple[str, ...]) -> list[dict[str, Any]]:
    """Ours against the fastest rival, for each source; and what all but the model may cost."""
    told = []
    for name, systems in results.items():
        if rivals:
            fastest = max(rivals, key=lambda rival: float(systems[rival]["documents_per_s"]))
            ratio = systems["avouch"]["documents_per_s"] / systems[fastest]["documents_per_s"]
            text = f"{name}: at least 2 × the documents/s of the fastest peer ({fastest})"
            told.append(goal(text, ratio, ratio >= 2))
        bare = systems["avouch without model"]["chunks_per_s"]
        told.append(goal(f"{name}: over {FLOOR:,} chunks/s without the model", bare, bare > FLOOR))
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description="Ingest beside three peers.")
    parser.add_argument("--data", type=Path, required=True, help="the folder with bioasq, pubmedqa and medquad")
    parser.add_argument("--venv-root", type=Path, help="where the peers' environments are; without it no peers")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--share", type=float, default=0.5, help="the seeded share of the documents of each corpus")
    parser.add_argument("--small", action="store_true", help="a look whether it runs: a hundredth, two PDFs")
    options = parser.parse_args()
    share, count = (0.01, 2) if options.small else (options.share, inputs.PDFS)
    head = facts()
    rivals = RIVALS if options.venv_root else ()
    with tempfile.TemporaryDirectory(dir=options.out.resolve().parent) as name:
        work = Path(name)
        sources = [
            inputs.corpora(options.data, work / "corpora", share),
            inputs.pdfs(options.data, work / "pdfs", count),
        ]
        results = {
            source.name: {
                system: run(system, source, work, options.venv_root)
                for system in ("avouch without model", "avouch", *rivals)
            }
            for source in sources
        }
    taken: dict[str, Any] = {"share": share, "seed": inputs.SEED, "sources": [source.told for source in sources]}
    reached = goals(results, rivals)
    write(options.out, {"machine": head, "inputs": taken, "systems": results, "goals": reached})
    for one in reached:
        print(f"{'met   ' if one['met'] else 'MISSED'} {one['measured']:9.3f}  {one['goal']}")


if __name__ == "__main__":
    main()
