"""The corpora and the question sets of this bench, and a home of the product for each corpus.

Corpora: `bioasq` and `pubmedqa` as they lie in the data folder, and `all`, which is both and the documents
of `medquad` as distractors, ids prefixed. A set is questions over a corpus; there are four.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avouch.ingest.discover import Options
from avouch.stack.evaluate import lines, qrels
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

SOURCES = ("bioasq", "pubmedqa")


@dataclass(frozen=True, slots=True)
class Set:
    """``corpus`` is a BEIR folder; the questions counted are those whose id begins with ``prefix``."""

    name: str
    corpus: Path
    prefix: str = ""


def sets(data: Path, work: Path) -> list[Set]:
    """The four sets; the combined corpus is written under ``work``."""
    whole = combined(data, work / "all")
    return [
        *(Set(name, data / name) for name in SOURCES),
        *(Set(f"{name} in all", whole, f"{name}_") for name in SOURCES),
    ]


def questions_of(one: Set, work: Path) -> Path:
    """A folder with the set's questions and judgements."""
    if not one.prefix:
        return one.corpus
    folder = work / f"questions-{one.prefix}"
    folder.mkdir(exist_ok=True)
    for name in ("queries.jsonl", "qrels.tsv"):
        wanted = ("query-id", one.prefix, f'{{"_id": "{one.prefix}')
        lines_of = (one.corpus / name).read_text().splitlines(keepends=True)
        kept = [line for line in lines_of if line.startswith(wanted)]
        (folder / name).write_text("".join(kept))
    return folder


def combined(data: Path, folder: Path) -> Path:
    """One BEIR folder of all three corpora and both sets of questions."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "queries.jsonl", renamed(data, "queries.jsonl", "text"))
    with (folder / "qrels.tsv").open("w") as stream:
        stream.write("query-id\tcorpus-id\tscore\n")
        for name in SOURCES:
            for query, found in qrels(data / name).items():
                stream.writelines(f"{name}_{query}\t{name}_{one}\t{grade}\n" for one, grade in found.items())
    write(folder / "corpus.jsonl", renamed(data, "corpus.jsonl", "title", "text"), distractors(data))
    return folder


def renamed(data: Path, file: str, *fields: str) -> Iterator[dict[str, Any]]:
    for name in SOURCES:
        for row in lines(data / name / file):
            yield {"_id": f"{name}_{row['_id']}", **{field: row.get(field, "") for field in fields}}


def distractors(data: Path) -> Iterator[dict[str, Any]]:
    for row in lines(data / "medquad" / "documents.jsonl"):
        yield {"_id": f"medquad_{row['_id']}", "title": row["title"], "text": row["text"]}


def write(path: Path, *parts: Iterator[dict[str, Any]]) -> None:
    with path.open("w") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for part in parts for row in part)


def opened(home: Path, fill: Callable[[Stack], None]) -> Stack:
    """The home at ``home``: an earlier run's where it was filled, else a new one."""
    done = home / "filled"
    if done.exists():
        return Stack.open(home)
    stack = Stack.create(home)
    fill(stack)
    done.touch()
    return stack


def home_of(corpus: Path, work: Path) -> Stack:
    """A home that holds a corpus, taken in by the product as it is."""

    def fill(stack: Stack) -> None:
        report = ingest(stack, stack.owner, corpus, Options())
        problems = {problem.code for problem in report.problems}
        print(
            f"{corpus.name}: {report.added} documents, {report.chunks} chunks, {report.seconds:.0f} s {problems or ''}"
        )

    return opened(work / f"home-{corpus.name}", fill)
