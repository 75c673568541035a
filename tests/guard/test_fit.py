"""Fitting: the same weights from the same windows, and weights that tell the classes apart."""

from __future__ import annotations

import numpy as np

from avouch.guard.features import contrast, flags_of, hashed, surroundings
from avouch.guard.fit import Windows, fit
from avouch.guard.weights import pack, unpack
from avouch.guard.window import windows
from avouch.redteam.attacks import attacks
from avouch.redteam.carriers import pages
from avouch.segment import sentences


def sample(seed: int) -> Windows:
    bad = [one.text.split("\n")[0] for one in attacks(seed, 200)]
    good = [text[s.start : s.end] for _, text in pages(seed, 40) for s in sentences(text)][:200]
    bad, good = bad * 8, good * 8
    said = bad + good
    dense = surroundings(flags_of(said), [len(one) for one in said])
    labels = np.array([1.0] * len(bad) + [0.0] * len(good), np.float32)
    return Windows([hashed(one) for one in said], dense, labels, np.ones(len(said), np.float32))


def test_the_same_windows_give_the_same_bytes() -> None:
    first, second = (pack({"a": fit(sample(1), 3)}, {"a": 0.0}, "sha256:x") for _ in range(2))
    assert first == second


def test_it_tells_unseen_ones_apart_after_packing() -> None:
    layer = unpack(pack({"a": fit(sample(1))}, {"a": 1.5}, "e")).layers["a"]
    unseen = sample(2)
    right = (layer.logits(unseen.slots, unseen.dense) > 0) == (unseen.labels > 0.5)
    assert right.mean() > 0.85


def test_what_counts_for_nothing_teaches_nothing() -> None:
    one = sample(1)
    mute = Windows(one.slots, one.dense, one.labels, np.zeros_like(one.counts))
    assert not np.any(fit(mute).hashed)


def test_windows_are_spans_of_the_text_by_flow_and_by_line() -> None:
    text = "A sentence is\nwrapped here. Another one.\nWhat is this?"
    found = [text[span.start : span.end] for span in windows(text)]
    assert {"A sentence is\nwrapped here.", "Another one.", "What is this?", "A sentence is"} <= set(found)
    assert windows("") == [] and windows(" .. \n") == []


def test_contrast_is_zero_for_what_stands_alone() -> None:
    vectors = np.eye(4, dtype=np.float32)
    assert not contrast(vectors[:1])[0, 4:8].any()
    assert contrast(vectors).shape == (4, 11)
    assert np.isfinite(contrast(vectors)).all()
