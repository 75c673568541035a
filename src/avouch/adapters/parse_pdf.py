"""The ``Parser`` of PDFs: ``pdf_text`` in a process of its own."""

from __future__ import annotations

from typing import Any

from avouch.adapters.pdf_process import PdfProcess
from avouch.records import Block, BlockKind, Metadata, Parsed

SECONDS, BYTES = 60, 100_000
"""Seconds of a core for any PDF, and bytes for which it gets another: a small one may not take long."""
PROCESS = PdfProcess()


class PdfParser:
    """``application/pdf``, one document at a time."""

    media_types = frozenset({"application/pdf"})

    def __init__(self, process: PdfProcess = PROCESS, seconds: int = SECONDS) -> None:
        self._process, self._seconds = process, seconds

    def parse(self, data: bytes, name: str) -> Parsed:
        """Text with page offsets. PDF_ENCRYPTED, PDF_SCANNED where no page has text, PARSE_FAILED."""
        seconds = self._seconds + len(data) // BYTES
        return self._process.ask({"do": "read", "name": name}, data, seconds, parsed)


def parsed(head: dict[str, Any], body: bytes) -> Parsed:
    """The record of what the process tells. KeyError, TypeError, ValueError."""
    blocks = (Block(BlockKind(kind), start, end, level) for kind, start, end, level in head["blocks"])
    title, pages = Metadata(title=head["title"]), tuple(head["pages"])
    return Parsed(body.decode(), tuple(blocks), "application/pdf", title, pages)
