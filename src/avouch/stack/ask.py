"""Ask: from a question to claims with citations, an entry and a voucher.

Authorise → mask → search inside the mask → fuse → re-check each passage → quote → check → record.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection, insert

from avouch.answer import abstain, extract, parts
from avouch.canon import from_micros, new_id
from avouch.errors import AvouchError, Code
from avouch.guard.detect import Place, Risk
from avouch.lake import schema
from avouch.policy.mask import mask_digest
from avouch.records import (
    Answer,
    Claim,
    Passage,
    Principal,
    Span,
    Verdict,
)
from avouch.stack import judge, turns
from avouch.stack.act import Commit, Stamp, act
from avouch.stack.cite import cite
from avouch.stack.clock import Clock
from avouch.stack.evidence import Asked, Binder
from avouch.stack.moment import Asof, as_of
from avouch.stack.passages import Found, retrieve
from avouch.stack.reading import may
from avouch.stack.scope import Scope
from avouch.stack.write import Writing, write

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

MAX_QUESTION, NEAREST = 4000, 3
QUOTE = "extractive"
RECIPE, WRITTEN = "hybrid/1", "written/1"
RESERVE_MS = 100.0
"""Of a question's time: for checking what a model wrote, and for the entry."""


def question_of(text: str) -> str:
    """The question, trimmed; QUESTION_EMPTY, QUESTION_TOO_LONG."""
    text = text.strip()
    if not any(character.isalnum() for character in text):
        raise AvouchError(Code.QUESTION_EMPTY, "the question has no word")
    if len(text) > MAX_QUESTION:
        raise AvouchError(Code.QUESTION_TOO_LONG, f"the question has {len(text)} characters")
    return text


def ask(
    stack: Stack,
    principal: Principal,
    question: str,
    as_of_time: str | None = None,
    known_at: str | None = None,
    purpose: str | None = None,
    budget_ms: float = math.inf,
    model: str = "",
) -> Answer:
    """Answer a question from what the principal may see, and record it. BUDGET_SPENT, NOT_FOUND (no such ``model``).

    Where finding took longer than ``budget_ms``, the passages come without an answer; where only the model was
    late, with the quoted one (``degraded`` says so). ``model`` is asked first, of those in force; ``extractive``
    asks none.
    """
    clock = Clock()
    question = question_of(question)
    if model not in ("", QUOTE):
        stack.releases.now().named(model)
    if purpose is not None:
        principal = replace(principal, purpose=purpose)
    moment = as_of(stack, as_of_time, known_at)
    clock.lap("open")

    def do() -> Commit[Answer]:
        clock.lap("authorise")
        found = retrieve(stack, principal, question, moment, clock)
        late = clock.spent > budget_ms
        drafted = unanswered(question, moment) if late else answer(stack, question, found, moment, clock)
        if model != QUOTE and not late and drafted.confidence >= stack.settings.abstain_below:
            left = (budget_ms - clock.spent - RESERVE_MS) / 1e3
            drafted = drafted.written(write(stack, principal, question, found, left, model))
            clock.lap("write")
        stack.recent.keep(question, found.vector)
        drafted = replace(drafted, risk=stack.detector.risk(question, Place.PROMPT))
        clock.lap("suspect")
        return lambda tx, stamp: record(stack, tx, stamp, principal, found, drafted, clock)

    answered = act(stack, "ask", principal, do)
    clock.lap("commit")
    answered.timings.update(clock.steps)
    return seen_by(stack, principal, answered)


@dataclass(frozen=True, slots=True)
class Drafted:
    """An answer before it is recorded."""

    question: str
    claims: tuple[Claim, ...]
    confidence: float
    abstained: bool
    moment: Asof
    degraded: str = ""
    writing: Writing | None = None
    risk: Risk = Risk(0.0)

    def written(self, writing: Writing | None) -> Drafted:
        """What a model wrote in the place of what was quoted; where none did, that with a word of why."""
        if writing is None:
            return self
        if not writing.model:
            return replace(self, degraded="model", writing=writing)
        return replace(self, claims=writing.claims, abstained=not writing.claims, writing=writing)


def seen_by(stack: Stack, principal: Principal, answered: Answer) -> Answer:
    """The answer as its reader has it: what was withheld has its words for whoever may review."""
    if not answered.withheld or may(stack, principal, "review"):
        return answered
    bare = [
        replace(one, text="", citations=(), reasons=tuple(replace(reason, words="") for reason in one.reasons))
        for one in answered.withheld
    ]
    return replace(answered, withheld=tuple(bare))


def unanswered(question: str, moment: Asof) -> Drafted:
    """What goes out where the time is over: no claims."""
    return Drafted(question, (), 0.0, True, moment, "time")


def answer(stack: Stack, question: str, found: Found, moment: Asof, clock: Clock) -> Drafted:
    """Quote, check, and keep what is supported; abstain where too little speaks for an answer."""
    text = stack.shelf.generation.text
    drafted = extract.extract(found.vector, found.weights, found.passages, text.words, stack.recent.embed)
    claims = [cite(found, s) for s in drafted.chosen]
    kept = tuple(claim for claim in claims if claim.verdict is Verdict.SUPPORTED)
    sure = abstain.confidence(found.best, found.gap) if found.passages else 0.0
    abstained = not kept or sure < stack.settings.abstain_below
    clock.lap("answer")
    return Drafted(question, () if abstained else kept, round(sure, 4), abstained, moment)


