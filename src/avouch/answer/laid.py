"""A passage laid out: its sentences in order, what each one is, and which of them belong together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from avouch.records import Passage, Span
from avouch.segment import sentences

LONG = 700
MARKER = re.compile(r"(?:[-*+•>]|\d{1,3}[.)]|#{1,6})\s+|\|\s*")
ITEM = re.compile(r"(?:[-*+•>]|\d{1,3}[.)])\s")
FIELD = re.compile(r"[A-Za-z_][\w ()/%.-]{0,40}:\s.*(?<![.!?])$")

Analyze = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Laid:
    """``spans`` as they stand, ``bare`` without markers, both in characters of the passage; ``told`` what these say,
    ``terms`` its words as they are compared, ``title`` those of the document's title and of the headings above."""

    passage: Passage
    spans: tuple[Span, ...]
    bare: tuple[Span, ...]
    told: tuple[str, ...]
    terms: tuple[frozenset[str], ...]
    title: frozenset[str]

    @classmethod
    def of(cls, passage: Passage, analyze: Analyze) -> Laid:
        text = passage.text
        spans = tuple(records(text, sentences(text, 0, len(text))))
        bare = tuple(strip(text, span) for span in spans)
        told = tuple(text[one.start : one.end] for one in bare)
        title = frozenset(analyze("\n".join((passage.title, *passage.headings))))
        return cls(passage, spans, bare, told, tuple(frozenset(analyze(one)) for one in told), title)

    def heads(self, at: int) -> bool:
        """Whether it is a heading."""
        return self.passage.text[self.spans[at].start] == "#" or self.told[at] in self.passage.headings

    def row(self, at: int) -> bool:
        """Whether it is a row of a table."""
        return self.passage.text[self.spans[at].start] == "|" or (" | " in self.told[at] and "\n" not in self.told[at])

    def item(self, at: int) -> bool:
        """Whether an item of a list begins with it."""
        return ITEM.match(self.passage.text, self.spans[at].start) is not None

    def follows(self, at: int) -> bool:
        """Whether it goes on from the one before: neither is a row, and that is no heading."""
        return at > 0 and not (self.row(at) or self.row(at - 1) or self.heads(at - 1) or self.heads(at))

    def beside(self, at: int) -> bool:
        """Whether it stands with the one before in one paragraph, one list or one table."""
        if at == 0 or self.heads(at) or self.heads(at - 1) or self.row(at) != self.row(at - 1):
            return False
        apart = self.passage.text[self.spans[at - 1].end : self.spans[at].start].count("\n") > 1
        return self.told[at - 1][-1:] != ":" and (not apart or self.item(at))

    def length(self, first: int, last: int) -> int:
        """How long a quote from one to another is."""
        return self.bare[last].end - self.bare[first].start

    def words(self, first: int, last: int) -> frozenset[str]:
        """The terms from one to another."""
        return frozenset[str]().union(*self.terms[first : last + 1])


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
