"""Numbers of the windows of a text: hashed words and letter groups, cues, and how they differ from what is around."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from avouch.guard.cues import NAMES, cues
from avouch.records import Vectors

Indices = npt.NDArray[np.int32]
SLOTS = 1 << 15
_TOKEN = re.compile(r"[^\W\d_]+(?:'[a-z]+)?|\d+|[^\w\s]")
_LONGEST = 120  # tokens of a window that count
NEAR = 3  # windows on either side that a window is compared with


class _Token(NamedTuple):
    """A token's checksum, its bytes as the second of a pair and of a pair with a gap, and the slots of its own."""

    crc: int
    next: bytes
    after: bytes
    slots: frozenset[int]
    is_word: bool


_OWN = attrgetter("slots")


@lru_cache(maxsize=1 << 16)
def _token(token: str) -> _Token:
    token = "0" if token[0].isdigit() else token
    data, is_word = token.encode(), token[0].isalpha()
    grams = [data]
    if is_word:
        padded = f"<{token}>"
        grams += [f"#{padded[i : i + 4]}".encode() for i in range(max(1, len(padded) - 3))]
    slots = frozenset(zlib.crc32(gram) % SLOTS for gram in grams)
    return _Token(zlib.crc32(data), b" " + data, b" _ " + data, slots, is_word)


def hashed(sentence: str) -> Indices:
    """The slots (0 … SLOTS - 1, no doubles) of words, pairs, the first words and groups of letters."""
    found = _TOKEN.findall(sentence.lower())[:_LONGEST]
    tokens = list(map(_token, found))
    slots = set().union(*map(_OWN, tokens))
    crc32 = zlib.crc32  # a checksum goes on where another ended: no pair is ever put together
    slots.update([crc32(b.next, a.crc) % SLOTS for a, b in pairwise(tokens)])
    slots.update([crc32(b.after, a.crc) % SLOTS for a, b in zip(tokens, tokens[2:], strict=False)])
    words = [token.next for token in tokens if token.is_word]
    slots.update(crc32(b"^" + b"".join(words[:n])[1:]) % SLOTS for n in (1, 2, 3))
    return np.fromiter(slots, np.int32, len(slots))


def surroundings(flags: npt.NDArray[np.bool_], lengths: Sequence[int], counts: Sequence[int] = ()) -> Vectors:
    """Per window: its cues, what share of its text's other windows has each, and sizes. float32 (n, 2c + 3).

    ``counts`` are the numbers of windows of texts that come one after the other, none of them 0; else it is one text.
    """
    many = np.array(counts or [len(flags)])
    own = flags.astype(np.float32)
    n = np.repeat(many, many).astype(np.float32)[:, None]
    whole = np.repeat(np.add.reduceat(own, np.cumsum(many) - many), many, axis=0)
    others = (whole - own) / np.maximum(n - 1, 1)
    size = np.log1p(np.array(lengths, np.float32))[:, None] / 4
    return np.hstack([own, others, size, np.minimum(n, 20) / 20, n == 1]).astype(np.float32)


def flags_of(sentences: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Booleans (n, len(NAMES))."""
    return np.array([cues(sentence) for sentence in sentences], bool).reshape(len(sentences), len(NAMES))


def contrast(vectors: Vectors) -> Vectors:
    """Per window of one text: its vector, its vector less the mean of its neighbours, and three cosines.

    ``vectors`` are unit vectors (n, d) in the order of the text; float32 (n, 2d + 3). A window alone has zeros
    for a difference.
    """
    n, d = vectors.shape
    total = np.vstack([np.zeros((1, d), np.float32), np.cumsum(vectors, axis=0, dtype=np.float32)])
    low, high = np.maximum(np.arange(n) - NEAR, 0), np.minimum(np.arange(n) + NEAR + 1, n)
    near = (total[high] - total[low] - vectors) / np.maximum(high - low - 1, 1)[:, None]
    rest = (total[-1] - vectors) / max(n - 1, 1)
    step = np.zeros((n, 3), np.float32)
    step[:, 0] = np.einsum("ij,ij->i", vectors, near)
    step[:, 1] = np.einsum("ij,ij->i", vectors, rest)
    if n > 1:
        like = vectors @ vectors.T - 2 * np.eye(n, dtype=np.float32)
        step[:, 2] = like.max(axis=1)
    return np.hstack([vectors, (vectors - near) * (n > 1), step]).astype(np.float32)


def alone(vectors: Vectors) -> Vectors:
    """``contrast`` of windows each of which is all of its text: only the vectors themselves."""
    n, d = vectors.shape
    return np.hstack([vectors, np.zeros((n, d + 3), np.float32)])
