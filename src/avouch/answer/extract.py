"""The extractive generator: picks the sentences that answer, verbatim. It cannot invent.

A sentence is scored by its likeness to the question (cosine), by how much of the question's information
it carries (idf-weighted share of the question's terms), and by the passage that it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from avouch.records import Passage, Span, Vectors
from avouch.segment import sentences

NAME = "extractive/1"
PASSAGES, EMBEDDED, CLAIMS = 8, 24, 4
COSINE, COVERAGE, PASSAGE = 0.55, 0.25, 0.20
NEAR_BEST, REPEATED = 0.80, 0.85
SHORT, LONG = 20, 700
MARKER = re.compile(r"(?:[-*+•>]|\d{1,3}[.)]|#{1,6})\s+|\|\s*")

Analyze = Callable[[str], Sequence[str]]
Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A candidate: ``text`` is ``passages[passage]``'s version text from ``start`` to ``end``."""

    passage: int
    start: int
    end: int
    text: str
    coverage: float
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Extract:
    """The sentences chosen, in reading order, and how well the best one fits (for abstention)."""

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
    """Choose up to four sentences. ``weights`` is the idf of each term of the question."""
    found = [s for p, passage in enumerate(passages[:PASSAGES]) for s in candidates(p, passage, weights, analyze)]
    if not found:
        return Extract((), 0.0, 0.0)
    top = max(passage.scores.fused for passage in passages) or 1.0
    standing = [passages[s.passage].scores.fused / top for s in found]
    first = np.array([COVERAGE * s.coverage + PASSAGE * z for s, z in zip(found, standing, strict=True)])
    keep = sorted(np.argsort(-first, kind="stable")[:EMBEDDED].tolist())
    vectors = embed([found[i].text for i in keep])
    cosine = np.round(vectors @ question, 4)
    scores = np.asarray(first[keep] + COSINE * cosine, np.float32)
    chosen = choose(scores, vectors)
    picked = [found[keep[i]] for i in chosen]
    return Extract(
        in_reading_order(picked),
        float(cosine.max()),
        max(found[i].coverage for i in keep),
    )


def candidates(at: int, passage: Passage, weights: Mapping[str, float], analyze: Analyze) -> list[Sentence]:
    """The sentences of one passage that could stand alone."""
    found, whole = [], sum(weights.values()) or 1.0
    for span in sentences(passage.text, 0, len(passage.text)):
        bare = strip(passage.text, span)
        text = passage.text[bare.start : bare.end]
        if SHORT <= len(text) <= LONG and not is_heading(passage.text, span, text):
            terms = set(analyze(text))
            coverage = sum(weight for term, weight in weights.items() if term in terms) / whole
            found.append(Sentence(at, passage.start + bare.start, passage.start + bare.end, text, coverage))
    return found


def strip(text: str, span: Span) -> Span:
    """The sentence without the list marker before it."""
    marker = MARKER.match(text, span.start, span.end)
    return Span(marker.end(), span.end) if marker else span


def is_heading(text: str, span: Span, bare: str) -> bool:
    """Headings and questions do not answer."""
    return text[span.start : span.end].startswith("#") or bare.rstrip().endswith("?")


def choose(scores: Vectors, vectors: Vectors) -> list[int]:
    """The best sentences that are near the best one and do not repeat each other."""
    chosen: list[int] = []
    order = np.argsort(-np.round(scores, 4), kind="stable")
    for i in order.tolist():
        if scores[i] < NEAR_BEST * scores[order[0]] or len(chosen) == CLAIMS:
            break
        if all(float(vectors[i] @ vectors[j]) < REPEATED for j in chosen):
            chosen.append(i)
    return chosen


def in_reading_order(picked: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The best passage first; within a passage as the text has them."""
    passages = list(dict.fromkeys(sentence.passage for sentence in picked))
    return tuple(sorted(picked, key=lambda s: (passages.index(s.passage), s.start)))
