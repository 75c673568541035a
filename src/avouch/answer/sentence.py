"""The sentences of a passage that could stand in an answer, as exact spans of the version's text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from avouch.records import Passage, Span
from avouch.segment import sentences

SHORT, LONG, SCRAP_WORDS = 20, 700, 6
MARKER = re.compile(r"(?:[-*+•>]|\d{1,3}[.)]|#{1,6})\s+|\|\s*")
FIELD = re.compile(r"[A-Za-z_][\w ()/%.-]{0,40}:\s.*(?<![.!?])$")
RULED = re.compile(r"[ \t]*\n[ \t]*\|?[ \t]*(?::?-{2,}|={2,})")
ENDED = re.compile(r".*[.!;…。！][\"'”’»)\]]*$", re.DOTALL)
POINTS = re.compile(r"(?:Read more|Learn more|See also|Click|For more information)\b")

Analyze = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A candidate: ``text`` is ``passages[passage]``'s version text from ``start`` to ``end``.

    ``coverage`` is the share, 0…1, of the question's information that its terms carry.
    """

    passage: int
    start: int
    end: int
    text: str
    coverage: float
    terms: frozenset[str]


def candidates(at: int, passage: Passage, weights: Mapping[str, float], analyze: Analyze) -> Iterator[Sentence]:
    """The sentences of one passage that could stand alone."""
    whole = sum(weights.values()) or 1.0
    for span in records(passage.text, sentences(passage.text, 0, len(passage.text))):
        bare = strip(passage.text, span)
        text = passage.text[bare.start : bare.end]
        if SHORT <= len(text) <= LONG and answers(passage.text, span, text):
            terms = frozenset(analyze(text))
            coverage = sum(weight for term, weight in weights.items() if term in terms) / whole
            yield Sentence(at, passage.start + bare.start, passage.start + bare.end, text, coverage, terms)


def records(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Sentences, where adjacent lines of the form ``name: value`` are one: a field alone says little."""
    held: Span | None = None
    for span in spans:
        field = FIELD.match(text, span.start, span.end) is not None and "\n" not in text[span.start : span.end]
        joins = field and held is not None and text[held.end : span.start] == "\n" and span.end - held.start <= LONG
        if held is not None and not joins:
            yield held
            held = None
        if joins and held is not None:
            held = Span(held.start, span.end)
        elif field:
            held = span
        else:
            yield span
    if held is not None:
        yield held


def strip(text: str, span: Span) -> Span:
    """The sentence without the list marker before it, or a table row without its outer bars."""
    marker = MARKER.match(text, span.start, span.end)
    start, end = (marker.end() if marker else span.start), span.end
    while start < end and text[end - 1] in "| \t" and text[span.start] == "|":
        end -= 1
    return Span(start, end)


def answers(text: str, span: Span, bare: str) -> bool:
    """Headings (a table's too), questions, what points elsewhere, and scraps of layout do not answer."""
    if text[span.start] == "#" or bare.endswith(("?", ":")) or RULED.match(text, span.end) or POINTS.match(bare):
        return False
    complete = ENDED.match(bare) or text[span.start] in "-*+•>|" or "\n" in bare
    return bool(complete) or len(bare.split()) >= SCRAP_WORDS
