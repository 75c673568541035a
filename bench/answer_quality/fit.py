"""Fits the confidence of ``avouch.answer.abstain``, and shows what other features would add.

    python bench/answer_quality/fit.py --data DIR --out bench/answer_quality/fit.json

On bioasq, as in run.py: fitted on half of the questions, judged on the other half; then, as fitted, on
pubmedqa, which it has never seen. An answer is right where a cited document is gold.
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

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from answer_quality import curve
from answer_quality.curve import Bools, Floats
from answer_quality.questions import home_without, read
from machine import facts, write

from avouch.answer import abstain, extract
from avouch.config import Settings
from avouch.stack.clock import Clock
from avouch.stack.moment import as_of
from avouch.stack.passages import retrieve

FEATURES = ("best", "gap", "best_cosine", "best_coverage")
TRIED = (("best",), ("best", "gap"), ("best", "gap", "best_coverage"), FEATURES, ("best_cosine", "best_coverage"))
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
SAMPLE, RIDGE, STEPS = 1000, 0.01, 50


def measured(folder: Path, work: Path) -> tuple[Floats, Bools]:
    """Features, float64 (questions, 4), and whether the answer is right."""
    rows, right = [], []
    with home_without(folder, work) as stack:
        now = as_of(stack, None)
        words = stack.shelf.generation.text.words
        for question in read(folder)[:SAMPLE]:
            found = retrieve(stack, stack.owner, question.text, now, Clock())
            drafted = extract.extract(found.vector, found.weights, found.passages, words, stack.embedder.embed)
            rows.append((found.best, found.gap, drafted.best_cosine, drafted.best_coverage))
            cited = (found.passages[sentence.passage].document_key for sentence in drafted.chosen)
            right.append(any(key.rpartition("#")[2] in question.gold for key in cited))
    return np.array(rows, np.float64), np.array(right, bool)


def logistic(features: Floats, right: Bools) -> Floats:
    """Bias and weights of a ridge logistic regression, by Newton's method."""
    x = np.c_[np.ones(len(features)), features]
    ridge = np.diag([0.0] + [RIDGE] * features.shape[1])
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (p - right) + ridge @ weights
        weights -= np.linalg.solve((x.T * (p * (1 - p))) @ x + ridge, gradient)
    return np.asarray(weights, np.float64)


def confidence(weights: Floats, features: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-(weights[0] + features @ weights[1:]))), np.float64)


def figures(sure: Floats, right: Bools) -> dict[str, Any]:
    brier = float(np.mean((sure - right) ** 2))
    return {"auroc": curve.auroc(sure, right), "aurc": curve.aurc(sure, right), "brier": round(brier, 4)}


def at_thresholds(sure: Floats, right: Bools) -> list[dict[str, float]]:
    return [
        {
            "abstain_below": threshold,
            "coverage": round(float((sure >= threshold).mean()), 4),
            "risk": round(float(1 - right[sure >= threshold].mean()), 4),
        }
        for threshold in THRESHOLDS
    ]


def tried(names: Sequence[str], bioasq: tuple[Floats, Bools], pubmedqa: tuple[Floats, Bools]) -> dict[str, Any]:
    columns = [FEATURES.index(name) for name in names]
    (x, right), (x2, right2) = bioasq, pubmedqa
    half = len(right) // 2
    weights = logistic(x[:half][:, columns], right[:half])
    return {
        "features": list(names),
        "bias_and_weights": [round(float(weight), 2) for weight in weights],
        "bioasq_held_out_half": figures(confidence(weights, x[half:][:, columns]), right[half:]),
        "pubmedqa_never_seen": figures(confidence(weights, x2[:, columns]), right2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--work", type=Path, help="where homes are kept between runs")
    options = parser.parse_args()
    machine = facts()
    with tempfile.TemporaryDirectory() as passing:
        work = options.work or Path(passing)
        bioasq, pubmedqa = (measured(options.data / name, work) for name in ("bioasq", "pubmedqa"))
    ours = np.array([abstain.BIAS, abstain.BEST, abstain.GAP])
    half = len(bioasq[1]) // 2
    sure, sure2 = (confidence(ours, x[:, :2]) for x in (bioasq[0][half:], pubmedqa[0]))
    result = {
        "machine": machine,
        "tried": [tried(names, bioasq, pubmedqa) for names in TRIED],
        "product": {
            "bias_and_weights": ours.tolist(),
            "abstain_below": Settings().abstain_below,
            "bioasq_held_out_half": figures(sure, bioasq[1][half:]),
            "pubmedqa_never_seen": figures(sure2, pubmedqa[1]),
            "bioasq_thresholds": at_thresholds(sure, bioasq[1][half:]),
            "pubmedqa_thresholds": at_thresholds(sure2, pubmedqa[1]),
        },
    }
    write(options.out, result)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
