"""What the cascade of an ingest costs and misses, beside judging every sentence in full.

Pages with an instruction of BIPIA's training set, and with one of ours, in them; and the same pages without.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redteam.detector import FOLDS, Sets, tested

from avouch.adapters.onnx_embedder import OnnxEmbedder
from avouch.guard.cascade import DOUBT, LIKELY, Cascade
from avouch.guard.detect import Detector
from avouch.guard.reading import Reading
from avouch.records import Vectors
from avouch.redteam.attacks import attacks, place
from avouch.redteam.carriers import pages
from avouch.segment import sentences

OF_BIPIA, OURS, SEED = 2500, 1500, 77
WHERE = ("start", "middle", "end")


class Counting:
    """An embedder that counts the sentences given to it."""

    def __init__(self, embedder: OnnxEmbedder) -> None:
        self._embedder, self.sentences = embedder, 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.sentences += len(texts)
        return self._embedder.embed(texts)


def ours() -> list[str]:
    """Our own pages with our own instructions in them."""
    rng = random.Random(SEED)
    return [
        place(rng, page, one.text, rng.choice(WHERE), [span.end for span in sentences(page)])[0]
        for (_, page), one in zip(pages(SEED, OURS), attacks(SEED + 1, OURS), strict=True)
    ]


def measured(folder: Path, embedder: OnnxEmbedder) -> dict[str, Any]:
    """Per set of attacks how many are found in full and how many of those are lost; per set of pages what is read."""
    sets = Sets.read(folder)
    placed = [one for fold in range(FOLDS) for one in tested(sets, fold, "category")]
    hidden = random.Random(SEED).sample([one.text for one in placed if one.hidden], OF_BIPIA)
    clean = {name: [one.text for one in placed if not one.hidden and one.carrier == name] for name in sets.carriers}
    return {
        "doubt": DOUBT,
        "likely": LIKELY,
        "attacks": {name: lost(texts, embedder) for name, texts in (("bipia", hidden), ("ours", ours()))},
        "harmless": {name: read(texts, embedder) for name, texts in clean.items()},
    }


def lost(texts: Sequence[str], embedder: OnnxEmbedder) -> dict[str, int]:
    full = [risk.high for risk in Detector(embedder.embed, embedder.digest).risks(texts)]
    cascade = Cascade(embedder.embed, embedder.digest)
    risks = cascade.risks(cascade.doubtful(texts))
    found = [text in risks and risks[text].high for text in texts]
    return {
        "texts": len(texts),
        "found_in_full": sum(full),
        "of_them_lost": sum(a and not b for a, b in zip(full, found, strict=True)),
    }


def read(texts: Sequence[str], embedder: OnnxEmbedder) -> dict[str, int]:
    counting = Counting(embedder)
    cascade = Cascade(counting.embed, embedder.digest)
    cascade.risks(cascade.doubtful(texts))
    return {"sentences": sum(len(Reading(text).sentences) for text in texts), "embedded": counting.sentences}
