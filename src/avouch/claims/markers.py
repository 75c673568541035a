"""Small words that decide: *from* for *to*, *until* for *from*, *on* for *off*, *and* for *or*, *must* for *may*."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from avouch.claims import words
from avouch.claims.align import Alignment
from avouch.claims.cues import NEGATION
from avouch.claims.polarity import Sides
from avouch.claims.reading import Reading
from avouch.claims.tokens import MARK
from avouch.records import Reason, Verdict

MARKERS = {
    "from": "from", "to": "to", "into": "to", "onto": "to", "until": "until", "till": "until", "since": "since",
    "after": "after", "before": "before", "by": "by", "above": "above", "below": "below", "inside": "in",
    "outside": "outside", "without": "without", "with": "with", "despite": "despite", "of": "of", "than": "than",
}  # fmt: skip
AGAINST = frozenset(
    map(
        frozenset,
        (
            *(("from", "to"), ("from", "until"), ("until", "since"), ("until", "after"), ("since", "before")),
            *(("before", "after"), ("above", "below"), ("in", "outside"), ("with", "without"), ("by", "after")),
            *(("by", "from"), ("by", "since"), ("despite", "with"), ("to", "since")),
        ),
    )
)
CHANGED = frozenset(("by", "to"))
"""Two things of a figure alone: *lowered by 44* and *lowered to 44*."""
MUST = frozenset("must shall required need needs needed mandatory obliged obligatory".split())
MAY = frozenset("may can might optional could".split())
MODAL = 4  # tokens from a modal to its verb


def check(found: Alignment) -> Iterator[Reason]:
    """Reasons for small words that say another thing, the first of each sort."""
    for sort in (particles, ends, markers, joiners, modals, regardless):
        yield from sort(found)


def marker(reading: Reading, at: int) -> str:
    """The preposition right before a token, articles and light words aside."""
    for n in range(at - 1, max(at - 5, -1), -1):
        low = reading.low[n]
        if low in MARKERS:
            return MARKERS[low]
        if reading.tokens[n].kind == MARK or reading.keys[n] not in words.LIGHT:
            return ""
    return ""


def markers(found: Alignment) -> Iterator[Reason]:
    """*From morphine* where the source has *to morphine*."""
    for i, item in enumerate(found.claim.items):
        pair = found.pairs.get(i)
        if pair is None or item.light:
            continue
        mine = marker(found.claim, item.at)
        if not mine:
            continue
        told: set[str] = set()
        for place in {*found.fits[i], pair.place}:
            if place == pair.place or found.near(i, place) >= pair.near - 0.3:
                sentence = found.held.sentences[place.sentence]
                told.add(marker(sentence, sentence.items[place.item].at))
        if mine == "outside" and mine not in told:
            told = {"in"}
        against = {*AGAINST, CHANGED} if item.quantity is not None else AGAINST
        wrong = sorted(other for other in told if frozenset((mine, other)) in against)
        if wrong and len(wrong) == len(told):
            words_ = f"The claim says “{mine} {item.text}” where what is cited says “{wrong[0]}”."
            yield Reason("direction", Verdict.CONTRADICTED, words_)
            return


PARTICLES = {"on": "off", "off": "on", "up": "down", "down": "up", "in": "out", "out": "in"}


def particles(found: Alignment) -> Iterator[Reason]:
    """*Switched on* where the source has *switched off*."""
    for i, pair in found.pairs.items():
        at = found.claim.items[i].at + 1
        mine = found.claim.low[at] if at < len(found.claim.low) else ""
        if mine not in PARTICLES:
            continue
        sentence = found.held.sentences[pair.place.sentence]
        there = sentence.items[pair.place.item].at + 1
        if there < len(sentence.low) and sentence.low[there] == PARTICLES[mine]:
            told = f"The claim says “{mine}” where what is cited says “{sentence.low[there]}”."
            yield Reason("direction", Verdict.CONTRADICTED, told)
            return


def ends(found: Alignment) -> Iterator[Reason]:
    """One end of a range, where the source has both: *94* for *94 to 98*."""
    for i, pair in found.pairs.items():
        mine = found.claim.items[i].quantity
        sentence = found.held.sentences[pair.place.sentence]
        theirs = sentence.items[pair.place.item].quantity
        if mine is None or theirs is None or len(found.fits[i]) > 1:
            continue
        for n in (pair.place.item - 1, pair.place.item + 1):
            other = sentence.items[n].quantity if 0 <= n < len(sentence.items) else None
            if other is None or other.dimension != theirs.dimension:
                continue
            first, last = sorted((theirs, other), key=lambda one: one.at)
            between = sentence.low[first.end : last.at]
            led = sentence.low[first.at - 1 : first.at] if between == ("and",) else ("between",)
            if (
                between not in (("to",), ("-",), ("and",))
                or led != ("between",)
                or sentence.low[max(first.at - 1, 0)] == "from"
            ):
                continue
            if not any(
                q is not mine and (q.value, q.dimension) == (other.value, other.dimension)
                for q in found.claim.quantities
            ):
                told = f"What is cited gives a range, “{first.literal}” to “{last.literal}”; the claim one end of it."
                yield Reason("number", Verdict.PARTLY, told)
                return


def joiners(found: Alignment) -> Iterator[Reason]:
    """*A or B* where the source has *A and B*; *94 or 98* where it has *94 to 98*."""
    sides = Sides(found, NEGATION)
    order = [i for i in sorted(found.pairs) if not found.claim.items[i].light]
    for one, other in itertools.pairwise(order):
        a, b = found.pairs[one].place, found.pairs[other].place
        if a.sentence != b.sentence or a == b or one in sides.claimed or sides.under(a):
            continue
        mine = joiner(found.claim, one, other)
        theirs = joiner(found.held.sentences[a.sentence], *sorted((a.item, b.item)))
        figures = found.claim.items[one].quantity is not None
        if mine == theirs or not mine or not theirs or not ("or" in (mine, theirs) or figures):
            continue
        if figures and {mine, theirs} == {"to", "and"}:
            continue
        told = f"The claim says “{mine}” where what is cited says “{theirs}”."
        yield Reason("direction", Verdict.PARTLY, told)
        return


def joiner(reading: Reading, one: int, other: int) -> str:
    between = list(reading.low[reading.items[one].at + 1 : reading.items[other].at])
    width = reading.items[one].quantity.end - reading.items[one].at if reading.items[one].quantity else 1  # type: ignore[union-attr]
    between = [low for low in between[width - 1 :] if low not in ("a", "an", "the")]
    return {"and": "and", "or": "or", "to": "to", "-": "to"}.get(between[0], "") if len(between) == 1 else ""


def modals(found: Alignment) -> Iterator[Reason]:
    """*Must* where the source has *may*, and the other way round."""
    for i, pair in found.pairs.items():
        sentence = found.held.sentences[pair.place.sentence]
        mine, theirs = modal(found.claim, found.claim.items[i].at), modal(sentence, sentence.items[pair.place.item].at)
        if mine and theirs and mine != theirs:
            told = f"The claim says “{mine}” where what is cited says “{theirs}”."
            yield Reason("uncertainty", Verdict.PARTLY, told)
            return


def modal(reading: Reading, at: int) -> str:
    """*must* or *may*, where one governs a token; empty with a negation, under which they say the same."""
    for n in range(at - 1, max(at - MODAL, -1), -1):
        low = reading.low[n]
        if (
            reading.tokens[n].kind == MARK
            or low in ("not", "never", "cannot")
            or reading.keys[n] not in words.LIGHT | {"need", "requir"}
        ):
            return ""
        if low in MUST:
            return "must"
        if low in MAY:
            return "may"
    return ""


ANYHOW = frozenset("regardless irrespective independently".split())
_OF_ALL = ANYHOW | frozenset("independent whatever any all every".split())


def regardless(found: Alignment) -> Iterator[Reason]:
    """*Regardless of age* where the source says nothing of the kind."""
    said = ANYHOW & set(found.claim.low)
    if said and not any(_OF_ALL & set(sentence.low) for sentence in found.held.sentences):
        yield Reason("quantifier", Verdict.UNSUPPORTED, f"What is cited does not say “{min(said)} of”.")
