"""nDCG@10 and recall@100 of words, vectors and both, beside the hybrid search of two peers with the same model.

    python bench/retrieval_quality/run.py --data DIR --venv-root DIR --out bench/retrieval_quality/result.json

The product's figures come from the search that answers questions, a document ranking as its best chunk; the
peers index whole documents, cut at the model's length. ``--work`` keeps homes, vectors and the peers' rankings
for a second run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "peers"))
import protocol
from machine import facts, goal, write
from retrieval_quality.sets import Set, home_of, questions_of, sets

from avouch.adapters.onnx_embedder import open_embedder
from avouch.retrieve import fuse, metrics
from avouch.stack import evaluate

PEERS = Path(protocol.__file__).parent
NAMES = ("txtai", "haystack")
SCRIPT = {"BM25": 0.800, "vector": 0.773, "rank fusion, k=60": 0.859, "convex fusion of scores": 0.885}
Row = dict[str, Any]


def row(system: str, of: Set, mode: str, questions: int, ndcg: float, recall: float) -> Row:
    figures = {"ndcg_at_10": round(ndcg, 4), "recall_at_100": round(recall, 4)}
    return {"set": of.name, "system": system, "mode": mode, "questions": questions, **figures}


def product(of: Sequence[Set], work: Path) -> list[Row]:
    """The product's figures on sets over one corpus."""
    rows = []
    with home_of(of[0].corpus, work) as stack:
        for one in of:
            found = evaluate.retrieval(stack, stack.owner, questions_of(one, work))
            rows += [row("avouch", one, q.mode, q.questions, q.ndcg_at_10, q.recall_at_100) for q in found]
    return rows


def peer(name: str, of: Sequence[Set], work: Path, venvs: Path) -> tuple[list[Row], str]:
    """A peer's figures on sets over one corpus, and its version."""
    setup = [sys.executable, str(PEERS / "setup.py"), name, "--venv-root", str(venvs)]
    python = json.loads(subprocess.run(setup, check=True, capture_output=True, text=True).stdout)["python"]
    corpus, out = of[0].corpus, work / f"{name}-{of[0].corpus.name}.json"
    told = ["retrieval", "--in", str(corpus), "--out", str(out), "--embeddings", str(work / "peer-vectors")]
    if not out.exists():
        subprocess.run([python, str(PEERS / f"{name}_peer.py"), *told], check=True, cwd=PEERS)
    result = json.loads(out.read_text())
    graded = evaluate.qrels(corpus)
    return [
        measured(name, one, mode, ranked, graded) for one in of for mode, ranked in result["modes"].items()
    ], result["version"]


def measured(
    name: str, of: Set, mode: str, ranked: Mapping[str, Sequence[tuple[str, float]]], graded: evaluate.Qrels
) -> Row:
    asked = [query for query in ranked if query.startswith(of.prefix) and graded.get(query)]
    orders = [[document for document, _ in ranked[query]] for query in asked]
    ndcg = [metrics.ndcg(order, graded[query], 10) for query, order in zip(asked, orders, strict=True)]
    recall = [metrics.recall(order, graded[query], 100) for query, order in zip(asked, orders, strict=True)]
    return row(name, of, mode, len(asked), float(np.mean(ndcg)), float(np.mean(recall)))


def give_vectors(corpora: Sequence[Path], work: Path) -> None:
    """Vectors of whole documents and questions, made once and put where the peers look for their own.

    They come from the same weights, cut at the same length; embedding thrice would change nothing but the time.
    """
    kinds = [[list(texts.values()) for texts in protocol.read_beir(corpus, None)] for corpus in corpora]
    lists = [texts for kind in kinds for texts in kind]
    cache = work / "peer-vectors"
    wanted = [(cache / vectors_file(name, texts), texts) for name in NAMES for texts in lists]
    if all(path.exists() for path, _ in wanted):
        return
    cache.mkdir(exist_ok=True)
    distinct = list(dict.fromkeys(text for texts in lists for text in texts))
    made = open_embedder(None, work / "model", 0).embed(distinct)
    known = dict(zip(distinct, made, strict=True))
    for path, texts in wanted:
        np.save(path, np.stack([known[text] for text in texts]))


def vectors_file(name: str, texts: list[str]) -> str:
    return f"{name}-{hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]}.npy"


def goals(rows: Sequence[Row]) -> list[dict[str, Any]]:
    hybrid = {(r["system"], r["set"]): r["ndcg_at_10"] for r in rows if r["mode"] == "hybrid"}
    ours = {of: value for (system, of), value in hybrid.items() if system == "avouch"}
    found = [goal("hybrid nDCG@10 above .885 on bioasq", ours["bioasq"], ours["bioasq"] > 0.885)]
    for name in NAMES:
        for of, value in ours.items():
            lead = value - hybrid[name, of]
            found.append(goal(f"hybrid nDCG@10 above {name}'s on {of} (measured: the lead)", lead, lead > 0))
    return found


def run(data: Path, venvs: Path, work: Path) -> dict[str, Any]:
    machine, every = facts(), sets(data, work)
    corpora = [[one for one in every if one.corpus == corpus] for corpus in dict.fromkeys(s.corpus for s in every)]
    give_vectors([of[0].corpus for of in corpora], work)
    rows, versions = [], {}
    for of in corpora:
        rows += product(of, work)
        for name in NAMES:
            found, versions[name] = peer(name, of, work, venvs)
            rows += found
    order = [one.name for one in every]
    script = [{"set": "bioasq", "system": f"plain script, {k}", "ndcg_at_10": v} for k, v in SCRIPT.items()]
    return {
        "machine": machine,
        "peers": versions,
        "constants": {"cosine": fuse.COSINE, "feedback": fuse.FEEDBACK},
        "depth": f"{evaluate.DEPTH} candidates of each search; a question asked in production takes 100",
        "figures": sorted(rows, key=lambda r: order.index(r["set"])),
        "reference": script,
        "goals": goals(rows),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--venv-root", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--work", type=Path, help="where homes and vectors are kept between runs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        work = options.work or Path(passing)
        work.mkdir(parents=True, exist_ok=True)
        result = run(options.data, options.venv_root, work)
    write(options.out, result)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
