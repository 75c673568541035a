"""HTML: what a reader would see."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from avouch.adapters.parse_html import HtmlParser
from avouch.errors import AvouchError, Code
from avouch.ports import Parser
from avouch.records import Classification, Parsed
from avouch.testing.parser import ParserSuite, check


def parse(source: str) -> Parsed:
    parsed = HtmlParser().parse(source.encode(), "a.html")
    check(parsed, HtmlParser.media_types)
    return parsed


class TestHtml(ParserSuite):
    rubbish = (b"<p>\xff\xfe</p>",)

    def parser(self) -> Parser:
        return HtmlParser()

    def sample(self, words: Sequence[str]) -> bytes:
        return ("<html><body>" + "".join(f"<p>{word}</p>" for word in words) + "</body></html>").encode()


def test_blocks() -> None:
    parsed = parse(
        "<html><head><title>T</title><style>p{}</style></head><body><!-- no --><nav>Home</nav>"
        "<h1>Renal\n doses</h1><p>Give <b>5</b>&nbsp;mg&amp;wait.<br>Then stop.</p>tail"
        "<ul><li>one<ul><li>inner</li></ul></li><li><p>two</p><p>more</p></li></ul>"
        "<ol start=3><li>three</li></ol>"
        "<table><tr><th>Drug</th><th>Dose</th></tr><tr><td>A</td><td><p>1 g</p><p>daily</p></td></tr></table>"
        "<pre>  x\n  y</pre><script>alert(1)</script></body></html>"
    )
    assert [(b.kind.value, b.level, parsed.text[b.start : b.end]) for b in parsed.blocks] == [
        ("heading", 1, "Renal doses"),
        ("paragraph", 0, "Give 5\u00a0mg&wait.\nThen stop."),
        ("paragraph", 0, "tail"),
        ("list", 0, "- one\n  - inner\n- two\n  more"),
        ("list", 0, "3. three"),
        ("table", 0, "Drug | Dose\nA | 1 g daily"),
        ("code", 0, "  x\n  y"),
    ]
    assert parsed.metadata.title == "T"


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>secret</p>",
        '<div aria-hidden="true"><p>secret</p></div>',
        '<span style="color:red; display : none">secret</span>',
        "<noscript>secret</noscript>",
        "<template><p>secret</p></template>",
        "<del>secret</del>",
        "<div role=navigation>secret</div>",
        "<!-- secret -->",
        "<?php secret ?>",
        "<textarea>secret</textarea>",
    ],
)
def test_what_is_not_shown_is_not_read(hidden: str) -> None:
    assert parse(f"<body><p>before {hidden} after</p></body>").text.split() == ["before", "after"]


def test_raised_digits_keep_their_meaning() -> None:
    parsed = parse("<p>75 x 10<sup>9</sup>/L and 10<sup>-3</sup>, H<sub>2</sub>O, seen<sup>1</sup></p>")
    assert parsed.text == "75 x 10^9/L and 10^-3, H2O, seen1"


def test_layout_tables_flow() -> None:
    parsed = parse("<table><tr><td><h2>Doses</h2><table><tr><td>A</td><td>1</td></tr></table></td></tr></table>")
    assert [b.kind.value for b in parsed.blocks] == ["heading", "table"]


def test_metadata() -> None:
    parsed = parse(
        '<head><meta name="avouch:labels" content="clinical, pharmacy">'
        '<meta name="avouch:classification" content="Internal"><meta name="avouch:valid_from" content="2024-01-15">'
        '<meta name="author" content="x"></head><p>text'
    )
    assert parsed.metadata.labels == frozenset({"clinical", "pharmacy"})
    assert parsed.metadata.classification is Classification.INTERNAL
    assert parsed.metadata.valid_from == 1_705_276_800_000_000


@pytest.mark.parametrize("field", ["clasification=public", "classification=publik", "valid_from=soon"])
def test_bad_metadata_is_never_passed_over(field: str) -> None:
    name, value = field.split("=")
    with pytest.raises(AvouchError) as caught:
        parse(f'<head><meta name="avouch:{name}" content="{value}"></head><p>text')
    assert caught.value.code is Code.METADATA_INVALID
    assert value not in caught.value.message


@pytest.mark.parametrize("tag", ["div", "ul><li", "table><tr><td", "b", "blockquote", "span"])
@pytest.mark.parametrize("depth", [60, 1000, 100_000])
def test_deep_nesting_is_read_whole_or_refused(tag: str, depth: int) -> None:
    try:
        parsed = parse("<body><p>top</p>" + f"<{tag}>" * depth + "deep")
    except AvouchError as error:
        assert depth > 60
        assert error.code is Code.PARSE_FAILED
    else:
        assert "top" in parsed.text
        assert "deep" in parsed.text


def test_entities_and_control_characters() -> None:
    assert parse("<p>5&nbsp;&micro;g &lt; 6 &#x41;&#0;&#7;&unknown;</p>").text.startswith("5\u00a0µg < 6 A")


def test_external_entities_stay_outside() -> None:
    parsed = parse('<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname">]><p>a &x; b</p>')
    assert "a" in parsed.text
