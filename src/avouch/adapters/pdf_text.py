"""The text of a PDF by pypdfium2 (BSD/Apache), page by page; blocks from baselines, font sizes and gaps in lines."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any

from avouch.adapters.pdf_rows import Gap, Gapped, gap_counts, rows
from avouch.errors import AvouchError, Code
from avouch.plaintext import clean
from avouch.records import Block, BlockKind, Metadata, Parsed

_LOCKED = (4, 5)  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
_HEADING_CHARS = 160
_GAP = 1.3
_LARGER = 1.1
_BULLET = re.compile(r"\s*(?:[-•‣◦▪·–]|\(?\d{1,2}[.)])\s")
_SPACE = re.compile(r"(?<=\S) +(?=\S)")
_BREAK = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a page: its baseline and font size in points, zero where unknown; ``row`` of a table."""

    text: str
    y: float
    size: float
    bold: bool
    gaps: tuple[Gap, ...] = ()
    row: bool = False


def read(data: bytes, name: str) -> Parsed:
    """Text with page offsets. PDF_ENCRYPTED, PDF_SCANNED where no page has text, PARSE_FAILED."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise _failure(error, name) from error
    try:
        pages = [_lines(document[i]) for i in range(len(document))]
        title = document.get_metadata_value("Title")
    except pypdfium2.PdfiumError as error:
        raise _failure(error, name) from error
    finally:
        document.close()
    if not any(line.text.strip() for page in pages for line in page):
        raise AvouchError(Code.PDF_SCANNED, f"{name}: none of its {len(pages):,} pages has text")
    text, blocks, starts = _compose(pages)
    return Parsed(text, blocks, "application/pdf", Metadata(title=clean(title).strip() or None), starts)


def _failure(error: Any, name: str) -> AvouchError:
    if getattr(error, "err_code", None) in _LOCKED:
        return AvouchError(Code.PDF_ENCRYPTED, f"{name}: it is protected by a password")
    return AvouchError(Code.PARSE_FAILED, f"{name}: not a PDF that can be read")


def _lines(page: Any) -> list[_Line]:
    """The lines of one page in reading order, as PDFium gives them."""
    textpage = page.get_textpage()
    try:
        lines: list[_Line] = []
        at = 0
        for raw in _BREAK.split(textpage.get_text_range()):
            # U+FFFE is PDFium's sign for a hyphen at a line's end, whose line break it leaves out.
            for part in raw.split("\ufffe"):
                hyphen = "-" if at + len(part) < at + len(raw) and not raw.endswith(part) else ""
                lines.append(_line(textpage, part + hyphen, at + len(part) - len(part.lstrip())))
                at += len(part.encode("utf-16-le")) // 2 + 1
            at += 1
        return _tabled([line for line in lines if line.text.strip()])
    finally:
        textpage.close()
        page.close()


def _tabled(lines: list[_Line]) -> list[_Line]:
    """The same, the rows of tables with marks between their cells."""
    shapes = rows([Gapped(line.text, line.size, line.gaps) for line in lines])
    return [
        line if shape is None else replace(line, text=shape, row=True)
        for line, shape in zip(lines, shapes, strict=True)
    ]


def _gaps(textpage: Any, text: str, index: int) -> tuple[Gap, ...]:
    """The gaps that PDFium had to fill with a space of its own, by the boxes of the characters around."""
    from pypdfium2 import raw

    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    gaps: list[Gap] = []
    for found in _SPACE.finditer(text):
        before, after = index + found.start() - 1, index + found.end()
        if raw.FPDFText_IsGenerated(textpage.raw, after - 1) != 1 or not gap_counts(text, found.end()):
            continue
        raw.FPDFText_GetCharBox(textpage.raw, before, left, right, bottom, top)
        end = right.value
        raw.FPDFText_GetCharBox(textpage.raw, after, left, right, bottom, top)
        gaps.append(Gap(found.end(), left.value, left.value - end))
    return tuple(gaps)


def _line(textpage: Any, text: str, index: int) -> _Line:
    from pypdfium2 import raw

    x, y = ctypes.c_double(), ctypes.c_double()
    known = text.strip() and raw.FPDFText_GetCharOrigin(textpage.raw, index, x, y)
    if not known:
        return _Line(clean(text).rstrip(), 0.0, 0.0, False)
    size = raw.FPDFText_GetFontSize(textpage.raw, index)
    bold = raw.FPDFText_GetFontWeight(textpage.raw, index) >= 600
    shown = clean(text).rstrip()
    # Offsets are PDFium's only where each character is one of its units and none was cleaned away.
    plain = max(text) < "\U00010000" and len(shown.lstrip()) == len(text.strip())
    first = index - (len(text) - len(text.lstrip()))
    return _Line(shown, y.value, size, bold, _gaps(textpage, shown, first) if plain else ())


def _compose(pages: list[list[_Line]]) -> tuple[str, tuple[Block, ...], tuple[int, ...]]:
    """Pages joined by a blank line, paragraphs too."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[round(line.size, 1)] += len(line.text)
    body = sizes.most_common(1)[0][0]
    larger = sorted((size for size in sizes if size > body * _LARGER), reverse=True)
    parts: list[str] = []
    blocks: list[Block] = []
    starts: list[int] = []
    at = 0
    for page in pages:
        starts.append(at)
        for lines in _paragraphs(page):
            text = "\n".join(line.text for line in lines)
            kind, level = _kind(lines, text, body, larger)
            blocks.append(Block(kind, at, at + len(text), level))
            parts.append(text)
            at += len(text) + 2
    whole = "\n\n".join(parts)
    return whole, tuple(blocks), tuple(min(start, len(whole)) for start in starts)


def _paragraphs(page: list[_Line]) -> Iterator[list[_Line]]:
    """Lines that stand together: same size, and no further apart than lines are here."""
    lines = [line for line in page if line.text.strip()]
    steps = [a.y - b.y for a, b in pairwise(lines) if abs(a.size - b.size) < 0.5 and a.y > b.y]
    pitch = median(steps) if steps else 0.0
    paragraph: list[_Line] = []
    for line in lines:
        if paragraph and _apart(paragraph[-1], line, pitch):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph


def _apart(above: _Line, line: _Line, pitch: float) -> bool:
    if not line.size or not above.size:
        return False
    if line.row or above.row:
        return not (line.row and above.row) or not 0 < above.y - line.y < 3 * line.size
    step = above.y - line.y
    if _BULLET.match(line.text) and _BULLET.match(above.text):
        return False
    # The pitch of a page of one-line paragraphs is that of its paragraphs: 2.2 sizes is apart anywhere.
    apart = step < -line.size or step > min(_GAP * pitch, 2.2 * line.size)
    return apart or abs(above.size - line.size) > 0.5 or above.bold != line.bold


def _kind(lines: list[_Line], text: str, body: float, larger: list[float]) -> tuple[BlockKind, int]:
    if lines[0].row:
        return BlockKind.TABLE, 0
    size = round(lines[0].size, 1)
    short = len(text) <= _HEADING_CHARS and len(lines) <= 3 and not text.endswith((".", ",", ";", ":"))
    if short and size in larger and any(map(str.isalpha, text)):
        return BlockKind.HEADING, min(6, larger.index(size) + 1)
    if short and lines[0].bold and len(lines) == 1 and size >= body and text[:1].isupper():
        return BlockKind.HEADING, min(6, len(larger) + 1)
    if len(lines) > 1 and _BULLET.match(text) and sum(bool(_BULLET.match(line.text)) for line in lines) > 1:
        return BlockKind.LIST, 0
    return BlockKind.PARAGRAPH, 0
