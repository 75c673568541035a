"""Characters that no check reads: a claim may have them only where what it cites has them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from avouch.claims.tokens import plain
from avouch.records import Reason, Verdict

ORDINARY = frozenset(".,;:!?'\"“”‘’„«»‹›()[]{}-–—−‐‑‒―/\\&*_#@|+<>=≤≥⩽⩾%‰°℃$£€¥~±≈×·•^`´…™®©†‡§¶ªº№")
"""Signs that tokens are made of, and the punctuation between them."""


def check(claim: str, cited: Sequence[str]) -> Iterator[Reason]:
    """A reason for the first sign, emblem or combining mark that what is cited has not: *≠*, *¬*, *❌*, letters
    struck through."""
    if claim.isascii():
        return
    there = set("".join(cited))
    there |= set(plain("".join(cited)))
    for one in unicodedata.normalize("NFC", plain(claim)):
        if one in ORDINARY or one.isalnum() or one.isspace() or one in there:
            continue
        yield Reason("character", Verdict.UNSUPPORTED, f"The claim has a sign that cannot be read (“{told(one)}”).")
        return


def told(one: str) -> str:
    """A character by its name, where it has one."""
    return unicodedata.name(one, f"U+{ord(one):04X}").lower()
