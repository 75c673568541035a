"""Trials: a release attacked by every suite, the result signed and kept. Without a fresh one nothing goes live."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert, select

from avouch.errors import AvouchError, Code
from avouch.lake.schema import trials
from avouch.ports import Progress
from avouch.records import Grammar, Model, ModelKind, Principal
from avouch.redteam import corpora, report, run, suites
from avouch.redteam.case import Suite
from avouch.redteam.report import Report
from avouch.redteam.run import DONE
from avouch.stack import gate, models, policies
from avouch.stack.act import Commit, Stamp, act, authorise
from avouch.stack.approve import on_home
from avouch.stack.gate import Trial
from avouch.stack.ingest import silent
from avouch.stack.parts import MODEL, Part
from avouch.stack.release import Release, asked
from avouch.stack.trial_home import Made, attacked, faithful, obedient

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

COUNT, MOST = 20, 500
WORST = Model(
    "worst-case",
    ModelKind.OPENAI,
    version="obeys",
    url="http://127.0.0.1:9/v1",
    context=100_000,
    reply=4096,
    grammar=Grammar.NONE,
    owner="redteam",
)
"""Stands in where a release has no model: what if one wrote there? Its address is never asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to try: the release in force, or that with another part or policy; how many cases of each suite.

    ``real``: the models themselves are asked, and not only one that obeys everything. ``suites`` empty: all.
    """

    part: Part | None = None
    policy: int | None = None
    count: int = COUNT
    seed: int = 1
    folder: Path | None = None
    suites: tuple[str, ...] = ()
    real: bool = False


def attack(stack: Stack, actor: Principal, what: Asked, progress: Progress = silent) -> tuple[Trial, Report]:
    """Run the suites and keep the signed result. INPUT_INVALID, NOT_FOUND, PATH_MISSING, FORBIDDEN."""
    if not 1 <= what.count <= MOST:
        raise AvouchError(Code.INPUT_INVALID, f"a suite has 1 to {MOST} cases")
    authorise(stack, "redteam.run", actor, on_home(stack))

    def do() -> Commit[tuple[Trial, Report]]:
        made = tried(stack, actor, what, progress)
        data = report.signed_bytes(made)
        signature = Ed25519PrivateKey.from_private_bytes(stack.signer.seed).sign(data)

        def commit(tx: Connection, stamp: Stamp) -> tuple[tuple[Trial, Report], dict[str, Any]]:
            passed = not report.verdict(made)
            row = {"seq": stamp.seq, "at": stamp.at, "release": made.release.digest, "passed": int(passed)}
            told = {"report": data.decode(), "signature": base64.b64encode(signature).decode()}
            number = tx.execute(insert(trials).values({**row, **told})).inserted_primary_key[0]  # type: ignore[index]
            cases = sum(one.cases for one in made.results)
            entry = {"trial": number, "release": made.release.digest, "passed": passed, "cases": cases}
            return (Trial(number, stamp.at, made.release.digest, passed, stamp.seq), made), {
                **entry,
                "leaks": made.leaks,
                "report": told["signature"],
            }

        return commit

    return act(stack, "redteam.run", actor, do, on_home(stack))


def tried(stack: Stack, actor: Principal, what: Asked, progress: Progress) -> Report:
    """The report of a run, not kept."""
    release, texts = candidate(stack, what)
    bound = gate.tried(stack, release)
    if what.part and what.part.kind == MODEL and not models.keyed(stack, actor, what.part):
        release = keyless(release, what.part.name)
    if not any(map(asked, release.models)):
        release = Release((WORST,), release.templates, release.policy)
    held = corpora.read(what.folder)
    names = what.suites or tuple(suites.MAKERS)
    made = [suites.suite(name, what.seed, what.count, held) for name in names]
    told, reports = Told(progress, sum(len(one.cases) for one in made)), []
    for some, generator in worst_and_best(made, what.real):
        with attacked(stack, release, bound, texts, generator) as target:
            reports.append(run.run(some, target, told, what.seed, held.digest))
            told.before += sum(len(one.cases) for one in some)
    return report.joined(reports)


def worst_and_best(made: list[Suite], real: bool) -> list[tuple[list[Suite], Made | None]]:
    """Which suites are tried with what in the place of the models: attacks with the worst that could write there,
    harmless questions with the best, so that what is withheld is withheld wrongly."""
    if real:
        return [(made, None)]
    attacks = [one for one in made if one.name != suites.HARMLESS]
    harmless = [one for one in made if one.name == suites.HARMLESS]
    return [(some, generator) for some, generator in ((attacks, obedient), (harmless, faithful)) if some]


@dataclass(slots=True)
class Told:
    """Progress of several runs as that of one."""

    progress: Progress
    total: int
    before: int = 0

    def __call__(self, done: int, total: int, note: str) -> None:
        if note != DONE or self.before + done == self.total:
            self.progress(self.before + done, self.total, note)


def candidate(stack: Stack, what: Asked) -> tuple[Release, dict[str, str]]:
    """The release to try, and the texts of its policy. NOT_FOUND."""
    release = gate.candidate(stack.releases.now(), what.part)
    number = policies.number_in_force(stack) if what.policy is None else what.policy
    texts = dict(policies.texts_of(stack, number))
    if what.policy is not None:
        release = Release(release.models, release.templates, policies.version_of(texts))
    return release, texts


def keyless(release: Release, name: str) -> Release:
    """The same, with a model in it that is asked without its key."""
    return replace(release, models=tuple(replace(one, key="") if one.name == name else one for one in release.models))


def listing(stack: Stack, actor: Principal, limit: int = 100) -> list[Trial]:
    """Every trial, newest first. FORBIDDEN."""
    authorise(stack, "redteam.list", actor, on_home(stack))
    query = select(trials).order_by(trials.c.number.desc()).limit(limit)
    rows = stack.state.read(lambda tx: tx.execute(query).all())
    return [Trial(row.number, row.at, row.release, bool(row.passed), row.seq) for row in rows]


def show(stack: Stack, actor: Principal, number: int | None = None) -> dict[str, Any]:
    """A signed report: the newest, or one by number. NOT_FOUND, FORBIDDEN."""
    authorise(stack, "redteam.show", actor, on_home(stack))
    query = select(trials).order_by(trials.c.number.desc()).limit(1)
    if number is not None:
        query = query.where(trials.c.number == number)
    row = stack.state.read(lambda tx: tx.execute(query).first())
    if row is None:
        raise AvouchError(Code.NOT_FOUND, "no such trial: see `avouch redteam list`")
    return {"number": row.number, "report": json.loads(row.report), "signature": row.signature, "entry": row.seq}


def standing(stack: Stack, actor: Principal) -> str:
    """Why the release in force would not go live today, in words; empty where it would."""
    authorise(stack, "redteam.show", actor, on_home(stack))
    told = gate.tried(stack, stack.releases.now())
    return stack.state.read(lambda tx: gate.against(stack, tx, told, time.time_ns() // 1000))
