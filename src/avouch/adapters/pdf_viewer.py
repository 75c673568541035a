"""Pages of PDFs for whoever looks at them: ``pdf_pages`` in a process of its own."""

from __future__ import annotations

from avouch.adapters.pdf_process import PdfProcess
from avouch.records import Box, PageBoxes, Span

SECONDS, TURN = 20, 5.0
PROCESS = PdfProcess(turn=TURN)
"""Not the one that parses: nobody waits for a page until a folder is taken in."""


class PdfViewer:
    """A picture of a page, and where on it some words stand. A page costs ``seconds`` of a core at most."""

    def __init__(self, process: PdfProcess = PROCESS, seconds: int = SECONDS) -> None:
        self._process, self._seconds = process, seconds

    def count(self, data: bytes) -> int:
        """How many pages a PDF has; 0 where it cannot be read. PARSE_FAILED."""
        return self._process.ask({"do": "count"}, data, self._seconds, lambda head, body: int(head["pages"]))

    def picture(self, data: bytes, number: int) -> bytes:
        """Page ``number`` (from 1) as a PNG. NOT_FOUND, PARSE_FAILED."""
        return self._process.ask({"do": "picture", "number": number}, data, self._seconds, lambda head, body: body)

    def boxes(self, data: bytes, number: int, text: str, span: Span | None) -> PageBoxes:
        """Where ``text[span]`` stands on page ``number``, as ``pdf_pages.boxes`` says. NOT_FOUND, PARSE_FAILED."""
        asked = {"do": "boxes", "number": number, "text": text, "span": span and (span.start, span.end)}
        return self._process.ask(
            asked,
            data,
            self._seconds,
            lambda head, body: PageBoxes(number, head["ratio"], tuple(Box(*one) for one in head["boxes"])),
        )
