"""The claims that are judged: verbatim, said otherwise, made false, cited to the wrong passage; balanced."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from claims.gold import SEED, Passage, Sample, content, overlap
from claims.mutate import MUTATORS, Mutator, named, of_passage
from claims.names import Names
from claims.paraphrase import PARAPHRASES

from claims import gold

EACH, VERBATIM = 260, 260
WITHIN = "name of the passage"
CHANGES: dict[str, Callable[[Names, str], Mutator]] = {"name": named, WITHIN: of_passage}
ELSEWHERE, OTHER = "cited to another question", "cited to another passage of the question"


def samples(folder: Path) -> list[Sample]:
    """All samples, in a fixed order."""
    of = gold.passages(folder)
    base = gold.verbatim(of)
    names = Names(passage.text for held in of.values() for passage in held)
    made = [*base[:VERBATIM], *faithful(base), *false(base, names, of), *miscited(base, of), *stitched(base)]
    return [with_neighbour(sample, of) for sample in made]


def faithful(base: Sequence[Sample]) -> Iterator[Sample]:
    for kind, change in PARAPHRASES.items():
        chance, count = random.Random(f"{SEED} {kind}"), 0
        for sample in shifted(base, kind):
            if count == EACH:
                break
            text = change(sample.claim, chance, sample.cited[0])
            if text is not None and text != sample.claim:
                count += 1
                yield sample.said(text, kind, True)
    yield from twice(base)


def twice(base: Sequence[Sample]) -> Iterator[Sample]:
    """Two ways at once."""
    chance, count = random.Random(f"{SEED} twice"), 0
    for sample in shifted(base, "twice"):
        if count == EACH:
            return
        text, done = sample.claim, 0
        for kind in chance.sample(sorted(PARAPHRASES), len(PARAPHRASES)):
            new = PARAPHRASES[kind](text, chance, sample.cited[0])
            if new is not None and new != text:
                text, done = new, done + 1
            if done == 2:
                count += 1
                yield sample.said(text, "two of these", True)
                break


def false(base: Sequence[Sample], names: Names, of: dict[str, list[Passage]]) -> Iterator[Sample]:
    for kind in (*MUTATORS, "name", WITHIN):
        chance, count = random.Random(f"{SEED} {kind}"), 0
        for sample in shifted(base, kind):
            if count == EACH:
                break
            whole = " ".join([*sample.cited, *sample.heads])
            change: Mutator = MUTATORS[kind] if kind in MUTATORS else CHANGES[kind](names, whole)
            text = change(sample.claim, chance)
            # no change of meaning: the same words, or a sentence that the passage holds as well
            if text is None or text.split() == sample.claim.split() or text in whole:
                continue
            count += 1
            yield sample.said(text, kind, False)


def stitched(base: Sequence[Sample]) -> Iterator[Sample]:
    """The first half of one sentence with a clause of a sentence from elsewhere."""
    chance, count = random.Random(f"{SEED} stitched"), 0
    for sample in shifted(base, "stitched"):
        other = chance.choice(base)
        tail = other.claim.rstrip(".").partition(", ")[2]
        if other.question != sample.question and 4 <= len(tail.split()) <= 14 and overlap(tail, sample.cited) < 0.3:
            count += 1
            yield sample.said(f"{sample.claim.rstrip('.')}, and {tail}.", "clause of another added", False)
        if count == EACH:
            return


def miscited(base: Sequence[Sample], of: dict[str, list[Passage]]) -> Iterator[Sample]:
    """Right sentences with the wrong source."""
    chance = random.Random(f"{SEED} miscited")
    every = [passage for held in of.values() for passage in held]
    count = Counter[str]()
    for sample in shifted(base, "miscited"):
        wrong = chance.choice(every)
        if wrong.question != sample.question and count[ELSEWHERE] < EACH:
            count[ELSEWHERE] += 1
            yield replace(cited(sample, wrong), kind=ELSEWHERE, faithful=False)
        others = [p for p in of[sample.question] if overlap(sample.claim, [p.text]) < 0.5]
        if others and count[OTHER] < EACH:
            count[OTHER] += 1
            yield replace(cited(sample, chance.choice(others)), kind=OTHER, faithful=False)
        if min(count[ELSEWHERE], count[OTHER]) == EACH:
            return


def cited(sample: Sample, passage: Passage) -> Sample:
    return replace(sample, cited=(passage.text,), heads=(passage.title,) if passage.title else ())


def with_neighbour(sample: Sample, of: dict[str, list[Passage]]) -> Sample:
    """One sample in three cites a second passage of its question beside its own, of little in common."""
    chance = random.Random(f"{SEED} {sample.claim} {sample.kind}")
    if chance.random() > 1 / 3 or sample.kind in (ELSEWHERE, OTHER):
        return sample
    others = [p for p in of[sample.question] if p.text not in sample.cited and overlap(sample.of, [p.text]) < 0.5]
    changed = content(sample.claim) - content(sample.of)
    others = [p for p in others if not changed & content(p.text)]
    if not others:
        return sample
    both = [sample.cited[0], chance.choice(others).text]
    chance.shuffle(both)
    return replace(sample, cited=tuple(both))


def shifted(base: Sequence[Sample], kind: str) -> Iterator[Sample]:
    """All sentences from another one on for each kind, so that kinds share few."""
    start = random.Random(f"{SEED} start {kind}").randrange(len(base))
    yield from base[start:]
    yield from base[:start]
