"""Direction: increase and decrease, before and after, superior and inferior; *affected* and *unaffected*."""

from __future__ import annotations

from collections.abc import Iterator

from avouch.claims import words
from avouch.claims.align import Alignment, Pair
from avouch.claims.cues import NEGATION
from avouch.claims.polarity import Sides
from avouch.records import Reason, Verdict

MARGIN, SURE, SLOT, SAID = 0.6, 1.0, 0.7, 0.85
SCALES = words.keys(
    "increase activate improve superior cause long fast common strong early maximum best mild thick large wide deep"
    " easy old hot rich favour simple"
)
"""A word of each pair with a middle between its sides; who *allows* and *prevents* has none."""
_WHOLE = words.keys("allow enable permit")


def check(found: Alignment) -> Iterator[Reason]:
    """A reason for each word where what is cited says the opposite. A word that says the same by a double
    turn (*not affected*, *unaffected*) is aligned; on a scale *not better* leaves *worse* open."""
    sides = Sides(found, NEGATION)
    for i, turned in enumerate(found.turned):
        if not turned:
            continue
        item, pair = found.claim.items[i], found.pairs.get(i)
        ranked = [(found.near(i, place), found.held.sentences[place.sentence].text, place) for place in turned]
        near, _, place = max(ranked, key=lambda one: (one[0], one[1], -one[2].item))
        if found.coordinated(i, place):
            continue
        double = (i in sides.claimed) != sides.under(place)
        open_ = double and sides.under(place) and scaled(item.key, found.held.item(place).key)
        if double and not open_ and pair is None and near > 0:
            found.pairs[i] = Pair(place, SAID, near, True)
        fit = max((found.near(i, p) for p in found.fits[i]), default=-1.0)
        if near < SLOT or (fit >= 0 and near <= fit + (MARGIN if fit < SLOT else SURE)):
            continue
        flat = max((found.near(i, p, True) for p in found.fits[i]), default=-1.0)
        if (double and not open_) or found.near(i, place, True) <= flat:
            continue
        other = found.held.item(place).text
        if open_:
            told = f"That it is not “{other}” does not make it “{item.text}”."
            yield Reason("direction", Verdict.UNSUPPORTED, told)
        else:
            told = f"The claim says “{item.text}” where what is cited says “{other}”."
            yield Reason("direction", Verdict.CONTRADICTED, told)


def scaled(one: str, other: str) -> bool:
    """Whether two opposites are ends of a scale, and not all there is: *better* and *worse*, but not *open*
    and *closed*."""
    sides = {side for key in SCALES for side in words.poles(key)}
    against = {side for side in words.poles(one) if side ^ 1 in words.poles(other)}
    return bool(against) and all({side, side ^ 1} & sides for side in against) and not {one, other} & _WHOLE
