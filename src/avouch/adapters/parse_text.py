"""Plain text: paragraphs, simple lists, and short lines alone as headings. No engine."""

from __future__ import annotations

from avouch.errors import AvouchError, Code
from avouch.plaintext import clean, headings, paragraphs
from avouch.records import Parsed


class TextParser:
    """``text/plain`` in UTF-8."""

    media_types = frozenset({"text/plain"})

    def parse(self, data: bytes, name: str) -> Parsed:
        """The text verbatim. ENCODING_UNKNOWN where it is not UTF-8."""
        text = utf8(data, name)
        return Parsed(text, headings(text, paragraphs(text)), "text/plain")


def utf8(data: bytes, name: str) -> str:
    """Clean text of UTF-8 bytes, with or without a byte order mark. ENCODING_UNKNOWN otherwise."""
    try:
        return clean(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise AvouchError(Code.ENCODING_UNKNOWN, f"{name}: not UTF-8 at byte {error.start:,}") from error
