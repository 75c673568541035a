"""An ordinary word where what is cited has another: *the senior doctor signs* for *the senior nurse signs*."""

from __future__ import annotations

from collections.abc import Iterator

from avouch.claims import words
from avouch.claims.align import Alignment, Place
from avouch.claims.reading import Item, Reading
from avouch.claims.stem import akin
from avouch.records import Reason, Verdict

_VERBAL = ("ed", "ing", "ly", "en", "ize", "ise", "ify")
_ACTING = ("ed", "ing")
_LEADING = frozenset(
    "the a an this that these those his her its their our by in of for with to from on at into no every each all"
    " both any some without after before during between".split()
)
LONGEST = 12  # items of a claim; in longer ones a word weighs less than its synonyms are many


def check(found: Alignment) -> Iterator[Reason]:
    """A reason for the first word that stands nowhere, where another, left out, stands between its neighbours."""
    items = found.claim.items
    order = [i for i, item in enumerate(items) if not item.light]
    if len(order) > LONGEST:
        return
    taken = {pair.place for pair in found.pairs.values()}
    for n, i in enumerate(order):
        if i in found.pairs or found.fits[i] or found.turned[i] or items[i].quantity is not None:
            continue
        for place in between(found, order, n):
            other, source = found.held.item(place), found.held.sentences[place.sentence]
            if place in taken or kin(items[i], other):
                continue
            nouns = nominal(found.claim, items[i]) and nominal(source, other)
            if nouns or enclosed(found.claim, items[i], source, other):
                told = f"The claim says “{items[i].text}” where what is cited says “{other.text}”."
                yield Reason("support", Verdict.UNSUPPORTED, told)
                return


def between(found: Alignment, order: list[int], n: int) -> list[Place]:
    """The one place with content between those that a word's neighbours stand for; at an edge of the claim,
    between its neighbour and the edge of that sentence."""
    before = found.pairs.get(order[n - 1]) if n else None
    behind = found.pairs.get(order[n + 1]) if n + 1 < len(order) else None
    if (n and before is None) or (n + 1 < len(order) and behind is None) or (before is None and behind is None):
        return []
    sentences = {pair.place.sentence for pair in (before, behind) if pair is not None}
    if len(sentences) > 1:
        return []
    (number,) = sentences
    items = found.held.sentences[number].items
    first = before.place.item + 1 if before is not None else 0
    last = behind.place.item if behind is not None else len(items)
    inside = [p for p in range(first, last) if not items[p].light]
    return [Place(number, inside[0])] if len(inside) == 1 else []


def nominal(reading: Reading, item: Item) -> bool:
    """Whether a word is a noun or an adjective, for what stands before it: an article or a preposition. Verbs have
    more synonyms than are known here."""
    if not item.at or reading.low[item.at - 1] not in _LEADING:
        return False
    return item.quantity is None and not item.light and not item.text.lower().endswith(_VERBAL) and len(item.key) > 2


def enclosed(claim: Reading, one: Item, source: Reading, other: Item) -> bool:
    """Whether two words of one form stand between the same two tokens: *given orally daily*, *given rectally daily*."""
    if other.quantity is not None or min(len(one.key), len(other.key)) < 3:
        return False
    mine, theirs = one.text.lower(), other.text.lower()
    if mine.endswith(_ACTING) or theirs.endswith(_ACTING) or mine.endswith("ly") != theirs.endswith("ly"):
        return False
    return edges(claim, one) == edges(source, other)


def edges(reading: Reading, item: Item) -> tuple[str, str]:
    """The tokens before and behind a word; a full stop where the sentence begins or ends."""
    low = (".", *reading.low, ".")
    return low[item.at], low[item.at + 2]


def kin(one: Item, other: Item) -> bool:
    """Whether two words are known to say the same, to be of one stem, or one is left of the other at a span's edge."""
    families = set(words.family(one.key)) & set(words.family(other.key))
    if akin(one.key, other.key) or families or words.poles(one.key) & words.poles(other.key):
        return True
    return one.key.endswith(other.key) or one.key.startswith(other.key)
