"""The gate before a release: nothing goes live that was not attacked, or that somebody did not answer for by name."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from avouch import __version__
from avouch.canon import to_micros
from avouch.errors import AvouchError, Code
from avouch.generate import template
from avouch.generate.declare import digest_of
from avouch.guard.detect import shipped
from avouch.lake.schema import trials
from avouch.records import Principal
from avouch.redteam.release import Release as Tried
from avouch.redteam.report import DAYS, stale
from avouch.stack import judge, parts
from avouch.stack.parts import MODEL, Part
from avouch.stack.release import Release, asked, model_of, release_at

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of the attacks against a release; ``at`` is in µs."""

    number: int
    at: int
    release: str
    passed: bool
    seq: int


def tried(stack: Stack, release: Release) -> Tried:
    """What a trial of a release is bound to, the settings of the home among it that decide what may be shown."""
    models = tuple((one.name, digest_of(one)) for one in release.models if asked(one))
    templates = tuple((form, made.digest) for form, made in release.templates.items())
    checks = "+".join([judge.name_of(stack), *sorted(judge.listed(stack.settings.link_hosts))])
    return Tried(models, templates, release.policy, shipped().digest, __version__, checks)


def candidate(release: Release, part: Part | None) -> Release:
    """The release as it would be with a part in force."""
    if part is None:
        return release
    if part.kind == MODEL:
        made = model_of(part.text)
        return replace(release, models=(*(one for one in release.models if one.name != made.name), made))
    text = template.read(part.text)
    return replace(release, templates={**release.templates, text.form: text})


def cleared(stack: Stack, tx: Connection, actor: Principal, release: Release, override: str = "") -> str:
    """By what a release may go live, in words. RELEASE_UNTRIED. To be asked in the transaction that puts it in force.

    A release in which nothing writes needs no trial: what quotes cannot be talked into anything.
    """
    if not any(map(asked, release.models)):
        return "no model writes"
    bound = tried(stack, release)
    why = against(stack, tx, bound, time.time_ns() // 1000)
    if not why:
        return f"trial {latest(tx, bound.digest).number}"
    if override.strip():
        return f"override by {actor.id}: {override.strip()[:500]}"
    raise AvouchError(Code.RELEASE_UNTRIED, why)


def with_part(stack: Stack, actor: Principal, part: Part, override: str) -> Callable[[Connection], str]:
    """``cleared`` for the release with a part in force."""
    return lambda tx: cleared(stack, tx, actor, candidate(release_at(stack, tx), part), override)


def latest(tx: Connection, release: str) -> Trial:
    """The newest trial of a release. NOT_FOUND."""
    query = select(trials).where(trials.c.release == release).order_by(trials.c.number.desc()).limit(1)
    row = tx.execute(query).first()
    if row is None:
        raise AvouchError(Code.NOT_FOUND, "no trial of this release")
    return Trial(row.number, row.at, row.release, bool(row.passed), row.seq)


def against(stack: Stack, tx: Connection, release: Tried, now: int) -> str:
    """Why the newest trial of a release does not let it go live; empty where it does.

    What counts is what was signed, whatever the table says of it.
    """
    try:
        newest = latest(tx, release.digest)
    except AvouchError:
        return "this release was never attacked: other models, templates, policies or guards were"
    row = tx.execute(select(trials.c.report, trials.c.signature).where(trials.c.number == newest.number)).one()
    told = json.loads(row.report) if parts.ours(stack, row.report.encode(), row.signature) else {}
    if told.get("release", {}).get("digest") != release.digest:
        return f"trial {newest.number} is not what this home signed"
    if not told["passed"]:
        return f"trial {newest.number} failed: {'; '.join(told['why_not'])[:2000]}"
    if stale(to_micros(told["ended"]), now):
        return f"trial {newest.number} is not of the last {DAYS} days"
    return ""
