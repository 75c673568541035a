"""Checks of one voucher: body, disclosures, claims, inclusion, signature, anchor."""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from avouch.canon import commit
from avouch.errors import AvouchError, Code
from avouch.ledger import merkle, note
from avouch.ledger.entry import of
from avouch.ledger.formats import BODY, ENVELOPE
from avouch.ledger.report import Check, Report, report


def decode(text: Any) -> bytes:
    """Base64 bytes; PROOF_INVALID otherwise."""
    try:
        return note.from_base64(text)
    except (TypeError, ValueError, binascii.Error) as error:
        raise AvouchError(Code.PROOF_INVALID, "a hash in the proof is not base64") from error


def verify_voucher(data: bytes, key: str | None = None, anchor: str | None = None) -> Report:
    """Check a voucher file. ``key`` is a C2SP verifier key, ``anchor`` a checkpoint kept elsewhere."""
    voucher = load(data)
    checks: list[Check] = []
    for step in (check_body, check_disclosures, check_claims, check_inclusion):
        attempt(checks, step, voucher)
    attempt(checks, lambda v: check_signature(v, key), voucher)
    attempt(checks, lambda v: check_anchor(v, key, anchor), voucher)
    checks += limits(key, anchor)
    return report(checks)


def load(data: bytes) -> dict[str, Any]:
    """The voucher's fields; VOUCHER_MALFORMED where the file is not one."""
    try:
        voucher = strict(data)
    except (ValueError, RecursionError) as error:
        raise AvouchError(Code.VOUCHER_MALFORMED, "the file is not JSON") from error
    wanted = {"format", "body", "salt", "disclosures", "entry", "inclusion", "checkpoint", "key", "anchors"}
    if not isinstance(voucher, dict) or voucher.get("format") != ENVELOPE or set(voucher) != wanted:
        raise AvouchError(Code.VOUCHER_MALFORMED, "the file has not the parts of a voucher")
    parts = ("body", "disclosures", "entry", "inclusion", "anchors")
    if not all(isinstance(voucher[name], dict) for name in parts) or voucher["body"].get("format") != BODY:
        raise AvouchError(Code.VOUCHER_MALFORMED, "a part of the voucher has a wrong type")
    return voucher


def strict(text: str | bytes) -> Any:
    """A JSON value that every reader reads alike. ValueError, RecursionError."""
    return json.loads(text, parse_constant=refuse, object_pairs_hook=unique)


def refuse(constant: str) -> None:
    raise ValueError(constant)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two values under one name could show a reader one thing and a verifier another."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def attempt(checks: list[Check], step: Callable[[dict[str, Any]], list[Check]], voucher: dict[str, Any]) -> None:
    """Run one step; what is malformed in it fails that step and not the verifier."""
    try:
        checks += step(voucher)
    except AvouchError as error:
        checks.append(Check("proof", False, error.message))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        checks.append(Check("form", False, f"a part of the voucher is malformed ({type(error).__name__})"))


def check_body(voucher: dict[str, Any]) -> list[Check]:
    entry = of(voucher["entry"])
    if not entry.commits_to(voucher["salt"], voucher["body"]):
        return [Check("body", False, f"The body is not the one that ledger entry {entry.seq} commits to.")]
    when = f"Ledger entry {entry.seq} ({entry.kind}, {entry.time}) commits to exactly this body."
    return [Check("body", True, when)]


