"""Retention: what was asked and answered leaves when its time is over, and a receipt stays.

How long is said by the setting ``retention``; where it says nothing, all is kept for good. What goes are words and
vectors: the sealed question, what a model wrote, what a request was answered under its key. The entries stay, so
every voucher still verifies, and replay says that its words are gone. What is under a legal hold stays.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, delete, func, select

from avouch.canon import canonical, digest
from avouch.lake.schema import holds, idempotency, sealed
from avouch.lifetimes import Lifetime
from avouch.protect.retention import DAY, Due, Rule, due
from avouch.records import Principal
from avouch.stack.act import Commit, Stamp, act, authorise
from avouch.stack.approve import on_home
from avouch.stack.follow import ERASED, say
from avouch.stack.idempotent import PREFIX
from avouch.stack.kept import ANSWER, SEARCH, kept_before
from avouch.stack.scan import VOUCHER

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

BATCH = 500
LOCK = "retention"
Check = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Swept:
    """What a run removed, or would (``dry``): so many answers and searches, by the words of each rule, and answers kept
    for repeated requests. ``entries`` are the receipts."""

    answers: int
    searches: int
    repeats: int
    rules: dict[str, int]
    entries: tuple[int, ...]
    dry: bool


def rules_of(told: Sequence[Lifetime]) -> tuple[Rule, ...]:
    """The rules of the settings; what none of them names is kept for good."""
    found = [Rule(one.days, one.classification, one.purpose) for one in told]
    if not any(rule.classification is None and rule.purpose is None for rule in found):
        found.append(Rule(None))
    return tuple(found)


def run(stack: Stack, actor: Principal, dry: bool = False, going: Callable[[], bool] = lambda: True) -> Swept:
    """Remove what is due, in batches, each with its receipt; ``dry``: only count it. FORBIDDEN.

    STATE_UNAVAILABLE, INGEST_BUSY where another process has a run under way for long.

    A run that is cut short, also by ``going`` turning false, has left nothing half done; the next goes on.
    """
    authorise(stack, "retention.run", actor, on_home(stack))
    rules = rules_of(stack.settings.retention)
    days = [rule.days for rule in rules if rule.days is not None]
    if not days:
        return Swept(0, 0, 0, {}, (), dry)
    now = time.time_ns() // 1000
    before = now - min(days) * DAY
    sweep = Sweep(stack, actor, before)
    with stack.alone(LOCK) as still:
        for batch in batches(stack, rules, now, before):
            if not going():
                break
            if dry:
                sweep.count(batch)
            else:
                sweep.remove(batch, still)
        if dry:
            sweep.repeats = stack.state.read(lambda tx: len(repeats_of(tx, before)))
        elif not sweep.entries and stack.state.read(lambda tx: repeats_of(tx, before)):
            sweep.remove([], still)
        if sweep.entries:
            if "answered" in stack.__dict__:
                stack.answered.clear()
            stack.state.flush()
    kinds, words = sweep.kinds, dict(sorted(sweep.words.items()))
    return Swept(kinds[ANSWER], kinds[SEARCH], sweep.repeats, words, tuple(sweep.entries), dry)


def batches(stack: Stack, rules: Sequence[Rule], now: int, before: int) -> Iterator[list[Due]]:
    """What is due, some at a time. Only what is as old as the shortest rule is looked at."""
    left: list[Due] = []
    for page in kept_before(stack, before):
        left += due(page, now, rules)
        while len(left) >= BATCH:
            yield left[:BATCH]
            left = left[BATCH:]
    if left:
        yield left


class Sweep:
    """One run: what it has removed so far."""

    def __init__(self, stack: Stack, actor: Principal, before: int) -> None:
        self.stack, self.actor, self.before = stack, actor, before
        self.kinds, self.words = Counter[str](), Counter[str]()
        self.repeats = 0
        self.entries: list[int] = []

    def count(self, batch: Sequence[Due]) -> None:
        self.kinds.update(one.kind for one in batch)
        self.words.update(one.rule for one in batch)

    def remove(self, batch: Sequence[Due], still: Check) -> None:
        """Remove the words of a batch, save what was put under a hold meanwhile."""

        def do() -> Commit[tuple[list[Due], int, int]]:
            def commit(tx: Connection, stamp: Stamp) -> tuple[tuple[list[Due], int, int], dict[str, Any]]:
                still(tx)
                held = select(holds.c.answer_id).where(holds.c.answer_id.in_([one.id for one in batch]))
                kept = set(tx.execute(held).scalars())
                gone = [one for one in batch if one.id not in kept]
                parts = forget(tx, [one.id for one in gone])
                repeats = forget_repeats(tx, self.before)
                say(tx, ERASED, str(stamp.seq))  # other processes forget what models wrote lately
                return (gone, repeats, stamp.seq), receipt(gone, parts, repeats)

            return commit

        gone, repeats, seq = act(self.stack, "retention.run", self.actor, do, on_home(self.stack))
        self.count(gone)
        self.repeats += repeats
        self.entries.append(seq)


def receipt(gone: Sequence[Due], parts: int, repeats: int) -> dict[str, Any]:
    """What the entry says: how much went by which rule, and which vouchers and searches it was of, by id."""
    kinds, ids = Counter(one.kind for one in gone), sorted(one.id for one in gone)
    return {
        "answers": kinds[ANSWER],
        "searches": kinds[SEARCH],
        "parts": parts,
        "repeats": repeats,
        "rules": dict(sorted(Counter(one.rule for one in gone).items())),
        "ids": ids,
        "digest": digest(canonical(ids)),
    }


def forget(tx: Connection, ids: Sequence[str]) -> int:
    """Delete all that is sealed of answers and searches: the question, its vector, what a model wrote."""
    if not ids:
        return 0
    theirs = func.substr(sealed.c.name, 1, VOUCHER).in_(ids)
    return tx.execute(delete(sealed).where(theirs)).rowcount


def stale(before: int) -> ColumnElement[bool]:
    """What requests up to a time were answered. A request is begun before its act, so none that is due is younger."""
    old = select(idempotency.c.digest).where(idempotency.c.created_at <= before)
    return sealed.c.name.startswith(PREFIX) & func.substr(sealed.c.name, len(PREFIX) + 1).in_(old)


def repeats_of(tx: Connection, before: int) -> list[str]:
    return list(tx.execute(select(sealed.c.name).where(stale(before))).scalars())


def forget_repeats(tx: Connection, before: int) -> int:
    """Delete what requests were answered under their keys; the keys stay taken."""
    return tx.execute(delete(sealed).where(stale(before))).rowcount
