"""What a voucher says: the body that an entry commits to, and the disclosures that make it readable.

Salts are derived from the data key of whoever the content belongs to (HMAC-SHA256), so that nothing has
to be stored, and erasing that key leaves digests that no guess can be checked against.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from avouch.canon import SALT_BYTES, commit, plain
from avouch.errors import AvouchError, Code
from avouch.lake import documents
from avouch.ledger.formats import BODY
from avouch.records import Claim, Fate, Passage, Version

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

SPAN_FIELDS = ("page", "start", "end")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer was made from, besides its passages and claims."""

    voucher: str
    principal: str
    asserted: bool
    question: str
    facts: dict[str, Any]


def salt(key: bytes, voucher: str, pointer: str) -> str:
    """The salt of one part of a voucher: 16 bytes as hex."""
    return hmac.digest(key, f"{voucher}{pointer}".encode(), "sha256")[:SALT_BYTES].hex()


def quoted(version: Version, quote: str) -> dict[str, str]:
    """What a citation or a passage discloses."""
    return {"title": version.title, "document_key": version.key, "quote": quote}


class Binder:
    """Builds a body inside the transaction that records it."""

    def __init__(self, stack: Stack, tx: Connection, asked: Asked) -> None:
        self.stack, self.tx, self.asked = stack, tx, asked

    def digest(self, pointer: str, subject: str, value: Any) -> str:
        own = subject == self.asked.principal
        key = self.stack.vault.ensure(self.tx, subject) if own else self.stack.vault.key(self.tx, subject)
        return commit(salt(key, self.asked.voucher, pointer), value)

    def body(self, passages: list[Passage], claims: list[Claim], versions: dict[str, Version]) -> dict[str, Any]:
        return {
            "format": BODY,
            "voucher": self.asked.voucher,
            "principal": {"id": self.asked.principal, "asserted": self.asked.asserted},
            "question": {"digest": self.digest("/question", self.asked.principal, self.asked.question)},
            **self.asked.facts,
            "passages": [self.passage(p, passage, versions[passage.version_id]) for p, passage in enumerate(passages)],
            "claims": [self.claim(c, claim, versions) for c, claim in enumerate(claims)],
        }

    def passage(self, at: int, passage: Passage, version: Version) -> dict[str, Any]:
        value = quoted(version, passage.text)
        return {
            "document": version.document_id,
            "version": version.id,
            "content": version.content_digest,
            "row": passage.row,
            **{name: getattr(passage, name) for name in SPAN_FIELDS},
            "digest": self.digest(f"/passages/{at}", version.document_id, value),
            "scores": plain(passage.scores),
        }

    def claim(self, at: int, claim: Claim, versions: dict[str, Version]) -> dict[str, Any]:
        cited = [
            {
                "document": citation.document_id,
                "version": citation.version_id,
                **{name: getattr(citation, name) for name in SPAN_FIELDS},
                "digest": self.digest(
                    f"/claims/{at}/citations/{n}",
                    citation.document_id,
                    quoted(versions[citation.version_id], citation.quote),
                ),
            }
            for n, citation in enumerate(claim.citations)
        ]
        owner = claim.citations[0].document_id
        told = {
            "digest": self.digest(f"/claims/{at}", owner, claim.text),
            "verdict": claim.verdict.value,
            "citations": cited,
        }
        if not claim.written:
            return told
        self.keep(f"/claims/{at}", owner, claim.text)
        for citation, place in zip(claim.citations, cited, strict=True):
            place["heads"] = [list(span) for span in citation.heads]
        return {**told, "written": True}

    def withheld(self, claims: Sequence[Claim]) -> list[dict[str, Any]]:
        """What a model wrote and nobody was shown: its verdict and checks; its words lie sealed for a reviewer."""
        found = []
        for at, claim in enumerate(claims):
            pointer = f"/withheld/{at}"
            owner = claim.citations[0].document_id if claim.citations else self.asked.principal
            self.keep(pointer, owner, claim.text)
            found.append(
                {
                    "digest": self.digest(pointer, owner, claim.text),
                    "verdict": claim.verdict.value,
                    "checks": sorted({reason.check for reason in claim.reasons}),
                    "documents": sorted({citation.document_id for citation in claim.citations}),
                    "versions": sorted({citation.version_id for citation in claim.citations}),
                    "owner": owner,
                }
            )
        return found

    def keep(self, pointer: str, owner: str, text: str) -> None:
        """Seal words that stand in no document, under the key of the first that they rest on."""
        self.stack.vault.seal(self.tx, self.asked.voucher + pointer, owner, text.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Gone:
    """A part that cannot be read again: which document, and what became of it."""

    pointer: str
    subject: str
    why: str


class Reader:
    """Reads the content that a body refers to, from the lake as it is now."""

    def __init__(self, stack: Stack, tx: Connection, body: dict[str, Any]) -> None:
        self.stack, self.tx, self.body = stack, tx, body
        cited = [c["version"] for claim in body["claims"] for c in claim["citations"]]
        self.versions = documents.by_id(tx, [*cited, *(p["version"] for p in body["passages"])])
        self.gone: list[Gone] = []

    def disclosures(self) -> dict[str, Any]:
        """Salt and value by pointer; what was erased is left out and listed in ``gone``."""
        found: dict[str, Any] = {}
        self.add(found, "/question", self.body["principal"]["id"], self.question)
        for p, passage in enumerate(self.body["passages"]):
            self.add(found, f"/passages/{p}", passage["document"], lambda passage=passage: self.quote(passage))
        for c, claim in enumerate(self.body["claims"]):
            first, at = claim["citations"][0], f"/claims/{c}"
            words = (lambda at=at: self.sealed(at)) if claim.get("written") else (lambda first=first: self.slice(first))
            self.add(found, at, first["document"], words)
            for n, cited in enumerate(claim["citations"]):
                pointer = f"/claims/{c}/citations/{n}"
                self.add(found, pointer, cited["document"], lambda cited=cited: self.quote(cited))
        for w, claim in enumerate(self.body.get("withheld", [])):
            self.add(found, f"/withheld/{w}", claim["owner"], lambda w=w: self.sealed(f"/withheld/{w}"))
        return found

    def sealed(self, pointer: str) -> str:
        """What a model wrote."""
        return self.stack.vault.unseal(self.tx, self.body["voucher"] + pointer).decode()

    def heads(self, part: dict[str, Any]) -> tuple[str, ...]:
        """The headings above a cited span."""
        return tuple(self.slice({**part, "start": s, "end": e}).strip("# \n") for s, e in part.get("heads", []))

    def add(self, found: dict[str, Any], pointer: str, subject: str, read: Any) -> None:
        try:
            key = self.stack.vault.key(self.tx, subject)
            found[pointer] = {"salt": salt(key, self.body["voucher"], pointer), "value": read()}
        except AvouchError as error:
            if error.code is not Code.ERASED:
                raise
            self.gone.append(Gone(pointer, subject, error.message))

    def question(self) -> str:
        return self.stack.vault.unseal(self.tx, self.body["voucher"]).decode()

    def slice(self, part: dict[str, Any]) -> str:
        version = self.versions.get(part["version"])
        if version is None or version.fate is Fate.ERASED:
            raise AvouchError(Code.ERASED, f"{part['document']} was erased")
        text = self.stack.store.text(self.tx, version.document_id, version.text_blob)
        return text[part["start"] : part["end"]]

    def quote(self, part: dict[str, Any]) -> dict[str, str]:
        return quoted(self.versions[part["version"]], self.slice(part))
