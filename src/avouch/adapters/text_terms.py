"""How a text becomes the terms that it is found by: stemmed words, and pairs of adjacent word pieces.

Letters and digits part (``IL-6`` is ``il`` and ``6``). Pairs (``pe##mb`` of *pembrolizumab*) let names be
found that share their parts with others; they come from the embedding model's own tokenizer. Both choices
were made by measurement over several corpora (``bench/retrieval_quality``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import filterfalse, pairwise
from typing import NamedTuple

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

Pieces = Callable[[Sequence[str]], list[list[str]]]
"""Texts to their word pieces; those that go on a word begin with ``##``."""

LONG, CACHED = 40, 200_000
STOPWORDS = frozenset(
    """
    a an and are as at be been being but by can could did do does for from had has have having how i if
    in into is it its may might of on or shall should so such than that the their them then there these
    they this those to was were what when where which who whom whose why will with would about any also
    between both during each list known used using use please describe name
    """.split()
)


def no_pieces(texts: Sequence[str]) -> list[list[str]]:
    """For models whose tokenizer has no word pieces."""
    return [[] for _ in texts]


class Part(NamedTuple):
    """What stands between white space, analysed: its stemmed words, the same joined, its pairs joined."""

    words: tuple[str, ...]
    said: str
    pairs: str


class Terms:
    """Analyses texts and questions alike. A change of it needs a new index generation.

    Neither words nor pairs reach across white space, so both are remembered by what stands between it. The
    memory is that of one index: it goes when an erasure makes a new one.
    """

    def __init__(self, pieces: Pieces = no_pieces) -> None:
        self._pieces = pieces
        self._analyzer = analyzer()
        self._known: dict[str, Part] = {}
        self._stops = {term for word in STOPWORDS for term in self._analyzer.analyze(word)}

    def words(self, text: str) -> list[str]:
        """Stemmed words in order, stop words included."""
        found: list[str] = []
        for part in text.split():
            found += (self._known.get(part) or self._parts([part])[0][0]).words
        return found

    def fields(self, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Of each text its words, and the pairs of adjacent word pieces within one word, parted by spaces."""
        for parts in self._parts(texts):
            yield " ".join([part.said for part in parts]), " ".join([part.pairs for part in parts if part.pairs])

    def learn(self, texts: Sequence[str]) -> None:
        """Analyse what is new in these texts, so that they are quick to add."""
        self._seen([text.split() for text in texts])

    def of_question(self, question: str) -> tuple[str, ...]:
        """Distinct words without stop words (unless there are no others), then distinct pairs."""
        [parts] = self._parts([question])
        words = dict.fromkeys(word for part in parts for word in part.words)
        telling = [word for word in words if word not in self._stops] or list(words)
        return (*telling, *dict.fromkeys(pair for part in parts for pair in part.pairs.split()))

    def _parts(self, texts: Sequence[str]) -> list[list[Part]]:
        split = [text.split() for text in texts]
        known, long = self._seen(split)
        if long:
            return [[known.get(part) or long[part] for part in parts] for parts in split]
        return [list(map(known.__getitem__, parts)) for parts in split]

    def _seen(self, split: Sequence[Sequence[str]]) -> tuple[dict[str, Part], dict[str, Part]]:
        """All that is remembered, these parts among it; and those that are too long to be."""
        known = self._known
        fresh = list(filterfalse(known.__contains__, set().union(*split)))
        new = {part: self._part(part, pieces) for part, pieces in zip(fresh, self._pieces(fresh), strict=True)}
        long = {part: told for part, told in new.items() if len(part) > LONG}
        known.update((part, told) for part, told in new.items() if part not in long)
        self._known = bounded(known)
        return known, long

    def _part(self, part: str, pieces: Sequence[str]) -> Part:
        words = tuple(self._analyzer.analyze(part))
        return Part(words, " ".join(words), " ".join(joined(pieces)))


def joined(pieces: Sequence[str]) -> list[str]:
    return [a + b for a, b in pairwise(pieces) if b.startswith("##")]


def bounded(known: dict[str, Part]) -> dict[str, Part]:
    """A full memory is left to who still reads it, and begun anew."""
    return known if len(known) < CACHED else {}


def analyzer() -> TextAnalyzer:
    steps = TextAnalyzerBuilder(Tokenizer.regex(r"\p{L}+|[0-9]+"))
    for step in (Filter.remove_long(40), Filter.ascii_fold(), Filter.lowercase(), Filter.stemmer("english")):
        steps = steps.filter(step)
    return steps.build()


def is_pair(term: str) -> bool:
    """Words hold letters and digits only, so the marker tells them apart."""
    return "##" in term
