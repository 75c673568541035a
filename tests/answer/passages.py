"""Passages and a toy embedding for the tests of this room."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np

from avouch.records import Passage, Scores, Vectors


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def embed(texts: Sequence[str]) -> Vectors:
    """Bags of words, hashed into 256 dimensions, unit length; float32 (texts, 256)."""
    found = np.zeros((len(texts), 256), np.float32)
    for row, text in enumerate(texts):
        for word in words(text):
            found[row, zlib.crc32(word.encode()) % 256] += 1.0
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9), np.float32)


def passage(text: str, start: int = 0, fused: float = 1.0, document: str = "d") -> Passage:
    return Passage(
        document_id=document,
        version_id=f"v-{document}",
        document_key=document,
        title=document,
        page=0,
        start=start,
        end=start + len(text),
        headings=(),
        text=text,
        score=fused,
        scores=Scores(fused=fused),
        row=0,
    )
