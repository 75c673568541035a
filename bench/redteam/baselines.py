"""What others do: patterns of well-known phrases; TF-IDF with logistic regression, on pages and on sentences."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import train_guard as train  # type: ignore[import-not-found,unused-ignore]

PATTERNS = re.compile(
    r"ignore (?:all |any )?(?:the )?(?:previous|prior|above|earlier)"
    r"|disregard (?:all |the )?(?:previous|above|instructions)"
    r"|forget (?:everything|all|your)|system prompt|you are now"
    r"|act as (?:an?|if)|pretend (?:to be|you)|developer mode|jailbreak"
    r"|do anything now|new instructions|reveal your|without (?:any )?restrictions|override|as an ai language model"
    r"|</?(?:system|instruction)>|\[/?inst\]|###\s*(?:instruction|system)",
    re.IGNORECASE,
)
PEER = Path(__file__).with_name("tfidf_peer.py")


def by_patterns(texts: Sequence[train.Text]) -> np.ndarray[Any, Any]:
    """How many of the phrases are in each text."""
    return np.array([sum(len(PATTERNS.findall(said)) for said in text.said) for text in texts], float)


def by_tfidf(
    python: Path, learned: Sequence[train.Text], texts: Sequence[train.Text], sentences: bool
) -> np.ndarray[Any, Any]:
    """Scores of the peer; on sentences it is given our windows, and the largest of a text counts."""
    if sentences:
        pairs = [(s, y) for t in learned for s, y, c in zip(t.said, t.labels, t.counts, strict=True) if c]
        given = [said for text in texts for said in text.said]
    else:
        pairs = [(" ".join(t.said), max(t.labels, default=0.0)) for t in learned]
        given = [" ".join(text.said) for text in texts]
    told = json.dumps({"train": pairs, "test": given})
    done = subprocess.run([str(python), str(PEER)], input=told, capture_output=True, text=True, check=True)
    scores = np.array(json.loads(done.stdout))
    if not sentences:
        return scores
    worst = np.full(len(texts), -99.0)
    np.maximum.at(worst, np.repeat(np.arange(len(texts)), [len(text.said) for text in texts]), scores)
    return worst
