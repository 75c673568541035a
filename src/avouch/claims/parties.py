"""Who does it to whom, across a sentence: names that changed places around a word of direction or *than*, and what is
done *by* another than the one whose doing it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from avouch.claims import words
from avouch.claims.align import Alignment
from avouch.claims.markers import marker
from avouch.claims.placing import is_name
from avouch.claims.reading import Reading
from avouch.claims.roles import BEING
from avouch.records import Reason, Verdict

SURE = 0.85  # of level: what stands for another word tells nothing of places
_TAME = words.keys(
    "given give use used mild severe acute chronic early late first last adult child oral with without on off within"
    " between positive negative start stop single old new primary secondary high low many more most"
)
"""Words with an opposite that are said of a thing, and not between two."""
_LISTING = frozenset(("and", "or", ",", ";", "(", ")"))
_PAIRING = frozenset(("respectively", "between", ";"))
_AT = frozenset("with in among on after during from of for by under".split())


def check(found: Alignment) -> Iterator[Reason]:
    """Reasons for who changed places, the first of each sort."""
    for sort in (exchanged, agents):
        yield from sort(found)


def exchanged(found: Alignment) -> Iterator[Reason]:
    """*Dexalin lowers the level of rivalin* for *rivalin lowers the level of dexalin*."""
    claim = found.claim
    for one, other in itertools.combinations(once(found), 2):
        a, b = found.pairs[one].place, found.pairs[other].place
        if a.sentence != b.sentence or a.item == b.item:
            continue
        source = found.held.sentences[a.sentence]
        here = claim.items[one].at, claim.items[other].at
        first, last = sorted((source.items[a.item].at, source.items[b.item].at))
        turned = (a.item > b.item) == (passive(claim, *here) == passive(source, first, last))
        between = turned and linked(claim, *here) and linked(source, first, last)
        if between and directed(claim, *here) & directed(source, first, last):
            told = f"“{claim.items[one].text}” and “{claim.items[other].text}” have changed places."
            yield Reason("name", Verdict.CONTRADICTED, told)
            return


def once(found: Alignment) -> list[int]:
    """The claim's names that stand in their sentence once."""
    names = [i for i in sorted(found.pairs) if found.pairs[i].level >= SURE and is_name(found.claim.items[i])]
    return [i for i in names if sum(at.sentence == found.pairs[i].place.sentence for at in found.fits[i]) == 1]


def linked(reading: Reading, first: int, last: int) -> bool:
    """Whether more than one word and no list stands between two tokens."""
    between = reading.low[first + 1 : last]
    return len(between) > 1 and not {between[0], between[-1]} & _LISTING and not _PAIRING & set(reading.low)


def passive(reading: Reading, first: int, last: int) -> bool:
    """Whether the second of two is the one that acts: *is lowered by*."""
    return marker(reading, last) == "by" and bool(BEING & set(reading.low[first + 1 : last]))


def directed(reading: Reading, first: int, last: int) -> set[tuple[str, bool, bool]]:
    """The words of direction between two tokens, by how they stand: *increased*, *was increased*, *increased with*.
    In the passive that names who acts only the word counts, and no *than*: what is compared keeps its order."""
    acting = passive(reading, first, last)
    told = set()
    for n in range(first + 1, last):
        key = reading.keys[n]
        if (key == "than" and not acting) or (words.poles(key) and key not in _TAME):
            being = bool(BEING & set(reading.low[max(n - 2, 0) : n]))
            told.add((key, being and not acting, reading.low[n + 1] in _AT and not acting))
    return told


def agents(found: Alignment) -> Iterator[Reason]:
    """*Released by the clerk* where that is done by another, and the clerk does something else."""
    claim = found.claim
    for i, pair in found.pairs.items():
        source = found.held.sentences[pair.place.sentence]
        mine, theirs = done(claim, i), done(source, pair.place.item)
        deed = found.pairs.get(mine) if mine is not None else None
        if deed is None or theirs is None or deed.place.sentence != pair.place.sentence or deed.place.item == theirs:
            continue
        if any(done(source, n) == deed.place.item for n in range(len(source.items))):
            yield Reason("name", Verdict.CONTRADICTED, f"“{claim.items[i].text}” does something else.")
            return


def done(reading: Reading, i: int) -> int | None:
    """What an item does, where it stands behind *by*: the last word with content before that."""
    item = reading.items[i]
    if item.light or item.quantity is not None or marker(reading, item.at) != "by":
        return None
    by = next(n for n in range(item.at, -1, -1) if reading.low[n] == "by")
    return next((n for n in range(i - 1, -1, -1) if reading.items[n].at < by and not reading.items[n].light), None)
