"""How claims were judged, by kind; and what simple checks make of the same claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from claims.gold import Sample

from avouch.claims.check import Asked, Checked, Embed, check_all
from avouch.claims.lexicon import Lexicon
from avouch.records import Verdict
from avouch.segment import sentences

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    sample: Sample
    checked: Checked

    @property
    def kept(self) -> bool:
        return self.checked.verdict is Verdict.SUPPORTED


def judged(samples: Sequence[Sample], embed: Embed | None) -> list[Judged]:
    """Each claim on its own, as an answer of one."""
    lexicon = Lexicon()
    found = []
    for sample in samples:
        (checked,) = check_all([Asked(sample.claim, sample.cited, sample.heads)], lexicon, embed)
        found.append(Judged(sample, checked))
    return found


def by_kind(told: Sequence[Judged]) -> dict[str, dict[str, Any]]:
    """For false kinds the share caught (not supported) and called contradicted, and the precision of a
    rejection had there been as many faithful claims as false ones; for faithful kinds the share rejected."""
    rejected = rate([one for one in told if one.sample.faithful])
    found: dict[str, dict[str, Any]] = {}
    for kind in dict.fromkeys(one.sample.kind for one in told):
        mine = [one for one in told if one.sample.kind == kind]
        share = rate(mine)
        if mine[0].sample.faithful:
            found[kind] = {"faithful": True, "claims": len(mine), "rejected": share}
        else:
            against = sum(one.checked.verdict is Verdict.CONTRADICTED for one in mine) / len(mine)
            precision = round(share / (share + rejected), 4) if share else 0.0
            told_apart = {"caught": share, "precision": precision, "contradicted": round(against, 4)}
            found[kind] = {"faithful": False, "claims": len(mine), **told_apart}
    return found


def rate(told: Sequence[Judged]) -> float:
    return round(float(np.mean([not one.kept for one in told])), 4)


def auroc(good: Floats, bad: Floats) -> float:
    """How often a faithful claim scores higher than a false one, ties half."""
    order = np.sort(bad)
    below = np.searchsorted(order, good, "left") + np.searchsorted(order, good, "right")
    return round(float(below.mean() / (2 * bad.size)), 4)


def reasons(told: Sequence[Judged]) -> dict[str, int]:
    """How many claims each check spoke against."""
    found: dict[str, int] = {}
    for one in told:
        for name in {reason.check for reason in one.checked.reasons}:
            found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def contained(sample: Sample) -> float:
    """The share of a claim's words that stand in what it cites."""
    there = set(words(" ".join(sample.cited)))
    mine = words(sample.claim)
    return sum(word in there for word in mine) / max(len(mine), 1)


def rouge_l(sample: Sample) -> float:
    """The longest common subsequence with the nearest sentence, as a share of the claim (ROUGE-L precision)."""
    mine = words(sample.claim)
    return max(
        (
            common(mine, words(cited[s.start : s.end])) / max(len(mine), 1)
            for cited in sample.cited
            for s in sentences(cited)
        ),
        default=0.0,
    )


def common(one: Sequence[str], other: Sequence[str]) -> int:
    row = [0] * (len(other) + 1)
    for word in one:
        before = 0
        for n, there in enumerate(other, 1):
            row[n], before = (before + 1 if word == there else max(row[n], row[n - 1])), row[n]
    return row[-1]


def cosine(samples: Sequence[Sample], embed: Embed) -> list[float]:
    """The cosine with the nearest sentence of what is cited, by the product's own embedding model."""
    parts = [[cited[s.start : s.end] for cited in sample.cited for s in sentences(cited)] for sample in samples]
    texts = list(
        dict.fromkeys(text for sample, held in zip(samples, parts, strict=True) for text in (sample.claim, *held))
    )
    vectors = dict(zip(texts, embed(texts), strict=True))
    return [
        max(float(vectors[sample.claim] @ vectors[part]) for part in held)
        for sample, held in zip(samples, parts, strict=True)
    ]


def at_rate(samples: Sequence[Sample], scores: Floats, rejected: float) -> dict[str, Any]:
    """A threshold on a score, set so that it rejects the same share of these faithful claims as ours does (or
    at least one in a hundred): the share of the false ones that it catches."""
    faithful = np.array([sample.faithful for sample in samples])
    threshold = float(np.quantile(scores[faithful], max(rejected, 0.01)))
    caught = scores < threshold
    kinds = dict.fromkeys(sample.kind for sample in samples if not sample.faithful)
    return {
        "threshold": round(threshold, 4),
        "auroc": auroc(scores[faithful], scores[~faithful]),
        "rejected": round(float(caught[faithful].mean()), 4),
        "caught": round(float(caught[~faithful].mean()), 4),
        "caught_by_kind": {
            kind: round(float(caught[np.array([sample.kind == kind for sample in samples])].mean()), 4)
            for kind in kinds
        },
    }


PEERS: dict[str, Callable[[Sample], float]] = {"words contained": contained, "ROUGE-L": rouge_l}
