"""Claims over whole abstracts: their own sentences, and the conclusions that were taken out of them."""

from __future__ import annotations

from pathlib import Path

from claims.gold import Sample

from avouch.segment import sentences
from avouch.stack.evaluate import lines

CHUNK, SHORT = 1000, 6


def chunks(text: str) -> list[str]:
    """Runs of sentences of about a thousand characters."""
    found, start, end = list[str](), 0, 0
    for span in sentences(text):
        if span.end - start > CHUNK and end > start:
            found.append(text[start:end])
            start = span.start
        end = span.end
    return [*found, text[start:end]]


def own_abstract(folder: Path) -> list[Sample]:
    """The third sentence of each chunk of each abstract, without its last mark: never quite word for word."""
    found = []
    for row in lines(folder / "corpus.jsonl"):
        for chunk in chunks(row["text"]):
            spans = sentences(chunk)
            if len(spans) > 2:
                text = chunk[spans[2].start : spans[2].end].rstrip(".")
                text = "The study found that " + (text[0].lower() + text[1:] if text[1:2].islower() else text)
                if len(text.split()) >= SHORT:
                    found.append(Sample(text, (chunk,), (), "own chunk", True, row["_id"], text))
    return found


def conclusions(folder: Path) -> list[Sample]:
    """Each sentence of a conclusion, cited to the abstract."""
    texts = {row["_id"]: row["text"] for row in lines(folder / "corpus.jsonl")}
    found = []
    for row in lines(folder / "answers.jsonl"):
        said = row["long_answer"]
        for span in sentences(said):
            text = said[span.start : span.end]
            if len(text.split()) >= SHORT:
                found.append(Sample(text, tuple(chunks(texts[row["_id"]])), (), "conclusion", True, row["_id"], text))
    return found
