"""Ask: from a question to claims with citations, an entry and a voucher.

Authorise → mask → search inside the mask → fuse → re-check each passage → quote → check → record.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection, insert

from avouch.answer import abstain, check, extract
from avouch.canon import from_micros, new_id
from avouch.errors import AvouchError, Code
from avouch.lake import chunks, documents, schema
from avouch.policy.mask import mask_digest
from avouch.records import (
    FOREVER,
    Answer,
    Citation,
    Claim,
    Fate,
    Hit,
    Passage,
    Principal,
    Vectors,
    Verdict,
    Version,
    VisibilityClass,
)
from avouch.stack.act import Commit, Stamp, act
from avouch.stack.clock import Clock
from avouch.stack.evidence import Asked, Binder
from avouch.stack.moment import Asof, as_of
from avouch.stack.search import search
from avouch.stack.shelf import Scope

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

MAX_QUESTION, NEAREST = 4000, 3
RECIPE = "hybrid/1"


@dataclass(frozen=True, slots=True)
class Found:
    """What retrieval hands over: passages that the principal may see, and why."""

    vector: Vectors
    scope: Scope
    passages: list[Passage]
    versions: dict[str, Version]
    weights: Mapping[str, float]
    best: float
    gap: float


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
) -> Answer:
    """Answer a question from what the principal may see, and record it."""
    clock = Clock()
    question = question_of(question)
    moment = as_of(stack, as_of_time, known_at)

    def do() -> Commit[Answer]:
        found = retrieve(stack, principal, question, moment, clock)
        drafted = answer(stack, question, found, moment, clock)
        return lambda tx, stamp: record(stack, tx, stamp, principal, found, drafted, purpose, clock)

    answered = act(stack, "ask", principal, do)
    clock.lap("commit")
    answered.timings.update(clock.steps)
    return answered


def retrieve(stack: Stack, principal: Principal, question: str, moment: Asof, clock: Clock) -> Found:
    """The best passages inside the principal's mask."""
    shelf = stack.shelf
    shelf.refresh()
    clock.lap("open")
    query = stack.embedder.embed([question])[0]
    clock.lap("embed")
    scope = shelf.scope(principal, moment.moment)
    clock.lap("mask")
    fused = search(stack, question, query, scope, stack.settings.passages, clock)
    passages, versions = stack.state.read(lambda tx: read_passages(stack, tx, principal, fused.hits))
    clock.lap("recheck")
    return Found(query, scope, passages, versions, shelf.generation.text.weights(question), fused.best, fused.gap)


def read_passages(
    stack: Stack, tx: Connection, principal: Principal, hits: Sequence[Hit]
) -> tuple[list[Passage], dict[str, Version]]:
    """Passages with their text; each one's own attributes are put to the policy once more."""
    spans = {hit.row: stack.shelf.generation.spans[hit.row] for hit in hits}
    versions = documents.by_ordinal(tx, (int(span["version"]) for span in spans.values()))
    found = []
    for hit in hits:
        span = spans[hit.row]
        version = versions[int(span["version"])]
        shape = VisibilityClass(version.labels, version.classification, version.tenant)
        if not stack.policy.may_see(principal, shape):
            raise AvouchError(Code.FORBIDDEN, f"the mask let {version.id} through, which the policy forbids")
        text = stack.store.text(tx, version.document_id, version.text_blob)
        why = f"{', '.join(sorted(principal.groups & version.labels))}; {version.classification.name.lower()}"
        piece = chunks.unpack(span)
        headings = tuple(text[s.start : s.end].strip("# \n") for s in piece.headings)
        quote = text[piece.start : piece.end]
        found.append(
            Passage(
                document_id=version.document_id,
                version_id=version.id,
                document_key=version.key,
                title=version.title,
                page=piece.page,
                start=piece.start,
                end=piece.end,
                headings=headings,
                text=quote,
                score=hit.scores.fused,
                scores=hit.scores,
                row=hit.row,
                why=why,
            )
        )
    return found, {version.id: version for version in versions.values()}


