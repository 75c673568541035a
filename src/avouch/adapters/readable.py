"""Readable text built block by block, with its structure: what HTML and DOCX have in common."""

from __future__ import annotations

import re

from avouch.plaintext import clean
from avouch.records import Block, BlockKind

_SPACES = re.compile(r" {2,}")
_AROUND = re.compile(r" *\n[ \n]*")


class Readable:
    """Paragraphs and headings parted by blank lines; ``- `` or ``1. `` before list items; `` | `` in rows."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._at = 0
        self._inline: list[str] = []
        self._lines: list[str] = []
        self._row: list[str] = []
        self._lists: list[int | None] = []
        self._mark = ""
        self.in_table = False

    def write(self, text: str) -> None:
        """Text within the present block; ``\\n`` is a line break."""
        self._inline.append(text)

    def power(self, text: str) -> None:
        """Raised text: ``10`` and a raised ``9`` become ``10^9``, not ``109``."""
        before = next((part for part in reversed(self._inline) if part), "")
        signed = before[-1:].isdigit() and text.strip().lstrip("+-−").isdigit()
        self.write("^" + text.strip() if signed else text)

    def block(self, kind: BlockKind = BlockKind.PARAGRAPH, level: int = 0) -> None:
        """End the present block: what was written since the last end is of this kind."""
        if self.in_table:
            self.write(" ")
            return
        text = self._taken(kind is BlockKind.CODE)
        if not text:
            return
        if self._lists:
            indent = "  " * (len(self._lists) - 1)
            body = indent + (self._mark or "  ") + text.replace("\n", "\n  " + indent)
            self._lines.append(body)
            self._mark = ""
        else:
            self._emit(kind, text, level)

    def open_list(self, first: int | None) -> None:
        """A list, numbered from ``first`` or with dashes; lists may hold lists."""
        self.block()
        if not self.in_table:
            self._lists.append(first)

    def item(self) -> None:
        self.block()
        if self.in_table:
            self.write("- ")
        elif not self._lists:
            self._mark = ""
        elif (number := self._lists[-1]) is None:
            self._mark = "- "
        else:
            self._mark = f"{number}. "
            self._lists[-1] = number + 1

    def close_list(self) -> None:
        self.block()
        if self._lists and not self.in_table:
            self._lists.pop()
            self._mark = ""
            if not self._lists:
                self._finish(BlockKind.LIST)

    def open_table(self) -> None:
        """A table of rows and cells. Within it everything is text of a cell."""
        self.block()
        self._finish(BlockKind.LIST)
        self.in_table = True

    def row(self) -> None:
        """Begin a row; what is outside of cells becomes a line of its own."""
        self.cell()
        if any(self._row):
            self._lines.append(" | ".join(self._row))
        self._row = []

    def cell(self) -> None:
        """Begin a cell. Empty cells count only between others."""
        text = " ".join(self._taken(False).split("\n"))
        if text or self._row:
            self._row.append(text)

    def close_table(self) -> None:
        self.row()
        self.in_table = False
        self._finish(BlockKind.TABLE)

    def finish(self) -> tuple[str, tuple[Block, ...]]:
        """The text and its blocks, in order."""
        if self.in_table:
            self.close_table()
        self.block()
        self._finish(BlockKind.LIST)
        return "\n\n".join(self._parts), tuple(self._blocks)

    def _taken(self, verbatim: bool) -> str:
        if not self._inline:
            return ""
        text = clean("".join(self._inline))
        self._inline.clear()
        if verbatim:
            return text.strip("\n").rstrip()
        return _AROUND.sub("\n", _SPACES.sub(" ", text)).strip()

    def _finish(self, kind: BlockKind) -> None:
        if self._lines:
            self._emit(kind, "\n".join(self._lines), 0)
            self._lines = []

    def _emit(self, kind: BlockKind, text: str, level: int) -> None:
        self._parts.append(text)
        self._blocks.append(Block(kind, self._at, self._at + len(text), level))
        self._at += len(text) + 2
