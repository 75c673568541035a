"""Plain text: the characters that a version's text may hold, and the blocks of unmarked text."""

from __future__ import annotations

import re

from avouch.records import Block, BlockKind

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAK = re.compile("\r\n?|[\x0b\x0c\x85]")
_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
_ITEM = re.compile(r"[^\S\n]*(?:[-*+•‣◦▪·]|\(?\d{1,3}[.)])[^\S\n]+\S")
_ENDS = (".", ",", ";", "!", "?")
_TITLE = 80


def clean(text: str) -> str:
    """Line ends become ``\\n``; control characters but tab, and lone surrogates, go. The rest stays."""
    return _CONTROL.sub("", _BREAK.sub("\n", text))


def paragraphs(text: str, start: int = 0) -> tuple[Block, ...]:
    """Blocks of unmarked text from ``start`` on: what blank lines part; lists by their bullets."""
    blocks: list[Block] = []
    for found in _PARAGRAPH.finditer(text, start):
        blocks.extend(_parts(text, found.start(), found.end()))
    return tuple(blocks)


def headings(text: str, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The same blocks, where a short line alone, capitalised and without an end, counts as a heading."""
    marked = list(blocks)
    for i, block in enumerate(blocks[:-1]):
        if block.kind is BlockKind.PARAGRAPH and _is_title(text[block.start : block.end]):
            marked[i] = Block(BlockKind.HEADING, block.start, block.end, 1 if block.start == 0 else 2)
    return tuple(marked)


def _is_title(line: str) -> bool:
    if len(line) > _TITLE or "\n" in line or line.endswith(_ENDS) or ": " in line:
        return False
    return line[0].isupper() and sum(map(str.isalpha, line)) * 2 > len(line)


def _parts(text: str, start: int, end: int) -> list[Block]:
    """One run of lines: prose, then perhaps a list from its first bullet on."""
    at = start
    while at < end and not _ITEM.match(text, at, end):
        following = text.find("\n", at, end)
        at = end if following < 0 else following + 1
    prose, items = text[start:at].rstrip(), text[at:end].rstrip()
    blocks = [Block(BlockKind.PARAGRAPH, start, start + len(prose))] if prose else []
    if items:
        lead = len(items) - len(items.lstrip())
        blocks.append(Block(BlockKind.LIST, at + lead, at + len(items)))
    return blocks
