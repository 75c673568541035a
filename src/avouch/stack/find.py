"""Find: the passages for a question, without an answer. Who was shown what is an entry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from avouch.canon import commit as committed
from avouch.canon import from_micros, new_id
from avouch.errors import AvouchError, Code
from avouch.records import Finding, Principal
from avouch.stack.act import Commit, Stamp, act
from avouch.stack.ask import policy_of, question_of
from avouch.stack.clock import Clock
from avouch.stack.evidence import salt
from avouch.stack.moment import as_of
from avouch.stack.passages import Found, retrieve

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

MOST = 100


def find(
    stack: Stack,
    principal: Principal,
    question: str,
    as_of_time: str | None = None,
    known_at: str | None = None,
    limit: int | None = None,
) -> Finding:
    """The best passages that a principal may see. QUESTION_EMPTY, QUESTION_TOO_LONG, TIME_INVALID, INPUT_INVALID."""
    if limit is not None and not 1 <= limit <= MOST:
        raise AvouchError(Code.INPUT_INVALID, f"a search finds 1 to {MOST} passages")
    clock = Clock()
    question = question_of(question)
    moment = as_of(stack, as_of_time, known_at)

    def do() -> Commit[Finding]:
        found = retrieve(stack, principal, question, moment, clock, limit)
        at = moment.moment
        notes = (moment.note,) if moment.note else ()
        shown = Finding(question, tuple(found.passages), at.snapshot, from_micros(at.at), -1, notes)

        def commit(tx: Connection, stamp: Stamp) -> tuple[Finding, dict[str, Any]]:
            return replace(shown, entry=stamp.seq), record(stack, tx, principal, found, shown)

        return commit

    return replace(act(stack, "search", principal, do), timings=clock.steps)


def record(stack: Stack, tx: Connection, principal: Principal, found: Found, shown: Finding) -> dict[str, Any]:
    """Seal the question, and say which spans were shown."""
    name = new_id("f")
    key = stack.vault.ensure(tx, principal.id)
    stack.vault.seal(tx, name, principal.id, shown.question.encode())
    return {
        "search": name,
        "question": committed(salt(key, name, "/question"), shown.question),
        "purpose": principal.purpose or None,
        "emergency": principal.emergency or None,
        "via": principal.via or None,
        "snapshot": shown.snapshot,
        "as_of": shown.as_of,
        "policy": policy_of(found.scope),
        "passages": [{"version": p.version_id, "start": p.start, "end": p.end} for p in shown.passages],
    }
