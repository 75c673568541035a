"""Documents of a source: found in a fixed order, parsed only when asked to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from avouch.errors import AvouchError, Code
from avouch.ingest.columns import named
from avouch.ingest.decode import decode
from avouch.ingest.detect import HTML, MARKDOWN, RECORDS, TEXT, detect
from avouch.ingest.found import Found, Options
from avouch.ingest.frontmatter import front_matter
from avouch.ingest.manifest import Manifests
from avouch.ingest.metadata import settled
from avouch.ingest.reading import GZIP, content, head, inflated, inflated_whole, text_size
from avouch.ingest.tabular import records
from avouch.ingest.walk import Place, problem, walk
from avouch.plaintext import clean
from avouch.ports import Parser
from avouch.records import Metadata, Parsed, Problem

__all__ = ["Found", "Options", "count", "discover"]

_WIDEST = 4  # bytes of a character, in any encoding


def discover(root: Path, options: Options, parsers: Mapping[str, Parser]) -> Iterator[Found | Problem]:
    """Every document in a file or folder, sorted by path; what cannot be read is a Problem.

    ``parsers`` are by media type; those of text types are given UTF-8. PATH_MISSING where there is no
    root, INPUT_INVALID for unknown column roles.
    """
    named(options.columns)
    manifests = Manifests(root.resolve() if root.is_dir() else root.resolve().parent)
    beside: dict[Path, bool] = {}
    for place in walk(root):
        if isinstance(place, Problem):
            yield place
        elif not _is_beside_corpus(place, beside):
            try:
                yield from _documents(place, options, parsers, manifests)
            except AvouchError as error:
                yield problem(place.key, error)
    if root.is_dir():
        yield from manifests.strays()


def count(root: Path, options: Options | None = None) -> int:
    """About how many documents there are, for progress: records by the length of the first ones.

    A gzip file is taken at its word for its size, within ``options.max_ratio``. PATH_MISSING.
    """
    ratio = (options or Options()).max_ratio
    total = 0
    beside: dict[Path, bool] = {}
    for place in walk(root):
        if isinstance(place, Place) and not _is_beside_corpus(place, beside):
            total += _estimate(place, ratio)
    return total


def _estimate(place: Place, ratio: int) -> int:
    if not place.key.lower().removesuffix(".gz").endswith((".jsonl", ".ndjson", ".csv", ".tsv")):
        return 1
    try:
        data = head(place)
        packed = data.startswith(GZIP)
        sample = inflated(data, place.key) if packed else data
        size = min(text_size(place, packed), place.size * ratio)
    except AvouchError:
        return 1
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
        yield from records(place, sample, kind, told, outer, options)
        return
    if kind not in parsers:
        raise AvouchError(Code.TYPE_UNKNOWN, f"{place.key}: no parser for {kind} is installed")
    original = content(place, options.max_file_bytes)
    yield Found(
        place.key, original, outer, place.key, partial(_parse, original, place, kind, parsers[kind], outer, options)
    )


def _parse(original: bytes, place: Place, kind: str, parser: Parser, outer: Metadata, options: Options) -> Parsed:
    key, front = place.key, Metadata()
    data = (
        inflated_whole(original, place, options.max_ratio, options.max_file_bytes)
        if original.startswith(GZIP)
        else original
    )
    if kind.startswith("text/"):
        if kind != HTML and len(data) > options.max_line_chars * _WIDEST:
            _measure(data.splitlines(), options.max_line_chars * _WIDEST, key)
        text = decode(data, key, html=kind == HTML)
        if kind in (TEXT, MARKDOWN):
            front, text = front_matter(clean(text), key)
            _measure(text.split("\n"), options.max_line_chars, key)
        data = text.encode("utf-8", "ignore")
    parsed = parser.parse(data, key)
    if not parsed.text or parsed.text.isspace():
        raise AvouchError(Code.TEXT_EMPTY, f"{key}: nothing readable is in it")
    return settled(parsed, outer, front, key)


def _measure(lines: Sequence[str] | Sequence[bytes], limit: int, key: str) -> None:
    if max(map(len, lines), default=0) > limit:
        raise AvouchError(Code.LINE_TOO_LONG, f"{key}: one of its lines is too long")
