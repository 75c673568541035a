"""What is kept of questions and answers, as retention looks at it: since when, of which class, for which purpose."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, select, union

from avouch.lake.schema import answers, citations, classes, given, holds, sealed, versions
from avouch.ledger.log import entries
from avouch.protect.retention import Kept
from avouch.records import Classification

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

ANSWER, SEARCH = "answer", "search"
PAGE, IN = 1000, 500
PARTS = ("", "/vector", "/claims/0", "/withheld/0")
"""Of what is sealed of an answer, what there is if there is anything."""


def kept_before(stack: Stack, at: int) -> Iterator[list[Kept]]:
    """Every answer and search up to a time (µs) of which words are still there, a page at a time, oldest first."""
    for kind, page in ((ANSWER, answers_of), (SEARCH, searches_of)):
        after: int | None = -1
        while after is not None:
            rows, after = stack.state.read(lambda tx, page=page, after=after: page(tx, after, at))  # type: ignore[misc]
            if rows:
                yield [Kept(row[0], kind, *row[1:]) for row in rows]


Row = tuple[str, Classification, str, int, bool]
"""Id, class, purpose, time (µs), whether it is under a hold."""


def answers_of(tx: Connection, after: int, at: int) -> tuple[list[Row], int | None]:
    """A page of answers behind an entry, and where the next page begins."""
    there = select(sealed.c.name).where(sealed.c.name.in_([answers.c.id + part for part in PARTS])).exists()
    query = select(answers.c.id, entries.c.seq, entries.c.time, entries.c.body)
    found = page_of(tx, query.join(entries, entries.c.seq == answers.c.seq).where(there), after, at)
    ids = [row.id for row in found]
    used: dict[str, set[str]] = {one: set() for one in ids}
    held: set[str] = set()
    for some in parts(ids):
        rested = union(
            *(select(t.c.answer_id, t.c.version_id).where(t.c.answer_id.in_(some)) for t in (citations, given))
        )
        for row in tx.execute(rested):
            used[row.answer_id].add(row.version_id)
        held |= set(tx.execute(select(holds.c.answer_id).where(holds.c.answer_id.in_(some))).scalars())
    level = strictest(tx, used)
    rows = [(row.id, level[row.id], purpose(body_of(row)), row.time, row.id in held) for row in found]
    return rows, found[-1].seq if len(found) == PAGE else None


def searches_of(tx: Connection, after: int, at: int) -> tuple[list[Row], int | None]:
    """The same of searches: what they showed says their class."""
    query = select(entries.c.seq, entries.c.time, entries.c.body).where(entries.c.kind == SEARCH)
    found = page_of(tx, query, after, at)
    told = {str(body.get("search", "")): (row, body) for row in found if (body := body_of(row))}
    names: set[str] = set()
    for some in parts(list(told)):
        names |= set(tx.execute(select(sealed.c.name).where(sealed.c.name.in_(some))).scalars())
    here = {name: told[name] for name in told if name in names}
    level = strictest(tx, {name: {one["version"] for one in body["passages"]} for name, (_, body) in here.items()})
    rows = [(name, level[name], purpose(body), row.time, False) for name, (row, body) in here.items()]
    return rows, found[-1].seq if len(found) == PAGE else None


def page_of(tx: Connection, query: Select[Any], after: int, at: int) -> list[Any]:
    within = query.where(entries.c.seq > after, entries.c.time <= at)
    return list(tx.execute(within.order_by(entries.c.seq).limit(PAGE)).all())


def body_of(row: Any) -> dict[str, Any]:
    """What an entry says; nothing where that was erased."""
    return {} if row.body is None else dict(json.loads(row.body))


def purpose(body: Mapping[str, Any]) -> str:
    return str(body.get("purpose") or "")


def strictest(tx: Connection, used: Mapping[str, set[str]]) -> dict[str, Classification]:
    """The strictest class of what each rested on. What rested on nothing is a question alone: nobody classified it.

    What lies in a compartment is about somebody: restricted.
    """
    ids = sorted(set[str]().union(*used.values()))
    levels: dict[str, Classification] = {}
    for some in parts(ids):
        query = select(versions.c.id, versions.c.compartment, classes.c.classification)
        query = query.join(classes, versions.c.class_id == classes.c.id).where(versions.c.id.in_(some))
        for row in tx.execute(query):
            levels[row.id] = Classification.RESTRICTED if row.compartment else Classification(row.classification)
    return {
        name: max((levels.get(one, Classification.RESTRICTED) for one in those), default=Classification.RESTRICTED)
        for name, those in used.items()
    }


def parts(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start : start + IN] for start in range(0, len(ids), IN))
