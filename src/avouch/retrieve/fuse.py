"""Fusion of two searches by their scores: scores carry more than ranks.

``score = w·cosine + (1 - w)·bm25 / self``, where *self* is the score of a text that holds every term of the
question once, so that no value depends on the list; then a step towards the two best candidates (Rocchio).
Constants by cross-validation over several corpora at once: see ``bench/retrieval_quality``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from avouch.records import Hit, Rows, Scores, Vectors

COSINE = 0.54
FEEDBACK, FEEDBACK_ROWS, TEMPERATURE = 0.3, 2, 0.1


@dataclass(frozen=True, slots=True)
class Candidates:
    """The union of both lists with both scores of each, rows ascending. Ranks start at 1; 0: not in the list."""

    rows: Rows
    vectors: Vectors
    text: Vectors
    vector_rank: npt.NDArray[np.int64]
    text_rank: npt.NDArray[np.int64]

    @classmethod
    def of(
        cls,
        by_vector: tuple[Rows, Vectors],
        by_text: tuple[Rows, Vectors],
        missing: tuple[Rows, Vectors],
        vectors: Vectors,
    ) -> Candidates:
        """Join the lists. ``missing`` has the text scores of rows that only the vector list has."""
        rows = np.union1d(by_vector[0], by_text[0]).astype(np.int64)
        text = np.zeros(rows.size, np.float32)
        for found, scores in (by_text, missing):
            text[np.searchsorted(rows, found)] = scores
        ranks = []
        for found, _ in (by_vector, by_text):
            rank = np.zeros(rows.size, np.int64)
            rank[np.searchsorted(rows, found)] = np.arange(1, found.size + 1)
            ranks.append(rank)
        return cls(rows, np.asarray(vectors[rows]), text, *ranks)


@dataclass(frozen=True, slots=True)
class Fused:
    """The best passages; ``best`` is the top score before feedback, ``gap`` its lead over the tenth.

    Both are comparable between questions, which is what abstention needs.
    """

    hits: tuple[Hit, ...]
    best: float = 0.0
    gap: float = 0.0


def fuse(found: Candidates, query: Vectors, self_score: float, k: int) -> Fused:
    """The k best of the candidates, best first; ties by row."""
    if not found.rows.size:
        return Fused(())
    cosine = found.vectors @ query
    score = COSINE * cosine + (1 - COSINE) * found.text / max(self_score, 1e-6)
    order = np.lexsort((found.rows, -score))
    best, gap = float(score[order[0]]), float(score[order[0]] - score[order[min(9, order.size - 1)]])
    final = score + FEEDBACK * (found.vectors @ towards(found.vectors, score, order[:FEEDBACK_ROWS]))
    order = np.lexsort((found.rows, -np.round(final, 6)))[:k]
    hits = tuple(
        Hit(
            int(found.rows[i]),
            Scores(
                fused=round(float(final[i]), 6),
                vector=round(float(cosine[i]), 6),
                text=round(float(found.text[i]), 6),
                vector_rank=int(found.vector_rank[i]),
                text_rank=int(found.text_rank[i]),
            ),
        )
        for i in order
    )
    return Fused(hits, round(best, 6), round(gap, 6))


def towards(vectors: Vectors, score: Vectors, top: npt.NDArray[np.int64]) -> Vectors:
    """The softmax-weighted mean of the best candidates' vectors."""
    weight = np.exp((score[top] - score[top[0]]) / TEMPERATURE)
    return np.asarray(weight / weight.sum() @ vectors[top], np.float32)
