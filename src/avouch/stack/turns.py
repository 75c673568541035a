"""A turn: what one model did for one answer. A row each, committed with the answer's entry. No content, and nobody's.

The row's ``seq`` is the entry's; what it was about and for whom is there, for who may read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import Connection, insert

from avouch.canon import from_micros
from avouch.errors import Code
from avouch.generate.attempt import Attempt
from avouch.generate.route import LeftOut
from avouch.lake.schema import turns as table

WRITTEN, REMEMBERED, WITHHELD, NOT_ALLOWED = "written", "remembered", "withheld", "NOT_ALLOWED"
"""Outcomes beside the error codes: its claims are shown; shown from an earlier reply; none of them was let through;
it may not receive these passages."""
LONGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Turn:
    """``outcome`` is one of the words above, or the error code for which the model did not write.

    ``first_ms`` is until its first token, ``whole_ms`` for all tries together. ``claims`` were shown.
    """

    model: str
    outcome: str
    first_ms: int = 0
    whole_ms: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    claims: int = 0
    withheld: int = 0


def turns_of(left_out: Iterable[LeftOut], attempts: Iterable[Attempt]) -> tuple[Turn, ...]:
    """Those of the models that might have written an answer, in the order in which they were in line."""
    return (*(Turn(one.model, NOT_ALLOWED) for one in left_out), *map(turn_of, attempts))


def turn_of(attempt: Attempt) -> Turn:
    """Where no try was made though the model can be reached, the budget had no more."""
    unpaid = attempt.code == Code.MODEL_UNAVAILABLE.name and not attempt.tries
    outcome = Code.BUDGET_SPENT.name if unpaid else attempt.code or WRITTEN
    first, whole = (min(round(seconds * 1e3), LONGEST) for seconds in (attempt.first, attempt.seconds))
    return Turn(attempt.model, outcome, first, whole, attempt.usage.input, attempt.usage.output)


def ended(turns: Sequence[Turn], outcome: str, claims: int = 0, withheld: int = 0) -> tuple[Turn, ...]:
    """The turns with what became of the last model's reply: nobody is asked after one that gave a whole one."""
    return (*turns[:-1], replace(turns[-1], outcome=outcome, claims=claims, withheld=withheld))


def add(tx: Connection, turns: Sequence[Turn], seq: int, at: int) -> None:
    """Record the turns of the answer with entry ``seq``, at a time in µs, in the order in which they were in line."""
    if turns:
        day = from_micros(at)[:10]
        tx.execute(
            insert(table),
            [{**asdict(turn), "seq": seq, "day": day, "place": place} for place, turn in enumerate(turns)],
        )
