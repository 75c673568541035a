"""How releases fared over time: each suite of each trial, with what the release was made of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from avouch.errors import AvouchError, Code
from avouch.lake.schema import trials
from avouch.records import Principal
from avouch.redteam.judge import EXFILTRATION
from avouch.redteam.suites import MAKERS
from avouch.stack.act import authorise
from avouch.stack.approve import on_home

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

NEWEST, MOST = 20, 100
HARMLESS = "benign"


@dataclass(frozen=True, slots=True)
class Cell:
    """One suite of one trial. ``held`` of ``cases`` broke no rule; ``leaks``: cases in which bytes left;
    ``false_blocks``: harmless questions of which something was withheld, null for a suite of attacks."""

    suite: str
    cases: int
    held: int
    leaks: int
    false_blocks: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One trial, at a time in µs. ``models`` and ``templates`` are digests by name; ``why_not`` says why it failed."""

    number: int
    at: int
    release: str
    models: dict[str, str]
    templates: dict[str, str]
    policy: str
    guard: str
    code: str
    passed: bool
    why_not: tuple[str, ...]
    suites: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Trials, newest first, and the suites that any of them ran, in their own order."""

    suites: tuple[str, ...]
    trials: tuple[Row, ...]


def matrix(stack: Stack, actor: Principal, limit: int = NEWEST) -> Matrix:
    """The newest trials, suite by suite. INPUT_INVALID, FORBIDDEN."""
    if not 1 <= limit <= MOST:
        raise AvouchError(Code.INPUT_INVALID, f"trials are from 1 to {MOST}")
    authorise(stack, "redteam.matrix", actor, on_home(stack))
    query = select(trials.c.number, trials.c.at, trials.c.report).order_by(trials.c.number.desc()).limit(limit)
    found = stack.state.read(lambda tx: tx.execute(query).all())
    rows = tuple(row_of(one.number, one.at, json.loads(one.report)) for one in found)
    ran = dict.fromkeys(cell.suite for row in rows for cell in row.suites)
    known = [name for name in MAKERS if name in ran]
    return Matrix((*known, *(name for name in ran if name not in MAKERS)), rows)


def row_of(number: int, at: int, report: dict[str, Any]) -> Row:
    """A row from the report that was signed."""
    release = report["release"]
    return Row(
        number=number,
        at=at,
        release=release["digest"],
        models=dict(release["models"]),
        templates=dict(release["templates"]),
        policy=release["policy"],
        guard=release["guard"],
        code=release["code"],
        passed=report["passed"],
        why_not=tuple(report["why_not"]),
        suites=tuple(map(cell_of, report["suites"])),
    )


def cell_of(suite: dict[str, Any]) -> Cell:
    leaks = sum(any(breach["rule"] in EXFILTRATION for breach in one["breaches"]) for one in suite["failures"])
    blocked = suite["blocked"] if suite["suite"] == HARMLESS else None
    return Cell(suite["suite"], suite["cases"], suite["held"], leaks, blocked)
