"""Find: the passages for a question, without an answer. An act like asking: it shows content, so it is recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from avouch.canon import from_micros
from avouch.policy.mask import mask_digest
from avouch.records import Passage, Principal
from avouch.stack.act import Commit, Stamp, act
from avouch.stack.ask import question_of
from avouch.stack.clock import Clock
from avouch.stack.moment import as_of
from avouch.stack.passages import retrieve

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Findings:
    """Passages, best first, at which snapshot and moment, and the entry that says that they were shown."""

    question: str
    passages: tuple[Passage, ...]
    snapshot: int
    as_of: str
    entry: int
    note: str
    timings: dict[str, float]


def find(
    stack: Stack,
    principal: Principal,
    question: str,
    as_of_time: str | None = None,
    known_at: str | None = None,
    k: int = 10,
) -> Findings:
    """The ``k`` best passages that the principal may see. The entry names versions, never the question."""
    clock = Clock()
    question = question_of(question)
    moment = as_of(stack, as_of_time, known_at)

    def do() -> Commit[Findings]:
        found = retrieve(stack, principal, question, moment, clock)
        shown = tuple(found.passages[:k])

        def commit(tx: Connection, stamp: Stamp) -> tuple[Findings, dict[str, Any]]:
            now = moment.moment
            at = from_micros(now.at)
            told = Findings(question, shown, now.snapshot, at, stamp.seq, moment.note, clock.steps)
            return told, {
                "snapshot": now.snapshot,
                "as_of": at,
                "purpose": principal.purpose or None,
                "emergency": principal.emergency or None,
                "via": principal.via or None,
                "policy": {"version": stack.policy.version, "mask": mask_digest(stack.policy, found.scope.versions)},
                "versions": sorted({passage.version_id for passage in shown}),
            }

        return commit

    return replace(act(stack, "search", principal, do), timings=clock.steps)
