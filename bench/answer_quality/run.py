"""Are cited documents gold, how much of the gold is quoted, and what is risked at each share answered.

    python bench/answer_quality/run.py --data DIR --out bench/answer_quality/result.json

On bioasq; the gold documents of 30 % of the questions are left out of the home, which makes those (and a few
that share all their documents with them) unanswerable. Every question goes through the whole of ``ask``,
recording included. An answer is wrong where no cited document is gold. The home's own threshold is 0, so
that the curve sees every question; the operating point is that of the default settings.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from answer_quality import curve
from answer_quality.questions import HELD_OUT, SEED, Question, home_without, read, tokens
from machine import facts, quantiles, write

from avouch.config import Settings
from avouch.records import Answer
from avouch.stack.ask import ask

SAMPLE = 700


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer held against the gold. ``cited``: for each claim, whether its document is gold."""

    question: Question
    confidence: float
    cited: tuple[bool, ...]
    recall: float
    precision: float
    verbatim: float
    exact: bool
    milliseconds: float
    answer_ms: float

    @property
    def right(self) -> bool:
        return any(self.cited)


def judge(question: Question, answer: Answer, milliseconds: float) -> Asked:
    """Token recall and precision are of words with their counts, against the gold snippets in the home."""
    texts = [claim.text for claim in answer.claims]
    cited = tuple(
        any(citation.document_key.rpartition("#")[2] in question.gold for citation in claim.citations)
        for claim in answer.claims
    )
    said, gold = tokens(texts), tokens(question.snippets)
    shared = sum((said & gold).values())
    inside = [any(text in snippet for snippet in question.snippets) for text in texts]
    whole = " ".join(texts).lower()
    return Asked(
        question,
        answer.confidence,
        cited,
        shared / max(sum(gold.values()), 1),
        shared / max(sum(said.values()), 1),
        float(np.mean(inside or [False])),
        any(word.lower() in whole for word in question.exact),
        milliseconds,
        answer.timings.get("answer", 0.0),
    )


def run(folder: Path, work: Path, sample: int) -> list[Asked]:
    found = []
    with home_without(folder, work) as stack:
        for question in read(folder)[:sample]:
            started = time.perf_counter()
            answer = ask(stack, stack.owner, question.text)
            found.append(judge(question, answer, (time.perf_counter() - started) * 1e3))
    return found


def quality(asked: Sequence[Asked]) -> dict[str, Any]:
    """What is cited and quoted, over questions that have an answer in the home, whatever the confidence."""
    with_gold = [one for one in asked if one.question.gold]
    factoid = [one for one in with_gold if one.question.exact]
    claims = [right for one in with_gold for right in one.cited]
    short = [one for one in with_gold if sum(tokens(one.question.snippets).values()) <= 150]

    def mean(name: str, over: Sequence[Asked]) -> float:
        return round(float(np.mean([getattr(one, name) for one in over])), 4)

    return {
        "questions": len(with_gold),
        "claims_citing_gold": round(float(np.mean(claims)), 4),
        "answers_with_a_gold_citation": mean("right", with_gold),
        "answers_citing_gold_only": round(float(np.mean([all(one.cited) for one in with_gold])), 4),
        "claims_inside_a_gold_snippet": mean("verbatim", with_gold),
        "gold_words_quoted": mean("recall", with_gold),
        "gold_words_quoted_where_gold_has_at_most_150": mean("recall", short),
        "quoted_words_that_are_gold": mean("precision", with_gold),
        "factoid_answers_that_hold_the_exact_answer": mean("exact", factoid),
        "claims_per_answer": round(len(claims) / len(with_gold), 2),
    }


def report(asked: Sequence[Asked]) -> dict[str, Any]:
    threshold = Settings().abstain_below
    sure = np.array([one.confidence for one in asked])
    right = np.array([one.right for one in asked])
    answerable = np.array([bool(one.question.gold) for one in asked])
    told = sure >= threshold
    return {
        "questions": len(asked),
        "unanswerable": int((~answerable).sum()),
        "quality": quality(asked),
        "aurc": curve.aurc(sure, right),
        "aurc_of_a_perfect_order": curve.aurc(right.astype(float), right),
        "aurc_of_no_order": round(float(1 - right.mean()), 4),
        "auroc_wrong_from_right": curve.auroc(sure, right),
        "operating_point": {
            "abstain_below": threshold,
            "coverage": round(float(told.mean()), 4),
            "risk": round(float(1 - right[told].mean()), 4),
            "answerable_answered": round(float(told[answerable].mean()), 4),
            "unanswerable_abstained": round(float(1 - told[~answerable].mean()), 4),
        },
        "risk_coverage": curve.points(sure, right, 20),
        "ask": quantiles([one.milliseconds for one in asked]),
        "ask_answer_step": quantiles([one.answer_ms for one in asked]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--work", type=Path, help="where homes are kept between runs")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="questions asked")
    options = parser.parse_args()
    machine = facts()
    with tempfile.TemporaryDirectory() as passing:
        asked = run(options.data / "bioasq", options.work or Path(passing), options.sample)
    chosen = {"set": "bioasq", "seed": SEED, "held_out": HELD_OUT}
    result = {"machine": machine, **chosen, **report(asked)}
    write(options.out, result)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
