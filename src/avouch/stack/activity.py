"""What models did over time, by day and model: answers, fallbacks, tokens, money, latency.

Counts and latencies are those of turns, so of answers that were recorded. Money is what the budgets were charged:
it also counts where a question failed after a model was paid for it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from avouch.errors import AvouchError, Code
from avouch.lake.turns import Sum, added_up, by_model
from avouch.records import Principal
from avouch.stack.act import authorise
from avouch.stack.approve import on_home
from avouch.stack.turns import REMEMBERED, WITHHELD, WRITTEN

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

DAYS, LONGEST = 30, 366
REPLIED = frozenset({WRITTEN, WITHHELD})


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds within which half, and 95 in 100, of the whole replies came."""

    p50: int
    p95: int


@dataclass(frozen=True, slots=True)
class Line:
    """One model's part in the answers for which models were in force.

    ``written``: it wrote and its claims were shown; ``remembered``: shown from an earlier reply; ``withheld``: none of
    them was let through. ``fallbacks`` are answers that it was in line for and did not write, by why: an error code,
    or NOT_ALLOWED where it may not receive the passages. ``micros`` are millionths by currency. ``first_ms`` is until
    the first token; no latency where no reply was whole.
    """

    model: str
    written: int
    remembered: int
    withheld: int
    fallbacks: dict[str, int]
    claims: int
    claims_withheld: int
    tokens_in: int
    tokens_out: int
    micros: dict[str, int]
    first_ms: Latency | None
    whole_ms: Latency | None


@dataclass(frozen=True, slots=True)
class Day:
    """Answers for which models were in force: a model's claims were shown, none was let through, or it is quoted
    instead. ``day`` is UTC (2026-11-21), empty for the whole range."""

    day: str
    answers: int
    written: int
    withheld: int
    quoted: int
    models: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """From a day to today, both included; ``days`` has each of them, oldest first."""

    since: str
    until: str
    whole: Day
    days: tuple[Day, ...]


def listing(stack: Stack, actor: Principal, days: int = DAYS) -> Activity:
    """What models did in the last so many days. INPUT_INVALID, FORBIDDEN."""
    if not 1 <= days <= LONGEST:
        raise AvouchError(Code.INPUT_INVALID, f"days are from 1 to {LONGEST}")
    authorise(stack, "model.activity", actor, on_home(stack))
    today = datetime.fromtimestamp(time.time(), UTC).date()
    names = [(today - timedelta(days=back)).isoformat() for back in reversed(range(days))]
    sums = stack.state.read(lambda tx: added_up(tx, names[0], names[-1], REPLIED))
    whole = by_model((model, one) for (_, model), one in sums.items())
    each = tuple(day_of(name, {model: one for (day, model), one in sums.items() if day == name}) for name in names)
    return Activity(names[0], names[-1], day_of("", whole), each)


def day_of(name: str, sums: dict[str, Sum]) -> Day:
    """What there is of a day; zeros where nothing is."""
    lines = tuple(line_of(model, sums[model]) for model in sorted(sums))
    answers = sum(one.answers for one in sums.values())
    shown, withheld = sum(one.written + one.remembered for one in lines), sum(one.withheld for one in lines)
    return Day(name, answers, shown, withheld, answers - shown - withheld, lines)


def line_of(model: str, told: Sum) -> Line:
    why = {code: count for code, count in sorted(told.outcomes.items()) if code not in (*REPLIED, REMEMBERED)}
    return Line(
        model=model,
        written=told.outcomes[WRITTEN],
        remembered=told.outcomes[REMEMBERED],
        withheld=told.outcomes[WITHHELD],
        fallbacks=why,
        claims=told.claims,
        claims_withheld=told.withheld,
        tokens_in=told.tokens_in,
        tokens_out=told.tokens_out,
        micros=dict(told.micros),
        first_ms=latency(told.first),
        whole_ms=latency(told.whole),
    )


def latency(ms: Sequence[int]) -> Latency | None:
    """By the nearest rank; None of nothing."""
    ranked = sorted(ms)
    half, most = (ranked[(len(ranked) * part + 99) // 100 - 1] if ranked else 0 for part in (50, 95))
    return Latency(half, most) if ranked else None