def digests(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every (pointer, salted digest) in a body."""
    yield "/question", body["question"]["digest"]
    for p, passage in enumerate(body["passages"]):
        yield f"/passages/{p}", passage["digest"]
    for c, claim in enumerate(body["claims"]):
        yield f"/claims/{c}", claim["digest"]
        for n, citation in enumerate(claim["citations"]):
            yield f"/claims/{c}/citations/{n}", citation["digest"]
    for w, claim in enumerate(body.get("withheld", [])):
        yield f"/withheld/{w}", claim["digest"]


def check_disclosures(voucher: dict[str, Any]) -> list[Check]:
    told, wanted = voucher["disclosures"], dict(digests(voucher["body"]))
    wrong = [
        at for at, shown in told.items() if at not in wanted or commit(shown["salt"], shown["value"]) != wanted[at]
    ]
    if wrong:
        return [Check("content", False, f"What stands at {wrong[0]} is not what was committed to.")]
    missing = len(wanted) - len(told)
    checks = [Check("content", True, f"Question, passages and quotes ({len(told)}) are the ones committed to.")]
    if missing:
        checks.append(
            Check(
                "erased",
                None,
                f"{missing} parts are not disclosed (erased or withheld); their digests stand.",
            )
        )
    return checks


def check_claims(voucher: dict[str, Any]) -> list[Check]:
    told, checks = voucher["disclosures"], []
    for c, claim in enumerate(voucher["body"]["claims"]):
        text = told.get(f"/claims/{c}", {}).get("value")
        quotes = [told.get(f"/claims/{c}/citations/{n}", {}).get("value") for n in range(len(claim["citations"]))]
        if not quotes:
            checks.append(Check("claim", False, f"Claim {c + 1} has no citation."))
        elif claim.get("written") is True:
            checks.append(Check("claim", None, written(c, claim, voucher["body"])))
        elif text is not None and all(quote is not None for quote in quotes):
            held = any(text in quote["quote"] for quote in quotes)
            words = "stands word for word in" if held else "does NOT stand in"
            checks.append(Check("claim", held, f"Claim {c + 1} {words} the span that it cites."))
    return checks


def written(number: int, claim: dict[str, Any], body: dict[str, Any]) -> str:
    """What a voucher shows of a claim in a model's own words. Whether the quote says it, a person can read."""
    writer, check = body["writer"]["model"], body["recipe"]["check"]
    return f"Claim {number + 1} was written by {writer}; {check} found it {claim['verdict']} by the quotes: read them."


def check_inclusion(voucher: dict[str, Any]) -> list[Check]:
    entry, proof = of(voucher["entry"]), voucher["inclusion"]
    checkpoint, _ = note.parse(voucher["checkpoint"])
    path = [decode(node) for node in proof["path"]]
    root = merkle.root_from_inclusion(merkle.leaf_hash(entry.leaf), entry.seq, proof["size"], path)
    if root is None or proof["size"] != checkpoint.size or root != checkpoint.root:
        return [Check("inclusion", False, "The entry is not in the tree of the checkpoint.")]
    if voucher["body"]["origin"] != checkpoint.origin:
        return [Check("inclusion", False, "The checkpoint is that of another log.")]
    return [
        Check(
            "inclusion",
            True,
            f"The entry is number {entry.seq} of {checkpoint.size} in log {checkpoint.origin}.",
        )
    ]


def check_signature(voucher: dict[str, Any], key: str | None) -> list[Check]:
    verifier = note.VerifierKey.parse(key or voucher["key"])
    note.verify(voucher["checkpoint"], verifier)
    if voucher["key"] != str(verifier):
        return [Check("signature", False, "The file names another key than the one that you gave.")]
    whose = "the key that you gave" if key else "the key in this file"
    return [
        Check(
            "signature",
            True,
            f"The checkpoint is signed by {whose} ({verifier.name}+{verifier.key_id.hex()}).",
        )
    ]


def check_anchor(voucher: dict[str, Any], key: str | None, anchor: str | None) -> list[Check]:
    if anchor is None:
        return []
    verifier = note.VerifierKey.parse(key or voucher["key"])
    old, new = note.verify(anchor, verifier), note.parse(voucher["checkpoint"])[0]
    path = [decode(node) for node in voucher["anchors"].get(str(old.size), [])]
    if old.origin != new.origin:
        return [Check("anchor", False, "The anchor is that of another log.")]
    if old.size > new.size:
        return [
            Check(
                "anchor",
                False,
                "The anchor is newer than this voucher: export the voucher again to compare them.",
            )
        ]
    if old.size != new.size and str(old.size) not in voucher["anchors"]:
        return [Check("anchor", False, f"The voucher has no proof from size {old.size}: export it again.")]
    if not merkle.is_consistent(old.size, new.size, old.root, new.root, path):
        return [Check("anchor", False, "FORK: the log of this voucher does not extend the anchored checkpoint.")]
    since = "was in the log before" if voucher["entry"]["seq"] < old.size else "was added after"
    return [Check("anchor", True, f"The log extends your anchor of {old.size} entries; this entry {since} it.")]


def limits(key: str | None, anchor: str | None) -> list[Check]:
    """What a valid voucher still does not prove."""
    found = []
    if key is None:
        found.append("that the key is the right one: compare it with one that you were given elsewhere (--key).")
    if anchor is None:
        found.append("that the log was never rewritten: whoever holds home and key could; give an --anchor.")
    found.append(
        "that the clock was right, or that the documents are true: it proves what was quoted, from which bytes."
    )
    return [Check("not proven", None, "Not proven: " + text) for text in found]
