"""Plain text and Markdown."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from avouch.adapters.parse_markdown import MarkdownParser
from avouch.adapters.parse_text import TextParser
from avouch.ports import Parser
from avouch.records import BlockKind, Parsed
from avouch.testing.parser import ParserSuite, check

KINDS = {BlockKind.HEADING: "h", BlockKind.PARAGRAPH: "p", BlockKind.LIST: "l", BlockKind.TABLE: "t"}


def shape(parsed: Parsed) -> list[tuple[str, int, str]]:
    return [(b.kind.value, b.level, parsed.text[b.start : b.end]) for b in parsed.blocks]


class TestText(ParserSuite):
    rubbish = (b"\xff\xfe\xfa", b"caf\xe9 noir")

    def parser(self) -> Parser:
        return TextParser()

    def sample(self, words: Sequence[str]) -> bytes:
        return "\n\n".join(words).encode()


class TestMarkdown(ParserSuite):
    rubbish = (b"\xff\xfe\xfa",)

    def parser(self) -> Parser:
        return MarkdownParser()

    def sample(self, words: Sequence[str]) -> bytes:
        return ("# Title\n\n" + "\n".join(f"- {word}" for word in words)).encode()


def test_text_blocks() -> None:
    parsed = TextParser().parse(b"\xef\xbb\xbfHand hygiene\r\n\r\nStaff clean\r\ntheir hands.\r\n- gel\n- soap\n", "a")
    assert shape(parsed) == [
        ("heading", 1, "Hand hygiene"),
        ("paragraph", 0, "Staff clean\ntheir hands."),
        ("list", 0, "- gel\n- soap"),
    ]


def test_control_characters_go_and_accents_stay() -> None:
    parsed = TextParser().parse("a\x00b\x07\tc\x85cafe\u0301 \u00a0x\r".encode(), "a")
    assert parsed.text == "ab\tc\ncafe\u0301 \u00a0x\n"


def test_markdown_blocks_are_spans_of_the_source() -> None:
    source = (
        "Dose\n====\n\nGive *1 g* &amp; wait.\n\n## Table ##\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "1. one\n   more\n2. two\n\n```\n# not a heading\n```\n\n> quoted\n> text\n\n<div>raw</div>\n"
    )
    parsed = MarkdownParser().parse(source.encode(), "a.md")
    assert parsed.text == source
    assert shape(parsed) == [
        ("heading", 1, "Dose\n===="),
        ("paragraph", 0, "Give *1 g* &amp; wait."),
        ("heading", 2, "## Table ##"),
        ("table", 0, "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("list", 0, "1. one\n   more\n2. two"),
        ("code", 0, "```\n# not a heading\n```"),
        ("paragraph", 0, "> quoted\n> text"),
        ("paragraph", 0, "<div>raw</div>"),
    ]


@pytest.mark.parametrize(
    "hostile",
    [
        "> " * 20_000 + "x",
        "- " * 20_000 + "x",
        "[" * 50_000,
        "*a " * 50_000,
        "`" * 50_000,
        "<" * 50_000,
        "- a\n" * 20_000,
    ],
)
def test_hostile_markdown_takes_no_time(hostile: str) -> None:
    start = time.process_time()
    check(MarkdownParser().parse(hostile.encode(), "x"), MarkdownParser.media_types)
    assert time.process_time() - start < 10
