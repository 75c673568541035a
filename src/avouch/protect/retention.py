"""Which prompts and answers have outlived what class and purpose allow. The job that removes them is an act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from avouch.errors import AvouchError, Code
from avouch.records import Classification

DAY = 86_400_000_000
"""A day in microseconds."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Keep for ``days``; ``None`` for a class or a purpose means any. Without ``days`` it is kept for good."""

    days: int | None
    classification: Classification | None = None
    purpose: str | None = None


RULES = (
    Rule(365),
    Rule(90, Classification.CONFIDENTIAL),
    Rule(30, Classification.RESTRICTED),
    Rule(30, None, ""),
)
"""By default; a purpose that nobody stated is the shortest."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One stored prompt or answer. ``at`` is µs since 1970 (UTC); what is under a legal ``hold`` is never due."""

    id: str
    kind: str
    classification: Classification
    purpose: str
    at: int
    hold: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be removed, since when (µs), and the rule that says so, in words."""

    id: str
    kind: str
    since: int
    rule: str


def due(rows: Iterable[Kept], now: int, rules: Sequence[Rule] = RULES) -> list[Due]:
    """What is due at ``now`` (µs), the longest overdue first. CONFIG_INVALID where no rule fits a row, or days < 0.

    The rule that names both class and purpose wins, then that of the class, then that of the purpose; of equals the
    shorter. A row from the future (a clock was wrong) is not due before its days are over.
    """
    for rule in rules:
        if rule.days is not None and rule.days < 0:
            raise AvouchError(Code.CONFIG_INVALID, "retention days may not be negative")
    found = []
    for row in rows:
        rule = _rule(row, rules)
        if row.hold or rule.days is None:
            continue
        since = row.at + rule.days * DAY
        if since <= now:
            found.append(Due(row.id, row.kind, since, _words(rule)))
    return sorted(found, key=lambda one: (one.since, one.id))


def _rule(row: Kept, rules: Sequence[Rule]) -> Rule:
    fitting = [
        rule
        for rule in rules
        if rule.classification in (None, row.classification) and rule.purpose in (None, row.purpose)
    ]
    if not fitting:
        raise AvouchError(Code.CONFIG_INVALID, f"no retention rule fits {row.classification.name.lower()} content")
    forever = float("inf")
    return min(
        fitting,
        key=lambda rule: (
            rule.classification is None,
            rule.purpose is None,
            forever if rule.days is None else rule.days,
        ),
    )


def _words(rule: Rule) -> str:
    said = "content" if rule.classification is None else f"{rule.classification.name.lower()} content"
    if rule.purpose is not None:
        said += f" for {rule.purpose}" if rule.purpose else " without a stated purpose"
    return f"{said} is kept for {rule.days} days"
