"""From bytes to text: byte order marks, then UTF-8, then a guess that must be sure of itself."""

from __future__ import annotations

import codecs
import re

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
_DOUBT = 0.06
_COHERENCE = 0.3
_EASTERN = ("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr")
_LETTERS = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüœŒÿ"
_SIGNS = "\u00a0€‚„…‰‹‘’“”•–—™›¡£§©ª«®°±²³µ´·¹º»¼½¾¿×÷"
_FOREIGN = re.compile(f"[^\x00-\x7f{_LETTERS}{_SIGNS}]|[{_LETTERS}]{{4}}")
_INSIDE = re.compile("[A-Za-z][€‚„‰¡£§©ª®°±²³´¹º¼½¾¿][a-z]")
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
    sample = data[: min(1024, len(data) // 2 * 2)]
    if len(sample) >= 4:
        for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
            zeros = sample[offset::2].count(0)
            if zeros * 10 >= len(sample) // 2 * 9 and sample[1 - offset :: 2].count(0) == 0:
                return name
    return None


def begins_as_utf8(data: bytes) -> bool:
    """Whether ``data`` is UTF-8 as far as it goes: the last character may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return False
    return True


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
    """A legacy encoding by its letters, from the surroundings of the first bytes beyond ASCII.

    A wrong one would put wrong letters into quotes without a word: where two encodings are about as
    likely and read differently, the answer is ``None``.
    """
    from charset_normalizer import from_bytes  # slow to import, and seldom needed

    first = _HIGH.search(data)
    at = max(0, first.start() - _SAMPLE // 4) if first else 0
    sample = data[at : at + _SAMPLE]
    matches = [match for match in from_bytes(sample, cp_isolation=_GUESSES) if match.chaos <= _CHAOS]
    if not any(match.language == "Hungarian" for match in matches) and _western(sample):
        return "cp1252" if _decodes(data, "cp1252") else None
    likely = [match for match in matches if match.chaos <= matches[0].chaos + _DOUBT]
    if len({str(match) for match in likely}) != 1:
        return None
    sure = likely[0].coherence >= _COHERENCE or likely[0].encoding in _EASTERN
    return likely[0].encoding if sure and _decodes(data, likely[0].encoding) else None


def _western(sample: bytes) -> bool:
    """Whether bytes beyond ASCII are those of Western European text, few and where they belong."""
    if len(_HIGH.findall(sample)) * 4 > len(sample) or not _decodes(sample, "cp1252"):
        return False
    text = sample.decode("cp1252")
    # Portuguese has õ, with ã and ç beside it; alone it is a Hungarian or Baltic letter misread.
    if "õ" in text.lower() and not re.search("[ãçÃÇ]", text):
        return False
    return not _FOREIGN.search(text) and not _INSIDE.search(text)


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
