"""DOCX by python-docx: body text in document order, tracked insertions in, deletions out."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Any

from avouch.adapters.readable import Readable
from avouch.errors import AvouchError, Code
from avouch.plaintext import clean
from avouch.records import BlockKind, Metadata, Parsed

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_UNPACKED = 400_000_000
MAX_XML = 60_000_000
MAX_RATIO = 150
MAX_MEMBERS = 10_000
_RATIO_FROM = 10_000_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SKIPPED = frozenset(
    {f"{_W}{tag}" for tag in ("del", "moveFrom", "instrText", "delText", "sdtPr", "pPr", "rPr", "tblPr")}
    | {f"{_MC}Fallback"}
)
_HEADING = re.compile(r"(?:heading|überschrift|titre|título)\s*(\d)", re.IGNORECASE)
_LIST = re.compile(r"list\s*(bullet|number|paragraph)?\s*(\d)?", re.IGNORECASE)


class DocxParser:
    """``.docx``. Sizes are checked before anything is unpacked."""

    media_types = frozenset({MEDIA_TYPE})

    def parse(self, data: bytes, name: str) -> Parsed:
        """Headings by style, lists, tables. ARCHIVE_BOMB, PARSE_FAILED."""
        _weigh(data, name)
        import docx
        from docx.opc.exceptions import OpcError
        from lxml import etree

        try:
            document = docx.Document(io.BytesIO(data))
            styles = {style.style_id: style for style in document.styles}
            title = document.core_properties.title
            body = document.element.body
        except (OpcError, etree.LxmlError, zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
            raise AvouchError(Code.PARSE_FAILED, f"{name}: not a DOCX that can be read") from error
        except (KeyError, ValueError, AttributeError, TypeError) as error:
            # What python-docx stumbles over where a part is missing or holds another element than it should.
            raise AvouchError(Code.PARSE_FAILED, f"{name}: not a DOCX that can be read") from error
        if body is None:
            raise AvouchError(Code.PARSE_FAILED, f"{name}: the document has no body")
        walker = _Walker(styles)
        walker.walk(body)
        text, blocks = walker.out.finish()
        return Parsed(text, blocks, MEDIA_TYPE, Metadata(title=clean(title or "").strip() or None))


def _weigh(data: bytes, name: str) -> None:
    """ARCHIVE_BOMB by what the zip directory says; reading never goes beyond what it says."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise AvouchError(Code.PARSE_FAILED, f"{name}: the zip archive is damaged") from error
    total = sum(member.file_size for member in members)
    xml = max((m.file_size for m in members if m.filename.lower().endswith((".xml", ".rels"))), default=0)
    dense = total > _RATIO_FROM and total > MAX_RATIO * len(data)
    if len(members) > MAX_MEMBERS or total > MAX_UNPACKED or xml > MAX_XML or dense:
        raise AvouchError(Code.ARCHIVE_BOMB, f"{name}: {len(data):,} bytes would unpack to {total:,}")
    names = [member.filename for member in members]
    if len(names) != len(set(names)):
        raise AvouchError(Code.PARSE_FAILED, f"{name}: two parts of the archive have one name")
    if any(member.flag_bits & 1 for member in members):
        raise AvouchError(Code.PARSE_FAILED, f"{name}: it is protected by a password")
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise AvouchError(Code.PARSE_FAILED, f"{name}: it is packed as no DOCX is")


