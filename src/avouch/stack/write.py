"""Write: a model phrases an answer from the passages, where one may; the checks decide what of it is shown.

A model is given what it may receive and no more, in time and within budget. Whatever goes wrong with it, the
quoted answer stands, and says so.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from avouch.claims.check import check
from avouch.errors import AvouchError
from avouch.generate.declare import digest_of
from avouch.generate.gateway import Written
from avouch.generate.route import route
from avouch.records import Claim, Principal, Verdict
from avouch.stack.budgets import DayPurse
from avouch.stack.judge import Judge, listed
from avouch.stack.passages import Found
from avouch.stack.release import asked
from avouch.stack.remember import again, kept, key_of
from avouch.stack.turns import REMEMBERED, WITHHELD, WRITTEN, Turn, ended, turns_of
from avouch.stack.writing import Framer, need_of, sense

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

WHOLE, LONGEST = "stop", 3600.0
"""Seconds that a question without a time of its own waits at most."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What came of asking models. Without ``model`` nothing was written, and the quoted answer stands.

    ``notes`` say in words which model was not asked, and why; ``facts`` go into the voucher, ``turns`` into the
    models' activity.
    """

    model: str = ""
    claims: tuple[Claim, ...] = ()
    withheld: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()


def write(
    stack: Stack, principal: Principal, question: str, found: Found, seconds: float, chosen: str = ""
) -> Writing | None:
    """Have a model answer from the passages within so many seconds; None where no model is in force.

    ``chosen`` is asked first. NOT_FOUND where it is not in force; BUDGET_SPENT where the limits say to refuse.
    """
    deadline = time.monotonic() + min(seconds, LONGEST)
    release, gateway = stack.releases.together()
    if not any(map(asked, release.models)) or not found.passages:
        return None
    judge = Judge(stack, principal, question, found, stack.recent.embed)
    key = key_of(stack, principal, release, question, found, chosen)
    entry = stack.answered.get(key)
    if entry and (before := again(entry, found, judge)) is not None:
        told_again = {"model": entry.model, "template": entry.template, "again": True}
        turn = Turn(entry.model, REMEMBERED, claims=len(before))
        return Writing(entry.model, before, facts=told_again, turns=(turn,))
    sensed = sense(stack, question, found.passages)
    routed = route(release.models, need_of(found, sensed, listed(stack.settings.regions)), chosen)
    framer = Framer(stack, principal, release, question, found, sensed)
    purse = DayPurse(stack, principal)
    told = gateway.write(routed.models, framer.request, deadline, purse)
    notes = [f"{one.model}: {one.why}" for one in routed.left_out]
    notes += [one.why for one in told.attempts if one.code]
    facts, turns = facts_of(told, framer, purse, notes), turns_of(routed.left_out, told.attempts)
    if told.model is None:
        return Writing(notes=tuple(notes or (routed.note,)), facts=facts, turns=turns)
    try:
        said = framer.said(told.model, told.text)
    except AvouchError as error:
        notes.append(f"{told.model.name}: {error.message}")
        return Writing(notes=tuple(notes), facts={**facts, "model": None}, turns=ended(turns, error.code.name))
    claims = judge.judged(said)
    shown = tuple(claim for claim in claims if claim.verdict is Verdict.SUPPORTED)
    withheld = tuple(claim for claim in claims if claim.verdict is not Verdict.SUPPORTED)
    if shown and not withheld and told.finish == WHOLE:  # what went wrong once may go well the next time
        stack.answered.put(key, kept(shown, told.model.name, facts["template"], list(found.versions)))
    turns = ended(turns, WRITTEN if shown else WITHHELD, len(shown), len(withheld))
    return Writing(told.model.name, shown, withheld, tuple(notes), facts, turns)


def ready(stack: Stack) -> None:
    """Load what writing needs, where a model is in force: names, units, words. It takes a second, once."""
    if any(map(asked, stack.releases.now().models)):
        stack.senses.of("ready")
        check(
            "Ready in 1 second.",
            ["Ready within 2 seconds of it."],
            (),
            stack.lexicon,
            stack.recent.embed,
            stack.entails,
        )


def facts_of(told: Written, framer: Framer, purse: DayPurse, notes: list[str]) -> dict[str, Any]:
    """What the voucher says of it: who was asked, with which template, what it took. No content."""
    attempts = [
        {"model": one.model, "code": one.code, "tries": one.tries, "milliseconds": round(one.seconds * 1e3)}
        for one in told.attempts
    ]
    facts: dict[str, Any] = {"attempts": attempts, "tokens": purse.cost.tokens, "micros": purse.cost.micros}
    if told.model is None:
        return {**facts, "model": None, "why": notes}
    made = framer.frames[told.model.name]
    return {
        **facts,
        "model": told.model.name,
        "declaration": digest_of(told.model),
        "version": told.model.version,
        "template": made.template,
        "template_digest": made.template_digest,
        "given": len(made.given),
        "masked": framer.masks(told.model),
        "finish": told.finish,
    }
