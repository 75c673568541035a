"""Documents of a source: found in a fixed order, parsed only when asked to."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from avouch.errors import AvouchError, Code
from avouch.ingest.columns import Columns, choose, metadata_of, named, text_of
from avouch.ingest.decode import decode
from avouch.ingest.detect import CSV, JSONL, MARKDOWN, RECORDS, TEXT, detect
from avouch.ingest.frontmatter import front_matter
from avouch.ingest.manifest import Manifests
from avouch.ingest.metadata import checked, merge, opening, settled
from avouch.ingest.reading import GZIP, HEAD, content, head, inflated, opened, unpacked
from avouch.ingest.rows import Row, csv_codec, csv_rows, json_rows
from avouch.ingest.walk import Place, problem, walk
from avouch.plaintext import clean, paragraphs
from avouch.ports import Parser
from avouch.records import Block, BlockKind, Metadata, Parsed, Problem

_ID_CHARS = 400
_PEEK = 20


@dataclass(frozen=True, slots=True)
class Found:
    """One document, not yet parsed.

    ``key`` is its path below the root, with ``#id`` for a record; ``original`` the file's bytes, or the
    record's own as UTF-8 JSON; ``metadata`` what manifest, options and columns declare, without front
    matter; ``recipe`` names how the bytes become text, beside them. ``parse`` gives the text with all its
    metadata, a title among it; it raises AvouchError.
    """

    key: str
    original: bytes
    metadata: Metadata
    name: str
    parse: Callable[[], Parsed]
    recipe: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """What holds for a whole run. ``columns`` maps id, title, text (several by commas), url, labels,
    classification, valid_from, valid_to to column names; ``max_ratio`` bounds what gzip unpacks to."""

    metadata: Metadata = field(default_factory=Metadata)
    columns: Mapping[str, str] = field(default_factory=dict)
    max_file_bytes: int = 200_000_000
    max_line_chars: int = 10_000_000
    max_ratio: int = 200


def discover(root: Path, options: Options, parsers: Mapping[str, Parser]) -> Iterator[Found | Problem]:
    """Every document in a file or folder, sorted by path; what cannot be read is a Problem.

    ``parsers`` are by media type; those of text types are given UTF-8. PATH_MISSING where there is no
    root, INPUT_INVALID for unknown column roles.
    """
    named(options.columns)
    manifests = Manifests(root if root.is_dir() else root.parent)
    beside: dict[Path, bool] = {}
    for place in walk(root):
        if isinstance(place, Problem):
            yield place
        elif not _is_beside_corpus(place, beside):
            try:
                yield from _documents(place, options, parsers, manifests)
            except AvouchError as error:
                yield problem(place.key, error)


def count(root: Path) -> int:
    """About how many documents there are, for progress: records by the length of the first ones."""
    total = 0
    beside: dict[Path, bool] = {}
    for place in walk(root):
        if isinstance(place, Place) and not _is_beside_corpus(place, beside):
            total += _estimate(place)
    return total


def _estimate(place: Place) -> int:
    if not place.key.lower().removesuffix(".gz").endswith((".jsonl", ".ndjson", ".csv", ".tsv")):
        return 1
    try:
        data = head(place)
        sample = inflated(data, place.key) if data.startswith(GZIP) else data
    except AvouchError:
        return 1
    if len(data) == place.size and len(data) < HEAD and not data.startswith(GZIP):
        return max(1, sample.count(b"\n"))
    size = place.size * (4 if data.startswith(GZIP) else 1)
    return max(1, round(size * sample.count(b"\n") / max(1, len(sample))))


def _is_beside_corpus(place: Place, known: dict[Path, bool]) -> bool:
    """Whether the file is the queries, judgements or notes of a BEIR corpus."""
    folder = place.path.parent.parent if place.path.parent.name == "qrels" else place.path.parent
    if place.path.name in ("corpus.jsonl", "corpus.jsonl.gz"):
        return False
    if folder not in known:
        corpus = any((folder / name).is_file() for name in ("corpus.jsonl", "corpus.jsonl.gz"))
        rest = ("queries.jsonl", "queries.jsonl.gz", "qrels", "qrels.tsv")
        known[folder] = corpus and any((folder / name).exists() for name in rest)
    return known[folder]


def _documents(
    place: Place, options: Options, parsers: Mapping[str, Parser], manifests: Manifests
) -> Iterator[Found | Problem]:
    """The document, or the records, of one file."""
    data = head(place)
    packed = data.startswith(GZIP)
    sample = inflated(data, place.key) if packed else data
    kind = detect(sample, place.key, not packed and len(data) == place.size)
    outer, columns = manifests.about(place.key, options.metadata)
    if kind in RECORDS:
        told = named(options.columns) | named(columns, Code.METADATA_INVALID)
        yield from _records(place, sample, kind, told, outer, options)
        return
    if packed:
        raise AvouchError(Code.TYPE_UNKNOWN, f"{place.key}: gzip is read for JSONL and CSV only")
    if kind not in parsers:
        raise AvouchError(Code.TYPE_UNKNOWN, f"{place.key}: no parser for {kind} is installed")
    original = content(place, options.max_file_bytes)
    parse = partial(_parse, original, place.key, kind, parsers[kind], outer, options.max_line_chars)
    yield Found(place.key, original, outer, place.key, parse)


def _parse(data: bytes, key: str, kind: str, parser: Parser, outer: Metadata, max_line: int) -> Parsed:
    front = Metadata()
    if kind.startswith("text/"):
        text = decode(data, key, html=kind == "text/html")
        if kind in (TEXT, MARKDOWN):
            front, text = front_matter(clean(text), key)
            if len(text) > max_line and max(map(len, text.split("\n"))) > max_line:
                raise AvouchError(Code.LINE_TOO_LONG, f"{key}: a line of over {max_line:,} characters")
        data = text.encode("utf-8", "ignore")
    parsed = parser.parse(data, key)
    if not parsed.text or parsed.text.isspace():
        raise AvouchError(Code.TEXT_EMPTY, f"{key}: nothing readable is in it")
    return settled(parsed, outer, front, key)


def _records(
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
    name = " ".join(clean(text_of(row.fields, columns.id, where)).split())
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
