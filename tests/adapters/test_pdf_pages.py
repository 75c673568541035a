"""Pages of PDFs: the picture is the page, and the boxes lie on the words that are asked for, and on no others."""

from __future__ import annotations

import ctypes
import io
import struct
import zlib
from importlib.resources import files
from typing import Any

import numpy as np
import pypdfium2
import pytest
from fpdf import FPDF

from avouch.adapters import pdf_pages
from avouch.adapters.parse_pdf import PdfParser
from avouch.errors import AvouchError
from avouch.records import PageBoxes, Span

HAEMORRHAGE = (files("avouch.faces.demo") / "library/base/protocols/major-haemorrhage.pdf").read_bytes()
LINE = "Take 5 mg once a day."


def pdf(pages: list[list[str]], size: tuple[float, float] = (210, 297)) -> bytes:
    """A PDF with these lines on its pages, 10 mm apart."""
    made = FPDF(format=size)
    made.set_font("helvetica", size=12)
    for lines in pages:
        made.add_page()
        for at, line in enumerate(lines):
            made.text(20, 30 + 10 * at, line)
    return bytes(made.output())


def read(data: bytes) -> str:
    return PdfParser().parse(data, "x.pdf").text


def span(text: str, words: str, nth: int = 0) -> Span:
    at = -1
    for _ in range(nth + 1):
        at = text.index(words, at + 1)
    return Span(at, at + len(words))


def words_in(data: bytes, found: PageBoxes) -> list[str]:
    """What PDFium itself reads inside of each box: another way from places to words."""
    document = pypdfium2.PdfDocument(data)
    page = document[found.number - 1]
    width, height = page.get_size()
    text = page.get_textpage()
    told = []
    for box in found.boxes:
        x, y = ctypes.c_double(), ctypes.c_double()
        corners: list[float] = []
        for across, down in ((box.x, box.y), (box.x + box.width, box.y + box.height)):
            place = (round(across * 1e6), round(down * 1e6))
            size = (1_000_000, round(1e6 * height / width))
            pypdfium2.raw.FPDF_DeviceToPage(page.raw, 0, 0, *size, 0, *place, x, y)
            corners += [x.value, y.value]
        left, right = sorted((corners[0], corners[2]))
        bottom, top = sorted((corners[1], corners[3]))
        told.append(text.get_text_bounded(left - 0.2, bottom - 0.2, right + 0.2, top + 0.2).strip())
    return told