def record(
    stack: Stack,
    tx: Connection,
    stamp: Stamp,
    principal: Principal,
    found: Found,
    drafted: Drafted,
    clock: Clock,
) -> tuple[Answer, dict[str, Any]]:
    """Write the answer's rows and the body of its voucher."""
    voucher = new_id("a")
    moment = drafted.moment.moment
    facts = facts_of(stack, principal, found, drafted)
    asked = Asked(voucher, principal.id, principal.asserted, drafted.question, facts)
    stack.vault.seal(tx, voucher, principal.id, drafted.question.encode())
    stack.vault.seal(tx, vector_name(voucher), principal.id, np.ascontiguousarray(found.vector, "<f4").tobytes())
    writing = drafted.writing or Writing()
    binder = Binder(stack, tx, asked)
    body = binder.body(found.passages, list(drafted.claims), found.versions)
    missed = unsaid(stack, found, drafted)
    if missed:
        body["missed"] = [[span.start, span.end] for span in missed]
    if drafted.risk.high:
        body["suspected"] = {"permille": round(drafted.risk.score * 1000), "reasons": list(drafted.risk.reasons)}
    if drafted.writing is not None:
        body |= {"writer": writing.facts, "withheld": binder.withheld(writing.withheld)}
        rows = [{"answer_id": voucher, "version_id": version} for version in sorted(found.versions)]
        tx.execute(insert(schema.given), rows)
        turns.add(tx, drafted.writing.turns, stamp.seq, stamp.at)
    tx.execute(insert(schema.answers), {"id": voucher, "seq": stamp.seq, "principal_id": principal.id})
    cited = sorted({citation.version_id for claim in drafted.claims for citation in claim.citations})
    if cited:
        tx.execute(insert(schema.citations), [{"answer_id": voucher, "version_id": version} for version in cited])
    clock.lap("voucher")
    warnings = [
        drafted.moment.note,
        *(c.warning and f"{c.title}: {c.warning}" for k in drafted.claims for c in k.citations),
    ]
    return Answer(
        question=drafted.question,
        abstained=drafted.abstained,
        claims=drafted.claims,
        passages=tuple(found.passages),
        nearest=nearest(found.passages) if drafted.abstained else (),
        snapshot=moment.snapshot,
        as_of=from_micros(moment.at),
        known_until=from_micros(stamp.at),
        voucher_id=voucher,
        warnings=tuple(dict.fromkeys(text for text in warnings if text)),
        timings=clock.steps,
        confidence=drafted.confidence,
        degraded=drafted.degraded,
        model=writing.model,
        withheld=writing.withheld,
        notes=notes(drafted, missed),
    ), body


def unsaid(stack: Stack, found: Found, drafted: Drafted) -> list[Span]:
    """Of a question of several parts those that nothing was found for, though something was for others."""
    if not drafted.claims:
        return []
    analyze = stack.shelf.generation.text.words
    cited = (f"{c.title}\n{c.quote}" for claim in drafted.claims for c in claim.citations)
    said = frozenset(analyze("\n".join((*cited, *(claim.text for claim in drafted.claims)))))
    return parts.missed(drafted.question, found.weights, said, analyze)


def notes(drafted: Drafted, missed: list[Span]) -> tuple[str, ...]:
    """In words: which models did not write and why, and what of the question has no answer."""
    told = [f"nothing was found for “{drafted.question[span.start : span.end]}”" for span in missed]
    if drafted.abstained and not drafted.degraded and len(parts.parts(drafted.question)) > 1:
        told.append("the question has several parts: ask them one by one")
    return (*(drafted.writing.notes if drafted.writing else ()), *told)


def nearest(passages: list[Passage]) -> tuple[str, ...]:
    """The titles of the nearest visible documents: what an abstention offers instead."""
    return tuple(dict.fromkeys(passage.title for passage in passages))[:NEAREST]


def facts_of(stack: Stack, principal: Principal, found: Found, drafted: Drafted) -> dict[str, Any]:
    """The versions of everything that the answer rests on."""
    generation, embedder, moment = stack.shelf.generation, stack.embedder, drafted.moment.moment
    return {
        "origin": stack.signer.origin,
        "purpose": principal.purpose or None,
        "emergency": principal.emergency or None,
        "via": principal.via or None,
        "snapshot": moment.snapshot,
        "as_of": from_micros(moment.at),
        "index": {"generation": generation.number, "rows": generation.rows, "snapshot": generation.snapshot},
        "model": {"digest": embedder.digest, "engine": embedder.engine, "precision": embedder.precision},
        "recipe": {"retrieve": RECIPE, **recipe_of(stack, drafted)},
        "policy": policy_of(found.scope),
        "abstained": drafted.abstained,
        "degraded": drafted.degraded or None,
        "confidence": drafted.confidence,
    }


def recipe_of(stack: Stack, drafted: Drafted) -> dict[str, str]:
    """How the claims came about and were checked."""
    if drafted.writing is not None and drafted.writing.model:
        return {"answer": WRITTEN, "check": judge.name_of(stack)}
    return {"answer": extract.NAME, "check": "verbatim/1"}


def policy_of(scope: Scope) -> dict[str, str]:
    """By which policy something was shown, and the mask that it made."""
    return {"version": scope.policy.version, "mask": mask_digest(scope.policy, scope.versions)}


def vector_name(voucher: str) -> str:
    """Under which name the question's vector (float32, little-endian) is sealed, for replay."""
    return f"{voucher}/vector"
