"""Disguises of a text: how attackers hide an order, and how a leak may hide a secret."""

from __future__ import annotations

import base64
import codecs
from collections.abc import Callable
from urllib.parse import quote

_ALIKE = str.maketrans("aeopcxyiAEOPCTXBHKM", "аеорсхуіАЕОРСТХВНКМ")


def _leet(text: str) -> str:
    return text.translate(str.maketrans("oieast", "013457"))


DISGUISES: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "binary": lambda text: " ".join(f"{byte:08b}" for byte in text.encode()),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "url": lambda text: quote(text, safe=""),
    "entities": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "zero width": "\u200b".join,
    "homoglyphs": lambda text: text.translate(_ALIKE),
    "leet": _leet,
    "tags": lambda text: "".join(chr(0xE0000 + ord(c)) for c in text if c.isascii()),
    "reversed": lambda text: text[::-1],
    "spaced": lambda text: "  ".join(" ".join(word) for word in text.split(" ")),
    "unicode": lambda text: "".join(f"\\u{ord(c):04x}" for c in text),
    "fullwidth": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "base64 twice": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
}
"""Each takes any text to its disguise."""

_PLAIN = {ord(alike): letter for alike, letter in zip("аеорсхуіАЕОРСТХВНКМ", "aeopcxyiAEOPCTXBHKM", strict=True)}
_UNSEEN = dict.fromkeys(
    [0xAD, 0x34F, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)


def plain_letters(text: str) -> str:
    """Look-alike letters as what they look like; invisible characters gone."""
    return text.translate(_PLAIN).translate(_UNSEEN)
