"""Answers that a model wrote before, for exactly the same question under exactly the same circumstances.

Finding comes first, as for any question, and each passage found was put to the policy: a claim comes back only where
the passages that it cites were found again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from avouch.canon import canonical, digest
from avouch.generate import cache
from avouch.generate.cache import Circumstances, Entry, Kept, Source
from avouch.generate.declare import digest_of
from avouch.policy.mask import mask_digest
from avouch.records import Claim, Passage, Principal, Span, Verdict
from avouch.stack import judge
from avouch.stack.passages import Found
from avouch.stack.release import Release

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


def key_of(stack: Stack, principal: Principal, release: Release, question: str, found: Found, chosen: str) -> str:
    """The digest of all that decides an answer."""
    generation, passages = stack.shelf.generation, [[p.version_id, p.start, p.end] for p in found.passages]
    circumstances = Circumstances(
        tenant=principal.tenant,
        mask=mask_digest(found.scope.policy, found.scope.versions),
        policy=release.policy,
        generation=f"{stack.shelf.root.name}/{generation.number}",
        snapshot=generation.snapshot,
        models=(chosen, *map(digest_of, release.models)),
        templates=tuple(release.templates[form].digest for form in sorted(release.templates)),
        purpose=f"{principal.purpose}/{principal.clearance.name}",
        as_of=digest(canonical(passages)),
        checks=judge.name_of(stack),
    )
    return cache.key(question, circumstances)


def kept(claims: tuple[Claim, ...], model: str, template: str, versions: list[str]) -> Entry:
    """What is remembered: the claims that were shown, and every version that the model was given."""
    held = tuple(
        Kept(
            claim.text,
            tuple(Source(c.document_id, c.version_id, Span(c.start, c.end)) for c in claim.citations),
            claim.verdict.value,
        )
        for claim in claims
    )
    return Entry(held, model, frozenset(versions), template)


def again(entry: Entry, found: Found, cited: judge.Judge) -> tuple[Claim, ...] | None:
    """The claims with citations into the passages as they were found now; None where one is not among them."""
    claims = []
    for one in entry.claims:
        passages = [holding(found, source) for source in one.sources]
        if None in passages or not passages:
            return None
        spans = [
            (s.span.start - p.start, s.span.end - p.start) for s, p in zip(one.sources, passages, strict=True) if p
        ]
        citations = tuple(cited.cited(p, *span) for p, span in zip(passages, spans, strict=True) if p)
        claims.append(Claim(one.text, citations, Verdict(one.verdict), written=True))
    return tuple(claims)


def holding(found: Found, source: Source) -> Passage | None:
    """The passage found now that holds a source."""
    for passage in found.passages:
        inside = passage.start <= source.span.start and source.span.end <= passage.end
        if passage.version_id == source.version_id and inside:
            return passage
    return None
