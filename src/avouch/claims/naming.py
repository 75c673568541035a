"""Names: whatever a claim names must stand somewhere in what is cited, or in what that stands under."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from avouch.claims import words
from avouch.claims.align import Alignment, Place
from avouch.claims.reading import Item, Reading
from avouch.claims.stem import akin, with_letter
from avouch.records import Reason, Verdict

_ENDINGS = ("ly", "ing", "ed", "iz", "ly")
MARGIN, SLOT = 0.6, 1.2
SYMMETRIC = words.keys(
    "associate associated association correlate correlated correlation interact interacts interaction relate related"
    " relationship link linked between compare compared comparison versus combine combined combination similar equal"
    " differ different difference together bind binds associates correlates"
)


class Known:
    """All words that what is cited and its heads hold, joined ones included."""

    def __init__(self, sentences: Sequence[Reading], defined: Sequence[tuple[str, tuple[str, ...]]]) -> None:
        self.keys: set[str] = set()
        self.groups: set[int] = set()
        for sentence in sentences:
            keys = [token.key for token in sentence.tokens if token.kind != "mark"]
            self.keys.update(keys)
            for length in (2, 3, 4):
                self.keys.update("".join(keys[at : at + length]) for at in range(len(keys) - length + 1))
            self.groups.update(group for _, _, group in sentence.meanings)
        for short, long in defined:
            if short in self.keys:
                self.keys.update(long)
            if set(long) <= self.keys:
                self.keys.add(short)
        self.keys.update(latin for key in tuple(self.keys) if (latin := with_letter(key)))
        self.stems: dict[str, list[str]] = {}
        for key in self.keys:
            self.stems.setdefault(key[:4], []).append(key)
        self.families = {number for key in self.keys for number in words.family(key)}

    def has(self, item: Item) -> bool:
        key = item.key
        return (
            key in self.keys
            or any(akin(key, other) for other in self.stems.get(key[:4], ()))
            or any(number in self.families for number in words.family(key))
        )


def check(found: Alignment, known: Known) -> Iterator[Reason]:
    """A reason for each name of the claim that stands nowhere."""
    claim = found.claim
    meant = {at for first, last, group in claim.meanings if group in known.groups for at in range(first, last)}
    missed: set[int] = set()
    for i, item in enumerate(claim.items):
        if item.quantity is not None or item.light or i in found.pairs or item.at in meant or known.has(item):
            continue
        if found.turned[i] or not (item.named or foreign(item)):
            continue
        missed.add(item.at)
        yield Reason("name", Verdict.UNSUPPORTED, f"“{item.text}” stands nowhere in what is cited.")
    for first, last in joined(claim):
        name = "".join(token.key for token in claim.tokens[first:last])
        if not missed & set(range(first, last)) and not meant & set(range(first, last)) and name not in known.keys:
            text = "-".join(token.text for token in claim.tokens[first:last])
            yield Reason("name", Verdict.UNSUPPORTED, f"“{text}” stands nowhere in what is cited.")


def misplaced(found: Alignment) -> Iterator[Reason]:
    """A name that stands elsewhere, where what is cited has another that the claim leaves out."""
    back = {pair.place for pair in found.pairs.values()}
    for i, item in enumerate(found.claim.items):
        if item.quantity is not None or item.light or not (item.named or foreign(item)):
            continue
        own = found.pairs[i].near if i in found.pairs else 0.0
        if in_order(found, i):
            continue
        for place in sorted(slots(found, i) - back, key=lambda p: (found.held.sentences[p.sentence].text, p.item)):
            other = found.held.item(place)
            if (
                other.quantity is not None
                or other.light
                or not (other.named or foreign(other))
                or same_word(item, other)
            ):
                continue
            if (
                found.near(i, place) > max(own + MARGIN, SLOT)
                and not found.alike(i, place)
                and not alias(found, i, place)
            ):
                told = f"What is cited names “{other.text}” where the claim names “{item.text}”."
                yield Reason("name", Verdict.UNSUPPORTED, told)
                break


def same_word(one: Item, other: Item) -> bool:
    """Whether two are spellings of one word, or one is what is left of the other at a span's edge."""
    return with_letter(other.key) == one.key or (len(other.key) > 2 and one.key.endswith(other.key))


def in_order(found: Alignment, i: int) -> bool:
    """Whether an item stands in one sentence with its neighbours, after those before it and before those after."""
    pair = found.pairs.get(i)
    if pair is None:
        return False
    near = [(step, other) for step in (-2, -1, 1, 2) if (other := found.pairs.get(i + step)) is not None]
    inside = [(step, other) for step, other in near if other.place.sentence == pair.place.sentence]
    wrong = [step for step, other in inside if (other.place.item - pair.place.item) * step < 0]
    return len(inside) * 2 > len(near) and len(wrong) * 2 < len(inside)


def slots(found: Alignment, i: int) -> set[Place]:
    """The places that both sides of an item point to: what stands before it there, and what stands behind.
    At an edge of the claim, two on the one side."""
    told: dict[int, set[Place]] = {}
    for step in (-2, -1, 1, 2):
        pair = found.pairs.get(i + step)
        if pair is not None:
            told[step] = {Place(pair.place.sentence, pair.place.item - step)}
    before = told.get(-1, set()) | told.get(-2, set())
    behind = told.get(1, set()) | told.get(2, set())
    if i == 0:
        before = told.get(2, set())
    elif i == len(found.claim.items) - 1:
        behind = told.get(-2, set())
        before = told.get(-1, set())
    return {p for p in before & behind if 0 <= p.item < len(found.held.sentences[p.sentence].items)}


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


def foreign(item: Item) -> bool:
    """Whether a word is no word of general prose: taken for a name."""
    if item.key.isalpha() and item.key.isascii():
        return not (words.ordinary(item.key) or (item.text.islower() and item.text.endswith(_ENDINGS)))
    return len(item.key) > 1


def joined(claim: Reading) -> Iterator[tuple[int, int]]:
    """Names of several parts (*IL-6*, *PD-L1*, *5-HT*): where their tokens begin and end."""
    at, found = 0, claim.tokens
    while at < len(found):
        end = at + 1
        while end < len(found) and found[end].glued and found[end].kind != "mark" and found[at].kind != "mark":
            end += 1
        parts = found[at:end]
        digits = any(c.isdigit() for token in parts for c in token.text)
        letters = any(token.text[0].isalpha() and any(c.isupper() for c in token.text) for token in parts)
        if 1 < len(parts) <= 4 and digits and letters:
            yield at, end
        at = end


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
