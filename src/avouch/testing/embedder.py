"""What every Embedder must do.

class TestMine(EmbedderSuite):
    @pytest.fixture
    def embedder(self): return MyEmbedder()
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from avouch.ports import Embedder

TEXTS = (
    "",
    " \n\t ",
    "dose",
    "The first antibiotic dose is given within one hour.",
    "Die Händehygiene – 手の衛生 – гигиена рук – نظافة اليدين 💥 e\u0301\u200d",
    "[CLS] [SEP] [PAD] <s> \x00\x1f",
    "heparin 5,000 units; " * 20,
    "lactate " * 2000,
)
NEAR = 1e-5


class EmbedderSuite:
    """Gives one unit vector per text, in order, whatever else is embedded with it or at the same time."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        raise NotImplementedError

    def test_it_says_what_it_is(self, embedder: Embedder) -> None:
        assert re.fullmatch(r"sha256:[0-9a-f]{64}", embedder.digest)
        assert embedder.engine and embedder.precision and embedder.dimensions > 0

    def test_one_unit_vector_per_text(self, embedder: Embedder) -> None:
        vectors = embedder.embed(TEXTS)
        assert vectors.shape == (len(TEXTS), embedder.dimensions) and vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=NEAR)

    def test_no_texts_give_no_vectors(self, embedder: Embedder) -> None:
        vectors = embedder.embed([])
        assert vectors.shape == (0, embedder.dimensions) and vectors.dtype == np.float32

    def test_company_does_not_matter(self, embedder: Embedder) -> None:
        together = embedder.embed(TEXTS)
        alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
        np.testing.assert_allclose(together, alone, atol=NEAR)

    def test_order_is_kept(self, embedder: Embedder) -> None:
        texts = [*TEXTS, *(" ".join(["word"] * (i % 9)) + f" {i}" for i in range(40))]
        order = np.random.default_rng(1).permutation(len(texts))
        shuffled = embedder.embed([texts[i] for i in order])
        np.testing.assert_allclose(shuffled, embedder.embed(texts)[order], atol=NEAR)

    def test_different_texts_differ_and_equal_ones_agree(self, embedder: Embedder) -> None:
        a, b, again = embedder.embed(["annual leave", "heparin dose", "annual leave"])
        np.testing.assert_allclose(a, again, atol=NEAR)
        assert np.abs(a - b).max() > 100 * NEAR

    def test_many_threads_at_once(self, embedder: Embedder) -> None:
        wanted = embedder.embed(TEXTS)
        with ThreadPoolExecutor(8) as pool:
            for found in pool.map(embedder.embed, [TEXTS] * 16):
                np.testing.assert_allclose(found, wanted, atol=NEAR)
