"""HTML by lxml: what a reader would see, block by block."""

from __future__ import annotations

import re
from typing import Any

from avouch.adapters.parse_text import utf8
from avouch.adapters.readable import Readable
from avouch.declare import FIELDS, declared
from avouch.errors import AvouchError, Code
from avouch.records import BlockKind, Metadata, Parsed

_DROPPED = re.compile(
    r"script|style|noscript|template|nav|svg|iframe|object|embed|applet|canvas|audio|video|map|button|select|input"
    r"|textarea|datalist|head|title|del|s|strike"
)
_BLOCKS = re.compile(
    r"html|body|p|div|section|article|main|header|footer|aside|address|blockquote|figure|figcaption|details|summary"
    r"|fieldset|legend|form|hr|center|caption|thead|tbody|tfoot|tr|td|th|dd|pre|h[1-6]"
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_ITEMS = ("li", "dt")
_LISTS = ("ul", "ol", "dl", "menu")


class HtmlParser:
    """``text/html`` in UTF-8."""

    media_types = frozenset({"text/html"})

    def parse(self, data: bytes, name: str) -> Parsed:
        """Readable text; title and ``avouch:`` metas as metadata. METADATA_INVALID, PARSE_FAILED."""
        from lxml import etree

        source = utf8(data, name).encode()
        parser = etree.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True, remove_pis=True)
        try:
            root = etree.fromstring(source, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise AvouchError(Code.PARSE_FAILED, f"{name}: not HTML that can be read") from error
        if parser.error_log.filter_from_fatals():
            # The library stops reading there, and says so only in its log.
            raise AvouchError(Code.PARSE_FAILED, f"{name}: nested too deeply, or one text too long")
        if root is None:
            raise AvouchError(Code.TEXT_EMPTY, f"{name}: nothing readable is in it")
        walker = _Walker()
        walker.walk(root)
        text, blocks = walker.out.finish()
        return Parsed(text, blocks, "text/html", _metadata(root, name))


def _metadata(root: Any, name: str) -> Metadata:
    fields: dict[str, object] = {}
    title = next(root.iter("title"), None)
    if title is not None:
        fields["title"] = "".join(title.itertext())
    for meta in root.iter("meta"):
        prefix, _, field = (meta.get("name") or "").strip().lower().partition(":")
        if prefix == "avouch":
            if field not in FIELDS:
                raise AvouchError(Code.METADATA_INVALID, f"{name}: meta avouch:{field[:40]} is not known")
            fields[field] = meta.get("content") or ""
    return declared(fields, name)


class _Walker:
    """Walks a tree by events, so that no depth of nesting can exhaust the stack."""

    def __init__(self) -> None:
        self.out = Readable()
        self._pre = 0
        self._tables: list[bool] = []

    def walk(self, root: Any) -> None:
        from lxml import etree

        events = etree.iterwalk(root, events=("start", "end", "comment"))
        for event, element in events:
            if event == "start":
                if _dropped(element):
                    events.skip_subtree()
                else:
                    self._start(element)
                    self._text(element.text, element.tag == "sup")
            else:
                if event == "end" and not _dropped(element):
                    self._end(element.tag)
                if element is not root:
                    self._text(element.tail)

    def _text(self, text: str | None, raised: bool = False) -> None:
        if text:
            shown = text if self._pre else _SPACE.sub(" ", text)
            self.out.power(shown) if raised else self.out.write(shown)

    def _start(self, element: Any) -> None:
        tag = element.tag
        if tag == "br":
            self.out.write("\n")
        elif tag == "table":
            self._open_table(element)
        elif tag in ("td", "th", "tr") and self.out.in_table:
            self.out.row() if tag == "tr" else self.out.cell()
        elif tag in _LISTS:
            self.out.open_list(_first(element) if tag == "ol" else None)
        elif tag in _ITEMS:
            self.out.item()
        elif _BLOCKS.fullmatch(tag):
            self.out.block()
            self._pre += tag == "pre"

    def _end(self, tag: str) -> None:
        if tag == "table":
            if self._tables.pop():
                self.out.close_table()
            self.out.block()
        elif tag in _LISTS:
            self.out.close_list()
        elif tag == "pre":
            self.out.block(BlockKind.CODE)
            self._pre -= 1
        elif tag in _HEADINGS:
            self.out.block(BlockKind.HEADING, _HEADINGS[tag])
        elif _BLOCKS.fullmatch(tag) or tag in _ITEMS:
            self.out.block()

    def _open_table(self, table: Any) -> None:
        """A table of data is rows; one that holds tables or headings is a layout, and flows."""
        layout = next((e for e in table.iter("table", *_HEADINGS) if e is not table), None) is not None
        data = not layout and not self.out.in_table
        self._tables.append(data)
        if data:
            self.out.open_table()
        else:
            self.out.block()


def _first(element: Any) -> int:
    start = element.get("start", "1")
    return int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1


def _dropped(element: Any) -> bool:
    tag = element.tag
    if not isinstance(tag, str) or _DROPPED.fullmatch(tag):
        return True
    attributes = element.attrib
    return bool(attributes) and (
        "hidden" in attributes
        or attributes.get("aria-hidden", "").lower() == "true"
        or attributes.get("role", "").lower() == "navigation"
        or _HIDDEN.search(attributes.get("style", "")) is not None
    )
