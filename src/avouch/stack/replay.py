"""Replay: make an answer again from what was recorded, and compare.

Passages are re-read by offset and held against their salted digests; claims are quoted anew from them and
checked anew; where the index generation still stands, the search runs again with the stored vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection

from avouch.answer import check
from avouch.canon import commit, to_micros
from avouch.claims import check as claims
from avouch.errors import AvouchError, Code
from avouch.ledger import prove
from avouch.ledger.verify import digests
from avouch.policy.mask import mask_digest
from avouch.records import Citation, Fate, Moment, Principal, Vectors
from avouch.stack import judge, people
from avouch.stack.act import Commit, Stamp, act
from avouch.stack.evidence import Reader
from avouch.stack.search import search
from avouch.stack.vouchers import seq_of

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

VECTOR = "/vector"


@dataclass(frozen=True, slots=True)
class Replay:
    """``same``, ``differs`` or ``erased``, with what was looked at in words."""

    voucher_id: str
    verdict: str
    notes: tuple[str, ...]


def replay(stack: Stack, principal: Principal, voucher_id: str) -> Replay:
    """Replay one answer and record that it was replayed. NOT_FOUND."""

    def do() -> Commit[Replay]:
        done = compare(stack, voucher_id)

        def commit_it(tx: Connection, stamp: Stamp) -> tuple[Replay, dict[str, Any]]:
            return done, {"voucher": voucher_id, "verdict": done.verdict}

        return commit_it

    return act(stack, "replay", principal, do)


def compare(stack: Stack, voucher_id: str) -> Replay:
    """The verdict, without recording it."""

    def query(tx: Connection) -> tuple[dict[str, Any], list[str], list[str], list[str]]:
        _, body = prove.body(tx, seq_of(tx, voucher_id))
        reader = Reader(stack, tx, body)
        told = reader.disclosures()
        wrong = [
            f"what stands at {at} is not what was recorded"
            for at, expected in digests(body)
            if at in told and commit(told[at]["salt"], told[at]["value"]) != expected
        ]
        wrong += judged_otherwise(stack, reader, body, told)
        gone = [f"{part.pointer}: {part.why}" for part in reader.gone]
        return body, wrong, gone, [f"{len(told)} recorded parts were re-read and hold against their digests"]

    body, wrong, gone, notes = stack.state.read(query)
    if any(claim.get("written") for claim in body["claims"]) and body["recipe"]["check"] != judge.name_of(stack):
        notes.append("claims are checked otherwise than then: by other rules, names or models")
    if not gone:
        again, note = searched_again(stack, body)
        wrong += again
        notes.append(note)
    verdict = "erased" if gone else "differs" if wrong else "same"
    return Replay(voucher_id, verdict, (*gone, *wrong, *notes) if verdict != "same" else tuple(notes))


def judged_otherwise(stack: Stack, reader: Reader, body: dict[str, Any], told: dict[str, Any]) -> list[str]:
    """Claims whose verdict comes out otherwise when they are checked again: what it was, and what it is."""
    found = []
    for c, claim in enumerate(body["claims"]):
        quotes = [told.get(f"/claims/{c}/citations/{n}") for n in range(len(claim["citations"]))]
        text = told.get(f"/claims/{c}")
        if text is None or any(quote is None for quote in quotes):
            continue
        cited = tuple(
            Citation("", "", "", "", 0, 0, 0, quote["value"]["quote"], Fate.LIVE) for quote in quotes if quote
        )
        if claim.get("written"):
            verdict = rewritten(stack, reader, claim, text["value"], [quote["value"] for quote in quotes if quote])
        else:
            verdict = check.check(text["value"], cited).verdict.value
        if verdict != claim["verdict"]:
            found.append(f"/claims/{c} was {claim['verdict']} then and is {verdict} now")
    return found


def rewritten(stack: Stack, reader: Reader, claim: dict[str, Any], text: str, quotes: list[dict[str, str]]) -> str:
    """The verdict on a model's words, checked anew against the quotes and what they stand under."""
    heads = [
        head
        for quote, part in zip(quotes, claim["citations"], strict=True)
        for head in (quote["title"], *reader.heads(part))
    ]
    told = claims.check(
        text, [quote["quote"] for quote in quotes], heads, stack.lexicon, stack.recent.embed, stack.entails
    )
    return told.verdict.value


def searched_again(stack: Stack, body: dict[str, Any]) -> tuple[list[str], str]:
    """Run the recorded search again where generation, policy and principal are still what they were."""
    shelf, recorded = stack.shelf, body["index"]
    if shelf.generation.number != recorded["generation"] or stack.embedder.digest != body["model"]["digest"]:
        return [], "the index generation of then is gone: the search was not run again"
    if stack.policy.version != body["policy"]["version"]:
        return [], "another policy is in force now: the search was not run again"
    person = replace(people.by_id(stack, body["principal"]["id"]), purpose=body["purpose"] or "")
    moment = Moment(body["snapshot"], to_micros(body["as_of"]))
    scope = shelf.scope(person, moment)
    if mask_digest(stack.policy, scope.versions) != body["policy"]["mask"]:
        return ["what the person may see of that moment is not what it was"], "the search was not run again"
    try:
        question, query = stack.state.read(lambda tx: asked(stack, tx, body["voucher"]))
    except AvouchError as error:
        if error.code is not Code.ERASED:
            raise
        return [], "the question's vector was erased: the search was not run again"
    if recorded["snapshot"] != shelf.generation.snapshot:
        note = "the index has moved on (text statistics with it): the search was run, its scores may differ"
        strict = False
    else:
        note, strict = "the search was run again on the same index", True
    hits = search(stack, question, query, scope, len(body["passages"]))
    now, then = [hit.row for hit in hits.hits], [passage["row"] for passage in body["passages"]]
    if now == then:
        return [], note + " and found the same passages"
    return (found_otherwise(then, now) if strict else []), note


def found_otherwise(then: Sequence[int], now: Sequence[int]) -> list[str]:
    """How what a search finds differs: which passages are gone, how many came, or their order."""
    gone = [f"/passages/{n} is not found now" for n, row in enumerate(then) if row not in now]
    came = len(set(now) - set(then))
    fresh = [f"{came} passage{'s' * (came > 1)} found now {'was' if came == 1 else 'were'} not found then"]
    return [*gone, *(fresh if came else [])] or ["the search finds the same passages in another order"]


def asked(stack: Stack, tx: Connection, voucher_id: str) -> tuple[str, Vectors]:
    """The question and its vector as they were sealed."""
    question = stack.vault.unseal(tx, voucher_id).decode()
    return question, np.frombuffer(stack.vault.unseal(tx, voucher_id + VECTOR), "<f4")
