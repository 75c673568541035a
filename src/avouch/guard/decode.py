"""What a text says once its disguises are off: the folded text, and what is encoded inside it.

Everything is bounded: layers, payloads and characters; what is beyond the bounds is not looked at.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

import re2

from avouch.guard.fold import fold, hidden_tags, leet, reads, spaced

LAYERS, PAYLOADS, MOST = 3, 32, 100_000
_SHORTEST = 10  # letters that a payload has to have before it is read

_BASE64 = re.compile(r"(?<![\w+/-])[A-Za-z0-9+/_-]{16,}(?:\s?\n[A-Za-z0-9+/_-]{8,})*={0,2}(?![\w+/])")
_BASE32 = re.compile(r"(?<!\w)[A-Z2-7]{24,}={0,6}(?!\w)")
_HEX = re.compile(r"(?<!\w)(?:0x)?(?:[0-9A-Fa-f]{2}[\s:]?){12,}(?!\w)|(?:\\x[0-9A-Fa-f]{2}){8,}")
_BITS = re.compile(r"(?<!\w)(?:[01]{8}\s?){10,}(?!\w)")
_PERCENT = re.compile(r"(?<!\S)[^\s%]*+(?:%[0-9A-Fa-f]{2}[^\s%]*+){3,}+")
_ENTITY = re.compile(r"(?:&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z]{2,12});[^&\n]{0,40}){2,}")
_ESCAPE = re.compile(r"(?:\\u[0-9A-Fa-f]{4}){6,}")


class View(NamedTuple):
    """A text to be read, and how it was hidden, outermost first: empty for the text as it stands."""

    text: str
    how: tuple[str, ...] = ()


def views(text: str) -> list[View]:
    """The folded text first, then what is encoded in it, to three layers, without doubles.

    Linear in the first 100,000 characters of the text; never raises.
    """
    text = text[:MOST]
    found, seen = [View(fold(text))], {fold(text)}
    frontier = [View(text)]
    for _ in range(LAYERS):
        inner = [View(said, (*view.how, how)) for view in frontier for said, how in _inside(view.text)]
        frontier = []
        for view in inner:
            plain = fold(view.text)
            if plain not in seen and len(found) <= PAYLOADS:
                seen.add(plain)
                found.append(View(plain, view.how))
                frontier.append(view)
    return found


def _inside(text: str) -> Iterator[tuple[str, str]]:
    """What is encoded in a text, with the name of the encoding."""
    plain = fold(text)
    tags = hidden_tags(text)
    if tags:
        yield tags, "invisible"
    for place in _TRACES.Match(plain.encode("utf-8", "replace")) or []:
        how, pattern, decode = _CODES[place]
        for payload in pattern.finditer(plain):
            said = decode(payload.group())
            if sum(map(str.isalpha, said)) >= _SHORTEST and (how not in _STRICT or reads(said) or _nested(said)):
                yield said, how
    for line in plain.split("\n"):
        if len(line) < _SHORTEST or reads(line):
            continue
        for how, turn in _WHOLE:
            said = turn(line)
            if said and said != line and reads(said):
                yield said, how


def _nested(said: str) -> bool:
    """Whether a payload is wholly another payload."""
    return any(pattern.fullmatch(said) for how, pattern, _ in _CODES if how != "html")


def _bytes(data: bytes) -> str:
    """Text of bytes that are text; nothing of others."""
    for encoding in ("utf-8", "utf-16-le") if b"\x00" in data[:8] else ("utf-8",):
        try:
            said = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return said if sum(c.isprintable() or c in "\n\t" for c in said) >= 0.95 * len(said) else ""
    return ""


def _base64(said: str) -> str:
    packed = re.sub(r"[\s=]", "", said).replace("-", "+").replace("_", "/")
    try:
        return _bytes(base64.b64decode(packed[: len(packed) - (len(packed) % 4 == 1)] + "=" * (-len(packed) % 4)))
    except (binascii.Error, ValueError):
        return ""


def _base32(said: str) -> str:
    packed = said.rstrip("=")
    try:
        return _bytes(base64.b32decode(packed + "=" * (-len(packed) % 8)))
    except (binascii.Error, ValueError):
        return ""


def _hex(said: str) -> str:
    digits = re.sub(r"0x|\\x|[\s:]", "", said)
    return _bytes(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _bits(said: str) -> str:
    digits = re.sub(r"\s", "", said)
    return _bytes(bytes(int(digits[i : i + 8], 2) for i in range(0, len(digits) // 8 * 8, 8)))


def _escapes(said: str) -> str:
    return re.sub(r"\\u([0-9A-Fa-f]{4})", lambda one: chr(int(one.group(1), 16)), said)


_CODES: tuple[tuple[str, re.Pattern[str], Callable[[str], str]], ...] = (
    ("base64", _BASE64, _base64),
    ("base32", _BASE32, _base32),
    ("hex", _HEX, _hex),
    ("binary", _BITS, _bits),
    ("url", _PERCENT, lambda said: _bytes(unquote_to_bytes(said.replace("+", " ")))),
    ("html", _ENTITY, html.unescape),
    ("unicode", _ESCAPE, _escapes),
)


def _traces() -> re2.Set:
    """What every payload of a kind has in it, as one automaton: most texts have none, and are read once."""
    made = re2.Set.SearchSet(re2.Options())
    for trace in (
        "[A-Za-z0-9+/_-]{16}",
        "[A-Z2-7]{24}",
        r"(?:[0-9A-Fa-f]{2}[\s:]?){12}|(?:\\x[0-9A-Fa-f]{2}){8}",
        "[01]{8}",
        "%[0-9A-Fa-f]{2}",
        "&[#A-Za-z]",
        r"\\u",
    ):
        made.Add(trace)
    made.Compile()
    return made


_TRACES = _traces()
_STRICT = frozenset({"base64", "base32"})  # any word of 16 letters has this shape
_WHOLE: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("rot13", lambda line: codecs.encode(line, "rot13")),
    ("reversed", lambda line: line[::-1]),
    ("leet", leet),
    ("spaced", spaced),
)
