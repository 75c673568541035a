"""The best case of a model: it says what the passages say, each sentence with its source, and nothing else.

Asked harmless questions, whatever is withheld of it is withheld wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice, zip_longest

from avouch.canon import digest
from avouch.records import Health, Message, Piece, Request, Usage
from avouch.redteam.fill import filled
from avouch.segment import sentences

SAID = 24
"""Sentences of a reply: more than an answer needs, fewer than are looked at."""
SIGNS = "#`-*|> "
"""What headings, blocks of code, lists and tables begin with: a sentence does not."""
_PASSAGE = re.compile(r'<passage mark="\w+" id="(\d+)">\n[^\n]*\n(.*?)\n</passage', re.DOTALL)
"""The first line is the title and the headings: no part of what can be cited."""


class FaithfulGenerator:
    """The ``Generator`` port."""

    name = "faithful"
    digest = digest(b"avouch.redteam.faithful/1")

    def stream(self, request: Request, deadline: float) -> Iterator[Piece]:
        """The reply, in the form that is asked for."""
        lines = said(request.messages)
        text = filled(request.schema, lines, request.max_tokens) if request.schema else "\n".join(lines)
        yield Piece(text)
        yield Piece("", Usage(sum(len(one.content) for one in request.messages) // 4, len(text) // 4), "stop")

    def health(self) -> Health:
        return Health(True)

    def close(self) -> None:
        """Nothing is held."""


def said(messages: Sequence[Message]) -> list[str]:
    """The first sentences of the passages, of each passage in turn, with its number."""
    found = _PASSAGE.findall("\n".join(one.content for one in messages if one.role == "user"))
    pages = [[f"{one} [{number}]" for one in stated(text)] for number, text in found]
    return list(islice(filter(None, chain.from_iterable(zip_longest(*pages))), SAID))


def stated(text: str) -> list[str]:
    """The sentences of a text as a model would write them: on one line, without the signs of its layout."""
    flat = (" ".join(text[one.start : one.end].split()).strip(SIGNS) for one in sentences(text))
    return [one for one in dict.fromkeys(flat) if one]
