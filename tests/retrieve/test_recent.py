"""What is remembered is what would be embedded, and no more than a bounded number of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avouch.records import Vectors
from avouch.retrieve import recent
from avouch.retrieve.recent import Recent


def letters(texts: Sequence[str]) -> Vectors:
    return np.array([[len(text), text.count("a")] for text in texts], np.float32).reshape(len(texts), 2)


@given(st.lists(st.lists(st.text("ab", max_size=3), max_size=5), max_size=6))
def test_every_answer_is_that_of_the_embedder(questions: list[list[str]]) -> None:
    cache = Recent(letters)
    for texts in questions:
        np.testing.assert_array_equal(cache.embed(texts), letters(texts))


def test_what_is_known_is_not_embedded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST", 3)
    seen: list[str] = []

    def embed(texts: Sequence[str]) -> Vectors:
        seen.extend(texts)
        return letters(texts)

    cache = Recent(embed)
    cache.embed(["a", "b", "a"])
    cache.embed(["b", "c", "d"])
    assert seen == ["a", "b", "c", "d"]
    assert cache.held("abcd") == 3 and not cache.held("a")
    cache.clear()
    assert not cache.held("abcd")
