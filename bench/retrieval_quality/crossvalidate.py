"""Chooses the constants of the fusion by cross-validation, over questions and over whole sets.

    python bench/retrieval_quality/crossvalidate.py --data DIR --out bench/retrieval_quality/crossvalidation.json

Candidates are those of the product's own searches, at the depth that answers questions. Two things are asked:
what constants chosen on part of the questions reach on the rest (five times five folds), and what constants
chosen on one collection reach on the other, which they have never seen. The collections want different
constants, so those are chosen that lose least, on the collection where they lose most, to the best constants
of that collection alone. The aim is the mean over collections
of nDCG@10, each collection alone and inside the combined corpus. The boost of word-piece pairs is not varied:
it is part of the text query, and comes from an earlier comparison.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from machine import facts, write
from retrieval_quality.sets import home_of, questions_of, sets

from avouch.records import Vectors
from avouch.retrieve import fuse, metrics, vector
from avouch.stack import evaluate
from avouch.stack.moment import as_of
from avouch.stack.scope import Scope
from avouch.stack.search import DEPTH
from avouch.stack.stack import Stack

COSINES = (0.34, 0.38, 0.42, 0.46, 0.50, 0.54, 0.58, 0.62, 0.66, 0.70, 0.74)
FEEDBACKS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
GRID = list(product(COSINES, FEEDBACKS))
FOLDS, TIMES, SEED = 5, 5, 0
MEDQUAD = 500
Scores = dict[str, npt.NDArray[np.float64]]
"""nDCG@10 by set: float64 (questions, constants)."""


def candidates(stack: Stack, text: str, query: Vectors, scope: Scope) -> tuple[fuse.Candidates, float]:
    """What ``stack.search`` hands to the fusion."""
    generation = stack.shelf.generation
    by_vector = vector.search(generation.scan, generation.vectors, query, scope.rows, DEPTH)
    terms = generation.text.analyse(text)
    by_text = generation.text.search(terms, scope.text, DEPTH)
    missing = generation.text.score(terms, np.setdiff1d(by_vector[0], by_text[0]).tolist())
    found = fuse.Candidates.of(by_vector, by_text, missing, generation.vectors)
    return found, generation.text.self_score(terms)


def orders(found: fuse.Candidates, query: Vectors, self_score: float) -> Iterator[npt.NDArray[np.int64]]:
    """The rows, best first, under each of the constants: the arithmetic of ``fuse.fuse``."""
    cosine, text = found.vectors @ query, found.text / max(self_score, 1e-6)
    for share in COSINES:
        score = share * cosine + (1 - share) * text
        top = np.lexsort((found.rows, -score))[: fuse.FEEDBACK_ROWS]
        near = found.vectors @ fuse.towards(found.vectors, score, top)
        for feedback in FEEDBACKS:
            yield found.rows[np.lexsort((found.rows, -np.round(score + feedback * near, 6)))]


def medquad(data: Path, folder: Path) -> Path:
    """A third collection: the questions that come with the documents of medquad, each document its own answer."""
    folder.mkdir(exist_ok=True)
    rows = random.Random(SEED).sample(list(evaluate.lines(data / "medquad" / "documents.jsonl")), MEDQUAD)
    asked = [{"_id": f"medquad_{row['_id']}", "text": row["question"]} for row in rows]
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in asked))
    told = "".join(f"{row['_id']}\t{row['_id']}\t1\n" for row in asked)
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + told)
    return folder


def scored(folder: Path, stack: Stack) -> npt.NDArray[np.float64]:
    """nDCG@10 of every question of a set under each of the constants."""
    graded = evaluate.qrels(folder)
    asked = evaluate.questions(folder, graded)
    scope = stack.shelf.scope(stack.owner, as_of(stack, None).moment)
    names, spans = evaluate.keys(stack), stack.shelf.generation.spans["version"]
    rows = []
    for (question, text), query in zip(asked, stack.embedder.embed([text for _, text in asked]), strict=True):
        found, self_score = candidates(stack, text, query, scope)
        ranked = ([names[int(spans[row])] for row in order[:60]] for order in orders(found, query, self_score))
        rows.append([metrics.ndcg(list(dict.fromkeys(order)), graded[question], 10) for order in ranked])
    return np.array(rows)


def aim(
    scores: Scores, chosen: dict[str, npt.NDArray[np.bool_]], collections: Sequence[str]
) -> npt.NDArray[np.float64]:
    """The mean over collections of nDCG@10, by constants; ``chosen`` are the questions looked at."""
    parts = [
        np.mean([values[chosen[c]].mean(0) for name, values in scores.items() if name.startswith(c)], axis=0)
        for c in collections
    ]
    return np.asarray(np.mean(parts, axis=0), np.float64)


def folds(scores: Scores, collections: Sequence[str]) -> tuple[Counter[int], dict[str, list[float]]]:
    """Constants chosen on four fifths of the questions, and what they reach on the other fifth."""
    rng, choices = np.random.default_rng(SEED), Counter[int]()
    held: dict[str, list[float]] = {name: [] for name in scores}
    sizes = {name.split()[0]: len(values) for name, values in scores.items()}
    for _ in range(TIMES):
        fold = {c: rng.permutation(size) % FOLDS for c, size in sizes.items()}
        reached: dict[str, list[float]] = {name: [] for name in scores}
        for number in range(FOLDS):
            best = int(aim(scores, {c: fold[c] != number for c in collections}, collections).argmax())
            choices[best] += 1
            for name, values in scores.items():
                reached[name] += values[fold[name.split()[0]] == number, best].tolist()
        for name, parts in reached.items():
            held[name].append(float(np.mean(parts)))
    return choices, held


def constants(at: int) -> dict[str, float]:
    return {"cosine": GRID[at][0], "feedback": GRID[at][1]}


def report(scores: Scores) -> dict[str, Any]:
    collections = sorted({name.split()[0] for name in scores})
    every = {name.split()[0]: np.ones(len(values), bool) for name, values in scores.items()}
    choices, held = folds(scores, collections)
    whole = aim(scores, every, collections)
    best = int(whole.argmax())
    alone = np.array([aim(scores, every, [c]) for c in collections])
    loss = (alone.max(1, keepdims=True) - alone).max(0)
    fair = int(loss.round(4).argmin())
    ours = GRID.index((fuse.COSINE, fuse.FEEDBACK))
    lead = {name: values[:, best] - values[:, ours] for name, values in scores.items()}

    def reached(at: int, prefix: str = "") -> dict[str, float]:
        return {n: round(float(v[:, at].mean()), 4) for n, v in scores.items() if n.startswith(prefix)}

    left_out = []
    for out in collections:
        at = int(aim(scores, every, [c for c in collections if c != out]).argmax())
        left_out.append({"held_out": out, "chosen": constants(at), "reached": reached(at, out)})
    return {
        "folds": {
            "held_out_ndcg_at_10": {
                n: {"mean": round(float(np.mean(v)), 4), "sd_over_repeats": round(float(np.std(v)), 4)}
                for n, v in held.items()
            },
            "chosen": [{**constants(at), "times": times} for at, times in choices.most_common()],
        },
        "leave_one_set_out": left_out,
        "chosen": {**constants(fair), "ndcg_at_10": reached(fair), "worst_loss": round(float(loss[fair]), 4)},
        "best_on_all": {**constants(best), "ndcg_at_10": reached(best)},
        "product": {**constants(ours), "ndcg_at_10": reached(ours), "worst_loss": round(float(loss[ours]), 4)},
        "lead_of_best_over_product": {
            n: {"mean": round(float(v.mean()), 4), "standard_error": round(float(v.std() / len(v) ** 0.5), 4)}
            for n, v in lead.items()
        },
        "aim_by_constants": [{**constants(at), "aim": round(float(value), 4)} for at, value in enumerate(whole)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--work", type=Path, help="where homes are kept between runs")
    options = parser.parse_args()
    machine, scores = facts(), Scores()
    with tempfile.TemporaryDirectory() as passing:
        work = options.work or Path(passing)
        work.mkdir(parents=True, exist_ok=True)
        every = sets(options.data, work)
        for corpus in dict.fromkeys(one.corpus for one in every):
            with home_of(corpus, work) as stack:
                scores |= {one.name: scored(questions_of(one, work), stack) for one in every if one.corpus == corpus}
                if corpus == every[-1].corpus:
                    scores["medquad in all"] = scored(medquad(options.data, work / "medquad"), stack)
    result = {"machine": machine, "seed": SEED, "folds_and_times": [FOLDS, TIMES], **report(scores)}
    write(options.out, result)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
