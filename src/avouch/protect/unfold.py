"""What a text says once its disguises are off, with the way back: entities, percent codes, invisible letters."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import NamedTuple

INVISIBLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    r"\U000e0000-\U000e0fff"
)
"""Characters that no reader sees, as a class of a pattern."""
_CODED = re.compile(
    r"&(?:#\d{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z]{2,10};)"
    r"|\\u\{?[0-9a-fA-F]{4}\}?|\\x[0-9a-fA-F]{2}"
    rf"|[{INVISIBLE}]"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
    r"|[^\x00-\x7f]"
)
_ENTITIES = {"colon": ":", "sol": "/", "period": ".", "commat": "@", "newline": "", "tab": "", "nbsp": " ", "shy": ""}
_DOTS = "。．｡"


class Unfolded(NamedTuple):
    """``text`` as it is read; character i of it stands at ``offsets[i]`` of the original, its end at the last."""

    text: str
    offsets: list[int] | range

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self.offsets[start], self.offsets[end]


def unfold(text: str) -> Unfolded:
    """Linear in the text. One layer: what is coded twice is no link in any reader's eyes."""
    if _CODED.search(text) is None:
        return Unfolded(text, range(len(text) + 1))
    pieces: list[str] = []
    offsets: list[int] = []
    at = 0
    for hit in _CODED.finditer(text):
        pieces.append(text[at : hit.start()])
        offsets.extend(range(at, hit.start()))
        plain = _plain(hit.group())
        pieces.append(plain)
        offsets.extend([hit.start()] * len(plain))
        at = hit.end()
    pieces.append(text[at:])
    offsets.extend(range(at, len(text) + 1))
    return Unfolded("".join(pieces), offsets)


def _plain(said: str) -> str:
    if said.startswith("&"):
        name = said[1:].rstrip(";").lower()
        return _ENTITIES.get(name, html.unescape(said if said.endswith(";") else said + ";"))
    if said.startswith("\\"):
        return chr(int(re.sub(r"[^0-9a-fA-F]", "", said[2:]), 16))
    if len(said) == 1 and (ord(said) < 32 or said == "\x7f" or unicodedata.category(said) in ("Cf", "Mn")):
        return "" if ord(said) != 0x301 else said
    if said in _DOTS:
        return "."
    folded = unicodedata.normalize("NFKC", said)
    return folded if folded.isascii() or unicodedata.category(said) not in ("Lo", "Lm") else said
