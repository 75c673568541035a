"""Pages of a PDF as they look, by pypdfium2: a picture of one, and where on it some words stand.

PDFium serves one thread, and PDFs can be made to break it: ``PdfViewer`` calls this in a process of its own.
"""

from __future__ import annotations

import ctypes
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from avouch.errors import AvouchError, Code
from avouch.records import Box, PageBoxes, Span

WIDTH = 1200
"""Pixels across a picture."""
PIXELS = 8_000_000
FINE = 1_000_000
"""The grid on which PDFium tells where a character is: so many steps across the page."""
CONTEXT = (200, 40, 0)
"""Letters around a span by which it is told from others like it, from strict to lax."""


@contextmanager
def opened(data: bytes, number: int) -> Iterator[Any]:
    """Page ``number`` (from 1) of a PDF. NOT_FOUND, PARSE_FAILED."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise AvouchError(Code.PARSE_FAILED, "not a PDF that can be read") from error
    try:
        if not 1 <= number <= len(document):
            raise AvouchError(Code.NOT_FOUND, f"no page {number}: it has {len(document)}")
        page = document[number - 1]
        try:
            yield page
        finally:
            page.close()
    except pypdfium2.PdfiumError as error:
        raise AvouchError(Code.PARSE_FAILED, f"page {number} cannot be drawn") from error
    finally:
        document.close()


def count(data: bytes) -> int:
    """How many pages a PDF has; 0 where it cannot be read."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return 0
    try:
        return len(document)
    finally:
        document.close()


def picture(data: bytes, number: int) -> bytes:
    """Page ``number`` (from 1) as a PNG of ``WIDTH`` pixels across, fewer where it is very tall."""
    with opened(data, number) as page:
        width, height = page.get_size()
        scale = min(WIDTH / max(width, 1.0), (PIXELS / max(width * height, 1.0)) ** 0.5)
        bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
        try:
            pixels = np.array(bitmap.to_numpy()[:, :, :3])
        finally:
            bitmap.close()
    return png(pixels)


def png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """An image, uint8 of shape (height, width, 3), as a PNG; grey where it has no colours (ISO/IEC 15948)."""
    height, width, _ = pixels.shape
    grey = bool((pixels == pixels[:, :, :1]).all())
    rows = pixels[:, :, 0] if grey else pixels.reshape(height, width * 3)
    # Each row as the difference to the one above (filter type 2): white paper becomes zeros.
    lines = np.empty((height, rows.shape[1] + 1), np.uint8)
    lines[:, 0] = 2
    lines[0, 1:] = rows[0]
    lines[1:, 1:] = rows[1:] - rows[:-1]
    head = struct.pack(">IIBBBBB", width, height, 8, 0 if grey else 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


def boxes(data: bytes, number: int, text: str, span: Span | None) -> PageBoxes:
    """Where ``text[span]`` stands on page ``number``, line by line; ``text`` is what was read from the whole PDF.

    No boxes where none of it is on that page, or no span is asked for.
    """
    with opened(data, number) as page:
        width, height = page.get_size()
        ratio = height / width if width else 1.0
        if span is None:
            return PageBoxes(number, ratio, ())
        textpage = page.get_textpage()
        try:
            letters, places = readable(textpage)
            first, end = located(text, span, letters)
            found = [box(textpage, at) for at in places[first:end]]
            placed = tuple(shown(page, line, ratio) for line in lines([one for one in found if one is not None]))
        finally:
            textpage.close()
    return PageBoxes(number, ratio, placed)


def readable(textpage: Any) -> tuple[str, list[int]]:
    """The letters and digits of a page in reading order, and the character that each one is of.

    Only they are compared: white space, hyphens at line ends and the marks between cells differ from the text.
    """
    from pypdfium2 import raw

    found = [(at, chr(raw.FPDFText_GetUnicode(textpage.raw, at) & 0xFFFF)) for at in range(textpage.count_chars())]
    found = [(at, one) for at, one in found if counts(one)]
    return "".join(one for _, one in found), [at for at, _ in found]


def counts(letter: str) -> bool:
    """Whether a character is compared; PDFium tells those beyond 16 bits in halves, so they are not."""
    return letter < "\U00010000" and letter.isalnum()


def located(text: str, span: Span, letters: str) -> tuple[int, int]:
    """From which to which of a page's letters a span of the whole text goes; (0, 0) where it is not there."""
    before, words, after = (
        "".join(filter(counts, part)) for part in (text[: span.start], text[span.start : span.end], text[span.end :])
    )
    if not words or not letters:
        return 0, 0
    whole, start, end = before + words + after, len(before), len(before) + len(words)
    page = whole.find(letters, max(0, start - len(letters) + 1), end + len(letters) - 1)
    if page >= 0:
        return max(start, page) - page, min(end, page + len(letters)) - page
    if letters in whole:
        return 0, 0
    return searched(whole, start, end, letters)


def searched(whole: str, start: int, end: int, letters: str) -> tuple[int, int]:
    """The same where the page is not word for word in the text: another version of the parser read it, say."""
    for reach in CONTEXT:
        low, high = max(0, start - reach), min(len(whole), end + reach)
        found = letters.find(whole[low:high])
        if found >= 0:
            return found + start - low, found + end - low
    return over(whole[start:end], letters)


def over(words: str, letters: str) -> tuple[int, int]:
    """The part of a span that a page holds where it goes on over the page's edge; at least a few letters of it."""
    least = min(len(words), 12)
    for size in range(min(len(words), len(letters)), least - 1, -1):
        if letters.endswith(words[:size]):
            return len(letters) - size, len(letters)
        if letters.startswith(words[-size:]):
            return 0, size
    return 0, 0


def box(textpage: Any, at: int) -> Box | None:
    """The place of one character in points, downwards, before the page is turned; None where it has none."""
    from pypdfium2 import raw

    area = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(textpage.raw, at, area):
        return None
    found = Box(area.left, -area.top, area.right - area.left, area.top - area.bottom)
    return found if found.width > 0 and found.height > 0 else None


def shown(page: Any, line: Box, ratio: float) -> Box:
    """The same place on the page as it is shown, turned or cut: in page widths from the upper left."""
    from pypdfium2 import raw

    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for left, top in ((line.x, -line.y), (line.x + line.width, -line.y - line.height)):
        raw.FPDF_PageToDevice(page.raw, 0, 0, FINE, round(FINE * ratio), 0, left, top, x, y)
        corners.append((x.value / FINE, y.value / FINE))
    (x1, y1), (x2, y2) = corners
    return Box(min(x1, x2), min(y1, y2), round(abs(x2 - x1), 6), round(abs(y2 - y1), 6))


def lines(found: list[Box]) -> Iterator[Box]:
    """The boxes of characters in reading order as boxes of lines."""
    numbered, number = [], 0
    for at, one in enumerate(found):
        if at and not beside(found[at - 1], one):
            number += 1
        numbered.append((number, one))
    for _, group in groupby(numbered, lambda pair: pair[0]):
        some = [one for _, one in group]
        x, y = min(one.x for one in some), min(one.y for one in some)
        right, low = max(one.x + one.width for one in some), max(one.y + one.height for one in some)
        yield Box(x, y, right - x, low - y)


def beside(one: Box, other: Box) -> bool:
    """Whether a character goes on in the line of the one before: as high, and no further left."""
    shared = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return shared > 0.5 * min(one.height, other.height) and other.x + other.width > one.x
