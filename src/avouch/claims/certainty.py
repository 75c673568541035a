"""Certainty: a claim that is surer than what is cited, and a cause where that has an association."""

from __future__ import annotations

from collections.abc import Iterator

from avouch.claims.align import SLOT, Alignment, Place
from avouch.claims.cues import DOUBT, SOFT, cues
from avouch.claims.reading import Reading
from avouch.claims.words import keys
from avouch.records import Reason, Verdict

ASSOCIATED = keys(
    "associate associated association correlate correlated correlation correlates link linked related relate"
)
CAUSING = keys(
    "cause causes caused causing lead leads led result results induce induces induced produce produced trigger triggers"
)


CHANGING = keys(
    "increase raise reduce lower decrease improve prevent protect worsen shorten lengthen prolong cut boost halve"
)
_EITHER = frozenset("increase decrease lower cut boost increases decreases cuts boosts raises raise".split())
"""Nouns or adjectives as well: verbs where an article follows or, in *-s*, no *in*."""
_NO_SUBJECT = frozenset(
    "a an the this that these its their with of for no and or to by in on from than not is are was were be been being"
    " has have had show shows showed may might could can would should some any significantly".split()
)
_OBJECT = frozenset("the a an its their his her this these all both".split())


def check(found: Alignment) -> Iterator[Reason]:
    """Reasons for doubts that the source has and the claim has not."""
    yield from unwarranted(found)
    yield from overstated(found)
    yield from acted(found)


def unwarranted(found: Alignment) -> Iterator[Reason]:
    """Certainty that the source has not."""
    sure = {i for cue in cues(found.claim, DOUBT) for i in cue.items}
    soft = {i for cue in cues(found.claim, SOFT) for i in cue.items} - sure
    back = {pair.place: i for i, pair in found.pairs.items()}
    for s, sentence in enumerate(found.held.sentences):
        doubts = cues(sentence, DOUBT)
        told = {cue.at for cue in doubts}
        softened = (
            {i for cue in cues(sentence, SOFT) if cue.at not in told for i in cue.items} if doubts else set[int]()
        )
        for cue in doubts:
            mine = [back.get(Place(s, i)) for i in cue.items[:2]]
            if (
                mine
                and mine[0] is not None
                and mine[0] not in sure
                and (mine[0] not in soft or cue.items[0] in softened)
            ):
                other = [p for p in found.fits[mine[0]] if p != Place(s, cue.items[0])]
                if not any(found.near(mine[0], p) >= found.pairs[mine[0]].near - 0.3 for p in other):
                    yield Reason(DOUBT, Verdict.PARTLY, f"What is cited says “{cue.text}”; the claim is sure.")


def overstated(found: Alignment) -> Iterator[Reason]:
    """A cause, where the source has an association."""
    back = {pair.place for pair in found.pairs.values()}
    for i, item in enumerate(found.claim.items):
        pair = found.pairs.get(i)
        said = pair is not None and (
            pair.near >= SLOT or (pair.near > SLOT / 2 and found.held.item(pair.place).key in CAUSING)
        )
        if item.key not in CAUSING or said:
            continue
        for key in sorted(ASSOCIATED):
            for place in found.held.where.get(key, ()):
                if place not in back and found.near(i, place) >= SLOT:
                    told = f"What is cited says “{found.held.item(place).text}”; the claim says “{item.text}”."
                    yield Reason(DOUBT, Verdict.PARTLY, told)
                    return


def acted(found: Alignment) -> Iterator[Reason]:
    """*Coffee lowers the risk*, where the source has *coffee is associated with a lower risk*."""
    told = changes(found.claim)
    held = [pair.place.sentence for pair in found.pairs.values()]
    if not told or not held or ASSOCIATED & set(found.claim.keys):
        return
    best = found.held.sentences[max(sorted(set(held)), key=held.count)]
    said = next((word for key, word in zip(best.keys, best.low, strict=True) if key in ASSOCIATED), "")
    if said and not changes(best):
        yield Reason(DOUBT, Verdict.PARTLY, f"What is cited says “{said}”; the claim says “{told}”.")


def changes(reading: Reading) -> str:
    """The first verb of a sentence by which something changes another; an empty word where none does."""
    low = reading.low
    for n in range(1, len(low) - 1):
        before = low[n - 2] if low[n - 1].endswith("ly") and n > 1 else low[n - 1]
        verbal = low[n] not in _EITHER or (low[n].endswith("s") and low[n + 1] != "in") or low[n + 1] in _OBJECT
        if reading.keys[n] in CHANGING and verbal and before.isalpha() and before not in _NO_SUBJECT:
            return low[n]
    return ""
