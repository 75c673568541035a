"""DOCX: structure, tracked changes, and hostile archives."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from avouch.adapters.parse_docx import DocxParser
from avouch.errors import AvouchError, Code
from avouch.ports import Parser
from avouch.records import Parsed
from avouch.testing.parser import ParserSuite, check

DOCUMENT = "word/document.xml"


def saved(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def parse(data: bytes) -> Parsed:
    parsed = DocxParser().parse(data, "a.docx")
    check(parsed, DocxParser.media_types)
    return parsed


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The archive with one part replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return out.getvalue()


def refused(data: bytes) -> Code:
    with pytest.raises(AvouchError) as caught:
        DocxParser().parse(data, "a.docx")
    return caught.value.code


class TestDocx(ParserSuite):
    rubbish = (b"", b"PK\x03\x04 rubbish", b"no zip")

    def parser(self) -> Parser:
        return DocxParser()

    def sample(self, words: Sequence[str]) -> bytes:
        document = docx.Document()
        for word in words:
            document.add_paragraph(word)
        return saved(document)


def test_blocks_in_document_order() -> None:
    document = docx.Document()
    document.core_properties.title = "Discharge"
    document.add_heading("Medicines", 1)
    document.add_paragraph("Give 1 g.")
    document.add_paragraph("one", style="List Bullet")
    document.add_paragraph("inner", style="List Bullet 2")
    document.add_paragraph("first", style="List Number")
    document.add_paragraph("second", style="List Number")
    table = document.add_table(2, 2)
    for cell, text in zip(
        [c for row in table.rows for c in row.cells], ["Drug", "Dose", "A", "1 g\ndaily"], strict=True
    ):
        cell.text = text
    document.add_heading("After", 2)
    parsed = parse(saved(document))
    assert [(b.kind.value, b.level, parsed.text[b.start : b.end]) for b in parsed.blocks] == [
        ("heading", 1, "Medicines"),
        ("paragraph", 0, "Give 1 g."),
        ("list", 0, "- one\n  - inner"),
        ("list", 0, "1. first\n2. second"),
        ("table", 0, "Drug | Dose\nA | 1 g daily"),
        ("heading", 2, "After"),
    ]
    assert parsed.metadata.title == "Discharge"


def test_tracked_changes_content_controls_and_links() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Give ")
    w = nsdecls("w")
    for xml in (
        f"<w:del {w}><w:r><w:delText>1 g</w:delText></w:r></w:del>",
        f"<w:ins {w}><w:r><w:t>500 mg</w:t></w:r></w:ins>",
        f"<w:r {w}><w:rPr><w:strike/></w:rPr><w:t>struck</w:t></w:r>",
        f"<w:r {w}><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>",
        f'<w:hyperlink {w}><w:r><w:t xml:space="preserve"> twice</w:t></w:r></w:hyperlink>',
        f'<w:r {w}><w:t xml:space="preserve"> x 10</w:t></w:r>',
        f'<w:r {w}><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>9</w:t></w:r>',
    ):
        paragraph._p.append(parse_xml(xml))
    body = document.element.body
    body.insert(
        0, parse_xml(f"<w:sdt {w}><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>")
    )
    assert parse(saved(document)).text == "In a control.\n\nGive 500 mg twice x 10^9"


def test_zip_bomb_by_ratio() -> None:
    bomb = with_part(saved(docx.Document()), "word/media/a.xml", b"<a>" + b" " * 50_000_000 + b"</a>")
    assert len(bomb) < 200_000
    assert refused(bomb) is Code.ARCHIVE_BOMB


def test_zip_bomb_by_count() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for i in range(10_001):
            archive.writestr(f"{i}", b"")
    assert refused(out.getvalue()) is Code.ARCHIVE_BOMB


def test_a_directory_that_lies_about_sizes() -> None:
    data = bytearray(with_part(saved(docx.Document()), DOCUMENT, b"<a>" + b" " * 5_000_000 + b"</a>"))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(DOCUMENT.encode()))
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    assert refused(bytes(data)) is Code.PARSE_FAILED


def test_billion_laughs() -> None:
    entities = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    xml = (
        f'<?xml version="1.0"?><!DOCTYPE d [{entities}]><w:document {nsdecls("w")}><w:body><w:p><w:r>'
        "<w:t>before &l11; after</w:t></w:r></w:p></w:body></w:document>"
    )
    data = with_part(saved(docx.Document()), DOCUMENT, xml.encode())
    try:
        assert len(parse(data).text) < 100
    except AvouchError as error:
        assert error.code is Code.PARSE_FAILED


def test_external_entity() -> None:
    xml = (
        f'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]><w:document {nsdecls("w")}><w:body><w:p><w:r>'
        "<w:t>before &x; after</w:t></w:r></w:p></w:body></w:document>"
    )
    data = with_part(saved(docx.Document()), DOCUMENT, xml.encode())
    try:
        assert parse(data).text in ("before", "before  after", "before after")
    except AvouchError as error:
        assert error.code is Code.PARSE_FAILED


def test_very_deep_xml() -> None:
    w = nsdecls("w")
    depth = 100_000
    xml = (
        f"<w:document {w}><w:body><w:p>"
        + "<w:smartTag>" * depth
        + "</w:smartTag>" * depth
        + "</w:p></w:body></w:document>"
    )
    data = with_part(saved(docx.Document()), DOCUMENT, xml.encode())
    try:
        parse(data)
    except AvouchError as error:
        assert error.code in (Code.PARSE_FAILED, Code.ARCHIVE_BOMB)


def test_another_office_format_in_disguise() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<a/>")
    assert refused(out.getvalue()) is Code.PARSE_FAILED


@pytest.mark.parametrize("root", ["w:tc", "w:t", "w:body"])
def test_a_document_that_is_something_else(root: str) -> None:
    assert (
        refused(with_part(saved(docx.Document()), DOCUMENT, f"<{root} {nsdecls('w')}/>".encode())) is Code.PARSE_FAILED
    )


def test_damaged_compression() -> None:
    data = bytearray(saved(docx.Document()))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(DOCUMENT)
    start = info.header_offset + 30 + len(DOCUMENT)
    data[start : start + info.compress_size] = b"\xff" * info.compress_size
    assert refused(bytes(data)) is Code.PARSE_FAILED


def test_another_compression() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(DOCUMENT, "<a/>")
    assert refused(out.getvalue()) is Code.PARSE_FAILED
