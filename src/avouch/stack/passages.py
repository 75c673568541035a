"""The passages of one question: searched inside the mask, read, and put to the policy once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from avouch.errors import AvouchError, Code
from avouch.lake import chunks, documents
from avouch.records import Hit, Passage, Principal, Vectors, Version, VisibilityClass
from avouch.stack.clock import Clock
from avouch.stack.moment import Asof
from avouch.stack.scope import Scope
from avouch.stack.search import search

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


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
    passages, versions = stack.state.read(lambda tx: read_passages(stack, tx, principal, fused.hits, clock))
    clock.lap("read")
    return Found(query, scope, passages, versions, shelf.generation.text.weights(question), fused.best, fused.gap)


def read_passages(
    stack: Stack, tx: Connection, principal: Principal, hits: Sequence[Hit], clock: Clock
) -> tuple[list[Passage], dict[str, Version]]:
    """Passages with their text; each one's own attributes are put to the policy once more."""
    spans = {hit.row: stack.shelf.generation.spans[hit.row] for hit in hits}
    versions = documents.by_ordinal(tx, (int(span["version"]) for span in spans.values()))
    for version in versions.values():
        shape = VisibilityClass(version.labels, version.classification, version.tenant)
        if not stack.policy.may_see(principal, shape):
            raise AvouchError(Code.FORBIDDEN, f"the mask let {version.id} through, which the policy forbids")
    clock.lap("recheck")
    stack.vault.load(tx, (version.document_id for version in versions.values()))
    found = []
    for hit in hits:
        span = spans[hit.row]
        version = versions[int(span["version"])]
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
