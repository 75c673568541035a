"""Which word of what is cited each word of a claim stands for.

Words meet by key, by derivation, by family, by the names of one meaning, by an abbreviation that the texts
define, or as opposites. Of several places the one with the most alike around it is taken, each place once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from avouch.claims import words
from avouch.claims.numbers import same
from avouch.claims.rates import RATE, RHYTHMS
from avouch.claims.reading import Item, Reading
from avouch.claims.stem import SHORTEST, akin

SAME, AKIN, FAMILY, MEANING, OPPOSITE = 1.0, 0.95, 0.85, 1.0, 0.0
JOINING = frozenset(("and", "or", ",", "/", "&", "-", "+"))
CROWD = 24  # places beyond which a word tells nothing
SLOT = 0.9  # of likeness around: from here on two places are one slot
NEAR = 4  # items to either side that are looked at for likeness


@dataclass(frozen=True, slots=True)
class Place:
    """An item of a sentence."""

    sentence: int
    item: int


@dataclass(slots=True)
class Window:
    """The sentences that a claim is held against, indexed. ``where``: places by key; ``before``: for a sentence
    the one that it follows in what is cited."""

    sentences: Sequence[Reading]
    where: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    stems: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    families: dict[int, list[Place]] = field(default_factory=lambda: defaultdict(list))
    meanings: dict[int, list[Place]] = field(default_factory=lambda: defaultdict(list))
    poles: dict[int, list[Place]] = field(default_factory=lambda: defaultdict(list))
    numbers: list[Place] = field(default_factory=list)
    before: dict[int, int] = field(default_factory=dict)

    def item(self, place: Place) -> Item:
        return self.sentences[place.sentence].items[place.item]


def window(sentences: Sequence[Reading], defined: Sequence[tuple[str, tuple[str, ...]]]) -> Window:
    """Index sentences; ``defined``: abbreviations with their long forms."""
    made = Window(sentences)
    for s, sentence in enumerate(sentences):
        at_token = {item.at: i for i, item in enumerate(sentence.items)}
        for i, item in enumerate(sentence.items):
            place = Place(s, i)
            if item.quantity is not None:
                made.numbers.append(place)
                continue
            enter(made, item.key, place)
            for number in words.family(item.key):
                made.families[number].append(place)
            for pole in words.poles(item.key):
                made.poles[pole].append(place)
        for first, last, group in sentence.meanings:
            inside = [at_token[at] for at in range(first, last) if at in at_token]
            if inside:
                made.meanings[group].append(Place(s, inside[0]))
        for joined, at, _ in compounds(sentence):
            if at in at_token:
                enter(made, joined, Place(s, at_token[at]))
        for short, long in defined:
            for at in runs(sentence.keys, (short,)):
                if at in at_token:
                    for part in long:
                        enter(made, part, Place(s, at_token[at]))
            for at in runs(sentence.keys, long):
                if at in at_token:
                    enter(made, short, Place(s, at_token[at]))
    return made


def enter(made: Window, key: str, place: Place) -> None:
    if key not in made.where:
        made.stems[key[:SHORTEST]].append(key)
    if place not in made.where[key][-1:]:
        made.where[key].append(place)


def compounds(sentence: Reading) -> Iterator[tuple[str, int, int]]:
    """Words joined by a hyphen or nothing, as one: *up-regulated*, *PD-L1*; with where their tokens begin and end."""
    found = sentence.tokens
    at = 0
    while at < len(found):
        end = at + 1
        while end < len(found) and found[end].glued and found[end].kind != "mark":
            end += 1
        if end - at > 1 and found[at].kind != "mark":
            for stop in range(at + 2, min(end, at + 4) + 1):
                yield "".join(token.key for token in found[at:stop]), at, stop
        at = end


def runs(keys: Sequence[str], phrase: Sequence[str]) -> Iterator[int]:
    """Where a phrase begins."""
    first, length = phrase[0], len(phrase)
    for at, key in enumerate(keys):
        if key == first and tuple(keys[at : at + length]) == tuple(phrase):
            yield at


@dataclass(slots=True)
class Pair:
    """A claim's item and the place it stands for; ``level`` 0…1. ``turned``: by its opposite, negated."""

    place: Place
    level: float
    near: float
    turned: bool = False


def candidates(item: Item, held: Window) -> dict[Place, float]:
    """The places that an item may stand for, with how well each fits."""
    if item.quantity is not None:
        met = {
            place: SAME
            for place in held.numbers
            if (other := held.item(place).quantity) is not None and same(item.quantity, other)
        }
        if item.quantity.dimension == RATE:  # *every day* is *daily*
            for word, often in RHYTHMS.items():
                if abs(often - item.quantity.value) < 1e-6 * often:
                    met.update(dict.fromkeys(held.where.get(word, ()), SAME))
        return met
    found = dict.fromkeys(held.where.get(item.key, ()), SAME)
    for key in held.stems.get(item.key[:SHORTEST], ()):
        if key != item.key and akin(key, item.key):
            for place in held.where[key]:
                found.setdefault(place, AKIN)
    for number in words.family(item.key):
        for place in held.families.get(number, ()):
            found.setdefault(place, FAMILY)
    return found


def opposites(item: Item, held: Window) -> dict[Place, float]:
    """The places that say the opposite of an item."""
    found: dict[Place, float] = {}
    for pole in words.poles(item.key):
        for place in held.poles.get(pole ^ 1, ()):
            found[place] = OPPOSITE
    for other in words.turns(item.key):
        for place in held.where.get(other, ()):
            found[place] = OPPOSITE
    return found


