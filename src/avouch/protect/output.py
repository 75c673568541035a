"""What may leave: an answer held against its sources, its reader and what was declared of it.

A finding says the rule in words and the place, and never repeats what stands there.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from avouch.protect.entity import DIRECT, Entity, Kind
from avouch.protect.find import find
from avouch.protect.links import Link, links
from avouch.protect.unfold import INVISIBLE
from avouch.records import Classification


class RuleId(StrEnum):
    CLEARANCE = "output.clearance"
    SECRET = "output.secret"  # noqa: S105 - the name of a rule
    IDENTIFIER = "output.identifier"
    NAME = "output.name"
    LINK = "output.link"
    IMAGE = "output.image"
    HIDDEN = "output.hidden"
    LENGTH = "output.length"
    FORMAT = "output.format"


WORDS = {
    RuleId.CLEARANCE: "it rests on a source above the reader's clearance",
    RuleId.SECRET: "it holds a key, token or password",
    RuleId.IDENTIFIER: "it holds an identifier that stands neither in the cited sources nor in the question",
    RuleId.NAME: "it holds a name, address or date of birth that no cited source holds, nor the question",
    RuleId.LINK: "it holds a link that is not approved",
    RuleId.IMAGE: "it holds an image or other embedded content that is not approved",
    RuleId.HIDDEN: "it holds invisible characters",
    RuleId.LENGTH: "it is longer than declared",
    RuleId.FORMAT: "it is not in the declared format",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that the answer cites or was given: its text and its class."""

    text: str
    classification: Classification


@dataclass(frozen=True, slots=True)
class Declared:
    """What an answer may be. ``hosts`` may be linked to: ``example.org``, or ``*.example.org`` with all below it.

    ``cited_links`` lets through a link that stands in a source; ``form`` is ``text``, ``markdown`` or ``json``;
    ``longest`` is in characters.
    """

    hosts: frozenset[str] = frozenset()
    cited_links: bool = False
    images: bool = False
    form: str = "markdown"
    longest: int = 20_000


@dataclass(frozen=True, slots=True)
class Finding:
    """``text[start:end]`` breaks a rule, so that the text does not leave."""

    rule: RuleId
    start: int
    end: int

    @property
    def words(self) -> str:
        return WORDS[self.rule]


def check(
    text: str,
    reader: Classification,
    sources: Sequence[Source],
    question: str,
    declared: Declared = Declared(),
    found: Sequence[Entity] | None = None,
) -> list[Finding]:
    """What is wrong with an answer, in order of place; nothing where it may leave as it is.

    ``found`` are the entities of ``text`` where they are known already.
    """
    seen = find(text) if found is None else found
    whole = (0, len(text))
    findings = [Finding(RuleId.CLEARANCE, *whole) for source in sources if source.classification > reader][:1]
    if len(text) > declared.longest:
        findings.append(Finding(RuleId.LENGTH, *whole))
    if not _in_form(text, declared.form):
        findings.append(Finding(RuleId.FORMAT, *whole))
    findings += [Finding(RuleId.SECRET, e.start, e.end) for e in seen if e.kind is Kind.SECRET]
    findings += _foreign(text, seen, [*(source.text for source in sources), question])
    findings += _hidden(text, [*(source.text for source in sources), question])
    quoted = {link.target for source in sources for link in links(source.text)} if declared.cited_links else set()
    for link in links(text):
        if not _approved(link, declared, quoted):
            findings.append(Finding(RuleId.IMAGE if link.image else RuleId.LINK, link.start, link.end))
    return sorted(findings, key=lambda one: (one.start, one.end, one.rule))


_HIDDEN = re.compile(f"[{INVISIBLE}]+")
_JOINERS = re.compile("[\u00ad\u200c\u200d\ufe0e\ufe0f]{1,2}")
"""What words and signs of some scripts are written with: let through where a source has it between the same two."""
_LETTERS = re.compile(r"[\W_]+")
_NAMED = frozenset({Kind.PERSON, Kind.ADDRESS, Kind.BIRTH_DATE})
_NUMBERED = (DIRECT | {Kind.IP, Kind.MAC, Kind.US_DEA, Kind.US_NPI}) - _NAMED
_SURE = 0.75


def _hidden(text: str, known: Sequence[str]) -> Iterable[Finding]:
    """Invisible characters, which could say anything, save those that a source or the question has at such a place."""
    for hit in _HIDDEN.finditer(text):
        around = text[max(hit.start() - 1, 0) : hit.end() + 1]
        if not (_JOINERS.fullmatch(hit.group()) and any(around in one for one in known)):
            yield Finding(RuleId.HIDDEN, *hit.span())


def _foreign(text: str, seen: Sequence[Entity], known: Sequence[str]) -> Iterable[Finding]:
    """Identifiers that no source and not the question holds, whatever their separators and case."""
    suspects = [e for e in seen if e.kind in _NUMBERED or (e.kind in _NAMED and e.score >= _SURE)]
    if not suspects:
        return
    joined = "\0".join(_joined(one) for one in known)
    words = {word for one in known for word in _words(one)}
    for entity in suspects:
        value = _whole(text, entity.start, entity.end)
        if entity.kind in _NUMBERED:
            if _joined(value) not in joined:
                yield Finding(RuleId.IDENTIFIER, entity.start, entity.end)
        elif not _words(value) <= words:
            yield Finding(RuleId.NAME, entity.start, entity.end)


def _whole(text: str, start: int, end: int) -> str:
    """The words that a span lies in: what finds names may begin in the middle of one, which stands in no source."""
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return text[start:end]


def _folded(said: str) -> str:
    return unicodedata.normalize("NFKC", said).casefold()


def _joined(said: str) -> str:
    return _LETTERS.sub("", _folded(said))


def _words(said: str) -> set[str]:
    """Split first: folding would make one word of a name and the ™ behind it."""
    return {_folded(word).lstrip("0") for word in _LETTERS.split(said) if len(word) > 1}


def _approved(link: Link, declared: Declared, quoted: set[str]) -> bool:
    if link.image and not declared.images:
        return False
    if not link.host or not re.match(r"https?://", link.target, re.IGNORECASE):
        return False
    if link.host in declared.hosts or (not link.image and link.target in quoted):
        return True
    below = (host[1:] for host in declared.hosts if host.startswith("*."))
    return "xn--" not in link.host and any(link.host.endswith(end) for end in below)


def _in_form(text: str, form: str) -> bool:
    if form == "json":
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return False
        return True
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text):
        return False
    return form == "markdown" or (
        form == "text" and not re.search(r"</?[A-Za-z!][^<>]{0,2000}>|^#{1,6} |```", text, re.M)
    )
