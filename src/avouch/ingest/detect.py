"""What a file is, by its content. The name speaks only where the content allows several answers."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable

from avouch.errors import AvouchError, Code
from avouch.ingest.decode import begins_as_utf8, marked
from avouch.ingest.frontmatter import fenced

TEXT = "text/plain"
MARKDOWN = "text/markdown"
HTML = "text/html"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
JSONL = "application/jsonl"
CSV = "text/csv"
UNKNOWN = ""
RECORDS = frozenset({JSONL, CSV})
DELIMITERS = ",;\t|"

_HTML = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"\s*<(?:p|div|table|h[1-6]|meta|title|script|section|article|main|ul|ol|span|center)\b[^>]*>", re.I)
_OTHER = re.compile(r"\s*(?:<\?xml|<svg|\{\\rtf|%!PS|#!)", re.I)
_SIGNS = (
    re.compile(r"^#{1,6} \S.*\n\s*\n", re.M),
    re.compile(r"^\|?\s*:?-{3,}:?\s*\|[\s|:-]*$", re.M),
    re.compile(r"^(?:[-*+]|\d{1,3}\.) \S", re.M),
    re.compile(r"\[[^\]\n]+\]\(\S+\)"),
    re.compile(r"^```", re.M),
    re.compile(r"\*\*\S[^*\n]*\S\*\*"),
)
_PEEK = 50


def detect(data: bytes, key: str, complete: bool) -> str:
    """The media type of a file by its beginning; ``complete`` where ``data`` is all of it. TYPE_UNKNOWN."""
    if b"%PDF-" in data[:1024]:
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return _zip(data, key, complete)
    sample = _sample(data)
    kind = UNKNOWN if _binary(sample) else detect_text(sample, key, complete)
    if kind == UNKNOWN:
        raise AvouchError(Code.TYPE_UNKNOWN, f"{key}: its content is of no type that can be read")
    return kind


def _zip(data: bytes, key: str, complete: bool) -> str:
    if _is_word(data) if complete else b"word/" in data or key.lower().endswith(".docx"):
        return DOCX
    raise AvouchError(Code.TYPE_UNKNOWN, f"{key}: a zip archive that is not a DOCX document")


def _sample(data: bytes) -> str:
    """Text good enough to look at: the last character may be cut, legacy letters may be wrong."""
    name = marked(data) or ("utf-8" if begins_as_utf8(data) else "latin-1")
    return data.decode(name, "ignore").replace("\r\n", "\n").replace("\r", "\n")


def _binary(text: str) -> bool:
    """Whether this is no text: more than one control character in fifty."""
    part = text[:8192]
    return sum(c < " " and c not in "\t\n\f\x0b\x1b" for c in part) * 50 > len(part)


def detect_text(sample: str, name: str, complete: bool) -> str:
    """The media type of text by its beginning; ``complete`` where that is all of it."""
    suffix = name.lower().removesuffix(".gz").rpartition(".")[2]
    tests: tuple[tuple[str, Callable[[], bool]], ...] = (
        (HTML, lambda: bool(_HTML.match(_COMMENT.sub("", sample[:8192])))),
        (JSONL, lambda: _is_jsonl(sample, suffix, complete)),
        (UNKNOWN, lambda: bool(_OTHER.match(sample[:256])) or _is_json(sample, complete)),
        (MARKDOWN, lambda: suffix in ("md", "markdown", "mdown", "mkd")),
        (HTML, lambda: bool(_TAG.match(sample[:2048])) and "</" in sample),
        (CSV, lambda: _is_csv(sample, suffix, complete)),
        (MARKDOWN, lambda: _is_markdown(sample)),
    )
    return next((kind for kind, test in tests if test()), TEXT)


def _is_word(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return b"word/" in data


def _is_jsonl(sample: str, suffix: str, complete: bool) -> bool:
    if sample.lstrip()[:1] != "{":
        return False
    lines = sample.lstrip().split("\n")
    if not complete:
        lines.pop()
    lines = [line for line in lines if line.strip()][:_PEEK]
    if not lines:
        return suffix in ("jsonl", "ndjson")
    objects = sum(map(_is_object, lines))
    return objects * 2 > len(lines) or (suffix in ("jsonl", "ndjson") and objects > 0)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _is_json(sample: str, complete: bool) -> bool:
    """A whole JSON document, which is neither text for people nor lines of records."""
    start = sample.lstrip()
    if not re.match(r"\{\s*(?:\"|\})|\[\s*(?:[\[{\"\]]|-?\d)", start):
        return False
    try:
        json.loads(sample)
    except (ValueError, RecursionError):
        return not complete and start[0] == "{"
    return True


def _is_csv(sample: str, suffix: str, complete: bool) -> bool:
    named = suffix in ("csv", "tsv", "tab")
    delimiter = delimiter_of(sample)
    rows = table(sample, delimiter, complete)
    if len(rows) < (1 if named else 5):
        return False
    width = len(rows[0])
    even = sum(len(row) == width for row in rows)
    header = all(cell.strip() and len(cell) < 80 for cell in rows[0]) and len(set(rows[0])) == width
    if named:
        return width >= 2 and even * 2 > len(rows)
    return header and width >= 3 and delimiter != "|" and even == len(rows)


def delimiter_of(sample: str) -> str:
    """The delimiter whose count is steadiest over the first lines, by the header where none is."""
    first = sample.split("\n", 1)[0]
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4]
    try:
        found = csv.Sniffer().sniff("\n".join(sample[:16_384].split("\n")[:_PEEK]), DELIMITERS).delimiter
    except csv.Error:
        found = ","
    return found if found in first else max(DELIMITERS, key=first.count)


def table(sample: str, delimiter: str, complete: bool) -> list[list[str]]:
    """The first rows of what may be CSV; none where it cannot be read so."""
    lines = sample.split("\n")
    reader = csv.reader(io.StringIO("\n".join(lines if complete else lines[:-1])), delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if any(row):
                rows.append(row)
            if len(rows) >= _PEEK:
                break
    except csv.Error:
        return rows
    return rows


def _is_markdown(sample: str) -> bool:
    if fenced(sample):
        return True
    headings = len(_SIGNS[0].findall(sample))
    return headings >= 2 or (headings == 1 and any(sign.search(sample) for sign in _SIGNS[1:]))
