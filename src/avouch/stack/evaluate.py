"""Measure retrieval on a BEIR-layout folder, through the search that answers questions."""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from avouch.errors import AvouchError, Code
from avouch.lake import documents
from avouch.records import Hit, Principal, Vectors
from avouch.retrieve import metrics
from avouch.stack.moment import as_of
from avouch.stack.search import search

if TYPE_CHECKING:
    from avouch.stack.scope import Scope
    from avouch.stack.stack import Stack

MODES = ("text", "vector", "hybrid")
DEPTH, RANKED = 300, 100
Qrels = Mapping[str, Mapping[str, int]]
Keys = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over the questions, 0…1."""

    mode: str
    questions: int
    ndcg_at_10: float
    recall_at_100: float


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Records of a .jsonl or .jsonl.gz file; PATH_MISSING."""
    found = next((p for p in (path, path.with_name(path.name + ".gz")) if p.exists()), None)
    if found is None:
        raise AvouchError(Code.PATH_MISSING, f"no {path.name} in the BEIR folder")
    with gzip.open(found, "rt") if found.suffix == ".gz" else found.open() as stream:
        yield from (json.loads(line) for line in stream if line.strip())


def qrels(folder: Path) -> Qrels:
    """Grades by question and document, from ``qrels.tsv`` or ``qrels/test.tsv`` (header line)."""
    found = next((p for p in (folder / "qrels.tsv", folder / "qrels" / "test.tsv") if p.exists()), None)
    if found is None:
        raise AvouchError(Code.PATH_MISSING, "no qrels in the BEIR folder")
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    with found.open() as stream:
        for question, document, grade in list(csv.reader(stream, delimiter="\t"))[1:]:
            grades[question][document] = int(grade)
    return grades


def questions(folder: Path, graded: Qrels) -> list[tuple[str, str]]:
    """(id, text) of the questions that have a relevant document."""
    return [(row["_id"], row["text"]) for row in lines(folder / "queries.jsonl") if graded.get(row["_id"])]


def keys(stack: Stack) -> Keys:
    """The record id of each version ordinal: what stands behind the ``#`` of its key."""
    found: dict[int, str] = {}
    total = int(stack.catalog.known.size)
    for start in range(0, total, 1000):
        part = stack.state.read(lambda tx, s=start: documents.by_ordinal(tx, range(s, min(s + 1000, total))))  # type: ignore[misc]
        found |= {ordinal: version.key.rpartition("#")[2] for ordinal, version in part.items()}
    return found


def ranked(stack: Stack, hits: Sequence[Hit], by_ordinal: Keys) -> list[str]:
    """Documents in the order of their best passage."""
    spans = stack.shelf.generation.spans
    return list(dict.fromkeys(by_ordinal[int(spans[hit.row]["version"])] for hit in hits))


def by_mode(hits: Sequence[Hit], mode: str) -> list[Hit]:
    """The list of one mode alone: the fused order, or that of the ranks in one search."""
    if mode == "hybrid":
        return list(hits)
    name = f"{mode}_rank"
    found = [hit for hit in hits if getattr(hit.scores, name)]
    return sorted(found, key=lambda hit: int(getattr(hit.scores, name)))


def retrieval(stack: Stack, principal: Principal, folder: Path, limit: int | None = None) -> list[Quality]:
    """nDCG@10 and recall@100 of words, vectors and both, over the questions of a BEIR folder."""
    graded = qrels(folder)
    asked = questions(folder, graded)[:limit]
    scope = stack.shelf.scope(principal, as_of(stack, None).moment)
    names = keys(stack)
    sums = {mode: [0.0, 0.0] for mode in MODES}
    vectors = stack.embedder.embed([text for _, text in asked])
    for (question, text), query in zip(asked, vectors, strict=True):
        hits = found(stack, text, query, scope)
        for mode in MODES:
            order = ranked(stack, by_mode(hits, mode), names)
            sums[mode][0] += metrics.ndcg(order, graded[question], 10)
            sums[mode][1] += metrics.recall(order, graded[question], RANKED)
    count = max(len(asked), 1)
    return [Quality(mode, len(asked), round(a / count, 4), round(b / count, 4)) for mode, (a, b) in sums.items()]


def found(stack: Stack, text: str, query: Vectors, scope: Scope) -> tuple[Hit, ...]:
    return search(stack, text, query, scope, 2 * DEPTH, depth=DEPTH).hits
