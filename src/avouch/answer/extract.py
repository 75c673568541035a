"""The extractive generator: picks the sentences that answer, verbatim. It cannot invent.

A sentence is scored by the passage that it stands in, by its likeness to the question (cosine), and by how
much of the question's information it carries (idf-weighted share of the question's terms). Constants by
measurement against gold snippets: see ``bench/answer_quality``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from avouch.answer.figures import figures
from avouch.answer.laid import Analyze, Laid
from avouch.answer.rule import widened
from avouch.answer.runs import joined
from avouch.answer.sentence import Sentence as Sentence
from avouch.answer.sentence import candidates, quote
from avouch.answer.things import NAMED, Things
from avouch.records import Passage, Vectors

NAME = "extractive/3"
EMBEDDED, CLAIMS = 12, 4
PASSAGE, COSINE, COVERAGE, LEANING = 0.50, 0.35, 0.15, 0.03
NEAR_BEST, OWN_NEAR_BEST = 0.83, 0.70
ALIKE, CONTAINED = 0.90, 0.80

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
    laid = [Laid.of(passage, analyze) for passage in passages]
    things = Things.of(weights, laid, analyze)
    found = about([s for p, one in enumerate(laid) for s in candidates(p, one, weights, things)], things)
    if not found:
        return Extract((), 0.0, 0.0)
    top = max(passage.scores.fused for passage in passages) or 1.0
    standing = np.array([PASSAGE * passages[s.passage].scores.fused / top for s in found])
    coverage = np.array([COVERAGE * s.coverage for s in found])
    keep = np.sort(np.argsort(-np.round(standing + coverage, 6), kind="stable")[:EMBEDDED])
    kept = [found[i] for i in keep]
    vectors = embed([s.text for s in kept])
    cosine = np.round(vectors @ question, 4)
    leaning = np.array([LEANING * (s.first < s.last) for s in kept])
    own = np.round(coverage[keep] + COSINE * cosine - leaning, 4)
    chosen = [kept[i] for i in choose(own, np.round(standing[keep], 4), vectors, kept)]
    runs = joined(laid, [(s.passage, *widened(laid[s.passage], s.first, s.last)) for s in chosen])
    quotes = [quote(at, laid[at], first, last, weights, things) for at, first, last in runs]
    return Extract(in_reading_order(quotes), float(cosine.max()), max(s.coverage for s in kept))


def about(found: Sequence[Sentence], things: Things) -> list[Sentence]:
    """Those that name what the question names, nearly as much of it as the best; all, where it names nothing."""
    most = max((s.named for s in found), default=0.0)
    if things.asked and not most:
        return []
    return [s for s in found if s.named >= NAMED * most]


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
    if overlap(one, other):
        return one.coverage <= other.coverage
    if figures(one.text) != figures(other.text):
        return False
    return likeness >= ALIKE or len(one.terms & other.terms) >= CONTAINED * min(len(one.terms), len(other.terms))


def overlap(one: Sentence, other: Sentence) -> bool:
    return one.passage == other.passage and one.first <= other.last and other.first <= one.last


def in_reading_order(picked: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The best passage first; within a passage as the text has them."""
    passages = list(dict.fromkeys(sentence.passage for sentence in picked))
    return tuple(sorted(picked, key=lambda s: (passages.index(s.passage), s.start)))
