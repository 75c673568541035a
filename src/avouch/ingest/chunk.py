"""Chunks of a parsed document: along its structure, with exact offsets.

Headings begin the chunk that follows them; small neighbours under one heading share a chunk; tables and
lists stay whole up to the hard maximum. A crumb, such as the running head of a page, joins its neighbour.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from avouch.ingest.tear import tear, trimmed
from avouch.records import Block, BlockKind, Chunk, Parsed, Span

TARGET = 1000
HARD = 1.6
_HEADING_CHARS = 300
_RULE = 40
_CRUMBS = 12
_MARKED = re.compile(r"#{1,6}[^\S\n]+")


def chunk(parsed: Parsed, limit: int = TARGET, hard: int | None = None) -> tuple[Chunk, ...]:
    """Chunks in order, without overlap, trimmed, holding every character that is not white space.

    ``limit`` is the size aimed at, in characters; none is longer than ``hard``, without it 1.6 times the
    limit. A chunk crosses a page border only within a block that does. ``headings`` are those above the
    chunk's content, outermost first; the last may lie inside the chunk itself.
    """
    builder = _Builder(parsed, limit, int(limit * HARD) if hard is None else max(hard, limit))
    blocks = list(_whole(parsed))
    for block, following in zip_longest(blocks, blocks[1:]):
        builder.add(block, following)
    builder.flush()
    return tuple(builder.chunks)


def _whole(parsed: Parsed) -> Iterator[Block]:
    """The blocks, trimmed, and what lies between them as paragraphs."""
    at = 0
    for block in (*parsed.blocks, Block(BlockKind.PARAGRAPH, len(parsed.text), len(parsed.text))):
        gap = trimmed(parsed.text, at, block.start)
        if gap:
            yield Block(BlockKind.PARAGRAPH, gap.start, gap.end)
        span = trimmed(parsed.text, block.start, block.end)
        if span:
            yield Block(block.kind, span.start, span.end, block.level)
        at = block.end


@dataclass
class _Builder:
    """The chunk being filled: ``start`` to ``end``; ``bare`` while it holds nothing but headings.

    ``page`` is that of the block last added; ``loose`` while the chunk begins a page and has no heading.
    """

    parsed: Parsed
    limit: int
    hard: int
    chunks: list[Chunk] = field(default_factory=list)
    path: list[tuple[int, Span]] = field(default_factory=list)
    start: int = -1
    end: int = -1
    bare: bool = True
    loose: bool = False
    page: int = -1

    def add(self, block: Block, following: Block | None) -> None:
        page = self._page(block.start)
        if self.start >= 0 and page != self._page(self.end - 1):
            self.flush()
        if page != self.page:
            self.page, self.loose = page, self.start < 0
        if block.kind is BlockKind.HEADING and block.end - block.start <= min(_HEADING_CHARS, self.limit // 2):
            self._head(block)
        else:
            last = following is None or self._page(following.start) != page
            self._fill(block, last)

    def flush(self) -> None:
        """Close the chunk being filled."""
        if self.start >= 0:
            self._emit(Span(self.start, self.end))
        self.start, self.end, self.bare, self.loose = -1, -1, True, False

    def _head(self, block: Block) -> None:
        """A heading: it closes what was before it and waits for its content."""
        crumb = self.loose and self.end - self.start <= self.limit // _CRUMBS
        if (not self.bare and not crumb) or block.end - self.start > self.limit // 2:
            self.flush()
        self.bare, self.loose = True, False
        level = max(block.level, 1)
        while self.path and self.path[-1][0] >= level:
            self.path.pop()
        self.path.append((level, _words(self.parsed.text, block)))
        self._extend(block.start, block.end)

    def _fill(self, block: Block, last: bool) -> None:
        """Content: into the open chunk where it fits, else into one of its own, else torn.

        ``last`` of its page or text, a crumb may pass the limit.
        """
        crumb = last and block.end - block.start <= self.limit // _CRUMBS
        room = self.hard if self.bare or crumb or self._leads_to(block) else self.limit
        if self.start >= 0 and not self.bare and block.end - self.start > room:
            self.flush()
            room = self.hard
        if self.start >= 0 and self.bare and block.start - self.start > self.limit // 2 + 2:
            self.flush()
        begin = self.start if self.start >= 0 else block.start
        if block.end - begin <= room:
            self._extend(block.start, block.end)
            self.bare = False
            return
        for piece in tear(self.parsed.text, block, self.limit - (block.start - begin), self.limit):
            if not self.bare:
                self.flush()
            self._extend(piece.start, piece.end)
            self.bare = False

    def _leads_to(self, block: Block) -> bool:
        """Whether what is open introduces a list or table in few words, or ends with a mere rule."""
        if block.end - block.start <= _RULE:
            return not any(map(str.isalnum, self.parsed.text[block.start : block.end]))
        whole = block.kind in (BlockKind.LIST, BlockKind.TABLE)
        return whole and self.end - self.start <= self.limit // 4

    def _extend(self, start: int, end: int) -> None:
        self.start = start if self.start < 0 else self.start
        self.end = end

    def _emit(self, span: Span) -> None:
        headings = tuple(heading for _, heading in self.path)
        self.chunks.append(Chunk(span.start, span.end, self._page(span.start), headings))

    def _page(self, offset: int) -> int:
        return bisect_right(self.parsed.pages, offset)


def _words(text: str, block: Block) -> Span:
    """A heading's span without its Markdown marks: ``## Dose ##`` and underlines."""
    line = text[block.start : block.end].split("\n")[0].rstrip()
    mark = _MARKED.match(line)
    lead = mark.end() if mark else 0
    if mark:
        line = line.rstrip("#").rstrip()
    span = trimmed(text, block.start + lead, block.start + len(line))
    return span or Span(block.start, block.end)
