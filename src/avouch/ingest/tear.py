"""Tearing a block that is too long, at the best borders that it has: rows and items, sentences, words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from avouch.records import Block, BlockKind, Span
from avouch.segment import sentences

_ITEM = re.compile(r"(?:[-*+•‣◦▪·]|\(?\d{1,3}[.)])[^\S\n]+\S")
_FULL = 0.9
Cut = Callable[[str, int, int], list[Span]]


def trimmed(text: str, start: int, end: int) -> Span | None:
    """``text[start:end]`` without surrounding white space; ``None`` where nothing else is in it."""
    body = text[start:end]
    rest = body.lstrip()
    start += len(body) - len(rest)
    rest = rest.rstrip()
    return Span(start, start + len(rest)) if rest else None


def tear(text: str, block: Block, first: int, limit: int) -> list[Span]:
    """Pieces of a block in order, each at most ``limit`` characters and the first at most ``first``.

    Together they hold every character that is not white space. A border is a row, item or line where
    the block has them, else the end of a sentence, else white space, else any place.
    """
    cuts: list[Cut] = [sentences, _words]
    if block.kind is BlockKind.LIST:
        cuts = [_items, _rows, *cuts]
    elif block.kind in (BlockKind.TABLE, BlockKind.CODE):
        cuts = [_rows, _words]
    atoms = _atoms(text, block.start, block.end, cuts, min(first, limit))
    length = block.end - block.start
    return _pack(atoms, block.start, first, limit, max(1, length // -(-length // round(limit * _FULL))))


def _pack(atoms: Iterator[Span], start: int, first: int, limit: int, even: int) -> list[Span]:
    """Neighbouring atoms together: about ``even`` characters in each, so that no crumb is left over."""
    pieces: list[Span] = []
    border = start
    for atom in atoms:
        room = first if len(pieces) == 1 else limit
        middle = (atom.start + atom.end) // 2
        if pieces and middle <= border and atom.end - pieces[-1].start <= room:
            pieces[-1] = Span(pieces[-1].start, atom.end)
        else:
            pieces.append(atom)
            border += -(-max(0, middle - border) // even) * even if middle > border else even
    return pieces


def _atoms(text: str, start: int, end: int, cuts: list[Cut], size: int) -> Iterator[Span]:
    """The coarsest pieces that are at most ``size`` long each."""
    if end - start <= size:
        whole = trimmed(text, start, end)
        if whole:
            yield whole
    elif not cuts:
        for at in range(start, end, size):
            part = trimmed(text, at, min(at + size, end))
            if part:
                yield part
    else:
        for span in cuts[0](text, start, end):
            yield from _atoms(text, span.start, span.end, cuts[1:], size)


def _rows(text: str, start: int, end: int) -> list[Span]:
    """Lines."""
    spans: list[Span] = []
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        spans.append(Span(start, stop))
        start = stop + 1
    return spans


def _items(text: str, start: int, end: int) -> list[Span]:
    """Outermost list items: each with the lines, and the items, that hang from it."""
    rows = _rows(text, start, end)
    indents = [_indent(text, row) if _ITEM.match(text, row.start + _indent(text, row)) else -1 for row in rows]
    outer = min((indent for indent in indents if indent >= 0), default=0)
    spans: list[Span] = []
    for row, indent in zip(rows, indents, strict=True):
        if spans and indent != outer:
            spans[-1] = Span(spans[-1].start, row.end)
        else:
            spans.append(row)
    return spans


def _indent(text: str, row: Span) -> int:
    line = text[row.start : row.end]
    return len(line) - len(line.lstrip())


def _words(text: str, start: int, end: int) -> list[Span]:
    return [Span(found.start(), found.end()) for found in re.compile(r"\S+").finditer(text, start, end)]