class _Walker:
    """Walks the body's XML by events: content controls, text boxes and tracked changes included."""

    def __init__(self, styles: dict[str, Any]) -> None:
        self.out = Readable()
        self._styles = styles
        self._lists: list[bool] = []
        self._tables = 0
        self._paragraphs: list[Any] = []

    def walk(self, body: Any) -> None:
        from lxml import etree

        events = etree.iterwalk(body, events=("start", "end"))
        for event, element in events:
            tag = element.tag
            if tag in _SKIPPED:
                if event == "start":
                    events.skip_subtree()
            elif event == "start":
                if tag == f"{_W}r" and _struck(element):
                    events.skip_subtree()
                self._start(tag, element)
            else:
                self._end(tag, element)
        self._to_depth(0)

    def _start(self, tag: str, element: Any) -> None:
        if tag == f"{_W}p":
            self._begin_paragraph(element)
        elif tag == f"{_W}t":
            text = element.text or ""
            self.out.power(text) if _raised(element) else self.out.write(text)
        elif tag in (f"{_W}tab", f"{_W}ptab"):
            self.out.write("\t")
        elif tag in (f"{_W}br", f"{_W}cr"):
            self.out.write("\n")
        elif tag == f"{_W}noBreakHyphen":
            self.out.write("-")
        elif tag == f"{_W}tbl":
            self._tables += 1
            if self._tables == 1:
                self._to_depth(0)
                self.out.open_table()
        elif tag == f"{_W}tr" and self._tables == 1:
            self.out.row()
        elif tag == f"{_W}tc" and self._tables == 1:
            self.out.cell()

    def _end(self, tag: str, element: Any) -> None:
        if tag == f"{_W}tbl":
            self._tables -= 1
            if self._tables == 0:
                self.out.close_table()
        elif tag == f"{_W}p":
            level = 0 if self.out.in_table or self._lists else self._heading(element)
            self.out.block(BlockKind.HEADING if level else BlockKind.PARAGRAPH, level)

    def _begin_paragraph(self, paragraph: Any) -> None:
        self.out.block()
        if self._tables:
            return
        depth, numbered = self._list(paragraph)
        self._to_depth(depth, numbered)
        if depth:
            self.out.item()

    def _to_depth(self, depth: int, numbered: bool = False) -> None:
        """Close and open lists until ``depth`` of them are open, the innermost numbered or not."""
        while len(self._lists) > depth or (self._lists and len(self._lists) == depth and self._lists[-1] != numbered):
            self.out.close_list()
            self._lists.pop()
        while len(self._lists) < depth:
            self.out.open_list(1 if numbered else None)
            self._lists.append(numbered)

    def _style(self, paragraph: Any) -> Any:
        style_id = paragraph.style
        return self._styles.get(style_id) if style_id else None

    def _heading(self, paragraph: Any) -> int:
        """1 to 6 by outline level or the style's name, its ancestors' too; 0 for none."""
        style = self._style(paragraph)
        for _ in range(10):
            if style is None:
                return 0
            name = style.name or ""
            found = _HEADING.match(name)
            if found:
                return min(6, max(1, int(found.group(1))))
            if name.lower() == "title":
                return 1
            style = style.base_style
        return 0

    def _list(self, paragraph: Any) -> tuple[int, bool]:
        """How deep in a list, 0 for not, and whether its items are numbered."""
        style = self._style(paragraph)
        name = style.name or "" if style is not None else ""
        found = _LIST.match(name)
        kind = (found.group(1) or "").lower() if found else ""
        numbers = paragraph.find(f"{_W}pPr/{_W}numPr")
        if numbers is not None:
            number = numbers.find(f"{_W}numId")
            if number is not None and number.get(f"{_W}val") == "0":
                return 0, False
            level = numbers.find(f"{_W}ilvl")
            value = level.get(f"{_W}val", "0") if level is not None else "0"
            if not _HEADING.match(name):
                return (min(int(value), 8) if value.isdigit() else 0) + 1, kind == "number"
        if kind in ("bullet", "number") and found:
            return int(found.group(2) or 1), kind == "number"
        return 0, False


def _struck(run: Any) -> bool:
    """Whether the run's text is struck through or hidden: a reader is told not to read it."""
    for mark in ("strike", "dstrike", "vanish"):
        found = run.find(f"{_W}rPr/{_W}{mark}")
        if found is not None and found.get(f"{_W}val", "1") not in ("0", "false", "off"):
            return True
    return False


def _raised(text: Any) -> bool:
    run = text.getparent()
    found = run.find(f"{_W}rPr/{_W}vertAlign") if run is not None else None
    return found is not None and found.get(f"{_W}val") == "superscript"
