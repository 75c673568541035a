"""Which figure of a sentence a word goes with: *54% with dexalin and 41% with rivalin*."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from avouch.claims.align import Alignment
from avouch.claims.amounts import kind
from avouch.claims.reading import Reading
from avouch.records import Reason, Verdict

CUTS = frozenset("and or but whereas while versus vs compared , ;".split())
_LEADS = frozenset("with for in among on to at after before during by from".split())
NEAR = 2  # tokens before a figure that begin its piece, and go with it alone: *and children 20 units*


def check(found: Alignment) -> Iterator[Reason]:
    """A reason for a figure that stands with the words of another of its kind, and with none of its own."""
    for i, item in enumerate(found.claim.items):
        pair, mine = found.pairs.get(i), item.quantity
        alike = [q for q in found.claim.quantities if mine is not None and q.dimension == mine.dimension]
        if pair is None or mine is None or not mine.exact or len(alike) > 1:
            continue
        s, source = pair.place.sentence, found.held.sentences[pair.place.sentence]
        if "respectively" in source.low or sum(place.sentence == s for place in found.fits[i]) > 1:
            continue
        had = {p.place.item for j, p in found.pairs.items() if p.place.sentence == s and sole(found, j, s)}
        owned = owners(source, mine.dimension)
        others = [figure for figure, words in owned.items() if figure != pair.place.item and words & had]
        if others and not owned.get(pair.place.item, frozenset()) & had:
            word = source.items[min(owned[others[0]] & had)].text
            told = (
                f"The claim says “{item.text}” where what is cited says “{source.items[others[0]].text}” of “{word}”."
            )
            yield Reason(kind(mine, found), Verdict.CONTRADICTED, told)
            return


def sole(found: Alignment, j: int, s: int) -> bool:
    """Whether a word of the claim has content and one place in a sentence."""
    item = found.claim.items[j]
    return item.quantity is None and not item.light and sum(place.sentence == s for place in found.fits[j]) == 1


def owners(reading: Reading, dimension: str) -> dict[int, frozenset[int]]:
    """The words of each figure of a kind; none where a piece of the sentence has two, or the sentence one alone."""
    edges = [-1, *(n for n, low in enumerate(reading.low) if low in CUTS), len(reading.low)]
    found: dict[int, frozenset[int]] = {}
    for first, last in itertools.pairwise(edges):
        inside = [i for i, item in enumerate(reading.items) if first < item.at < last]
        figures = [i for i in inside if (q := reading.items[i].quantity) is not None and q.dimension == dimension]
        if len(figures) == 1 and (quantity := reading.items[figures[0]].quantity) is not None and quantity.exact:
            end = reach(reading, quantity.end, last)
            begin = quantity.at if first >= 0 and quantity.at - first <= NEAR + 1 else 0
            spots = {i: reading.items[i].at for i in inside}
            found[figures[0]] = frozenset(i for i, at in spots.items() if at < begin or quantity.end <= at < end)
    return found if len(found) > 1 else {}


def reach(reading: Reading, first: int, last: int) -> int:
    """How far what stands behind a figure goes with it: to the second preposition, which may hold for all."""
    leads = [n for n in range(first, last) if reading.low[n] in _LEADS]
    return leads[1] if len(leads) > 1 else last
