"""Documents of a JSONL or CSV file: one for each record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from avouch.errors import AvouchError, Code
from avouch.ingest.columns import Columns, choose, metadata_of, text_of
from avouch.ingest.detect import CSV, JSONL
from avouch.ingest.found import Found, Options
from avouch.ingest.metadata import checked, merge, opening
from avouch.ingest.reading import opened, unpacked
from avouch.ingest.rows import Row, csv_codec, csv_rows, json_rows
from avouch.ingest.walk import Place, printable, problem
from avouch.plaintext import clean, paragraphs
from avouch.records import Block, BlockKind, Metadata, Parsed, Problem

_ID_CHARS = 400
_PEEK = 20


def records(
    place: Place,
    sample: bytes,
    kind: str,
    told: Mapping[str, tuple[str, ...]],
    outer: Metadata,
    options: Options,
) -> Iterator[Found | Problem]:
    """The records of a JSONL or CSV file. An id that was there before is RECORD_DUPLICATE."""
    seen: set[str] = set()
    for row, columns in _with_columns(_rows(place, sample, kind, options), told, place.key):
        where = place.key
        try:
            if isinstance(row, AvouchError):
                raise row
            key = f"{place.key}#{_id(row, columns, place.key)}"
            if key in seen:
                raise AvouchError(Code.RECORD_DUPLICATE, f"{place.key} line {row.line:,}: its id was there before")
            seen.add(key)
            where = key
            yield _record(row, columns, key, kind, outer, place.key)
        except AvouchError as error:
            yield problem(where, error)


def _rows(place: Place, sample: bytes, kind: str, options: Options) -> Iterator[Row | AvouchError]:
    codec = "utf-8"
    if kind == CSV:
        with opened(place) as file:
            codec = csv_codec(unpacked(file, place, options.max_ratio), sample, place.key)
    with opened(place) as file:
        stream = unpacked(file, place, options.max_ratio)
        if kind == JSONL:
            yield from json_rows(stream, sample, options.max_line_chars, place.key)
        else:
            yield from csv_rows(stream, codec, options.max_line_chars, place.key)


def _with_columns(
    rows: Iterator[Row | AvouchError], told: Mapping[str, tuple[str, ...]], key: str
) -> Iterator[tuple[Row | AvouchError, Columns]]:
    """Rows with the columns that the first of them have."""
    early: list[Row | AvouchError] = []
    present: dict[str, None] = {}
    columns: Columns | None = None
    for row in rows:
        if columns is None:
            early.append(row)
            if isinstance(row, Row):
                present |= dict.fromkeys(row.fields)
            if len(early) < _PEEK:
                continue
            columns = choose(told, present, key) if present else Columns(None, ())
            yield from ((each, columns) for each in early)
            early.clear()
        else:
            yield row, columns
    if early:
        columns = choose(told, present, key) if present else Columns(None, ())
        yield from ((each, columns) for each in early)


def _id(row: Row, columns: Columns, key: str) -> str:
    """A record's id: its own, else a digest of its content, so that it does not hang on its place."""
    where = f"{key} line {row.line:,}"
    if columns.id is None:
        return hashlib.sha256(row.original).hexdigest()[:20]
    name = printable(" ".join(clean(text_of(row.fields, columns.id, where)).split()))
    if not name or len(name) > _ID_CHARS:
        raise AvouchError(Code.RECORD_INVALID, f"{where}: its id is empty or over {_ID_CHARS} characters")
    return name


def _record(row: Row, columns: Columns, key: str, kind: str, outer: Metadata, name: str) -> Found:
    where = f"{name} line {row.line:,}"
    metadata = checked(merge(outer, metadata_of(row.fields, columns, where)), where)
    texts = {column: clean(text_of(row.fields, column, where)).strip() for column in columns.text}
    parse = partial(_parse_record, texts, metadata, kind, key)
    return Found(key, row.original, metadata, name, parse, columns.recipe())


def _parse_record(texts: dict[str, str], metadata: Metadata, kind: str, key: str) -> Parsed:
    """One text as it is; several as ``column: value`` lines; none but a title: the title."""
    if len(texts) == 1:
        text = next(iter(texts.values()))
        blocks = paragraphs(text)
    else:
        text, blocks = _lines(texts)
    if not text:
        text = metadata.title or ""
        blocks = paragraphs(text)
    if not text:
        raise AvouchError(Code.TEXT_EMPTY, f"{key}: its text is empty")
    if metadata.title is None:
        metadata = replace(metadata, title=opening(text))
    return Parsed(text, blocks, kind, metadata)


def _lines(texts: dict[str, str]) -> tuple[str, tuple[Block, ...]]:
    parts: list[str] = []
    blocks: list[Block] = []
    at = 0
    for column, value in texts.items():
        if value:
            part = f"{column}: {value}"
            parts.append(part)
            blocks.append(Block(BlockKind.PARAGRAPH, at, at + len(part)))
            at += len(part) + 1
    return "\n".join(parts), tuple(blocks)
