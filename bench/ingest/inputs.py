"""What the ingest bench takes in: three corpora as JSON lines, and a folder of PDFs made here.

Every system reads the same files: ``corpora/*.jsonl`` (``_id``, ``title``, ``text``) and ``pdf/pdf/*.pdf``.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fpdf import FPDF

SEED = 20_260
CORPORA = {"bioasq": "corpus", "pubmedqa": "corpus", "medquad": "documents"}
PDFS, PAGES, SENTENCES = 60, 6, 24


@dataclass(frozen=True, slots=True)
class Source:
    """A folder that every system takes in; ``words`` and ``characters`` are those of its texts."""

    name: str
    folder: Path
    documents: int
    words: int
    characters: int

    @property
    def told(self) -> dict[str, Any]:
        """What a result says of it."""
        return {name: getattr(self, name) for name in ("name", "documents", "words", "characters")}


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON lines file, plain or with .gz."""
    packed = path.with_name(path.name + ".gz")
    with path.open("rb") if path.is_file() else gzip.open(packed, "rb") as stream:
        yield from (json.loads(line) for line in stream)


def corpora(data: Path, folder: Path, share: float) -> Source:
    """A seeded share of each corpus, one file each."""
    folder.mkdir(parents=True)
    draw = np.random.default_rng(SEED)
    texts: list[str] = []
    for name, file in CORPORA.items():
        found = list(rows(data / name / f"{file}.jsonl"))
        chosen = np.sort(draw.permutation(len(found))[: max(1, round(share * len(found)))]).tolist()
        with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as stream:
            for number in chosen:
                row = {field: found[number].get(field) or "" for field in ("_id", "title", "text")}
                texts.append(f"{row['title']}\n{row['text']}".strip())
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    return measured("corpora", folder, texts)


def pdfs(data: Path, folder: Path, count: int) -> Source:
    """PDFs of six pages, of sentences drawn from a corpus, with a heading on each page."""
    (folder / "pdf").mkdir(parents=True)
    draw = np.random.default_rng(SEED)
    lines = (line.strip() for row in rows(data / "medquad" / "documents.jsonl") for line in row["text"].split(". "))
    pool = [line.encode("latin-1", "ignore").decode("latin-1") for line in lines if 40 <= len(line) <= 300]
    texts = []
    for number in range(count):
        pages = [
            [pool[i].rstrip(".") + "." for i in draw.integers(0, len(pool), SENTENCES).tolist()] for _ in range(PAGES)
        ]
        texts.append("\n".join(" ".join(page) for page in pages))
        write(folder / "pdf" / f"paper{number:03d}.pdf", number, pages)
    return measured("pdfs", folder, texts)


def write(path: Path, number: int, pages: list[list[str]]) -> None:
    """One PDF: a heading and four paragraphs a page."""
    pdf = FPDF(format="A4")
    for at, page in enumerate(pages, 1):
        pdf.add_page()
        pdf.set_font("helvetica", "B", 14)
        pdf.multi_cell(0, 8, f"Paper {number}, part {at}", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("helvetica", size=10)
        for start in range(0, len(page), 6):
            pdf.multi_cell(0, 5, " ".join(page[start : start + 6]), new_x="LMARGIN", new_y="NEXT")
            pdf.ln(3)
    pdf.output(str(path))


def measured(name: str, folder: Path, texts: list[str]) -> Source:
    words, characters = sum(len(text.split()) for text in texts), sum(map(len, texts))
    return Source(name, folder, len(texts), words, characters)
