"""The extractive generator: picks the sentences that answer, verbatim. It cannot invent.

A sentence is scored by the passage that it stands in, by its likeness to the question (cosine), and by how
much of the question's information it carries (idf-weighted share of the question's terms). Constants by
measurement against gold snippets: see ``bench/answer_quality``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from avouch.answer.figures import figures
from avouch.answer.sentence import Analyze, candidates
from avouch.answer.sentence import Sentence as Sentence
from avouch.records import Passage, Vectors

NAME = "extractive/2"
EMBEDDED, CLAIMS = 12, 4
PASSAGE, COSINE, COVERAGE, LEANING = 0.50, 0.35, 0.15, 0.03
NEAR_BEST, OWN_NEAR_BEST = 0.83, 0.70
ALIKE, CONTAINED = 0.90, 0.80
LEANS = re.compile(r"(?:This|These|Those|It|They|Such|However|Moreover|Furthermore|Thus|Therefore|In addition)\b")

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Extract:
    """The sentences chosen, in reading order, and how well the best one fits (which benches read)."""

    chosen: tuple[Sentence, ...]
    best_cosine: float
    best_coverage: float


def extract(
    question: Vectors,
    weights: Mapping[str, float],
    passages: Sequence[Passage],
    analyze: Analyze,
    embed: Embed,
) -> Extract:
    """Choose up to four sentences.

    ``question`` is its unit vector, float32 of shape (dimensions,); ``weights`` the idf of each of its terms;
    ``embed`` gives unit vectors, float32 (texts, dimensions), and is called once, for at most ``EMBEDDED``.
    """
    found = [s for p, passage in enumerate(passages) for s in candidates(p, passage, weights, analyze)]
    if not found:
        return Extract((), 0.0, 0.0)
    top = max(passage.scores.fused for passage in passages) or 1.0
    standing = np.array([PASSAGE * passages[s.passage].scores.fused / top for s in found])
    coverage = np.array([COVERAGE * s.coverage for s in found])
    keep = np.sort(np.argsort(-np.round(standing + coverage, 6), kind="stable")[:EMBEDDED])
    kept = [found[i] for i in keep]
    vectors = embed([s.text for s in kept])
    cosine = np.round(vectors @ question, 4)
    leaning = np.array([LEANING * bool(LEANS.match(s.text)) for s in kept])
    own = np.round(coverage[keep] + COSINE * cosine - leaning, 4)
    chosen = choose(own, np.round(standing[keep], 4), vectors, kept)
    return Extract(in_reading_order([kept[i] for i in chosen]), float(cosine.max()), max(s.coverage for s in kept))


def choose(own: Vectors, standing: Vectors, vectors: Vectors, kept: Sequence[Sentence]) -> list[int]:
    """The best sentences, near the best one as a whole and by themselves, that do not repeat each other."""
    scores = own + standing
    order = np.argsort(-scores, kind="stable").tolist()
    best, chosen = order[0], list[int]()
    for i in order:
        if scores[i] < NEAR_BEST * scores[best] or len(chosen) == CLAIMS:
            break
        new = not any(repeats(kept[i], kept[j], float(vectors[i] @ vectors[j])) for j in chosen)
        if new and own[i] >= OWN_NEAR_BEST * own[best]:
            chosen.append(i)
    return chosen


def repeats(one: Sentence, other: Sentence, likeness: float) -> bool:
    """Whether they say the same figures in like words, or one holds most of the other's words."""
    if figures(one.text) != figures(other.text):
        return False
    return likeness >= ALIKE or len(one.terms & other.terms) >= CONTAINED * min(len(one.terms), len(other.terms))


def in_reading_order(picked: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The best passage first; within a passage as the text has them."""
    passages = list(dict.fromkeys(sentence.passage for sentence in picked))
    return tuple(sorted(picked, key=lambda s: (passages.index(s.passage), s.start)))
