"""Chunks: exact, complete, in order, along the structure."""

from __future__ import annotations

import time
from itertools import accumulate, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from avouch.adapters.parse_markdown import MarkdownParser
from avouch.ingest.chunk import chunk
from avouch.plaintext import paragraphs
from avouch.records import Block, BlockKind, Parsed

KINDS = st.sampled_from(list(BlockKind))
BITS = st.sampled_from(
    ["Dose is 5 mg. ", "word ", "\n", "\n\n", "- item ", "| a | b |\n", "x" * 70, "  ", "é", "😀", "\t"]
)
BODIES = st.one_of(st.text(max_size=80), st.lists(BITS, max_size=60).map("".join))


@st.composite
def documents(draw: st.DrawFn) -> Parsed:
    """Any text, with any blocks in order, gaps between them, and pages anywhere."""
    parts = draw(st.lists(st.tuples(BODIES, KINDS, st.integers(1, 6), st.booleans()), max_size=25))
    text = "".join(body for body, *_ in parts)
    starts = [0, *accumulate(len(body) for body, *_ in parts)]
    blocks = [
        Block(kind, start, start + len(body), level if kind is BlockKind.HEADING else 0)
        for (body, kind, level, kept), start in zip(parts, starts, strict=False)
        if kept and body.strip()
    ]
    pages = sorted(draw(st.sets(st.integers(0, len(text)), max_size=5)) | {0})
    return Parsed(text, tuple(blocks), "text/plain", pages=tuple(pages) if draw(st.booleans()) else ())


@settings(max_examples=300)
@given(documents(), st.integers(20, 400))
def test_promises(parsed: Parsed, limit: int) -> None:
    chunks, text = chunk(parsed, limit), parsed.text
    assert chunks == chunk(parsed, limit)
    held = "".join(text[c.start : c.end] for c in chunks)
    assert "".join(held.split()) == "".join(text.split())
    for c in chunks:
        assert c.end - c.start <= limit * 1.6
        assert text[c.start : c.end] == text[c.start : c.end].strip() != ""
        assert c.page == sum(page <= c.start for page in parsed.pages)
        assert all(h.start <= c.end and text[h.start : h.end].strip() for h in c.headings)
    assert all(before.end <= after.start for before, after in pairwise(chunks))


@settings(max_examples=200)
@given(documents(), st.integers(100, 400))
def test_pages_are_crossed_within_blocks_only(parsed: Parsed, limit: int) -> None:
    for c in chunk(parsed, limit):
        for page in parsed.pages:
            if c.start < page < c.end:
                inside = any(b.start < page < b.end for b in parsed.blocks)
                gap = not any(b.start <= page <= b.end for b in parsed.blocks)
                assert inside or gap


def markdown(source: str, limit: int = 1000) -> list[tuple[str, list[str]]]:
    parsed = MarkdownParser().parse(source.encode(), "a.md")
    return [
        (parsed.text[c.start : c.end], [parsed.text[h.start : h.end] for h in c.headings]) for c in chunk(parsed, limit)
    ]


def test_headings_begin_their_chunk_and_make_the_path() -> None:
    assert markdown("# A\n\nintro\n\n## B ##\n\none\n\ntwo\n\n### C\n\ndeep\n\n## D\n\nEnd\n===\n\nlast") == [
        ("# A\n\nintro", ["A"]),
        ("## B ##\n\none\n\ntwo", ["A", "B"]),
        ("### C\n\ndeep", ["A", "B", "C"]),
        ("## D\n\nEnd\n===\n\nlast", ["End"]),
    ]


def test_a_heading_with_headings_only_waits_for_content() -> None:
    assert markdown("# A\n\n## B\n\ntext") == [("# A\n\n## B\n\ntext", ["A", "B"])]


def test_tables_and_lists_are_whole_up_to_the_maximum() -> None:
    table = "| drug | dose |\n|---|---|\n" + "".join(f"| drug {i} | {i} mg daily |\n" for i in range(55))
    assert 1000 < len(table) < 1600
    assert markdown(f"## Doses\n\n{table}")[0][0] == f"## Doses\n\n{table}".strip()


def test_long_tables_are_torn_at_rows_and_lists_at_items() -> None:
    table = "| drug | dose |\n|---|---|\n" + "".join(f"| drug {i} | {i}. Mg daily |\n" for i in range(300))
    for text, _ in markdown(table):
        assert all(line.startswith("|") and line.endswith("|") for line in text.split("\n"))
    items = "".join(f"- item {i} has. Two sentences\n  and a second line\n  - and an inner item\n" for i in range(100))
    pieces = [text for text, _ in markdown(items)]
    assert len(pieces) > 3
    assert all(text.startswith("- item") and text.endswith("inner item") for text in pieces)


def test_long_paragraphs_are_torn_at_sentences() -> None:
    prose = " ".join(f"Sentence number {i} is about the dose of 0.{i} mg." for i in range(200))
    pieces = [text for text, _ in markdown(prose)]
    assert all(text.startswith("Sentence") and text.endswith("mg.") for text in pieces)
    assert all(800 < len(text) <= 1000 for text in pieces)


def test_the_words_that_introduce_a_list_stay_with_it() -> None:
    items = "".join(f"- a step that is written down here as number {i}\n" for i in range(25))
    assert len(markdown(f"Do the following:\n\n{items}")) == 1


def paged(*pages: tuple[tuple[str, BlockKind], ...]) -> list[tuple[str, int]]:
    """Chunks of a text of pages, each with its page."""
    text, blocks, starts = "", [], []
    for page in pages:
        starts.append(len(text))
        for body, kind in page:
            blocks.append(Block(kind, len(text), len(text) + len(body), int(kind is BlockKind.HEADING)))
            text += body + "\n\n"
    parsed = Parsed(text.rstrip(), tuple(blocks), "application/pdf", pages=tuple(starts))
    return [(parsed.text[c.start : c.end], c.page) for c in chunk(parsed)]


def test_running_heads_and_feet_join_their_neighbours() -> None:
    head, foot = ("Hospital - Guideline", BlockKind.PARAGRAPH), ("Page 1 of 2", BlockKind.PARAGRAPH)
    title, body = ("1. Dosing", BlockKind.HEADING), ("word " * 198, BlockKind.PARAGRAPH)
    assert [(len(text) > 1000, page) for text, page in paged((head, title, body, foot), (head, title, body, foot))] == [
        (True, 1),
        (True, 2),
    ]


def test_the_last_words_of_a_section_stay_out_of_the_next() -> None:
    long, rest = ("word " * 199, BlockKind.PARAGRAPH), ("These are its last words.", BlockKind.PARAGRAPH)
    pieces = paged((("A", BlockKind.HEADING), long, rest, ("B", BlockKind.HEADING), rest))
    assert [text for text, _ in pieces][1:] == [rest[0], f"B\n\n{rest[0]}"]


def test_the_hard_maximum_may_be_given() -> None:
    text = "The dose is 5 mg. " * 100
    parsed = Parsed(text, paragraphs(text), "text/plain")
    assert max(c.end - c.start for c in chunk(parsed, 500, 600)) <= 600
    assert len(chunk(parsed, 1000, 2000)) == 1


def test_ten_megabytes_in_seconds() -> None:
    for unit in ("The dose is 5 mg, and it is given twice a day. ", "word " * 15 + "\n\n", "x"):
        text = unit * (10_000_000 // len(unit))
        start = time.process_time()
        assert chunk(Parsed(text, paragraphs(text), "text/plain"))
        assert time.process_time() - start < 20
