"""How much of a claim stands in what it cites: by words, clause by clause, and by embedding."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from avouch.claims import words
from avouch.claims.align import Alignment
from avouch.claims.reading import Item
from avouch.records import Reason, Verdict

PLAIN, NAMED, FIGURE, ELSEWHERE, SENTENCES = 0.7, 1.2, 1.0, 0.4, 3
CLAUSE, BARE = 2, 0.34
BIAS, COVERED, WORST, LIKE = -6.28, 3.21, 6.27, 0.48
"""Fitted by ``bench/claims/fit.py``."""
SUPPORTED, PARTS = 0.5, 0.55


@dataclass(frozen=True, slots=True)
class Support:
    """``covered``: the share 0…1 of the claim's content that stands there; ``worst``: of its barest clause;
    ``bare``: the words of clauses with next to nothing there; ``aligned``: the share of what neither counts
    nor turns, which says whether claim and source speak of one thing."""

    covered: float
    worst: float
    bare: tuple[str, ...]
    best: int
    aligned: float


def weight(item: Item) -> float:
    if item.light:
        return 0.0
    if item.quantity is not None:
        return FIGURE if item.quantity.exact else 0.0
    return NAMED if item.named or not words.ordinary(item.key) else PLAIN


def support(found: Alignment) -> Support:
    """The support of an aligned claim."""
    items = found.claim.items
    weights = [weight(item) for item in items]
    chosen = sentences(found, weights)
    held = []
    for i in range(len(items)):
        pair = found.pairs.get(i)
        inside = max((level for place, level in found.fits[i].items() if place.sentence in chosen), default=0.0)
        level = max(inside, pair.level if pair and pair.place.sentence in chosen else 0.0)
        held.append(max(level, ELSEWHERE * pair.level) if pair else level)
    total = sum(weights)
    covered = sum(w * h for w, h in zip(weights, held, strict=True)) / total if total else 0.0
    worst, bare = covered, list[str]()
    for part in clauses(found):
        share = sum(weights[i] * held[i] for i in part) / sum(weights[i] for i in part)
        worst = min(worst, share)
        if share <= BARE:
            bare.append(" ".join(items[i].text for i in part)[:120])
    plain = [i for i, item in enumerate(items) if item.quantity is None and not found.turned[i]]
    rest = sum(weights[i] for i in plain)
    aligned = sum(weights[i] * held[i] for i in plain) / rest if rest else covered
    return Support(covered, worst, tuple(bare), chosen[0] if chosen else 0, aligned)


def sentences(found: Alignment, weights: list[float]) -> list[int]:
    """The few sentences that hold most of the claim, the best first; each must add something."""
    shares: dict[int, dict[int, float]] = {}
    for i, fit in enumerate(found.fits):
        for place, level in fit.items():
            mine = shares.setdefault(place.sentence, {})
            mine[i] = max(mine.get(i, 0.0), weights[i] * level)
    chosen: list[int] = []
    have: dict[int, float] = {}
    while len(chosen) < SENTENCES:
        gains = [
            (sum(max(w - have.get(i, 0.0), 0.0) for i, w in mine.items()), found.held.sentences[s].text, s)
            for s, mine in shares.items()
            if s not in chosen
        ]
        gain, _, best = max(gains, default=(0.0, "", 0))
        if gain < (0.9 if chosen else 1e-9):
            break
        chosen.append(best)
        for i, w in shares[best].items():
            have[i] = max(have.get(i, 0.0), w)
    return chosen


def clauses(found: Alignment) -> Iterator[list[int]]:
    """The items of each clause that says enough to be judged alone."""
    inside: dict[int, list[int]] = {}
    for i, item in enumerate(found.claim.items):
        if weight(item):
            inside.setdefault(item.clause, []).append(i)
    yield from (part for part in inside.values() if len(part) >= CLAUSE)


def probability(said: Support, like: float | None) -> float:
    """How likely the claim is supported, before any single check has its say. ``like``: the cosine of the
    claim and the nearest sentence, where there is one."""
    near = said.covered if like is None else like
    return 1.0 / (1.0 + math.exp(-(BIAS + COVERED * said.covered + WORST * said.worst + LIKE * near)))


def check(said: Support, likely: float) -> Iterator[Reason]:
    """Reasons for what is too thin."""
    if likely < SUPPORTED and (said.covered < PARTS or not said.bare):
        yield Reason("support", Verdict.UNSUPPORTED, "Too little of the claim stands in what is cited.")
    elif said.bare:
        yield Reason("support", Verdict.PARTLY, f"Nothing in what is cited says “{said.bare[0]}”.")
