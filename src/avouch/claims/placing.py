"""Names that stand in what is cited, but not where the claim has them."""

from __future__ import annotations

from collections.abc import Iterator

from avouch.claims import words
from avouch.claims.align import Alignment, Place
from avouch.claims.naming import foreign
from avouch.claims.reading import Item
from avouch.claims.stem import akin, with_letter
from avouch.records import Reason, Verdict

MARGIN, SLOT = 0.6, 1.1
COPY, MISSED = 0.7, 5
SYMMETRIC = words.keys(
    "associate associated association correlate correlated correlation interact interacts interaction relate related"
    " relationship link linked between compare compared comparison versus combine combined combination similar equal"
    " differ different difference together bind binds associates correlates"
)


def misplaced(found: Alignment) -> Iterator[Reason]:
    """A name that stands elsewhere, where what is cited has another that the claim leaves out."""
    taken = {pair.place for pair in found.pairs.values()}
    for i, item in enumerate(found.claim.items):
        if not is_name(item):
            continue
        own = max((found.near(i, place, True) for place in found.fits[i]), default=0.0)
        for place in sorted(slots(found, i) - taken, key=lambda p: (found.held.sentences[p.sentence].text, p.item)):
            other = found.held.item(place)
            if not is_name(other) or same_word(item, other) or place in found.fits[i]:
                continue
            strong = found.near(i, place) > max(own + MARGIN, SLOT) and beside(found, item, place)
            if strong and not found.in_order(i, place.sentence) and not alias(found, i, place):
                told = f"What is cited names “{other.text}” where the claim names “{item.text}”."
                yield Reason("name", Verdict.UNSUPPORTED, told)
                break


def beside(found: Alignment, item: Item, place: Place) -> bool:
    """Whether the word before or behind is the same there: *by* before a name is no *in*."""
    sentence = found.held.sentences[place.sentence]
    mine, theirs = found.claim.keys, sentence.keys
    at, there = item.at, sentence.items[place.item].at
    before = at > 0 and there > 0 and akin_or_same(mine[at - 1], theirs[there - 1])
    return before or akin_or_same(
        *(keys[n + 1] if n + 1 < len(keys) else "." for keys, n in ((mine, at), (theirs, there)))
    )


def akin_or_same(one: str, other: str) -> bool:
    return one == other or akin(one, other)


def is_name(item: Item) -> bool:
    return item.quantity is None and not item.light and (item.named or foreign(item))


def slots(found: Alignment, i: int) -> set[Place]:
    """The places that an item's neighbours point to. Both sides must point to one, except in a sentence that
    the claim all but copies: there either does."""
    told: list[set[Place]] = []
    for steps in ((-1, -2), (1, 2)):
        pairs = [(step, pair) for step in steps if (pair := found.pairs.get(i + step)) is not None]
        told.append({Place(pair.place.sentence, pair.place.item - step) for step, pair in pairs})
    before, behind = told
    either = {place for place in before ^ behind if copied(found, place.sentence)}
    return {p for p in (before & behind) | either if 0 <= p.item < len(found.held.sentences[p.sentence].items)}


def copied(found: Alignment, sentence: int) -> bool:
    """Whether most of the claim stands in one sentence."""
    inside = sum(any(place.sentence == sentence for place in fit) for fit in found.fits)
    return inside >= COPY * len(found.fits) and inside >= len(found.fits) - MISSED


def same_word(one: Item, other: Item) -> bool:
    """Whether two are spellings of one word, or one is what is left of the other at a span's edge."""
    return with_letter(other.key) == one.key or (len(other.key) > 2 and one.key.endswith(other.key))


def alias(found: Alignment, i: int, place: Place) -> bool:
    """Whether what stands there is another name of the item: somewhere one is in brackets behind the other."""
    key = found.held.item(place).key
    for other in found.held.where.get(key, ()):
        for mine in found.fits[i]:
            if mine.sentence == other.sentence and abs(mine.item - other.item) == 1:
                sentence = found.held.sentences[mine.sentence]
                first, last = sorted((sentence.items[mine.item].at, sentence.items[other.item].at))
                if {"(", "/", "["} & set(sentence.keys[first + 1 : last]):
                    return True
    return False


def exchanged(found: Alignment) -> Iterator[Reason]:
    """Two names that changed places around the same words: *A is superior to B*, *B is superior to A*."""
    claim = found.claim
    names = [
        i
        for i, item in enumerate(claim.items)
        if i in found.pairs and found.pairs[i].level >= 0.95 and item.quantity is None and (item.named or foreign(item))
    ]
    for one, other in ((a, b) for n, a in enumerate(names) for b in names[n + 1 : n + 3]):
        mine, theirs = found.pairs[one].place, found.pairs[other].place
        if mine.sentence != theirs.sentence or mine.item <= theirs.item:
            continue
        source = found.held.sentences[mine.sentence]
        middle = sorted(claim.keys[claim.items[one].at + 1 : claim.items[other].at])
        there = sorted(source.keys[source.items[theirs.item].at + 1 : source.items[mine.item].at])
        content = [key for key in middle if key not in words.LIGHT and key.isalpha()]
        if middle == there and content and not SYMMETRIC & set(middle):
            told = f"“{claim.items[one].text}” and “{claim.items[other].text}” have changed places."
            yield Reason("name", Verdict.CONTRADICTED, told)
            return
