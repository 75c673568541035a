"""Policies as versions: proposed by one, activated by another, each an entry; to roll back, an older one is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, insert, select, update

from avouch.errors import AvouchError, Code
from avouch.lake.schema import policies
from avouch.policy.cases import Outcome, cases_of, run
from avouch.policy.texts import CASES, CEDAR, Texts, difference, digest_of, shipped
from avouch.policy.texts import policies as rules
from avouch.records import Principal
from avouch.stack import gate
from avouch.stack.act import Commit, Stamp, act, authorise
from avouch.stack.approve import on_home, separate
from avouch.stack.in_force import SHIPPED, active, cedar
from avouch.stack.release import Release, models_of, templates_of

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

NAME = re.compile(rf"[A-Za-z0-9][\w.-]{{0,99}}(?:{'|'.join(re.escape(end) for end in (CEDAR, *CASES))})")
MAX_FILES, MAX_CHARS = 100, 262_144
AUTHOR = "avouch"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A policy version; times in µs. ``in_force``: it is the active one."""

    number: int
    digest: str
    author: str
    proposed_at: int
    approver: str | None
    activated_at: int | None
    activated_seq: int | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class Activated:
    """What an activation changed. ``alone``: proposed and approved by the same owner, for there is nobody else."""

    number: int
    replaced: int
    snapshot: int
    alone: bool
    cases: int
    diff: str


def read_texts(path: Path) -> Texts:
    """The policies and test cases of a file or folder. PATH_MISSING, FILE_UNREADABLE, POLICY_INVALID."""
    if not path.exists():
        raise AvouchError(Code.PATH_MISSING, f"no file or folder at {path}")
    found = [path] if path.is_file() else sorted(p for p in path.iterdir() if p.name.endswith((CEDAR, *CASES)))
    try:
        if sum(one.stat().st_size for one in found[: MAX_FILES + 1]) > 4 * MAX_CHARS:
            raise AvouchError(Code.POLICY_INVALID, "the texts are too long")
        return checked({one.name: one.read_text("utf-8") for one in found[: MAX_FILES + 1]})
    except UnicodeDecodeError as error:
        raise AvouchError(Code.POLICY_INVALID, "a file is not UTF-8") from error
    except OSError as error:
        raise AvouchError(Code.FILE_UNREADABLE, "a file cannot be read") from error


def checked(texts: Mapping[str, str]) -> Texts:
    """The same texts, if there are not too many; POLICY_INVALID."""
    if odd := [name for name in texts if not NAME.fullmatch(name)]:
        raise AvouchError(Code.POLICY_INVALID, f"{odd[0][:40]!r} is no name of a .cedar or .yaml file")
    if not rules(texts):
        raise AvouchError(Code.POLICY_INVALID, "there is no .cedar file")
    if len(texts) > MAX_FILES or sum(map(len, texts.values())) > MAX_CHARS:
        raise AvouchError(Code.POLICY_INVALID, f"more than {MAX_FILES} files or {MAX_CHARS} characters")
    return texts


def propose(stack: Stack, actor: Principal, texts: Mapping[str, str]) -> int:
    """Store a policy for somebody else to activate; returns its number. It need not be right yet."""
    checked(texts)
    text, digest = json.dumps(dict(texts), sort_keys=True), digest_of(texts)

    def do() -> Commit[int]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[int, dict[str, Any]]:
            number = 1 + (tx.execute(select(func.max(policies.c.number))).scalar() or 0)
            row = {"number": number, "digest": digest, "text": text, "author": actor.id}
            tx.execute(insert(policies), {**row, "proposed_at": stamp.at, "proposed_seq": stamp.seq})
            return number, {"number": number, "digest": digest, "files": len(texts)}

        return commit

    return act(stack, "policy.propose", actor, do, on_home(stack))


def activate(stack: Stack, actor: Principal, number: int, alone: bool = False, override: str = "") -> Activated:
    """Put a policy in force, from this entry on, in every process. NOT_FOUND, FORBIDDEN.

    SEPARATION_OF_DUTIES where the actor proposed it; ``alone`` lets an owner do that who is the only one who
    could approve. POLICY_INVALID, POLICY_NAMES_DOCUMENT, POLICY_TEST_FAILED where it is not fit. RELEASE_UNTRIED
    where models write and were not tried under it, unless ``override`` says why.
    """
    authorise(stack, "policy.activate", actor, on_home(stack))
    texts = texts_of(stack, number)
    author = stack.state.read(lambda tx: author_of(tx, number))
    separate(stack, actor, author, "policy.activate", f"policy {number}", alone)
    cases = fit(stack, texts)
    version = version_of(texts)

    def do() -> Commit[Activated]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[Activated, dict[str, Any]]:
            release = Release(models_of(stack, tx), templates_of(stack, tx), version)
            cleared = gate.cleared(stack, tx, actor, release, override)
            replaced, _, _ = active(tx)
            before = stored(tx, replaced)
            author = keep_shipped(tx, stamp) if number == 0 else author_of(tx, number)
            by_oneself = author == actor.id
            values = {"approver": actor.id, "activated_at": stamp.at, "activated_seq": stamp.seq}
            tx.execute(update(policies).where(policies.c.number == number).values(values))
            diff = difference(before, texts)
            body = {"number": number, "replaced": replaced, "author": author, "approver": actor.id, "alone": by_oneself}
            digests = {"old": digest_of(before), "new": digest_of(texts)}
            told = Activated(number, replaced, stamp.seq, by_oneself, cases, diff)
            return told, {**body, **digests, "cases": cases, "diff": diff, "cleared": cleared}

        return commit

    try:
        return act(stack, "policy.activate", actor, do, on_home(stack))
    finally:
        stack.in_force.forget()


