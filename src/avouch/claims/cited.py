"""The spans that a claim cites, as their sentences: which follows which, and whether the claim is some of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from avouch.claims import cells
from avouch.claims.reading import Reading


def order(held: Sequence[Reading], spans: Sequence[Sequence[str]]) -> dict[int, int]:
    """For each sentence the one before it in a cited span, where both are held."""
    numbers = {sentence.text: n for n, sentence in enumerate(held)}
    found: dict[int, int] = {}
    for span in spans:
        parts = cells.told(span)
        for one, other in itertools.pairwise(parts):
            if one in numbers and other in numbers:
                found.setdefault(numbers[other], numbers[one])
    return found


def verbatim(claim: str, cited: Sequence[str], spans: Sequence[Sequence[str]], parts: Sequence[str]) -> bool:
    """Whether the claim is a sentence, or several on end, of one cited span, word for word."""
    text = " ".join(claim.split())
    if text in {" ".join(part.split()) for part in parts}:
        return True
    if not text:
        return False
    for span, told in zip(cited, spans, strict=True):
        flat, at = " ".join(span.split()), 0
        edges = {0, len(flat)}
        for one in told:
            part = " ".join(one.split())
            start = flat.find(part, at)
            if start >= 0:
                edges |= {start, start + len(part)}
                at = start + len(part)
        start = flat.find(text)
        if start in edges and start + len(text) in edges:
            return True
    return False
