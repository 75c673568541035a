"""Records of JSONL and CSV files, one at a time: a bad one is a problem, the rest goes on."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, TextIO

from avouch.errors import AvouchError, Code
from avouch.ingest.decode import guess, marked
from avouch.ingest.detect import delimiter_of

_BLOCK = 1 << 20
_EARLY = 20
_SEPARATOR = re.compile(r"sep=.\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One record at a line: its fields and its own bytes."""

    line: int
    fields: dict[str, object]
    original: bytes


def lines(file: TextIO, limit: int, key: str) -> Iterator[tuple[int, str | AvouchError]]:
    """Lines with their numbers, line ends kept; one longer than ``limit`` is an error, its rest skipped."""
    number = 0
    while line := _read(file, limit + 1, key):
        number += 1
        if len(line) <= limit or line.endswith("\n"):
            yield number, line
            continue
        while line and not line.endswith("\n"):
            line = _read(file, _BLOCK, key)
        yield number, AvouchError(Code.LINE_TOO_LONG, f"{key} line {number:,}: over {limit:,} characters")


def _read(file: TextIO, size: int, key: str) -> str:
    try:
        return file.readline(size)
    except UnicodeDecodeError as error:
        raise AvouchError(Code.ENCODING_UNKNOWN, f"{key}: not {error.encoding}") from error


def json_rows(file: BinaryIO, start: bytes, limit: int, key: str) -> Iterator[Row | AvouchError]:
    """Objects, one a line; blank lines are nothing. RECORD_INVALID, LINE_TOO_LONG by the line."""
    name = marked(start)
    wide = name is not None and name != "utf-8-sig"
    text = io.TextIOWrapper(file, name or "utf-8", errors="replace" if wide else "surrogateescape", newline="\n")
    for number, line in lines(text, limit, key):
        if isinstance(line, AvouchError):
            yield line
        elif not line.isspace():
            yield _object(line.strip(), number, key)


def _object(line: str, number: int, key: str) -> Row | AvouchError:
    try:
        original = line.encode()
        fields = json.loads(line)
    except UnicodeEncodeError:
        return AvouchError(Code.RECORD_INVALID, f"{key} line {number:,}: not UTF-8")
    except (ValueError, RecursionError):
        return AvouchError(Code.RECORD_INVALID, f"{key} line {number:,}: not JSON")
    if not isinstance(fields, dict):
        return AvouchError(Code.RECORD_INVALID, f"{key} line {number:,}: not a JSON object")
    return Row(number, fields, original)


def csv_rows(file: BinaryIO, codec: str, limit: int, key: str) -> Iterator[Row | AvouchError]:
    """Rows below the header line. RECORD_INVALID where a row has not as many cells as the header."""
    csv.field_size_limit(max(limit, csv.field_size_limit()))
    text = io.TextIOWrapper(file, codec, newline="")
    feed = _Feed(text, limit, key)
    reader = csv.reader(feed, delimiter=feed.delimiter, strict=True)
    header: list[str] = []
    while True:
        line = feed.number + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield AvouchError(Code.RECORD_INVALID, f"{key} line {line:,}: not CSV")
            continue
        except AvouchError as error:
            # The reader may stand within quotes: what follows can no longer be told apart.
            yield error
            return
        if not any(row):
            continue
        if not header:
            header = _header(row)
        else:
            yield _row(header, row, line, key)


def _header(row: list[str]) -> list[str]:
    """Column names; of two that are the same the second becomes ``name (2)``."""
    names: dict[str, int] = {}
    for cell in row:
        name = plain = cell.strip()
        while name in names:
            names[plain] += 1
            name = f"{plain} ({names[plain]})"
        names[name] = 1
    return list(names)


def _row(header: list[str], row: list[str], line: int, key: str) -> Row | AvouchError:
    while len(row) > len(header) and not row[-1]:
        row.pop()
    if len(row) != len(header):
        return AvouchError(Code.RECORD_INVALID, f"{key} line {line:,}: {len(row)} cells under {len(header)} headings")
    fields: dict[str, object] = dict(zip(header, row, strict=True))
    return Row(line, fields, json.dumps(fields, ensure_ascii=False).encode())


class _Feed:
    """Lines for the CSV reader, counted and bounded; the delimiter is known from the first ones."""

    def __init__(self, text: TextIO, limit: int, key: str) -> None:
        self._lines = lines(text, limit, key)
        self._early = list(islice(self._lines, _EARLY))
        self.number = 0
        whole = [line for _, line in self._early if isinstance(line, str)]
        sample = "".join(whole).replace("\r\n", "\n").replace("\r", "\n")
        self.delimiter = delimiter_of(sample)
        if _SEPARATOR.match(sample):
            self._early.pop(0)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.number, line = self._early.pop(0) if self._early else next(self._lines)
        if isinstance(line, AvouchError):
            raise line
        return line


def csv_codec(file: BinaryIO, start: bytes, key: str) -> str:
    """The encoding of a whole stream, read to its end. ENCODING_UNKNOWN where none is certain."""
    known = marked(start)
    if known:
        return known
    check = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(_BLOCK):
            check.decode(block)
        check.decode(b"", final=True)
    except UnicodeDecodeError:
        found = guess(start + b"\n" + block)
        if found is None:
            raise AvouchError(Code.ENCODING_UNKNOWN, f"{key}: not UTF-8, and no other encoding is certain") from None
        return found
    return "utf-8"
