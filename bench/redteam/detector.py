"""The detector in cross-validation: neither the instruction's category nor the carrier was seen in training.

BIPIA's 125 instructions are split into five folds by *category* (a whole kind of attack is unseen; stricter than
by instruction), its e-mails by e-mail; code, tables, BioASQ and MedQuAD passages are never trained on. Each
test carrier gets instructions at its start, middle and end, beside the same carriers without any.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import train_guard as train  # type: ignore[import-not-found,unused-ignore]

from avouch.redteam.attacks import place
from avouch.segment import sentences

FOLDS, EACH, RATE = 5, 6, 0.02
CARRIERS = ("email", "code", "table")
Scorer = Callable[[Sequence[train.Text]], np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Placed:
    """One test text: what it is of, and whether and where an instruction stands in it."""

    text: str
    hidden: str
    carrier: str
    where: str
    kind: str


@dataclass
class Sets:
    """Everything that is split: instructions by use, carriers by name, prompts without an attack."""

    texts: list[dict[str, Any]]
    codes: list[dict[str, Any]]
    carriers: dict[str, list[str]]
    mails: list[str]
    abstracts: list[str]

    @classmethod
    def read(cls, folder: Path) -> Sets:
        texts, codes, mails, abstracts = train.of_data(folder)
        rng, bipia = random.Random(5), folder / "attacks" / "bipia"
        tables = [one["context"] for one in train.lines(bipia / "table_train.jsonl.gz")]
        bioasq = [one["text"] for one in train.lines(folder / "bioasq" / "corpus.jsonl.gz") if one["text"]]
        medquad = [one["text"][:1500] for one in train.lines(folder / "medquad" / "documents.jsonl.gz")]
        carriers = {
            "email": mails,
            "code": ["\n".join(one["context"]) for one in train.lines(bipia / "code_train.jsonl")],
            "table": rng.sample(tables, 200),
            "bioasq": rng.sample(bioasq, 400),
            "medquad": rng.sample(medquad, 300),
            "pubmedqa": abstracts[400:],
        }
        return cls(texts, codes, carriers, mails, abstracts[:400])


def fold_of(items: Sequence[dict[str, Any]], key: str) -> dict[str, int]:
    names = sorted({one[key] for one in items})
    random.Random(3).shuffle(names)
    return {name: number % FOLDS for number, name in enumerate(names)}


def tested(sets: Sets, fold: int, key: str) -> Iterator[Placed]:
    """The texts of one fold: carriers without an instruction, and with."""
    rng = random.Random(f"test/{fold}")
    folds = {id(pool): fold_of(pool, key) for pool in (sets.texts, sets.codes)}
    for name, pages in sets.carriers.items():
        pool = sets.codes if name == "code" else sets.texts
        held = [one for one in pool if folds[id(pool)][one[key]] == fold]
        for page in pages[fold::FOLDS]:
            yield Placed(page, "", name, "", "")
            if name == "pubmedqa":
                continue
            for number, one in enumerate(rng.sample(held, min(EACH, len(held)))):
                where = train.WHERE[number % 3]
                ends = [span.end for span in sentences(page)]
                yield Placed(
                    place(rng, page, one["attack"], where, ends)[0], one["attack"], name, where, one["category"]
                )


def trained(sets: Sets, fold: int, key: str) -> dict[str, list[str]]:
    """What a fold may learn from, as the arguments of ``train.as_pages``."""
    kept = {}
    for name, pool in (("texts", sets.texts), ("codes", sets.codes)):
        folds = fold_of(pool, key)
        kept[name] = [one["attack"] for one in pool if folds[one[key]] != fold]
    return kept | {"mails": [m for n, m in enumerate(sets.mails) if n % FOLDS != fold], "abstracts": sets.abstracts}


def judged(
    placed: Sequence[Placed], scores: np.ndarray[Any, Any], sets: Sequence[str], fixed: float | None = None
) -> dict[str, Any]:
    """Recall at the lowest threshold that leaves at most .02 of the harmless texts of *each* of ``sets`` over it;
    or at a ``fixed`` one."""
    clean = {
        name: [s for s, p in zip(scores, placed, strict=True) if p.carrier == name and not p.hidden] for name in sets
    }
    limit = max(float(sorted(found, reverse=True)[int(RATE * len(found))]) for found in clean.values())
    limit = limit if fixed is None else fixed
    over = [(p, s > limit) for s, p in zip(scores, placed, strict=True) if p.hidden and p.carrier in sets]

    def by(key: Callable[[Placed], str]) -> dict[str, float]:
        names = sorted({key(p) for p, _ in over})
        return {name: round(float(np.mean([hit for p, hit in over if key(p) == name])), 4) for name in names}

    return {
        "recall": round(float(np.mean([hit for _, hit in over])), 4),
        "attacks": len(over),
        "threshold": round(limit, 4),
        "false_positives": {name: round(float(np.mean(np.array(s) > limit)), 4) for name, s in clean.items()},
        "harmless": {name: len(found) for name, found in clean.items()},
        "by_position": by(lambda p: p.where),
        "by_carrier": by(lambda p: p.carrier),
        "by_kind": by(lambda p: p.kind),
    }
