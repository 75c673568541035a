"""Quantifiers: *all* where the source has *some*, and *some* that was left out."""

from __future__ import annotations

from collections.abc import Iterator

from avouch.claims import words
from avouch.claims.align import Alignment, Place
from avouch.claims.reading import Item, Reading
from avouch.records import Reason, Verdict

ALL = words.keys("all every always entire entirely invariably universally each any")
NONE = words.keys("never none nobody")
ONLY = words.keys("only solely exclusively sole exclusive")
MOST = words.keys("most majority mostly")
PART = words.keys(
    "some few sometimes occasionally rarely seldom minority subset fraction certain partially partly proportion"
)
LOOSE = words.keys("many several often usually generally typically commonly frequently numerous various")
CLASSES = (("all", ALL), ("none", NONE), ("only", ONLY), ("most", MOST), ("some", PART), ("many", LOOSE))
STRONG = ("all", "only", "most", "none")
WEAK = ("some", "most", "only")
BARRED = words.keys("except excepting excluding")
NEARLY = words.keys("nearly almost virtually practically")
_SOFT_ALL = words.keys("each any entire every")
NEXT = 2


def which(key: str) -> str:
    """The class of a quantifier, or an empty word."""
    return next((name for name, members in CLASSES if key in members), "")


def named(sentence: Reading, item: Item) -> str:
    """The class of a quantifier where it stands: *nearly all* and *all but one* are most of them."""
    name, keys, at = which(item.key), sentence.keys, item.at
    less = keys[max(at - 1, 0)] in NEARLY or keys[at + 1 : at + 2] == ("but",) or BARRED & {*keys[at + 1 : at + 4]}
    return "most" if name == "all" and less else name


def counts(item: Item) -> bool:
    """Whether it says of how many at the least: *at least one*, *3 or more*."""
    return item.quantity is not None and not item.quantity.dimension and item.quantity.sign in (">=", ">")


def check(found: Alignment) -> Iterator[Reason]:
    """Reasons for a claim that says it of more than what is cited does."""
    spots: dict[str, list[Place]] = {}
    least, back = list[Place](), {pair.place for pair in found.pairs.values()}
    for s, sentence in enumerate(found.held.sentences):
        for i, item in enumerate(sentence.items):
            if (name := named(sentence, item)) and not (item.at and sentence.keys[item.at - 1] == "not"):
                spots.setdefault(name, []).append(Place(s, i))
            elif counts(item) and Place(s, i) not in back:  # else the claim says the number, too
                least.append(Place(s, i))
    yield from stronger(found, {**spots, "some": spots.get("some", []) + least})
    yield from dropped(found, spots)


def stronger(found: Alignment, spots: dict[str, list[Place]]) -> Iterator[Reason]:
    keys = found.claim.keys
    for i, item in enumerate(found.claim.items):
        name = named(found.claim, item)
        idiom = (item.at and keys[item.at - 1] in ("at", "not")) or keys[item.at + 1 : item.at + 2] == ("cause",)
        if name not in STRONG or idiom or (name == "most" and superlative(found, i)):
            continue
        own = max((found.near(i, place) for place in spots.get(name, ())), default=-1.0)
        others = [
            (found.near(i, place), found.held.item(place).text)
            for other, places in spots.items()
            if other != name and not (name in ("most", "none", "only") and other == "all")
            for place in places
        ]
        near, text = max(others, default=(0.0, ""))
        if own >= 0 and near <= own + 0.6:
            continue
        if near >= 0.7:
            yield Reason(
                "quantifier", Verdict.CONTRADICTED, f"The claim says “{item.text}” where what is cited says “{text}”."
            )
        elif own < 0 and item.key not in _SOFT_ALL:
            yield Reason("quantifier", Verdict.UNSUPPORTED, f"What is cited does not say “{item.text}”.")


def superlative(found: Alignment, i: int) -> bool:
    """*The most common*: a degree, not a share, which *the majority* is."""
    at = found.claim.items[i].at
    return (
        at > 0
        and found.claim.low[at] == "most"
        and found.claim.tokens[at - 1].low in ("the", "a", "one", "its", "are", "is", "was", "were")
    )


def dropped(found: Alignment, spots: dict[str, list[Place]]) -> Iterator[Reason]:
    """The source says it of some, the claim of no number of them."""
    back = {pair.place: i for i, pair in found.pairs.items()}
    keys = found.claim.keys
    said = [
        item
        for item in found.claim.items
        if (which(item.key) and not (item.at and keys[item.at - 1] == "not")) or item.quantity is not None
    ]
    for name in WEAK:
        for place in spots.get(name, ()):
            sentence = found.held.sentences[place.sentence]
            word = sentence.items[place.item]
            if name == "most" and sentence.tokens[word.at - 1].low in ("the", "a", "one", "its", "are", "is"):
                continue
            heads = [back.get(Place(place.sentence, place.item + n)) for n in range(1, NEXT + 1)]
            head = next((i for i in heads if i is not None), None)
            if head is None or place in back:
                continue
            spot = found.claim.items[head].at
            if not any(spot - 6 <= item.at <= spot + 3 for item in said):
                yield Reason(
                    "quantifier", Verdict.PARTLY, f"What is cited says “{word.text}”; the claim leaves it out."
                )