def undone(item: Item, held: Window) -> dict[Place, float]:
    """The places that say the same with or without a negating prefix: *unaffected* and *affected*."""
    found: dict[Place, float] = {}
    for prefix in words.UNDOING:
        rest = item.key[len(prefix) :]
        if item.key.startswith(prefix) and words.undoes(prefix, rest):
            for key in held.stems.get(rest[:SHORTEST], ()):
                if key == rest or (akin(key, rest) and not key.startswith(prefix)):
                    found.update(dict.fromkeys(held.where[key], OPPOSITE))
        if (key := prefix + item.key) in held.where and words.undoes(prefix, item.key):
            found.update(dict.fromkeys(held.where[key], OPPOSITE))
    return found


class Alignment:
    """For each item of a claim the places it may stand for, and the one taken."""

    def __init__(self, claim: Reading, held: Window) -> None:
        self.claim, self.held = claim, held
        self.nearness: dict[tuple[int, Place, bool], float] = {}
        self.fits = [candidates(item, held) for item in claim.items]
        self.by_meaning(claim, held)
        self.by_compound(claim, held)
        self.turned = [{} if item.quantity else {**undone(item, held), **opposites(item, held)} for item in claim.items]
        self.pairs = self.take()

    def by_meaning(self, claim: Reading, held: Window) -> None:
        """Names of one meaning fit wherever any of them stands."""
        at_token = {item.at: i for i, item in enumerate(claim.items)}
        for first, last, group in claim.meanings:
            for place in held.meanings.get(group, ()):
                for at in range(first, last):
                    if at in at_token:
                        self.fits[at_token[at]].setdefault(place, MEANING)

    def by_compound(self, claim: Reading, held: Window) -> None:
        """The parts of *LB-100* fit where *LB100* stands."""
        at_token = {item.at: i for i, item in enumerate(claim.items)}
        for name, first, last in compounds(claim):
            for place in held.where.get(name, ()) if any(map(str.isdigit, name)) else ():
                for at in range(first, last):
                    if at in at_token:
                        self.fits[at_token[at]].setdefault(place, SAME)

    def take(self) -> dict[int, Pair]:
        """One place for each item, the best first; a place is taken once by one key."""
        offers = []
        for i, fit in enumerate(self.fits):
            for place, level in fit.items():
                near = self.near(i, place)
                offers.append((level + 0.3 * near, level, near, i, place))
        # ties by the words themselves, so that the order of what is cited does not matter
        offers.sort(key=lambda o: (-o[0], o[3], self.held.sentences[o[4].sentence].text, o[4].item))
        pairs: dict[int, Pair] = {}
        taken: set[tuple[Place, str]] = set()
        for _, level, near, i, place in offers:
            key = self.claim.items[i].key
            if i not in pairs and (place, key) not in taken:
                pairs[i] = Pair(place, level, near)
                taken.add((place, key))
        return pairs

    def alike(self, i: int, place: Place) -> bool:
        """Whether an item may stand for a place, whatever was taken."""
        return place in self.fits[i]

    def in_order(self, i: int, sentence: int) -> bool:
        """Whether an item stands in a sentence behind what is before it in the claim, and before what is behind it."""
        inside = [(j, pair.place.item) for j, pair in self.pairs.items() if pair.place.sentence == sentence and j != i]
        low = max(((j, at) for j, at in inside if j < i), default=(0, -1))[1]
        high = min(((j, at) for j, at in inside if j > i), default=(0, len(self.held.sentences[sentence].items)))[1]
        return any(place.sentence == sentence and low < place.item < high for place in self.fits[i])

    def coordinated(self, i: int, place: Place) -> bool:
        """Whether a place is taken by a neighbour in a list with an item (*A and B*), where order is free."""
        for j in (i - 1, i + 1):
            pair = self.pairs.get(j)
            if pair is not None and pair.place == place:
                first, last = sorted((self.claim.items[i].at, self.claim.items[j].at))
                if set(self.claim.keys[first + 1 : last]) <= JOINING:
                    return True
        return False

    def near(self, i: int, place: Place, either_side: bool = False) -> float:
        """How much around a claim's item is also around a place: each like item counts by how alike the
        distances are; on the other side it counts less, unless it is of no account, as where active turns passive."""
        asked = (i, place, either_side)
        if asked not in self.nearness:
            self.nearness[asked] = self.likeness(i, place, either_side)
        return self.nearness[asked]

    def likeness(self, i: int, place: Place, either_side: bool) -> float:
        sentence = self.held.sentences[place.sentence].items
        low, high = max(place.item - NEAR - 1, 0), min(place.item + NEAR + 2, len(sentence))
        total = 0.0
        for other in range(max(i - NEAR, 0), min(i + NEAR + 1, len(self.fits))):
            if other == i or len(self.fits[other]) > CROWD:
                continue
            best = 0.0
            for spot in self.fits[other]:
                if spot.sentence == place.sentence and low <= spot.item < high and spot.item != place.item:
                    mine, theirs = other - i, spot.item - place.item
                    worth = 1.0 / (1.0 + abs(abs(mine) - abs(theirs)))
                    best = max(best, worth if either_side or mine * theirs > 0 else 0.4 * worth)
            total += best / (1.0 + 0.25 * (abs(other - i) - 1))
        return total