def decoded(picture: bytes) -> Any:
    """The pixels of a PNG of ours, (height, width, channels), by the filter that it says."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    at, parts = 8, {}
    while at < len(picture):
        (size,) = struct.unpack(">I", picture[at : at + 4])
        kind, body = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + size]
        assert struct.unpack(">I", picture[at + 8 + size : at + 12 + size])[0] == zlib.crc32(kind + body)
        parts[kind], at = body, at + 12 + size
    width, height, depth, colour = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    channels = {0: 1, 2: 3}[colour]
    lines = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(height, width * channels + 1)
    assert depth == 8
    assert (lines[:, 0] == 2).all()
    return np.cumsum(lines[:, 1:], axis=0, dtype=np.uint8).reshape(height, width, channels)


def test_the_boxes_lie_on_the_words_of_the_demonstration() -> None:
    text = read(HAEMORRHAGE)
    wanted = "Tranexamic acid is not started\nwhen more than 3 hours have passed since an injury"
    found = pdf_pages.boxes(HAEMORRHAGE, 2, text, span(text, wanted))
    assert words_in(HAEMORRHAGE, found) == wanted.split("\n")
    assert found.ratio == pytest.approx(297 / 210, abs=0.01)
    assert pdf_pages.boxes(HAEMORRHAGE, 1, text, span(text, wanted)).boxes == ()


def test_a_row_of_a_table_is_found_although_the_text_has_marks_between_its_cells() -> None:
    text = read(HAEMORRHAGE)
    found = pdf_pages.boxes(HAEMORRHAGE, 2, text, span(text, "Pack A | 4 units | 4 units"))
    assert " ".join(words_in(HAEMORRHAGE, found)).split() == "Pack A 4 units 4 units".split()


def test_of_the_same_words_those_are_marked_that_are_meant() -> None:
    data = pdf([["First:", LINE, "Second:", LINE], ["Third:", LINE]])
    text = read(data)
    tops = []
    for nth, page in ((0, 1), (1, 1), (2, 2)):
        (box,) = pdf_pages.boxes(data, page, text, span(text, LINE, nth)).boxes
        tops.append(box.y * 210)
        assert pdf_pages.boxes(data, 3 - page, text, span(text, LINE, nth)).boxes == ()
    assert tops == pytest.approx([36.5, 56.5, 36.5], abs=2)


def test_a_span_over_the_edge_of_a_page_is_marked_on_both() -> None:
    data = pdf([["The dose is"], ["given twice."]])
    text = read(data)
    both = Span(text.index("dose"), text.index("twice") + 5)
    assert words_in(data, pdf_pages.boxes(data, 1, text, both)) == ["dose is"]
    assert words_in(data, pdf_pages.boxes(data, 2, text, both)) == ["given twice"]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_boxes_follow_a_page_that_is_shown_turned(turn: int) -> None:
    document = pypdfium2.PdfDocument(pdf([["Above.", LINE, "Below."]]))
    document[0].set_rotation(turn)
    out = io.BytesIO()
    document.save(out)
    data = out.getvalue()
    text = read(data)
    found = pdf_pages.boxes(data, 1, text, span(text, LINE))
    assert "".join(words_in(data, found)).replace(" ", "").startswith("Take5mgonceaday")
    ink = decoded(pdf_pages.picture(data, 1))[:, :, 0] < 128
    width = ink.shape[1]
    for box in found.boxes:
        x, y, w, h = (round(v * width) for v in (box.x, box.y, box.width, box.height))
        assert ink[y : y + h, x : x + w].any()


def test_where_the_text_was_read_otherwise_the_words_are_looked_for() -> None:
    data = pdf([["First:", LINE, "Second:", LINE]])
    text = "A title that is not there.\n\nFirst:\nTake 5 mg once a day.\nSecond:\nTake 5 mg once a day."
    (box,) = pdf_pages.boxes(data, 1, text, span(text, LINE, 1)).boxes
    assert box.y * 210 == pytest.approx(56.5, abs=2)
    assert pdf_pages.boxes(data, 1, text, span(text, "A title that is not there")).boxes == ()
    assert pdf_pages.boxes(data, 1, text, Span(10**9, 10**9 + 5)).boxes == ()
    assert pdf_pages.boxes(data, 1, text, Span(9, 2)).boxes == ()


def test_a_picture_is_the_page_as_pdfium_draws_it() -> None:
    pixels = decoded(pdf_pages.picture(HAEMORRHAGE, 2))
    assert pixels.shape[1] == pdf_pages.WIDTH
    document = pypdfium2.PdfDocument(HAEMORRHAGE)
    drawn = document[1].render(scale=pdf_pages.WIDTH / document[1].get_width(), rev_byteorder=True).to_numpy()
    assert (pixels == drawn[:, :, : pixels.shape[2]]).all()


def test_a_page_of_any_shape_makes_a_picture_of_bounded_size() -> None:
    tall = decoded(pdf_pages.picture(pdf([["Tall."]], (20, 4000)), 1))
    assert tall.shape[0] * tall.shape[1] <= pdf_pages.PIXELS * 1.01
    assert decoded(pdf_pages.picture(pdf([["Wide."]], (4000, 20)), 1)).shape[1] <= pdf_pages.WIDTH + 1


def test_a_page_that_is_not_there_and_what_is_no_pdf() -> None:
    assert pdf_pages.count(HAEMORRHAGE) == 2
    assert pdf_pages.count(b"%PDF-1.4 nothing") == 0
    for number in (0, 3, 99):
        with pytest.raises(AvouchError, match="NOT_FOUND"):
            pdf_pages.picture(HAEMORRHAGE, number)
    with pytest.raises(AvouchError, match="PARSE_FAILED"):
        pdf_pages.picture(b"%PDF-1.4 nothing", 1)
