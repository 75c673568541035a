"""How a text becomes the terms that it is found by: stemmed words, and pairs of adjacent word pieces.

Letters and digits part (``IL-6`` is ``il`` and ``6``). Pairs (``pe##mb`` of *pembrolizumab*) let names be
found that share their parts with others; they come from the embedding model's own tokenizer. Both choices
were made by measurement over several corpora (``bench/retrieval_quality``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

Pieces = Callable[[Sequence[str]], list[list[str]]]
"""Texts to their word pieces; those that go on a word begin with ``##``."""

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


class Terms:
    """Analyses texts and questions alike. A change of it needs a new index generation."""

    def __init__(self, pieces: Pieces = no_pieces) -> None:
        self._pieces = pieces
        self._analyzer = analyzer()
        self._stops = {term for word in STOPWORDS for term in self._analyzer.analyze(word)}

    def words(self, text: str) -> list[str]:
        """Stemmed words in order, stop words included."""
        return list(self._analyzer.analyze(text))

    def pairs(self, texts: Sequence[str]) -> Iterator[list[str]]:
        """Adjacent word pieces within one word, joined."""
        for pieces in self._pieces(texts):
            yield [a + b for a, b in pairwise(pieces) if b.startswith("##")]

    def of_question(self, question: str) -> tuple[str, ...]:
        """Distinct words without stop words (unless there are no others), then distinct pairs."""
        words = dict.fromkeys(self.words(question))
        telling = [word for word in words if word not in self._stops] or list(words)
        return (*telling, *dict.fromkeys(next(self.pairs([question]))))


def analyzer() -> TextAnalyzer:
    steps = TextAnalyzerBuilder(Tokenizer.regex(r"\p{L}+|[0-9]+"))
    for step in (Filter.remove_long(40), Filter.ascii_fold(), Filter.lowercase(), Filter.stemmer("english")):
        steps = steps.filter(step)
    return steps.build()


def is_pair(term: str) -> bool:
    """Words hold letters and digits only, so the marker tells them apart."""
    return "##" in term
