"""What a model is given for one question, and what it says back as claims with their passages."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from avouch.claims.split import split
from avouch.generate import written
from avouch.generate.frame import Frame, frame
from avouch.generate.route import Need
from avouch.generate.template import CLAIMS, fitting
from avouch.protect.classify import classify
from avouch.protect.entity import DIRECT, Entity
from avouch.protect.find import find
from avouch.protect.mask import Pseudonyms
from avouch.records import Classification, Model, Passage, Principal, Request
from avouch.segment import sentences
from avouch.stack.passages import Found
from avouch.stack.release import Release

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

NOWHERE = "not in the sources"
MOST, LONGEST = 40, 20_000
"""Claims of one reply that are looked at, and their characters: an answer has a few. More is not read to its end."""


@dataclass(frozen=True, slots=True)
class Sensed:
    """What identifies somebody in a question, its passages, and the titles and headings over them, found once."""

    question: list[Entity]
    passages: list[list[Entity]]
    heads: list[list[Entity]]

    @property
    def personal(self) -> bool:
        return any(entity.kind in DIRECT for part in (self.question, *self.passages, *self.heads) for entity in part)


def sense(stack: Stack, question: str, passages: Sequence[Passage]) -> Sensed:
    heads = dict.fromkeys(line for passage in passages for line in (passage.title, *passage.headings))
    texts = [stack.senses.of(passage.text) for passage in passages]
    return Sensed(find(question), texts, [stack.senses.of(line) for line in heads])


def need_of(found: Found, sensed: Sensed, regions: frozenset[str]) -> Need:
    """What a model must be allowed to receive. What identifies somebody is masked for those who may not have it,
    so it keeps no model out; what lies in a compartment is about somebody, masked or not."""
    asked = classify(sensed.question, Classification.PUBLIC).classification
    highest = max([asked, *(version.classification for version in found.versions.values())])
    compartmented = any(version.compartment for version in found.versions.values())
    return Need(highest, False, compartmented, regions)


class Framer:
    """Frames one question for whichever model is asked, masked for those that may not know who somebody is."""

    def __init__(
        self, stack: Stack, principal: Principal, release: Release, question: str, found: Found, sensed: Sensed
    ) -> None:
        self._release, self._question, self._found, self._sensed = release, question, found, sensed
        key = hmac.digest(stack.ring.digest.bytes, f"pseudonyms\0{principal.tenant}".encode(), "sha256")
        self._pseudonyms = Pseudonyms(key)
        self.frames: dict[str, Frame] = {}

    def request(self, model: Model) -> Request:
        """CONTEXT_TOO_SMALL, TEMPLATE_INVALID."""
        template = fitting(self._release.templates, model.grammar)
        hide = self.masks(model)
        self.frames[model.name] = frame(template, model, *(self._masked() if hide else self._plain()))
        return self.frames[model.name].request

    def masks(self, model: Model) -> bool:
        return not model.personal and self._sensed.personal

    def _plain(self) -> tuple[str, list[Passage]]:
        return self._question, self._found.passages

    def _masked(self) -> tuple[str, list[Passage]]:
        mask: Callable[[str, list[Entity]], str] = lambda text, seen: self._pseudonyms.mask(text, seen).text  # noqa: E731
        asked = mask(self._question, self._sensed.question)
        hidden = [
            replace(p, text=mask(p.text, seen), title=mask(p.title, find(p.title)), headings=())
            for p, seen in zip(self._found.passages, self._sensed.passages, strict=True)
        ]
        return asked, hidden

    def said(self, model: Model, text: str) -> list[Said]:
        """The first claims of a reply, each with the passages that it cites. MODEL_BROKEN."""
        told = self.frames[model.name]
        numbers = range(1, len(told.given) + 1)
        if told.form == CLAIMS:
            pairs = [
                (one.text[span.start : span.end], one.ids)
                for one in written.claims(text, numbers)
                for span in sentences(one.text)
            ]
        else:
            pairs = [(one.text, tuple(n for n in one.marks if n in numbers)) for one in split(text)]
        rows = {passage.row: passage for passage in self._found.passages}
        kept, left = [], LONGEST
        for words, ids in list(dict.fromkeys(pairs))[:MOST]:
            left -= len(words)
            if left >= 0:
                kept.append((words, ids))
        return [
            Said(self._restored(model, words), tuple(rows[told.given[n - 1].row] for n in ids), told.mark in words)
            for words, ids in kept
            if words.strip(" .").lower() != NOWHERE
        ]

    def _restored(self, model: Model, text: str) -> str:
        """With the names back: whoever asks sees the passages that they stand in."""
        return self._pseudonyms.restore(text) if self.masks(model) else text


@dataclass(frozen=True, slots=True)
class Said:
    """One claim as a model wrote it. ``told``: it repeats the mark around passages, which nobody should see."""

    text: str
    passages: tuple[Passage, ...]
    told: bool
