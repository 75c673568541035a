"""What counts as found: gold spans held against what somebody saw, by type."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

HALF = 0.5
RIGHT: Mapping[str, frozenset[str]] = {
    gold: frozenset(kinds.split())
    for gold, kinds in {
        "PERSON": "PERSON",
        "STREET_ADDRESS": "ADDRESS PLACE POSTCODE LOCATION",
        "GPE": "PLACE ADDRESS LOCATION GPE",
        "ORGANIZATION": "ORGANISATION ORGANIZATION",
        "DATE_TIME": "DATE BIRTH_DATE PERIOD DATE_TIME DATE_OF_BIRTH",
        "CREDIT_CARD": "CREDIT_CARD",
        "PHONE_NUMBER": "PHONE PHONE_NUMBER",
        "AGE": "AGE",
        "TITLE": "TITLE",
        "NRP": "GROUP NRP",
        "EMAIL_ADDRESS": "EMAIL EMAIL_ADDRESS",
        "DOMAIN_NAME": "URL DOMAIN_NAME",
        "ZIP_CODE": "POSTCODE ADDRESS ZIP_CODE UK_POSTCODE",
        "IBAN_CODE": "IBAN IBAN_CODE",
        "US_SSN": "US_SSN",
        "IP_ADDRESS": "IP IP_ADDRESS",
    }.items()
}
"""The kinds, ours and the peer's, that are right for a gold type. A part of an address block is either or a place."""


class Seen(NamedTuple):
    """One entity that somebody saw."""

    kind: str
    start: int
    end: int


def recall(rows: Sequence[dict[str, Any]], seen: Sequence[Sequence[Seen]]) -> dict[str, dict[str, float]]:
    """By gold type, and ``all``: how many spans; the shares found, found by any kind, and found to the letter.

    Found: at least half of its characters lie in entities of a right kind. To the letter: one has its very bounds.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row, entities in zip(rows, seen, strict=True):
        for span in row["spans"]:
            start, end, right = span["start"], span["end"], RIGHT[span["type"]]
            fitting = [one for one in entities if one.kind in right]
            for name in (span["type"], "all"):
                counts[name]["spans"] += 1
                counts[name]["found"] += _covered(start, end, fitting) >= HALF
                counts[name]["any_kind"] += _covered(start, end, entities) >= HALF
                counts[name]["strict"] += any((one.start, one.end) == (start, end) for one in fitting)
    return {
        name: {"spans": count["spans"]}
        | {key: round(count[key] / count["spans"], 3) for key in ("found", "any_kind", "strict")}
        for name, count in sorted(counts.items())
    }


def precision(rows: Sequence[dict[str, Any]], seen: Sequence[Sequence[Seen]]) -> dict[str, dict[str, float]]:
    """By kind of entity, for kinds that the gold knows: how many, and the share that at least half fits the gold."""
    known = frozenset(kind for kinds in RIGHT.values() for kind in kinds)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row, entities in zip(rows, seen, strict=True):
        for one in entities:
            gold = [Seen("", s["start"], s["end"]) for s in row["spans"] if one.kind in RIGHT[s["type"]]]
            for name in (one.kind, "all") if one.kind in known else ():
                counts[name]["seen"] += 1
                counts[name]["right"] += _covered(one.start, one.end, gold) >= HALF
    return {
        name: {"seen": count["seen"], "right": round(count["right"] / count["seen"], 3)}
        for name, count in sorted(counts.items())
    }


def folds(rows: Sequence[dict[str, Any]], seen: Sequence[Sequence[Seen]], kind: str, parts: int = 5) -> list[float]:
    """The recall of one type in each of ``parts`` groups of templates: how much it hangs on the wording."""
    made = []
    for part in range(parts):
        chosen = [i for i, row in enumerate(rows) if row["template_id"] % parts == part]
        made.append(recall([rows[i] for i in chosen], [seen[i] for i in chosen])[kind]["found"])
    return made


def _covered(start: int, end: int, entities: Iterable[Seen]) -> float:
    inside = {place for one in entities for place in range(max(start, one.start), min(end, one.end))}
    return len(inside) / max(end - start, 1)
