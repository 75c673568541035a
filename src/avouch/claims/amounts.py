"""Numbers, units, comparators, doses and dates of a claim against those of what it cites."""

from __future__ import annotations

from collections.abc import Iterator

from avouch.claims.align import SLOT, Alignment, Place
from avouch.claims.calendar import CLOCK, DATE
from avouch.claims.numbers import Quantity, agree, same
from avouch.claims.rates import RATE
from avouch.claims.reading import Item
from avouch.claims.tokens import MONTHS
from avouch.records import Reason, Verdict

LARGEST_DOSE = 0.1  # kg
MARGIN = 0.6  # of likeness around: how much better a rival stands


def check(found: Alignment) -> Iterator[Reason]:
    """A reason for each quantity that what is cited does not give."""
    if (told := other_figures(found)) is not None:
        yield told
        return
    mixed = "respectively" in found.claim.keys or any("respectively" in s.keys for s in found.held.sentences)
    for i, item in enumerate(found.claim.items):
        quantity = item.quantity
        if quantity is not None and (others := several(found, i, quantity)) is not None:
            yield reason("number", Verdict.CONTRADICTED, item, others)
            continue
        if quantity is None or (not found.fits[i] and not quantity.exact):
            continue
        if not found.fits[i]:
            yield missing(found, i, quantity)
            continue
        told = sign(found, i, quantity) if quantity.exact else None
        if told:
            yield told
        elif not mixed and (rival := better(found, i, quantity) or repeated(found, i)) is not None:
            yield reason(kind(quantity, found), Verdict.CONTRADICTED, item, rival)


def several(found: Alignment, i: int, quantity: Quantity) -> str | None:
    """How many the source has of what the claim has one of, in words: *one person* for *two persons*."""
    behind = found.pairs.get(i + 1)
    if behind is None or not behind.place.item or behind.near < SLOT:
        return None
    if quantity.exact or quantity.value != 1 or found.claim.low[quantity.end : quantity.end + 1] == ("of",):
        return None
    other = found.held.sentences[behind.place.sentence].items[behind.place.item - 1]
    count = other.quantity if other.quantity is not None and not other.quantity.dimension else None
    return other.text if count is not None and count.exact and count.value > 1 else None


def other_figures(found: Alignment) -> Reason | None:
    """The claim is a sentence of what is cited but for its numbers: then each must be that of its place."""
    mould, mine = found.claim.mould, found.claim.quantities
    alike = [one.quantities for one in found.held.sentences if one.quantities and one.mould == mould] if mine else []
    for theirs in sorted(alike, key=lambda one: [quantity.literal for quantity in one]):
        odd = [
            n for n, (a, b) in enumerate(zip(mine, theirs, strict=True)) if not (same(a, b) and agree(a.sign, b.sign))
        ]
        if not odd:
            return None
        one, other = mine[odd[0]], theirs[odd[0]]
        name = "unit" if one.written == other.written and one.unit != other.unit else kind(one, found)
        told = f"The claim says “{one.literal}” where what is cited says “{other.literal}”."
        wrong = Reason(name, Verdict.CONTRADICTED, told)
    return wrong if alike else None


def missing(found: Alignment, i: int, quantity: Quantity) -> Reason:
    """A number that stands nowhere: contradicted where another stands in its place."""
    item = found.claim.items[i]
    rivals = []
    for place in found.held.numbers:
        other = found.held.item(place).quantity
        if other is not None:
            near = found.near(i, place)
            alike = other.dimension == quantity.dimension
            figure = other.written == quantity.written
            unit = figure and other.unit != quantity.unit
            rivals.append((near + 0.5 * alike + figure, near, unit, found.held.item(place).text))
    if not rivals:
        return reason(kind(quantity, found), Verdict.UNSUPPORTED, item, None)
    _, near, unit, text = max(rivals)
    verdict = Verdict.CONTRADICTED if near >= SLOT or (unit and near > 0) else Verdict.UNSUPPORTED
    return reason("unit" if unit else kind(quantity, found), verdict, item, text)


