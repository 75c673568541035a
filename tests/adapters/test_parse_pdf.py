"""PDF: pages, paragraphs, and the ways in which one cannot be read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from fpdf import FPDF
from PIL import Image

from avouch.adapters.parse_pdf import PdfParser
from avouch.errors import AvouchError, Code
from avouch.ports import Parser
from avouch.records import BlockKind
from avouch.testing.parser import WORDS, ParserSuite, check

PROSE = "The nurse repeats the capillary blood glucose after 15 minutes and writes it down in the chart. " * 3


def pdf(pages: Sequence[Sequence[tuple[str, int]]], title: str = "", password: str = "") -> bytes:
    """Pages of (text, font size), one paragraph each."""
    made = FPDF()
    made.set_creation_date(datetime(2025, 1, 1, tzinfo=UTC))
    if title:
        made.set_title(title)
    if password:
        made.set_encryption(owner_password="owner", user_password=password)
    for page in pages:
        made.add_page()
        for text, size in page:
            made.set_font("helvetica", size=size)
            made.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")
            made.ln(4)
    return bytes(made.output())


def refused(data: bytes) -> Code:
    with pytest.raises(AvouchError) as caught:
        PdfParser().parse(data, "a.pdf")
    assert "a.pdf" in caught.value.message
    return caught.value.code


class TestPdf(ParserSuite):
    rubbish = (b"%PDF-1.7 rubbish", b"", b"%PDF-1.4\n%%EOF")
    words = WORDS[:4]  # the standard fonts have no Greek

    def parser(self) -> Parser:
        return PdfParser()

    def sample(self, words: Sequence[str]) -> bytes:
        return pdf([[(word, 11) for word in words]])


def test_pages_paragraphs_and_headings() -> None:
    parsed = PdfParser().parse(
        pdf([[("Treatment", 16), (PROSE, 11), (PROSE, 11)], [("Page two.", 11)]], "A title"), "a"
    )
    check(parsed, PdfParser.media_types)
    assert [b.kind for b in parsed.blocks] == [BlockKind.HEADING, *[BlockKind.PARAGRAPH] * 3]
    assert parsed.text[parsed.pages[1] :] == "Page two."
    assert parsed.text.split("\n\n")[1].replace("\n", " ") == PROSE.strip()
    assert parsed.metadata.title == "A title"


def test_hyphens_at_line_ends_stay() -> None:
    made = FPDF()
    made.add_page()
    made.set_font("helvetica", size=11)
    made.multi_cell(0, 6, "This is long-\nterm treatment, and 4-\n6 hours.")
    parsed = PdfParser().parse(bytes(made.output()), "a")
    assert parsed.text == "This is long-\nterm treatment, and 4-\n6 hours."


def test_encrypted() -> None:
    assert refused(pdf([[("secret", 11)]], password="open sesame")) is Code.PDF_ENCRYPTED


def test_scanned() -> None:
    picture = io.BytesIO()
    Image.new("L", (60, 60), 128).save(picture, "PNG")
    made = FPDF()
    made.add_page()
    made.image(picture, w=60)
    assert refused(bytes(made.output())) is Code.PDF_SCANNED


def test_corrupt() -> None:
    whole = pdf([[("text", 11)]])
    assert refused(whole[:200]) is Code.PARSE_FAILED


def test_threads() -> None:
    data = [pdf([[(f"Document number {i}", 11)] for _ in range(5)]) for i in range(12)]
    with ThreadPoolExecutor(6) as pool:
        texts = list(pool.map(lambda d: PdfParser().parse(d, "a").text, data))
    assert all(text.count(f"Document number {i}") == 5 for i, text in enumerate(texts))


def test_rows_of_tables() -> None:
    made = FPDF()
    made.add_page()
    made.set_font("helvetica", size=11)
    with made.table() as table:
        for cells in (
            ("Drug", "Dose", "Note"),
            ("Paracetamol", "1 g", "up to 4 g × a day"),
            ("Enoxaparin", "40 µg", ""),
        ):
            row = table.row()
            for cell in cells:
                row.cell(cell)
    made.multi_cell(0, 6, PROSE, new_x="LMARGIN", new_y="NEXT")
    parsed = PdfParser().parse(bytes(made.output()), "a")
    first, *rest = parsed.blocks
    assert first.kind is BlockKind.TABLE
    assert parsed.text[: first.end] == ("Drug | Dose | Note\nParacetamol | 1 g | up to 4 g × a day\nEnoxaparin | 40 µg")
    assert " | " not in parsed.text[first.end :]
    assert rest


def test_bullets_and_numbers_are_no_cells() -> None:
    made = FPDF()
    made.add_page()
    made.set_font("helvetica", size=11)
    for mark in ("-", "-", "1.", "2."):
        made.cell(15, 6, mark)
        made.cell(0, 6, "an item of a list", new_x="LMARGIN", new_y="NEXT")
    assert " | " not in PdfParser().parse(bytes(made.output()), "a").text
