"""Markdown by markdown-it-py (CommonMark with tables). The text is the source itself, so quotes are exact."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from avouch.adapters.parse_text import utf8
from avouch.errors import AvouchError, Code
from avouch.records import Block, BlockKind, Parsed

if TYPE_CHECKING:
    from markdown_it.token import Token

_KINDS = {
    "heading_open": BlockKind.HEADING,
    "paragraph_open": BlockKind.PARAGRAPH,
    "bullet_list_open": BlockKind.LIST,
    "ordered_list_open": BlockKind.LIST,
    "table_open": BlockKind.TABLE,
    "fence": BlockKind.CODE,
    "code_block": BlockKind.CODE,
    "html_block": BlockKind.PARAGRAPH,
}


class MarkdownParser:
    """``text/markdown`` in UTF-8, without front matter."""

    media_types = frozenset({"text/markdown"})

    def parse(self, data: bytes, name: str) -> Parsed:
        """The source with its blocks. ENCODING_UNKNOWN where it is not UTF-8."""
        from markdown_it import MarkdownIt

        text = utf8(data, name)
        # Inline marks are not looked at, which makes it fast and leaves no room for hostile nesting there.
        engine = MarkdownIt("commonmark").enable("table").disable("inline").disable("reference")
        try:
            tokens = engine.parse(text)
        except RecursionError as error:
            raise AvouchError(Code.PARSE_FAILED, f"{name}: nested too deeply") from error
        return Parsed(text, tuple(_blocks(text, tokens)), "text/markdown")


def _blocks(text: str, tokens: list[Token]) -> list[Block]:
    """Outermost blocks that hold text; a quotation is looked into, a list or table is not."""
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    blocks: list[Block] = []
    done = 0
    for token in tokens:
        kind = _KINDS.get(token.type)
        if kind is None or token.map is None or token.map[0] < done:
            continue
        done = token.map[1]
        start, end = starts[token.map[0]], min(starts[min(done, len(starts) - 1)], len(text))
        end = start + len(text[start:end].rstrip())
        start += len(text[start:end]) - len(text[start:end].lstrip())
        if start < end:
            level = int(token.tag[1]) if kind is BlockKind.HEADING else 0
            blocks.append(Block(kind, start, end, level))
    return blocks