def fit(stack: Stack, texts: Texts) -> int:
    """How many test cases the policy passed. POLICY_INVALID, POLICY_NAMES_DOCUMENT, POLICY_TEST_FAILED."""
    outcomes = tried(texts)
    failed = [one.name for one in outcomes if not one.passed]
    if failed:
        raise AvouchError(Code.POLICY_TEST_FAILED, f"{len(failed)} of {len(outcomes)} cases: {failed[0][:100]!r}")
    decision = cedar(texts).decide(stack.owner, "policy", on_home(stack))[0]
    if not decision.allowed:
        raise AvouchError(Code.POLICY_INVALID, "the owner could not activate another policy after it")
    return len(outcomes)


def tried(texts: Texts) -> list[Outcome]:
    """What a policy decides on its own test cases. POLICY_INVALID, POLICY_NAMES_DOCUMENT."""
    return run(cedar(texts), cases_of(texts))


def listing(stack: Stack, actor: Principal) -> list[Proposed]:
    """Every policy version, the shipped one first. FORBIDDEN."""
    authorise(stack, "policy.list", actor, on_home(stack))

    def read(tx: Connection) -> list[Proposed]:
        now, _, _ = active(tx)
        rows = tx.execute(select(policies).order_by(policies.c.number)).all()
        found = [proposed(row, now) for row in rows]
        zero = Proposed(0, digest_of(shipped()), AUTHOR, 0, None, None, None, now == 0)
        return found if found and not found[0].number else [zero, *found]

    return stack.state.read(read)


def proposed(row: Any, in_force: int) -> Proposed:
    names = ("number", "digest", "author", "proposed_at", "approver", "activated_at", "activated_seq")
    return Proposed(**{name: getattr(row, name) for name in names}, in_force=row.number == in_force)


def show(stack: Stack, actor: Principal, number: int | None = None) -> tuple[int, Texts]:
    """The number and texts of a policy, or of the one in force. NOT_FOUND, FORBIDDEN."""
    authorise(stack, "policy.show", actor, on_home(stack))
    found = stack.state.read(active)[0] if number is None else number
    return found, stack.state.read(lambda tx: stored(tx, found)) if number is None else texts_of(stack, found)


def number_in_force(stack: Stack) -> int:
    """The number of the policy in force; 0 is the one that comes with Avouch."""
    return stack.state.read(active)[0]


def version_of(texts: Texts) -> str:
    """What vouchers and trials name a policy by. POLICY_INVALID, POLICY_NAMES_DOCUMENT."""
    return cedar(texts).version


def texts_of(stack: Stack, number: int) -> Texts:
    """The texts that activating ``number`` puts in force: of 0 those that come with this version."""
    return shipped() if number == 0 else stack.state.read(lambda tx: stored(tx, number))


def stored(tx: Connection, number: int) -> Texts:
    """The texts of a policy as stored; NOT_FOUND."""
    text = tx.execute(select(policies.c.text).where(policies.c.number == number)).scalar()
    if text is None and number == SHIPPED[0]:
        return shipped()
    if text is None:
        raise AvouchError(Code.NOT_FOUND, f"no policy {number}: see `avouch policy list`")
    try:
        found: Texts = json.loads(text)
        return {str(name): str(lines) for name, lines in found.items()}
    except (ValueError, AttributeError):
        return {}  # damaged: another can still be put in its place


def author_of(tx: Connection, number: int) -> str:
    return str(tx.execute(select(policies.c.author).where(policies.c.number == number)).scalar() or AUTHOR)


def keep_shipped(tx: Connection, stamp: Stamp) -> str:
    """Write the shipped policy as row 0, as it is in this version; returns its author."""
    texts = shipped()
    values = {"digest": digest_of(texts), "text": json.dumps(dict(texts), sort_keys=True)}
    if not tx.execute(update(policies).where(policies.c.number == 0).values(values)).rowcount:
        proposed = {"author": AUTHOR, "proposed_at": stamp.at, "proposed_seq": stamp.seq}
        tx.execute(insert(policies), {"number": 0, **values, **proposed})
    return AUTHOR
