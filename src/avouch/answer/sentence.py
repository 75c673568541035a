"""The sentences of a passage that could stand in an answer, as exact spans of the version's text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from avouch.answer import lean
from avouch.answer.laid import LONG as LONG
from avouch.answer.laid import Laid
from avouch.answer.things import NAMED, Things
from avouch.answer.under import RULED, heading, under
from avouch.records import Span

SHORT, SCRAP_WORDS = 20, 6
ENDED = re.compile(r".*[.!;…。！][\"'”’»)\]]*$", re.DOTALL)
POINTS = re.compile(r"(?:Read more|Learn more|See also|Click|For more information)\b")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A candidate: ``text`` is ``passages[passage]``'s version text from ``start`` to ``end``.

    It is the sentences ``first`` to ``last`` of the passage: one, with those that it leans on. ``coverage`` is the
    share, 0…1, of the question's information that its terms carry; ``named`` that of what the question names, with
    all that it stands under. ``under`` are the spans that a reader needs beside it.
    """

    passage: int
    start: int
    end: int
    text: str
    coverage: float
    terms: frozenset[str]
    named: float = 0.0
    first: int = 0
    last: int = 0
    under: tuple[Span, ...] = ()


def candidates(at: int, laid: Laid, weights: Mapping[str, float], things: Things) -> Iterator[Sentence]:
    """The sentences of one passage that could stand alone, or with those that they lean on."""
    for last in range(len(laid.told)):
        if answers(laid, last):
            first = naming(laid, lean.first(laid, last), last, things)
            if SHORT <= laid.length(first, last) <= LONG and not hangs(laid, first):
                yield quote(at, laid, first, last, weights, things)


def naming(laid: Laid, first: int, last: int, things: Things) -> int:
    """Where a quote begins that names some of what is asked about, but too little: at what names more before it.

    What names nothing of it may have a subject of its own, and is not lent another.
    """
    begin, at, held = first, first, laid.words(first, last) | above(laid, first)
    if not things.share(laid.words(first, last)):
        return first
    while things.share(held) < NAMED and last - at < lean.BACK and laid.beside(at) and not laid.item(at):
        at -= 1
        if laid.row(at):
            break
        if things.share(held | laid.terms[at]) > things.share(held):
            begin, held = at, held | laid.terms[at]
    return begin


def above(laid: Laid, at: int) -> frozenset[str]:
    """The words of all that a sentence stands under."""
    top = heading(laid, at)
    return laid.title.union(*(laid.terms[i] for i in (*under(laid, at), *([] if top is None else [top]))))


def hangs(laid: Laid, first: int) -> bool:
    """Whether what a quote leans on is not in the passage."""
    return laid.passage.start > 0 and lean.leans(laid.told[first]) and heading(laid, first) is None


def quote(at: int, laid: Laid, first: int, last: int, weights: Mapping[str, float], things: Things) -> Sentence:
    """The sentences from one to another of a passage as one."""
    start, end, terms = laid.bare[first].start, laid.bare[last].end, laid.words(first, last)
    begin = laid.passage.start
    coverage = sum(weight for term, weight in weights.items() if term in terms) / (sum(weights.values()) or 1.0)
    top = heading(laid, first)
    shown = [*under(laid, first), *([] if top is None or not tells(laid, top, first, terms, things) else [top])]
    heads = [Span(begin + laid.bare[i].start, begin + laid.bare[i].end) for i in sorted(shown)]
    named = things.share(terms | above(laid, first))
    text = laid.passage.text[start:end]
    return Sentence(at, begin + start, begin + end, text, coverage, terms, named, first, last, tuple(heads))


def tells(laid: Laid, top: int, first: int, terms: frozenset[str], things: Things) -> bool:
    """Whether a heading says of what a quote speaks, and the document's title does not."""
    more = things.share(terms | laid.terms[top]) > things.share(terms)
    return laid.told[top] != laid.passage.title and (more or lean.leans(laid.told[first]))


def answers(laid: Laid, at: int) -> bool:
    """Headings (a table's too), questions, what points elsewhere, and scraps of layout do not answer."""
    text, span, bare = laid.passage.text, laid.spans[at], laid.told[at]
    if text[span.start] == "#" or bare.endswith(("?", ":")) or RULED.match(text, span.end) or POINTS.match(bare):
        return False
    complete = ENDED.match(bare) or text[span.start] in "-*+•>|" or "\n" in bare
    return bool(complete) or len(bare.split()) >= SCRAP_WORDS
