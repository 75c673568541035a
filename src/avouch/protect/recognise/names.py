"""Persons, addresses, places and organisations by a small network that the project trains on texts it makes.

A token is six hashed features; four convolutions let it look at eight tokens on either side. Only numpy is
needed. The weights are made by ``scripts/train_names.py``; the model may only raise a class, never lower one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from importlib import resources
from io import BytesIO
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from avouch.errors import AvouchError, Code
from avouch.protect.entity import Entity, Kind

WEIGHTS = "names.npz"
SHA256 = "c11f351b6e496dabd34e05c56bd1218b9479ce0c344dfaacba9a33ccbf3e0442"
TABLES = (("word", 16384, 48), ("start", 8192, 24), ("stop", 8192, 24), ("head", 2048, 16), ("tail", 2048, 16),
          ("shape", 512, 16))  # fmt: skip
"""Of each feature: its name, how many rows its table has, and how wide they are."""
DILATIONS = (1, 1, 2, 4)
REACH = sum(DILATIONS)
LABELS = ("O", "B-PERSON", "I-PERSON", "B-ADDRESS", "I-ADDRESS", "B-PLACE", "I-PLACE", "B-ORGANISATION",
          "I-ORGANISATION")  # fmt: skip
KINDS = (Kind.PERSON, Kind.ADDRESS, Kind.PLACE, Kind.ORGANISATION)
BLOCK = 4096
"""Tokens that are looked at in one go: memory does not grow with the text."""

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int32]

_TOKEN = re.compile(r"[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)*|\d+|['’]s\b|\n|[^\s\w]|_")


class Token(NamedTuple):
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Words, runs of digits, signs, and line breaks, which matter in addresses."""
    return [Token(*hit.span()) for hit in _TOKEN.finditer(text)]


def features(word: str) -> tuple[int, ...]:
    """The rows of a token in each table."""
    plain = "#" * min(len(word), 6) if word[0].isdigit() else word.lower()[:24]
    said = (plain, plain[:4], plain[-4:], plain[:2], plain[-2:], _shape(word))
    return tuple(crc32(f"{i}{part}".encode("utf-8", "replace")) % TABLES[i][1] for i, part in enumerate(said))


def _shape(word: str) -> str:
    """``McKay`` is ``XxXx4``: runs of capitals, small letters, digits, and about how long it is."""
    shape, last = "", ""
    for c in word[:16]:
        sign = "X" if c.isupper() else "x" if c.islower() else "d" if c.isdigit() else "c" if c.isalpha() else c
        if sign != last:
            shape += sign
            last = sign
    return f"{shape}{min(len(word), 9)}{'=' if len(word) > 1 and word.isupper() else ''}"


def rows(text: str, found: list[Token]) -> Ids:
    """The features of tokens: int32 of shape (len(found), 6)."""
    known: dict[str, tuple[int, ...]] = {}  # for this text alone: no word of it outlives the call
    made = []
    for start, end in found:
        word = text[start:end]
        if word not in known:
            known[word] = features(word)
        made.append(known[word])
    return np.array(made, dtype=np.int32).reshape(-1, len(TABLES))


class Names:
    """The recogniser with its weights. ``caution`` is taken from the log-odds of being no name at all."""

    def __init__(self, weights: dict[str, npt.NDArray[Any]], caution: float = 0.0) -> None:
        self._tables = [
            weights[name].astype(np.float32) * weights[f"{name}_scale"].astype(np.float32) for name, _, _ in TABLES
        ]
        self._layers = [
            (weights[f"w{i}"].astype(np.float32), weights[f"b{i}"].astype(np.float32))
            for i in range(len(DILATIONS) + 2)
        ]
        self._caution = caution

    @classmethod
    def shipped(cls) -> Names:
        """The weights that are installed; MODEL_DIGEST where they are not those of this release."""
        data = resources.files(__package__).joinpath(WEIGHTS).read_bytes()
        if hashlib.sha256(data).hexdigest() != SHA256:
            raise AvouchError(Code.MODEL_DIGEST, f"the weights {WEIGHTS} are not those of this release")
        with np.load(BytesIO(data), allow_pickle=False) as archive:
            return cls(dict(archive), CAUTION)

    def __call__(self, text: str) -> Iterator[Entity]:
        found = tokens(text)
        for first in range(0, len(found), BLOCK):
            start, stop = max(0, first - REACH), min(len(found), first + BLOCK + REACH)
            chances = self.chances(rows(text, found[start:stop]))
            inner = slice(first - start, first - start + min(BLOCK, len(found) - first))
            yield from _spans(text, found[first : first + BLOCK], chances[inner])

    def chances(self, ids: Ids) -> Floats:
        """Features of tokens (n, 6) to the probabilities of their labels (n, 9)."""
        weight, bias = self._layers[0]
        hidden = np.maximum(
            np.concatenate([table[ids[:, i]] for i, table in enumerate(self._tables)], axis=1) @ weight + bias, 0
        )
        for gap, (weight, bias) in zip(DILATIONS, self._layers[1:-1], strict=True):
            hidden = hidden + np.maximum(beside(hidden, gap) @ weight + bias, 0)
        weight, bias = self._layers[-1]
        logits = hidden @ weight + bias
        logits[:, 0] -= self._caution
        logits -= logits.max(axis=1, keepdims=True)
        odds = np.exp(logits)
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)


def beside(hidden: Floats, gap: int) -> Floats:
    """Each row with those ``gap`` before and after it: (n, d) to (n, 3d). Outside of the text there is nothing."""
    padded = np.pad(hidden, ((gap, gap), (0, 0)))
    return np.concatenate([padded[: -2 * gap], hidden, padded[2 * gap :]], axis=1)


def _spans(text: str, found: list[Token], chances: Floats) -> Iterator[Entity]:
    """Runs of one kind. A run ends where a new one begins, or where the kind changes."""
    labels = chances.argmax(axis=1)
    i = 0
    while i < len(found):
        if not labels[i]:
            i += 1
            continue
        kind = (labels[i] - 1) // 2
        j = i + 1
        while j < len(found) and labels[j] == 2 * kind + 2:
            j += 1
        first, last = i, j
        while last > first and not any(map(str.isalnum, text[found[last - 1].start : found[last - 1].end])):
            last -= 1
        said = text[found[first].start : found[last - 1].end] if last > first else ""
        if any(map(str.isalpha, said)) and not _MEASURE.search(said):
            inside = chances[first:last, 2 * kind + 1 : 2 * kind + 3].sum(axis=1)
            yield Entity(KINDS[kind], found[first].start, found[last - 1].end, round(float(inside.mean()), 3), "model")
        i = j


_MEASURE = re.compile(r"(?:^|\d\s?)[^\W\d_]{1,4}/[^\W\d_]{1,4}\b")
"""A quantity, which the network takes for a number and a street now and then: *10 km/h*."""
CAUTION = 1.0
"""How much a miss costs more than a false alarm, in log-odds."""
