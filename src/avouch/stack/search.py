"""The search of one question inside one scope: vectors and words, fused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from avouch.records import Vectors
from avouch.retrieve import fuse, vector
from avouch.stack.clock import Clock

if TYPE_CHECKING:
    from avouch.stack.scope import Scope
    from avouch.stack.stack import Stack

DEPTH = 100


def search(
    stack: Stack, question: str, query: Vectors, scope: Scope, k: int, clock: Clock | None = None, depth: int = DEPTH
) -> fuse.Fused:
    """The k best passages. ``query`` is the question's unit vector, float32 of shape (dimensions,)."""
    clock = clock or Clock()
    generation = stack.shelf.generation
    by_vector = vector.search(generation.scan, generation.vectors, query, scope.rows, depth)
    clock.lap("vector")
    terms = generation.text.analyse(question)
    by_text = generation.text.search(terms, scope.text, depth)
    missing = generation.text.score(terms, np.setdiff1d(by_vector[0], by_text[0]).tolist())
    clock.lap("text")
    found = fuse.Candidates.of(by_vector, by_text, missing, generation.vectors)
    fused = fuse.fuse(found, query, generation.text.self_score(terms), k)
    clock.lap("fuse")
    return fused
