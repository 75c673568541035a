"""Conditions and restrictions: what a statement holds under, and whom or how much it is said of.

A claim that leaves one out says more than its source; one that states what is only supposed says what nobody said.
"""

from __future__ import annotations

from collections.abc import Iterator

from avouch.claims import words
from avouch.claims.align import Alignment
from avouch.claims.cues import NEGATION
from avouch.claims.polarity import Sides
from avouch.claims.reading import Reading
from avouch.claims.statements import AUXILIARY
from avouch.claims.support import weight
from avouch.claims.tokens import MARK
from avouch.records import Reason, Verdict

IF = frozenset("if provided assuming whenever".split())
WHEN = frozenset(("when",))
UNLESS = frozenset(("unless",))
_NO_CONDITION = frozenset("even as what only-if".split())
_INVERTED = frozenset("he she it they we you the a an this these any there".split())
_OPEN = frozenset("may might could can would whether possible possibly risk".split())
_LEADING = frozenset("at in with for of".split())
_PAST = frozenset("was were did had".split())
KEPT = 0.5  # of a condition's words that a claim must have
REST = 0.6  # of a sentence's other words that a claim has which leaves a restriction out
_ONLY = frozenset("if when where with for in after".split())


def check(found: Alignment, s: int) -> Iterator[Reason]:
    """Reasons for what the sentence that a claim is about says under a condition, or of fewer."""
    yield from conditional(found, s)
    yield from restricted(found, s)


def claimed(found: Alignment, s: int) -> set[int]:
    """The items of a sentence that the claim has, too."""
    taken = {place.item for fit in found.fits for place in fit if place.sentence == s}
    return taken | {pair.place.item for pair in found.pairs.values() if pair.place.sentence == s}


def condition(reading: Reading) -> tuple[str, frozenset[int]] | None:
    """The conditional clause of a sentence: of which sort it is (*if*, *when*, *unless*), and its items."""
    for n, low in enumerate(reading.low):
        sort = (
            "if" if low in IF or inverted(reading, n) else "unless" if low in UNLESS else "when" if low in WHEN else ""
        )
        if not sort or (n and reading.low[n - 1] in _NO_CONDITION):
            continue
        if sort == "when" and {"which", "who", "that"} & set(reading.low[:n]):
            continue  # said of a thing that is named in passing
        if low == "provided" and reading.low[n + 1 : n + 2] != ("that",):
            continue
        end = len(reading.tokens)
        if n < 2 or reading.tokens[n - 1].kind == MARK:
            end = next((m for m in range(n + 1, end) if reading.tokens[m].text in (",", ";", ":", "then")), end)
        else:
            end = next((m for m in range(n + 1, end) if reading.tokens[m].text in (";", ".")), end)
        items = frozenset(i for i, item in enumerate(reading.items) if n < item.at < end and weight(item))
        if items:
            return sort, items
    return None


def inverted(reading: Reading, n: int) -> bool:
    """*Should she become pregnant*."""
    return reading.low[n] == "should" and reading.low[n + 1 : n + 2] != () and reading.low[n + 1] in _INVERTED


def conditional(found: Alignment, s: int) -> Iterator[Reason]:
    """A condition that the claim leaves out, or turns round (*if* for *unless*)."""
    told = condition(found.held.sentences[s])
    if told is None:
        return
    sort, inside = told
    sentence = found.held.sentences[s]
    main = {i for i, item in enumerate(sentence.items) if weight(item)} - inside
    taken = claimed(found, s)
    mine = condition(found.claim)
    if not taken & main:
        if taken & inside and sort != "when" and mine is None and not _OPEN & set(found.claim.low):
            yield Reason("uncertainty", Verdict.UNSUPPORTED, "What is cited only supposes what the claim states.")
        return
    kept = sum(weight(sentence.items[i]) for i in inside & taken) / sum(weight(sentence.items[i]) for i in inside)
    hedged = {"in", "for", "with", "at", "on", "without", "during", "after", "under", "above", "below", "than"} & set(
        found.claim.low
    )
    figures = {i for i in inside if sentence.items[i].quantity is not None}
    if mine is None and (kept < KEPT or (not hedged and kept < 1.0) or (figures and not figures & taken)):
        if sort != "when" or not taken & inside:
            yield Reason(
                "support",
                Verdict.PARTLY,
                f"What is cited says it under a condition (“{sort}”) that the claim leaves out.",
            )
        return
    if mine is None or {mine[0], sort} == {"if", "when"} or mine[0] == sort:
        return
    sides = Sides(found, NEGATION)
    parted = sum(
        (i in sides.claimed) != (pair.place.item in sides.sourced[s])
        for i, pair in found.pairs.items()
        if pair.place.sentence == s and pair.place.item in main
    )
    if "unless" in (mine[0], sort) and not parted and not turned(found):
        yield Reason("negation", Verdict.CONTRADICTED, f"The claim says “{mine[0]}” where what is cited says “{sort}”.")


def turned(found: Alignment) -> bool:
    """Whether the claim is negated itself: *not given if* for *given unless*."""
    return bool({"not", "never", "no", "n't", "cannot"} & set(found.claim.low)) or bool(
        words.keys("withhold avoid") & set(found.claim.keys)
    )


def restricted(found: Alignment, s: int) -> Iterator[Reason]:
    """A restriction of which the claim has nothing, while it has most of the rest."""
    sentence, taken = found.held.sentences[s], claimed(found, s)
    weighty = {i for i, item in enumerate(sentence.items) if weight(item)}
    for n in range(1, len(sentence.low)):
        end = restriction(sentence, n)
        inside = {i for i in weighty if n <= sentence.items[i].at < end}
        rest = weighty - inside
        if inside and not inside & taken and len(taken & rest) >= REST * len(rest):
            told = " ".join(sentence.low[n:end][:6])
            yield Reason("support", Verdict.PARTLY, f"What is cited restricts it (“{told}”); the claim leaves it out.")
            return


def restriction(reading: Reading, n: int) -> int:
    """The token behind the restriction that begins at a token, behind what it restricts; 0 where none does."""
    low, ahead = reading.low[n], reading.low[n + 1] if n + 1 < len(reading.low) else ""
    amount = next((q.end for q in reading.quantities if q.at == n + 2), 0)
    if (low, ahead) == ("up", "to"):
        return amount if reading.low[n - 1] == "for" or (n > 1 and reading.low[n - 2] in _LEADING) else 0
    if (low, ahead) == ("longer", "than"):
        return amount
    relative = low in ("who", "whose")
    if reading.tokens[n - 1].kind == MARK or not (relative or low == "while" or (low == "only" and ahead in _ONLY)):
        return 0
    last = len(reading.tokens)
    for end in range(n + 2, last):
        if reading.tokens[end].text in (",", ";", ".") or (relative and reading.low[end] in AUXILIARY and end > n + 2):
            last = end
            break
    return 0 if low == "while" and contrasted(reading, n, last) else last


def contrasted(reading: Reading, n: int, end: int) -> bool:
    """Whether a *while* sets one thing against another: *dexalin rose while rivalin fell*."""
    axes: tuple[set[int], set[int]] = set(), set()
    for item in reading.items:
        axes[n <= item.at < end].update(side // 2 for side in words.poles(item.key))
    told = not reading.low[n + 1].endswith("ing")
    return told and bool(axes[0] & axes[1] or _PAST & set(reading.low[n:end]))