def sign(found: Alignment, i: int, quantity: Quantity) -> Reason | None:
    """The value stands there, but with another comparator."""
    pair = found.pairs.get(i)
    own = pair.near if pair else 0.0
    for place in found.fits[i]:
        other = found.held.item(place).quantity
        if other is None or (agree(quantity.sign, other.sign) and found.near(i, place) >= own - MARGIN):
            return None
    place = pair.place if pair else next(iter(found.fits[i]))
    said = found.held.item(place).quantity
    other_words = f"{WORDS[said.sign]} {said.literal}" if said else ""
    told = f"The claim says “{WORDS[quantity.sign]} {quantity.literal}”, what is cited “{other_words}”."
    return Reason("comparator", Verdict.CONTRADICTED, told)


WORDS = {"=": "exactly", "~": "about", "<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}


def better(found: Alignment, i: int, quantity: Quantity) -> str | None:
    """Another quantity of the kind that stands where the claim's does, while its own stands elsewhere."""
    pair = found.pairs.get(i)
    own = pair.near if pair else 0.0
    best: tuple[float, str] = (max(own + MARGIN, SLOT), "")
    for place in found.held.numbers:
        other = found.held.item(place).quantity
        if other is None or same(quantity, other) or other.dimension != quantity.dimension:
            continue
        if usable(found, i, place) and not listed(found, i, place) and not found.in_order(i, place.sentence):
            near = found.near(i, place)
            if near > best[0]:
                best = (near, found.held.item(place).text)
    return best[1] or None


def listed(found: Alignment, i: int, place: Place) -> bool:
    """Numbers of one list, whose order is free: both stand in the claim, next to each other or nearly."""
    return any(
        (pair := found.pairs.get(j)) is not None
        and pair.place == place
        and found.coordinated(j, found.pairs[i].place if i in found.pairs else place)
        for j in (i - 2, i - 1, i + 1, i + 2)
    )


def repeated(found: Alignment, i: int) -> str | None:
    """A number that the claim has oftener than what is cited, where that has another, which the claim has not."""
    if i in found.pairs:
        return None
    own = max(found.near(i, place) for place in found.fits[i])
    sentences = {place.sentence for place in found.fits[i]}
    taken = {pair.place for pair in found.pairs.values()}
    for place in found.held.numbers:
        if (
            place.sentence in sentences
            and place not in taken
            and found.near(i, place) >= own
            and usable(found, i, place)
        ):
            return found.held.item(place).text
    return None


def usable(found: Alignment, i: int, place: Place) -> bool:
    """Words written as numbers (*one*, *second*) are no rivals of figures."""
    mine, other = found.claim.items[i].quantity, found.held.item(place).quantity
    return mine is not None and other is not None and mine.exact == other.exact


def kind(quantity: Quantity, found: Alignment) -> str:
    """What sort of number it is, in one word."""
    if quantity.dimension == RATE:
        return "frequency"
    if quantity.dimension in (DATE, CLOCK):
        return "date"
    around = found.claim.keys[max(quantity.at - 2, 0) : quantity.end + 2]
    months = any(key in MONTHS_KEYS for key in around)
    if not quantity.unit and (
        months or (1800 <= quantity.value < 2100 and quantity.value % 1 == 0 and not quantity.unit)
    ):
        return "date"
    return "dose" if quantity.dimension == "[mass]" and quantity.value < LARGEST_DOSE else "number"


MONTHS_KEYS = frozenset(MONTHS)


def reason(check_: str, verdict: Verdict, item: Item, other: str | None) -> Reason:
    said = f"“{item.text}” does not stand in what is cited"
    return Reason(
        check_,
        verdict,
        f"{said}, which says “{other}” there." if other and verdict is Verdict.CONTRADICTED else f"{said}.",
    )
