"""Negation: whether claim and source have the same of it, item by item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from avouch.claims.align import SLOT, Alignment, Place
from avouch.claims.cues import HEAD, NEGATION, Cue, cues
from avouch.records import Reason, Verdict


def odd(found: Sequence[Cue]) -> set[int]:
    """Items under an odd number of cues."""
    count: dict[int, int] = {}
    for cue in found:
        for i in cue.items:
            count[i] = count.get(i, 0) + 1
    return {i for i, n in count.items() if n % 2}


class Sides:
    """The cues of one kind in the claim and in each sentence it is held against."""

    def __init__(self, found: Alignment, kind: str) -> None:
        self.claim = cues(found.claim, kind)
        self.source = [cues(sentence, kind) for sentence in found.held.sentences]
        if kind == NEGATION:
            self.settle_bans(found)
        self.claimed = odd(self.claim)
        self.sourced = [odd(one) for one in self.source]

    def settle_bans(self, found: Alignment) -> None:
        """A ban that stands for the same word of the other side (*avoid*, *avoided*) turns nothing there."""
        mine = {item.at: i for i, item in enumerate(found.claim.items)}
        theirs = [{item.at: i for i, item in enumerate(s.items)} for s in found.held.sentences]
        back = {pair.place for i, pair in found.pairs.items()}
        self.claim = [cue for cue in self.claim if not (cue.bans and mine.get(cue.at) in found.pairs)]
        self.source = [
            [cue for cue in one if not (cue.bans and cue.at in theirs[s] and Place(s, theirs[s][cue.at]) in back)]
            for s, one in enumerate(self.source)
        ]

    def under(self, place: Place) -> bool:
        return place.item in self.sourced[place.sentence]


def check(found: Alignment) -> Iterator[Reason]:
    """Reasons for negations that one side has and the other has not."""
    sides = Sides(found, NEGATION)
    yield from added(found, sides)
    yield from removed(found, sides)


def settled(found: Alignment, sides: Sides, i: int) -> bool | None:
    """Whether a claim's item is under as many cues as where it stands; None where it stands nowhere."""
    pair = found.pairs.get(i)
    if pair is None:
        return None
    mine = (i in sides.claimed) != pair.turned
    if mine == sides.under(pair.place):
        return True
    near = [place for place in found.fits[i] if place != pair.place and found.near(i, place) >= pair.near - 0.3]
    return any(mine == sides.under(place) for place in near)


def added(found: Alignment, sides: Sides) -> Iterator[Reason]:
    for cue in sides.claim:
        told = [settled(found, sides, i) for i in cue.items[:HEAD]]
        if False in told and True not in told:
            words = f"The claim says “{cue.text}” where what is cited does not."
            yield Reason(NEGATION, against(found, cue.items[:HEAD]), words)


def removed(found: Alignment, sides: Sides) -> Iterator[Reason]:
    back = {pair.place: i for i, pair in found.pairs.items()}
    for s, source in enumerate(sides.source):
        for cue in source:
            mine = [back.get(Place(s, i)) for i in cue.items[:HEAD]]
            told = [settled(found, sides, i) for i in mine if i is not None]
            enough = mine and (mine[0] is not None or (len(told) > 1 and not cue.bans))
            if told and True not in told and enough:
                words = f"What is cited says “{cue.text}” where the claim does not."
                yield Reason(NEGATION, against(found, [i for i in mine if i is not None]), words)


def against(found: Alignment, items: Sequence[int]) -> Verdict:
    """A contradiction where claim and source speak of one thing; else the claim is only without support."""
    near = max((found.pairs[i].near for i in items if i in found.pairs), default=0.0)
    return Verdict.CONTRADICTED if near >= SLOT / 2 else Verdict.UNSUPPORTED
