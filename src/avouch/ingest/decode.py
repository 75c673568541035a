"""From bytes to text: byte order marks, then UTF-8, then a guess that must be sure of itself."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from avouch.errors import AvouchError, Code

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_GUESSES = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1257",
    "iso8859_2",
    "iso8859_5",
    "iso8859_7",
    "iso8859_15",
    "koi8_r",
    "shift_jis",
    "euc_jp",
    "gb18030",
    "big5",
    "euc_kr",
]
_SAMPLE = 32_768
_CHAOS = 0.15
_HIGH = re.compile(rb"[\x80-\xff]")


def decode(data: bytes, key: str, html: bool = False) -> str:
    """The text of ``data``. ``html`` lets a ``<meta charset>`` speak. ENCODING_UNKNOWN, PARSE_FAILED."""
    name = encoding(data, html)
    if name is None:
        raise AvouchError(Code.ENCODING_UNKNOWN, f"{key}: not UTF-8, and no other encoding is certain")
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        raise AvouchError(Code.ENCODING_UNKNOWN, f"{key}: not {name} at byte {error.start:,}") from error


def marked(data: bytes) -> str | None:
    """The encoding that a byte order mark, or the pattern of UTF-16 zero bytes, gives away."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    sample = data[:1024]
    if len(sample) >= 4 and len(sample) % 2 == 0:
        for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
            zeros = sample[offset::2].count(0)
            if zeros * 10 >= len(sample) // 2 * 9 and sample[1 - offset :: 2].count(0) == 0:
                return name
    return None


def encoding(data: bytes, html: bool = False) -> str | None:
    """A codec's name for all of ``data``; ``None`` where none is certain."""
    known = marked(data)
    if known or not data:
        return known or "utf-8"
    if _decodes(data, "utf-8"):
        return "utf-8"
    said = _META.search(data[:4096]) if html else None
    if said and (name := _codec(said.group(1))) and _decodes(data, name):
        return name
    return guess(data)


def guess(data: bytes) -> str | None:
    """A legacy encoding by its letters, from the surroundings of the first bytes beyond ASCII."""
    first = _HIGH.search(data)
    at = max(0, first.start() - _SAMPLE // 4) if first else 0
    best = from_bytes(data[at : at + _SAMPLE], cp_isolation=_GUESSES).best()
    if best is None or best.chaos > _CHAOS:
        return None
    if best.encoding != "cp1252" and _western(data[at : at + _SAMPLE]):
        return "cp1252"
    return best.encoding if _decodes(data, best.encoding) else None


def _western(sample: bytes) -> bool:
    """Whether bytes beyond ASCII are rare and stand as they do in Western European text."""
    high = len(_HIGH.findall(sample))
    return high * 12 < len(sample) and _decodes(sample, "cp1252")


def _codec(name: bytes) -> str | None:
    try:
        found = codecs.lookup(name.decode("ascii")).name
    except (LookupError, UnicodeDecodeError):
        return None
    return "cp1252" if found in ("iso8859-1", "ascii") else found


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except (UnicodeDecodeError, LookupError):
        return False
    return True
