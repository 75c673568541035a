"""The parts of a question, and which of them nothing that is said speaks of."""

from __future__ import annotations

import re
from collections.abc import Collection

from avouch.answer.laid import Analyze
from avouch.answer.things import general
from avouch.records import Span

_ASKS = r"(?:how|what|who|whom|whose|when|where|which|why|is|are|was|were|do|does|did|can|could|should|may|must|will)"
_BORDER = re.compile(rf"\?+\s+|[,;]?\s+(?:and|or)\s+(?={_ASKS}\b)|[,;]\s+(?={_ASKS}\b)", re.IGNORECASE)


def parts(question: str) -> list[Span]:
    """Its clauses that ask by themselves: parted by a question mark, or where *and* or a comma leads to the next."""
    found, at = list[Span](), 0
    for border in [*_BORDER.finditer(question), None]:
        end = border.start() if border else len(question.rstrip("? "))
        if at < end:
            found.append(Span(at, end))
        at = border.end() if border else end
    return found


def missed(question: str, terms: Collection[str], said: Collection[str], analyze: Analyze) -> list[Span]:
    """The parts of which no word of their own is said, where another part has one that is; none of a question of one.

    ``terms`` are the question's words that tell something; ``said`` those of the answer and its titles. Numbers, and
    what is said of any drug, are no part's own.
    """
    told = {term for term in terms if not term[0].isdigit()} - general(analyze)
    clauses = [(span, told.intersection(analyze(question[span.start : span.end]))) for span in parts(question)]
    bare = [span for span, words in clauses if words and not words & set(said)]
    return bare if len(bare) < sum(bool(words) for _, words in clauses) else []
