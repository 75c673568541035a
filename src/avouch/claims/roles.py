"""Who does it to whom, and what comes first: things that changed places around a verb, a preposition, *before*."""

from __future__ import annotations

from collections.abc import Iterator

from avouch.claims.align import Alignment
from avouch.claims.markers import marker
from avouch.claims.placing import SYMMETRIC
from avouch.claims.reading import Reading
from avouch.records import Reason, Verdict

BEING = frozenset("is are was were be been being get gets got".split())
ORDERS = frozenset(("before", "after", "until", "than"))
GIVING = ("to", "from", "by")


def check(found: Alignment) -> Iterator[Reason]:
    """Reasons for what changed places, the first of each sort."""
    for sort in (exchanged, crossed, given):
        yield from sort(found)


def given(found: Alignment) -> Iterator[Reason]:
    """*The guard hands it to the visitor* for *the visitor hands it to the guard*."""
    claim = found.claim
    content = [i for i in sorted(found.pairs) if not claim.items[i].light]
    mine = {i: marker(claim, claim.items[i].at) for i in content}
    theirs = {
        i: marker(found.held.sentences[(p := found.pairs[i].place).sentence], found.held.item(p).at) for i in content
    }
    for word in GIVING:
        for one in content:
            for other in content:
                turned = mine[one] == theirs[other] == word and not mine[other] and not theirs[one]
                if (
                    turned
                    and not listed(claim, one, other)
                    and found.pairs[one].place.sentence == found.pairs[other].place.sentence
                ):
                    told = f"“{claim.items[one].text}” and “{claim.items[other].text}” have changed places."
                    yield Reason("name", Verdict.CONTRADICTED, told)
                    return


def listed(reading: Reading, one: int, other: int) -> bool:
    """Whether two items stand in a list, whose order is free."""
    first, last = sorted((reading.items[one].at, reading.items[other].at))
    return bool({"and", "or", ","} & set(reading.low[first + 1 : last]))


def exchanged(found: Alignment) -> Iterator[Reason]:
    """Two things that changed places around a verb of one voice: *A clears B*, *B clears A*."""
    claim = found.claim
    order = [i for i in sorted(found.pairs) if not claim.items[i].light and found.pairs[i].level >= 0.85]
    for n in range(len(order) - 2):
        one, verb, other = order[n : n + 3]
        a, v, b = (found.pairs[i].place for i in (one, verb, other))
        if not (a.sentence == v.sentence == b.sentence and b.item < v.item < a.item):
            continue
        source = found.held.sentences[a.sentence]
        between = [i for i in range(b.item + 1, a.item) if not source.items[i].light]
        mine, theirs = (claim.items[one].at, claim.items[other].at), (source.items[b.item].at, source.items[a.item].at)
        if (
            len(between) > 1
            or claim.keys[claim.items[verb].at] in SYMMETRIC
            or claim.keys[claim.items[verb].at] != source.keys[source.items[v.item].at]
        ):
            continue
        here, there = set(claim.low[slice(*mine)]), set(source.low[slice(*theirs)])
        marks = {"and", "or", ",", "(", ")", ";", "-"}
        if marks & (here | there) or bool(here & BEING) != bool(there & BEING) or ("by" in here) != ("by" in there):
            continue
        if claim.low[claim.items[verb].at] != source.low[source.items[v.item].at]:
            continue
        told = f"“{claim.items[one].text}” and “{claim.items[other].text}” have changed places."
        yield Reason("name", Verdict.CONTRADICTED, told)
        return


def crossed(found: Alignment) -> Iterator[Reason]:
    """What is said before a word of order and what behind it have changed places: *A before B*, *B before A*."""
    claim = found.claim
    for word in sorted(ORDERS & set(claim.low)):
        for s, source in enumerate(found.held.sentences):
            if source.low.count(word) != 1 or claim.low.count(word) != 1:
                continue
            mine, theirs = sided(claim, word), sided(source, word)
            if mine is None or theirs is None:
                continue
            over = [
                (i, mine[i], theirs[pair.place.item])
                for i, pair in found.pairs.items()
                if pair.place.sentence == s
                and i in mine
                and pair.place.item in theirs
                and sum(place.sentence == s for place in found.fits[i]) < 2
            ]
            turned = [i for i, a, b in over if a != b]
            if {mine[i] for i in turned} == {0, 1} and 2 * len(turned) >= len(over):
                told = f"What stands before and behind “{word}” has changed places."
                yield Reason("direction", Verdict.CONTRADICTED, told)
                return


def sided(reading: Reading, word: str) -> dict[int, int] | None:
    """For each item with content whether it stands before (0) or behind (1) a word of order."""
    at = reading.low.index(word)
    if at == 0:
        comma = next((n for n, token in enumerate(reading.tokens) if token.text == ","), None)
        if comma is None:
            return None
        return {i: int(item.at < comma) for i, item in enumerate(reading.items) if not item.light}
    return {i: int(item.at > at) for i, item in enumerate(reading.items) if not item.light}
