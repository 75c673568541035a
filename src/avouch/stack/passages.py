"""The passages of one question: searched inside the mask, read, and put to the policy once more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from avouch.errors import AvouchError, Code
from avouch.lake import chunks, documents
from avouch.policy.mask import attributes
from avouch.records import (
    FOREVER,
    Decision,
    Hit,
    Passage,
    Principal,
    Relation,
    Resource,
    Vectors,
    Version,
    VisibilityClass,
)
from avouch.stack.clock import Clock
from avouch.stack.moment import Asof
from avouch.stack.scope import Scope
from avouch.stack.search import search

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Found:
    """What retrieval hands over: passages that the principal may see, and why. ``texts`` are whole, by version."""

    vector: Vectors
    scope: Scope
    passages: list[Passage]
    versions: dict[str, Version]
    texts: dict[str, str]
    weights: Mapping[str, float]
    best: float
    gap: float


class Compartments:
    """In which relation a principal stands to versions."""

    def __init__(self, mine: Iterable[int]) -> None:
        self._mine = frozenset(mine)

    def relation(self, version: Version) -> Relation:
        if not version.compartment:
            return Relation.NONE
        return Relation.MEMBER if version.compartment in self._mine else Relation.OTHER


def resource_of(version: Version, relation: Relation | None = None) -> Resource:
    """What a decision on a document is about: all its attributes. Whoever operates on it is no member of anything."""
    compartmented = bool(version.compartment)
    if relation is None:
        relation = Relation.OTHER if compartmented else Relation.NONE
    shape = VisibilityClass(version.labels, version.classification, version.tenant, version.kind, compartmented)
    return Resource(version.document_id, shape, relation, version.tenant)


def recheck(principal: Principal, scope: Scope, versions: Sequence[Version]) -> dict[str, Decision]:
    """The decision on each version by id, of the policy that made the mask.

    MASK_MISMATCH where the mask let through what the policy forbids.
    """
    held = Compartments(scope.compartments.tolist())
    resources = [resource_of(version, held.relation(version)) for version in versions]
    decisions = scope.policy.decide(attributes(principal), "see", resources)
    for version, decision in zip(versions, decisions, strict=True):
        if not decision.allowed or decision.errors:
            raise AvouchError(Code.MASK_MISMATCH, f"the mask let {version.id} through, which the policy forbids")
    return {version.id: decision for version, decision in zip(versions, decisions, strict=True)}


def taken_away(tx: Connection, principal: Principal, scope: Scope, versions: Sequence[Version]) -> set[str]:
    """The documents of earlier versions whose newest version the principal may not see: relabelled, they are not
    theirs as of an earlier day either."""
    older = {version.document_id for version in versions if version.ended < FOREVER}
    newest = documents.newest(tx, older) if older else []
    held = Compartments(scope.compartments.tolist())
    resources = [resource_of(version, held.relation(version)) for version in newest]
    decisions = scope.policy.decide(attributes(principal), "see", resources) if newest else []
    return {v.document_id for v, d in zip(newest, decisions, strict=True) if not d.allowed or d.errors}


def why(principal: Principal, version: Version, decision: Decision) -> str:
    """Why a passage is visible, in words: what is shared, how far it may travel, by which policies."""
    shared = ", ".join(sorted(principal.groups & version.labels))
    parts = (shared, version.classification.name.lower(), *decision.by)
    return "; ".join(part for part in parts if part)


def retrieve(
    stack: Stack, principal: Principal, question: str, moment: Asof, clock: Clock, limit: int | None = None
) -> Found:
    """The best passages inside the principal's mask, as many as the settings say or up to ``limit``."""
    shelf = stack.shelf
    shelf.refresh()
    clock.lap("open")
    query = stack.embedder.embed([question])[0]
    clock.lap("embed")
    scope = shelf.scope(principal, moment.moment)
    clock.lap("mask")
    fused = search(stack, question, query, scope, limit or stack.settings.passages, clock)
    read = stack.state.read(lambda tx: read_passages(stack, tx, principal, scope, fused.hits, clock))
    clock.lap("read")
    return Found(query, scope, *read, shelf.generation.text.weights(question), fused.best, fused.gap)


def read_passages(
    stack: Stack, tx: Connection, principal: Principal, scope: Scope, hits: Sequence[Hit], clock: Clock
) -> tuple[list[Passage], dict[str, Version], dict[str, str]]:
    """Passages with their text; each one's own attributes are put to the policy once more. Versions and their whole
    texts by id.

    What was erased since it was found is left out, and what was taken from the principal since it held.
    """
    spans = {hit.row: stack.shelf.generation.spans[hit.row].copy() for hit in hits}
    versions = documents.by_ordinal(tx, (int(span["version"]) for span in spans.values()))
    clock.lap("read")
    decided = recheck(principal, scope, list(versions.values()))
    taken = taken_away(tx, principal, scope, list(versions.values()))
    versions = {ordinal: version for ordinal, version in versions.items() if version.document_id not in taken}
    clock.lap("recheck")
    stack.vault.load(tx, (version.document_id for version in versions.values()))
    found, texts = [], dict[str, str]()
    for hit in hits:
        span = spans[hit.row]
        version = versions.get(int(span["version"]))
        text = None if version is None else stack.store.held(tx, version.document_id, version.text_blob)
        if version is None or text is None:
            continue
        texts[version.id] = text
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
                why=why(principal, version, decided[version.id]),
            )
        )
    return found, {version.id: version for version in versions.values()}, texts
