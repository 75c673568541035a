"""Judge what a model wrote: each claim against the spans that it cites, and against what may leave at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from avouch.claims.check import Asked, Checked, check_all
from avouch.claims.lexicon import Lexicon
from avouch.lake import chunks
from avouch.protect import output
from avouch.protect.output import Declared, Source
from avouch.records import Citation, Claim, Passage, Principal, Reason, Vectors, Verdict
from avouch.segment import sentences
from avouch.stack import sinks
from avouch.stack.cite import warning
from avouch.stack.passages import Found
from avouch.stack.writing import Said

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

NAME = "claims/4"
NEAR = 3
Embed = Callable[[Sequence[str]], Vectors]


class Judge:
    """Judges the claims of one answer."""

    def __init__(self, stack: Stack, principal: Principal, question: str, found: Found, embed: Embed) -> None:
        self._stack, self._principal, self._question, self._found = stack, principal, question, found
        self._embed, self._lexicon, self._entails = embed, stack.lexicon, stack.entails
        self._declared = Declared(listed(stack.settings.link_hosts), form="text")

    def judged(self, said: Sequence[Said]) -> list[Claim]:
        """Every claim with its verdict, its reasons, and the narrowest spans that say it."""
        asked = [asked_of(one.text, one.passages) for one in said]
        checked = check_all(asked, self._lexicon, self._embed, self._entails)
        return [self._claim(one, told) for one, told in zip(said, checked, strict=True)]

    def _claim(self, said: Said, told: Checked) -> Claim:
        reasons = [*told.reasons, *self._leaving(said)]
        verdict = told.verdict
        if len(reasons) > len(told.reasons):
            verdict = Verdict.UNSUPPORTED
        whole = [(0, len(passage.text)) for passage in said.passages]
        spans = self._narrowed(said, whole) if verdict is Verdict.SUPPORTED else whole
        cited = tuple(self.cited(passage, *span) for passage, span in zip(said.passages, spans, strict=True))
        return Claim(said.text, cited, verdict, tuple(reasons), written=True)

    def _narrowed(self, said: Said, whole: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Of each passage the sentence that says it, if the claim is supported by these together as well."""
        spans = [narrowed(said.text, passage, self._lexicon, self._embed) for passage in said.passages]
        quotes = tuple(p.text[start:end] for p, (start, end) in zip(said.passages, spans, strict=True))
        asked = replace(asked_of(said.text, said.passages), cited=quotes)
        [told] = check_all([asked], self._lexicon, self._embed, self._entails)
        return spans if told.verdict is Verdict.SUPPORTED else whole

    def _leaving(self, said: Said) -> list[Reason]:
        """Why a claim may not leave, whatever supports it. Nothing is taken out of one: it goes whole, or not."""
        sources = [self._source(passage) for passage in said.passages]
        findings = output.check(said.text, self._principal.clearance, sources, self._question, self._declared)
        told = [Reason(one.rule.value, Verdict.UNSUPPORTED, one.words) for one in findings]
        taint = sinks.taint_of(self._principal, self._found.versions.values())
        broken = sinks.refused(said.text, taint, said.passages, self._declared.hosts)
        told += [Reason("output.sink", Verdict.UNSUPPORTED, f"it leads outside, and is {rule}") for rule in broken]
        if said.told:
            told.append(Reason("output.prompt", Verdict.UNSUPPORTED, "it repeats what a model was told"))
        return list(dict.fromkeys(told))

    def _source(self, passage: Passage) -> Source:
        """A passage that the mask let through is within the reader's clearance, or an emergency's."""
        classification = self._found.versions[passage.version_id].classification
        within = min(classification, self._principal.clearance) if self._principal.emergency else classification
        return Source(passage.text, within)

    def cited(self, passage: Passage, start: int, end: int) -> Citation:
        """The citation of a span of a passage, with what must be said of its version."""
        version = self._found.versions[passage.version_id]
        quote = passage.text[start:end]
        at = passage.start + start
        heads = chunks.unpack(self._stack.shelf.generation.spans[passage.row]).headings
        names = (passage.document_id, version.id, version.key, version.title)
        return Citation(
            *names,
            passage.page,
            at,
            at + len(quote),
            quote,
            version.fate,
            warning(version),
            tuple((head.start, head.end) for head in heads),
        )


def name_of(stack: Stack) -> str:
    """How claims are checked: these checks, with the names that they know, and the model that reads as well."""
    reads = "" if stack.entails is None else stack.entails.digest
    return "+".join(part for part in (NAME, stack.lexicon.digest, reads) if part)


def listed(hosts: str) -> frozenset[str]:
    return frozenset(host.strip().lower() for host in hosts.split(",") if host.strip())


def asked_of(text: str, passages: Sequence[Passage]) -> Asked:
    heads = dict.fromkeys(head for passage in passages for head in (passage.title, *passage.headings))
    return Asked(text, tuple(passage.text for passage in passages), tuple(heads))


def narrowed(text: str, passage: Passage, lexicon: Lexicon, embed: Embed) -> tuple[int, int]:
    """The sentence of a passage that supports a claim by itself, as (start, end) in it; else all of it."""
    words = set(text.lower().split())
    spans = sentences(passage.text)
    ranked = sorted(spans, key=lambda s: -len(words & set(passage.text[s.start : s.end].lower().split())))[:NEAR]
    asked = [replace(asked_of(text, [passage]), cited=(passage.text[s.start : s.end],)) for s in ranked]
    for span, told in zip(ranked, check_all(asked, lexicon, embed), strict=True):
        if told.verdict is Verdict.SUPPORTED:
            return span.start, span.end
    return 0, len(passage.text)
