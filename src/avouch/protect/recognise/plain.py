"""One spelling for digits, dashes and spaces, with the way back: what is disguised is found where it stands."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile("[\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
_SPACES = dict.fromkeys(
    map(ord, "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"), " "
)
_SIGNS = {ord("\uff20"): "@", ord("\uff0e"): ".", ord("\uff1a"): ":", ord("\uff0f"): "/", ord("\u3002"): "."}
_ONE = _DASHES | _SPACES | _SIGNS | {c: chr(c - 0xFEE0) for c in range(0xFF21, 0xFF5B)}
_DIGIT = re.compile(r"[^\x00-\x7f]")


def plain(text: str) -> tuple[str, list[int] | None]:
    """The text as it is read, and for each of its characters (and its end) the offset in ``text``; None: the same."""
    if text.isascii():
        return text, None
    offsets: list[int] | None = None
    if _INVISIBLE.search(text):
        offsets = [i for i, c in enumerate(text) if not _INVISIBLE.match(c)]
        text_length = len(text)
        text = "".join(text[i] for i in offsets)
        offsets.append(text_length)
    return _DIGIT.sub(_digit, text.translate(_ONE)), offsets


def _digit(hit: re.Match[str]) -> str:
    value = unicodedata.decimal(hit.group(), None)
    return hit.group() if value is None else str(value)
