"""Answers as experts wrote them, sentence by sentence, cited to the gold passages of their question.

Nobody scored them: most follow from a passage, some from what the expert knows. They say what rule-made
paraphrases cannot: how far people move from the words of a source.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from claims.gold import SEED, Passage, Sample, overlap

from avouch.segment import sentences
from avouch.stack.evaluate import lines

WRITTEN, WRITTEN_ELSEWHERE = "expert's own words", "expert's own words, cited to another question"
PASSAGES = 3  # the nearest ones: as many as a model would cite


def written(folder: Path, of: dict[str, list[Passage]]) -> Iterator[Sample]:
    """Each sentence with its nearest passages, and once more with those of another question."""
    rows = list(lines(folder / "answers.jsonl"))
    chance = random.Random(f"{SEED} written")
    for row in rows:
        ideal = row["ideal"][0]
        for span in sentences(ideal):
            text = ideal[span.start : span.end]
            if not 8 <= len(text.split()) <= 45 or not text.endswith("."):
                continue
            near = sorted(of[row["_id"]], key=lambda p: (-overlap(text, [p.text]), p.text))[:PASSAGES]
            sample = Sample(text, tuple(p.text for p in near), (), WRITTEN, True, row["_id"], text)
            yield sample
            other = chance.choice(rows)["_id"]
            if other != row["_id"]:
                far = sorted(of[other], key=lambda p: (-overlap(text, [p.text]), p.text))[:PASSAGES]
                cited = tuple(p.text for p in far)
                yield replace(sample, cited=cited, kind=WRITTEN_ELSEWHERE, faithful=False)
