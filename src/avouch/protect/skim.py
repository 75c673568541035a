"""Finds in a whole document what surely is about somebody, or a secret: fast enough for each document of an ingest.

Recognisers look only around cues, and cues are cheap: digits in a row, a word before a number, many letters without a
space. Where an age or a date of birth stands, the network looks for a name near it. The bar is higher than elsewhere,
since a class that is raised by mistake hides a page: telephone numbers, addresses and names alone do not count, for
public pages are full of those of institutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from avouch.protect.classify import LABELS, NAMED, RULES, Raised, Rule, classify
from avouch.protect.entity import Entity, Kind
from avouch.protect.find import PATTERNS, find, recognisers
from avouch.protect.recognise.plain import plain
from avouch.records import Classification

AGED = frozenset({Kind.AGE})
REACH, NEAR, BORN = 96, 80, 400
"""Characters on either side that are looked at: of a cue (no word that counts is farther from its number); for a name,
of an age and of a date of birth."""
SURE = 0.8
SURELY = (
    *(rule for rule in RULES if rule.to is Classification.RESTRICTED),
    Rule(frozenset({Kind.PERSON}), Classification.CONFIDENTIAL, "it names a person with their age", AGED, NAMED),
)
"""Secrets; patients', official, card and account numbers; a person with a date of birth; one with an age."""
SAID = {name: LABELS[name] for name in ("phi", "clinical-record", "secret", "pii", "personal")}
"""Labels that say what a document holds; others name who may read it."""

_MANY = re.compile(r"\d(?:[ .-]?\d){5,}")
_YEARS = re.compile(r"(?:19|20)\d\d[- .](?:19|20)\d\d")
_SOME = re.compile(r"\d[a-z0-9/-]{2,}")
_FORM = re.compile(
    r"\d{4}[a-z](?![a-z0-9])|[1-9][ac-hjkmnp-rt-y][ac-hjkmnp-rt-y0-9]\d-?[a-z]"
)  # India's PAN, Medicare's
_BEFORE = re.compile(
    r"mrn|uhid|passport|ssn|social sec|accession|birth|born|d\.?o\.?b(?![a-z])"
    r"|(?:record|file|chart|registration|patient|hospital|clinic|unit|encounter|member|licen[cs]e|plate|dl|cr|account"
    r"|acct|a/c|sort code|routing|policy|customer|claim)(?:'?s)?[ \t]{0,4}(?:id|is|was|no|nr|num|#|:|of|[a-z]{0,2}\d|$)"
)
_FAR = 64
_LONG = re.compile(r"[a-z0-9_-]{20,}")
_NAMED = re.compile(
    r"(?:pass(?:word|wd|phrase)|pwd|secret|token|[_ -]key|apikey|credential|auth)s?[\"']?[ \t]{0,3}(?:is |was |:|=)"
    r"|(?:bearer|basic|token)[ \t]{1,3}[a-z0-9+/_.=-]{16}"
)
_IN_URL = re.compile(r"://[^\s/:@]{0,64}:[^\s/@]{3,128}@")
_ISSUED = re.compile(r"a(?:kia|sia|bia|cca)[a-z0-9]{16}|-----begin ")
_AGE = re.compile(
    r"\d{1,3}[- ]?(?:years?[- ](?:old|of age)|yrs?[- ]old|y\.?/?o\b)"
    r"|\d\d(?!\d)(?:(?<=\bage \d\d)|(?<=\baged \d\d)|(?<=\bage: \d\d))"
)
_REGULAR = re.compile(r"\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5}")
"""How cards are written. A row of a table passes a check digit one time in ten."""


def skim(texts: Iterable[str], declared: Classification, labels: Iterable[str] = ()) -> Raised:
    """The class to raise a document to, given its texts (title too) and what was declared; never below."""
    if declared is Classification.RESTRICTED:
        return Raised(declared)
    found = (entity for text in texts for entity in sure(text))
    return classify(found, declared, labels, SURELY, SAID)


def sure(text: str) -> Iterator[Entity]:
    """What is found around the cues of a text. Offsets are those of the piece that it was found in."""
    read, _ = plain(text)
    lower = read.lower() if read.isascii() else read.translate(_LOWER)
    for start, end in windows(read, cues(lower), REACH):
        piece = read[start:end]
        for entity in find(piece, PATTERNS):
            if entity.kind is Kind.BIRTH_DATE:
                yield from (entity, *named(read, [(start + entity.start, start + entity.end)], BORN))
            elif entity.score >= SURE and counts(entity, piece):
                yield entity
    aged = [hit.span() for hit in _AGE.finditer(lower)]
    yield from (Entity(Kind.AGE, start, end, SURE, "pattern") for start, end in aged[:1])
    yield from (person for person in named(read, aged, NEAR) if person.score >= NAMED)


def cues(lower: str) -> list[tuple[int, int]]:
    """Where something may stand that counts, in order."""
    found = [hit.span() for hit in _MANY.finditer(lower) if not _YEARS.fullmatch(hit.group())]
    for hit in _SOME.finditer(lower):
        start, end = hit.span()
        if _FORM.match(hit.group()) or _BEFORE.search(lower, max(0, start - _FAR), start):
            found.append((start, end))
    found += [hit.span() for hit in _LONG.finditer(lower) if not hit.group().replace("-", "").isalpha()]
    found += [hit.span() for hit in _NAMED.finditer(lower)]
    for sign, form in (("://", _IN_URL), ("-----begin ", _ISSUED), ("kia", _ISSUED), ("sia", _ISSUED)):
        if sign in lower:
            found += [hit.span() for hit in form.finditer(lower)]
    return sorted(found)


def counts(entity: Entity, piece: str) -> bool:
    """Whether digits are a card's because a word says so, or they are written like one."""
    plainly = entity.kind is not Kind.CREDIT_CARD or entity.score > 0.9
    return plainly or _REGULAR.fullmatch(piece[entity.start : entity.end]) is not None


def named(text: str, places: list[tuple[int, int]], reach: int) -> Iterator[Entity]:
    """Persons named near places."""
    for start, end in windows(text, places, reach):
        yield from (entity for entity in find(text[start:end], recognisers()) if entity.kind is Kind.PERSON)


def windows(text: str, places: list[tuple[int, int]], reach: int) -> list[tuple[int, int]]:
    """The surroundings of places that are in order: apart from each other, cut between words."""
    found: list[tuple[int, int]] = []
    for first, last in places:
        if found and first - reach <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last + reach))
        else:
            found.append((first - reach, last + reach))
    return [(snapped(text, start, -1), snapped(text, end, 1)) for start, end in found]


_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_LONGEST = 600
"""Characters without a space within which a cut still waits for one: the longest number or key is shorter."""


def snapped(text: str, at: int, step: int) -> int:
    """The nearest place outwards where a space stands, or an end of the text."""
    if at <= 0 or at >= len(text):
        return max(0, min(at, len(text)))
    for _ in range(_LONGEST):
        if not 0 < at < len(text) or text[at].isspace():
            break
        at += step
    return at
