"""A source made for one test, and what was found in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from avouch.adapters.parse_docx import DocxParser
from avouch.adapters.parse_html import HtmlParser
from avouch.adapters.parse_markdown import MarkdownParser
from avouch.adapters.parse_pdf import PdfParser
from avouch.adapters.parse_text import TextParser
from avouch.errors import AvouchError
from avouch.ingest.discover import Found, Options, discover
from avouch.ports import Parser
from avouch.records import Parsed, Problem

BUILT_IN: tuple[Parser, ...] = (DocxParser(), HtmlParser(), MarkdownParser(), PdfParser(), TextParser())
PARSERS = {kind: parser for parser in BUILT_IN for kind in parser.media_types}


@dataclass
class Result:
    """Documents by key, problems by (key, code) with their messages, and the order of all keys."""

    found: dict[str, Found] = field(default_factory=dict)
    parsed: dict[str, Parsed] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)


def read(root: Path, options: Options | None = None) -> Result:
    """Discover and parse everything, as an ingest does."""
    result = Result()
    for each in discover(root, options or Options(), PARSERS):
        result.order.append(each.key)
        if isinstance(each, Problem):
            result.problems.append((each.key, each.code))
            result.messages.append(each.message)
            assert each.todo
            continue
        result.found[each.key] = each
        try:
            result.parsed[each.key] = each.parse()
        except AvouchError as error:
            result.problems.append((each.key, error.code.name))
            result.messages.append(error.message)
    return result


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Files by their paths below ``root``."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root