@dataclass(frozen=True, slots=True)
class Drafted:
    """An answer before it is recorded."""

    question: str
    claims: tuple[Claim, ...]
    confidence: float
    abstained: bool
    moment: Asof


def answer(stack: Stack, question: str, found: Found, moment: Asof, clock: Clock) -> Drafted:
    """Quote, check, and keep what is supported; abstain where too little speaks for an answer."""
    text = stack.shelf.generation.text
    drafted = extract.extract(found.vector, found.weights, found.passages, text.words, stack.embedder.embed)
    claims = [cite(found, s) for s in drafted.chosen]
    kept = tuple(claim for claim in claims if claim.verdict is Verdict.SUPPORTED)
    sure = abstain.confidence(found.best, found.gap) if found.passages else 0.0
    abstained = not kept or sure < stack.settings.abstain_below
    clock.lap("answer")
    return Drafted(question, () if abstained else kept, round(sure, 4), abstained, moment)


def cite(found: Found, sentence: extract.Sentence) -> Claim:
    passage = found.passages[sentence.passage]
    version = found.versions[passage.version_id]
    quote = passage.text[sentence.start - passage.start : sentence.end - passage.start]
    citation = Citation(
        version.document_id,
        version.id,
        version.key,
        version.title,
        passage.page,
        sentence.start,
        sentence.end,
        quote,
        version.fate,
        warning(version),
    )
    return check.check(sentence.text, (citation,))


def warning(version: Version) -> str:
    """What a reader must know of a cited version that is not the newest truth."""
    day = from_micros(min(version.ended_at, 2**52))[:10]
    told = {
        Fate.SUPERSEDED: f"superseded by a newer version on {day}",
        Fate.WITHDRAWN: f"withdrawn on {day}",
        Fate.REVOKED: f"revoked as wrong on {day}",
    }.get(version.fate, "")
    now = time.time_ns() // 1000
    if not told and version.valid_to != FOREVER and version.valid_to <= now:
        return f"expired on {from_micros(version.valid_to)[:10]}"
    return told


def record(
    stack: Stack,
    tx: Connection,
    stamp: Stamp,
    principal: Principal,
    found: Found,
    drafted: Drafted,
    purpose: str | None,
    clock: Clock,
) -> tuple[Answer, dict[str, Any]]:
    """Write the answer's rows and the body of its voucher."""
    voucher = new_id("a")
    moment = drafted.moment.moment
    facts = facts_of(stack, found, drafted, purpose)
    asked = Asked(voucher, principal.id, principal.asserted, drafted.question, facts)
    stack.vault.seal(tx, voucher, principal.id, drafted.question.encode())
    stack.vault.seal(tx, vector_name(voucher), principal.id, np.ascontiguousarray(found.vector, "<f4").tobytes())
    body = Binder(stack, tx, asked).body(found.passages, list(drafted.claims), found.versions)
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
    ), body


def nearest(passages: list[Passage]) -> tuple[str, ...]:
    """The titles of the nearest visible documents: what an abstention offers instead."""
    return tuple(dict.fromkeys(passage.title for passage in passages))[:NEAREST]


def facts_of(stack: Stack, found: Found, drafted: Drafted, purpose: str | None) -> dict[str, Any]:
    """The versions of everything that the answer rests on."""
    generation, embedder, moment = stack.shelf.generation, stack.embedder, drafted.moment.moment
    return {
        "origin": stack.signer.origin,
        "purpose": purpose,
        "snapshot": moment.snapshot,
        "as_of": from_micros(moment.at),
        "index": {"generation": generation.number, "rows": generation.rows, "snapshot": generation.snapshot},
        "model": {"digest": embedder.digest, "engine": embedder.engine, "precision": embedder.precision},
        "recipe": {"retrieve": RECIPE, "answer": extract.NAME, "check": "verbatim/1"},
        "policy": {"version": stack.policy.version, "mask": mask_digest(stack.policy, found.scope.versions)},
        "abstained": drafted.abstained,
        "confidence": drafted.confidence,
    }


def vector_name(voucher: str) -> str:
    """Under which name the question's vector (float32, little-endian) is sealed, for replay."""
    return f"{voucher}/vector"
