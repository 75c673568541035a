"""Fits the support of ``avouch.claims.support``: how much of a claim must stand in what it cites.

    python bench/claims/fit.py --data DIR --out bench/claims/fit.json

Fitted on half of the questions of bioasq, judged on the other half. Faithful: sentences of experts' answers that
no other check speaks against (rule-made paraphrases stay too near to the words). False: claims cited to the
wrong passage, or with a clause added.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from claims.gold import Sample, held_out
from claims.judge import Floats, auroc
from claims.samples import ELSEWHERE, OTHER, samples
from claims.written import written
from machine import facts, write

from avouch.adapters.onnx_embedder import open_embedder
from avouch.claims import support
from avouch.claims.check import Asked, Embed, examine, premise
from avouch.claims.lexicon import Lexicon
from claims import gold

FEATURES = ("covered", "worst", "like")
TRIED = (("covered",), ("like",), ("covered", "worst"), ("covered", "like"), FEATURES)
THIN = (ELSEWHERE, OTHER, "clause added", "clause of another added")
RIDGE, STEPS = 2.0, 60
Bools = npt.NDArray[np.bool_]


def measured(made: Sequence[Sample], embed: Embed) -> tuple[Floats, Bools, list[Sample]]:
    """Features, float64 (claims, 3), and whether the claim is faithful, of claims that words do not settle."""
    lexicon = Lexicon()
    cases = [(sample, examine(Asked(sample.claim, sample.cited, sample.heads), lexicon, {}, {})) for sample in made]
    kept = [(s, case, case.said) for s, case in cases if case.said and not (s.faithful and case.reasons)]
    texts = list(dict.fromkeys(text for s, case, _ in kept for text in (s.claim, premise(case))))
    vectors = dict(zip(texts, embed(texts), strict=True))
    rows = [[said.covered, said.worst, float(vectors[s.claim] @ vectors[premise(case)])] for s, case, said in kept]
    return np.array(rows, np.float64), np.array([s.faithful for s, _, _ in kept], bool), [s for s, _, _ in kept]


def logistic(features: Floats, right: Bools) -> Floats:
    """Bias and weights of a ridge logistic regression, by Newton's method."""
    x = np.c_[np.ones(len(features)), features]
    ridge = np.diag([0.0] + [RIDGE] * features.shape[1])
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-x @ weights))
        weights -= np.linalg.solve((x.T * (p * (1 - p))) @ x + ridge, x.T @ (p - right) + ridge @ weights)
    return np.asarray(weights, np.float64)


def figures(weights: Floats, features: Floats, right: Bools) -> dict[str, Any]:
    score = weights[0] + features @ weights[1:]
    return {
        "auroc": auroc(score[right], score[~right]),
        "rejected_of_faithful": round(float((score[right] < 0).mean()), 4),
        "caught_of_false": round(float((score[~right] < 0).mean()), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    machine = facts()
    folder = options.data / "bioasq"
    made = [s for s in samples(folder) if s.kind in THIN]
    made += written(folder, gold.passages(folder))
    with tempfile.TemporaryDirectory() as cache:
        x, right, kept = measured(made, open_embedder(None, Path(cache)).embed)
    away = np.array([held_out(sample.question) for sample in kept])
    tried = []
    for names in TRIED:
        columns = [FEATURES.index(name) for name in names]
        weights = logistic(x[~away][:, columns], right[~away])
        told = {"features": list(names), "bias_and_weights": [round(float(weight), 2) for weight in weights]}
        tried.append({**told, "held_out_half": figures(weights, x[away][:, columns], right[away])})
    ours = np.array([support.BIAS, support.COVERED, support.WORST, support.LIKE])
    product = {"bias_and_weights": ours.tolist(), "held_out_half": figures(ours, x[away], right[away])}
    result = {"machine": machine, "fitted_on": int((~away).sum()), "tried": tried, "product": product}
    write(options.out, result)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
