"""Negation and uncertainty: cues, their scopes, and whether claim and source have the same.

Source: cues with a scope that ends at a mark or a turning conjunction, after NegEx (Chapman and others 2001).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from avouch.claims.align import Alignment, Place
from avouch.claims.numbers import DENIALS
from avouch.claims.reading import Reading
from avouch.claims.tokens import MARK, Token
from avouch.claims.words import keys
from avouch.records import Reason, Verdict

NEGATION, DOUBT, SOFT = "negation", "uncertainty", "softened"
_NEGATIONS = """
no|not|n't|never|without|neither|nor|none|cannot|nobody|nothing|nowhere|lack|lacks|lacked|lacking|absence of|absent|
fail|fails|failed|failing|failure to|unable|unlikely|denies|denied|deny|free of|free from|devoid of|hardly|scarcely|
rather than|instead of|no longer|negative for|rules out|ruled out|rule out|neither of|non|inability|refuted|refutes|
far from|in the absence of|not yet|insufficient|except|exclude|excludes|excluded|excluding|nonetheless not|barely|
apart from|other than|contrary to|zero|not necessarily|too|unless
"""
_BANS = """
avoid|avoids|avoided|avoiding|contraindicated|contraindicates|contra-indicated|forbidden|forbid|forbids|prohibited|
prohibit|prohibits|banned|ban|bans|disallowed|refuse|refuses|refused|withhold|withholds|withheld|withholding|
prevents|prevented|prevent|stops|stopped|myth|misconception|fallacy|wrongly|falsely|mistakenly|erroneously|
rejected|rejects|disproved|disproves|omit|omits|omitted|keeps|kept
"""
_FROM = frozenset("prevents prevented prevent stops stopped keeps kept".split())
"""Bans only with *from* behind their object: *prevents the pump from running*."""
_DOUBTS = """
may|might|could|possibly|perhaps|whether|unclear|hypothesized that|hypothesised that|hypothesize that|hypothesise that|
we hypothesized|we hypothesised|it is unknown|uncertain|conceivably|may be|might be|could be|purportedly|allegedly|
remains to be|potentially|probably|presumably
"""
_SOFT = """
can|potential|possible|suggest|suggests|suggested|suggesting|appear|appears|appeared|seem|seems|seemed|likely|probable|
believed|thought|considered|presumed|suspected|putative|indicate|indicates|indicating|hypothesis|hypothesized|
hypothesised|proposed|assumed|reportedly|unclear|unknown|uncertain|uncertainty|controversial|tends|tend|should|would
"""
_NO_CUES = (
    "not only",
    "not just",
    "not merely",
    "no doubt",
    "no less than",
    "no more than",
    "no fewer than",
    "no later than",
    "not less than",
    "not more than",
    "without doubt",
)
_ENDS = frozenset("but however although though except whereas while yet nevertheless unless who which".split())
ASSOCIATED = keys(
    "associate associated association correlate correlated correlation correlates link linked related relate"
)
CAUSING = keys(
    "cause causes caused causing lead leads led result results induce induces induced produce produced trigger triggers"
)
SLOT = 0.9
REACH, HEAD, EARLY = 6, 3, 5


Phrases = dict[str, list[tuple[str, ...]]]


def _phrases(text: str) -> Phrases:
    """Phrases by their first word."""
    found: Phrases = {}
    for phrase in filter(None, text.replace("\n", "").split("|")):
        words = tuple(phrase.split())
        found.setdefault(words[0], []).append(words)
    return found


_CUES = {NEGATION: _phrases(_NEGATIONS + "|" + _BANS), DOUBT: _phrases(_DOUBTS), SOFT: _phrases(_DOUBTS + "|" + _SOFT)}
_SKIPPED = _phrases("|".join(_NO_CUES))
_COMPARED = frozenset("more less fewer longer higher lower greater older younger".split())
_CARRIERS = keys("hypothesis idea notion claim view theory suggestion assumption belief proposal")
_BANNING = frozenset(word for word in _BANS.replace("\n", "").split("|") if word)
_PASSIVE = frozenset("is are was were be been being it".split())
_BEHIND = frozenset({"absent", "unlikely", "excluded", "lacking", "unclear", "uncertain"})


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue and the items in its scope, the nearest first."""

    at: int
    text: str
    items: tuple[int, ...]

    @property
    def bans(self) -> bool:
        """Whether it is a word with content (*avoid*), which may itself stand for one of the other side."""
        return self.text in _BANNING


def cues(reading: Reading, kind: str) -> list[Cue]:
    """The cues of a sentence, in order."""
    found, at = list[Cue](), 0
    low = ["n't" if word.endswith("n't") else word for word in reading.low]
    phrases = _CUES[kind]
    while at < len(low):
        if low[at] not in phrases and low[at] not in _SKIPPED:
            at += 1
            continue
        length = match(low, at, phrases)
        skipped = match(low, at, _SKIPPED) or compared(low, at)
        if not length or skipped:
            at += max(skipped, 1)
            continue
        written = reading.tokens[at].text
        if (kind == DOUBT and written == "May" and at) or written == "NO":
            at += 1  # the month; nitric oxide
            continue
        text = " ".join(low[at : at + length])
        end = at + length
        if text == "nor" and any(cue.text == "neither" for cue in found):
            at = end  # one negation with the *neither* before it
            continue
        if text in _FROM:
            barred = next((n for n in range(at + 2, min(at + 8, len(low))) if low[n] == "from"), None)
            if barred is None or not low[min(barred + 1, len(low) - 1)].endswith("ing"):
                at += length
                continue
            items = scope(reading, at, barred, False)
        elif text == "too":
            ahead = next((n for n in range(at + 2, min(at + 4, len(low))) if low[n] == "to"), None)
            if ahead is None:
                at += 1
                continue
            items = scope(reading, at, ahead + 1, False)
        elif text in _BANNING:
            items = banned(reading, at, end)
        else:
            items = scope(reading, at, end, text in _BEHIND)
        found.append(Cue(at, text, items))
        at += length
    return found


def compared(low: Sequence[str], at: int) -> int:
    """How many tokens a *not* has with the comparison that it turns (*may not weigh more than*); 0 for none."""
    if low[at] not in DENIALS:
        return 0
    ends_ = next(
        (n for n in range(at + 1, min(at + 5, len(low) - 2)) if low[n] in _COMPARED and low[n + 1] == "than"), 0
    )
    return 1 if ends_ and any(c.isdigit() for c in low[ends_ + 2]) else 0


def match(low: Sequence[str], at: int, phrases: Phrases) -> int:
    """How many tokens the longest phrase at a place has; 0 for none."""
    return max((len(one) for one in phrases.get(low[at], ()) if tuple(low[at : at + len(one)]) == one), default=0)


def scope(reading: Reading, at: int, end: int, behind: bool) -> tuple[int, ...]:
    """The items that a cue governs: those after it to the end of its clause; before it, where it stands behind."""
    open_, outside = 0, set[int]()
    for n in range(end, len(reading.tokens)):
        text = reading.tokens[n].text
        open_ += text in ("(", "[")
        if open_ < (text in (")", "]")) or (
            not open_ and ends(reading.tokens[n]) and not (text == "," and len(outside) < EARLY)
        ):
            break
        if not open_:
            outside.add(n)
        open_ -= text in (")", "]")
    forward = [i for i, item in enumerate(reading.items) if item.at in outside and not item.light][:REACH]
    if forward and not behind:
        return tuple(forward)
    return tuple([i for i, item in enumerate(reading.items) if item.at < at and not item.light][: -HEAD - 1 : -1])


def banned(reading: Reading, at: int, end: int) -> tuple[int, ...]:
    """What a ban governs: behind it to the end of its clause, and in the passive first what is before it."""
    ahead = scope(reading, at, end, False)
    ahead = tuple(i for i in ahead if reading.items[i].at > at and reading.items[i].key not in _CARRIERS)
    clause = reading.clauses[at]
    before = [i for i, item in enumerate(reading.items) if item.at < at and item.clause == clause and not item.light][
        : -HEAD - 1 : -1
    ]
    passive = any(word in _PASSIVE for word in reading.low[max(at - 3, 0) : at])
    return (*before, *ahead) if passive else ahead or tuple(before)


def ends(token: Token) -> bool:
    return token.text in (";", ":", ".", ",") if token.kind == MARK else token.low in _ENDS


def odd(found: Sequence[Cue]) -> set[int]:
    """Items under an odd number of cues."""
    count: dict[int, int] = {}
    for cue in found:
        for i in cue.items:
            count[i] = count.get(i, 0) + 1
    return {i for i, n in count.items() if n % 2}


class Sides:
    """The cues of one kind in the claim and in each sentence it is held against."""

    def __init__(self, found: Alignment, kind: str) -> None:
        self.claim = cues(found.claim, kind)
        self.source = [cues(sentence, kind) for sentence in found.held.sentences]
        if kind == NEGATION:
            self.settle_bans(found)
        self.claimed = odd(self.claim)
        self.sourced = [odd(one) for one in self.source]

    def settle_bans(self, found: Alignment) -> None:
        """A ban that stands for the same word of the other side (*avoid*, *avoided*) turns nothing there."""
        mine = {item.at: i for i, item in enumerate(found.claim.items)}
        theirs = [{item.at: i for i, item in enumerate(s.items)} for s in found.held.sentences]
        back = {pair.place for i, pair in found.pairs.items()}
        self.claim = [cue for cue in self.claim if not (cue.bans and mine.get(cue.at) in found.pairs)]
        self.source = [
            [cue for cue in one if not (cue.bans and cue.at in theirs[s] and Place(s, theirs[s][cue.at]) in back)]
            for s, one in enumerate(self.source)
        ]

    def under(self, place: Place) -> bool:
        return place.item in self.sourced[place.sentence]


def check(found: Alignment) -> Iterator[Reason]:
    """Reasons for negations and doubts that one side has and the other has not."""
    sides = Sides(found, NEGATION)
    yield from added(found, sides)
    yield from removed(found, sides)
    yield from unwarranted(found)
    yield from overstated(found)


def settled(found: Alignment, sides: Sides, i: int) -> bool | None:
    """Whether a claim's item is under as many cues as where it stands; None where it stands nowhere."""
    pair = found.pairs.get(i)
    if pair is None:
        return None
    mine = (i in sides.claimed) != pair.turned
    if mine == sides.under(pair.place):
        return True
    near = [place for place in found.fits[i] if place != pair.place and found.near(i, place) >= pair.near - 0.3]
    return any(mine == sides.under(place) for place in near)


def added(found: Alignment, sides: Sides) -> Iterator[Reason]:
    for cue in sides.claim:
        told = [settled(found, sides, i) for i in cue.items[:HEAD]]
        if False in told and True not in told:
            words = f"The claim says “{cue.text}” where what is cited does not."
            yield Reason(NEGATION, against(found, cue.items[:HEAD]), words)


def removed(found: Alignment, sides: Sides) -> Iterator[Reason]:
    back = {pair.place: i for i, pair in found.pairs.items()}
    for s, source in enumerate(sides.source):
        for cue in source:
            mine = [back.get(Place(s, i)) for i in cue.items[:HEAD]]
            told = [settled(found, sides, i) for i in mine if i is not None]
            enough = mine and (mine[0] is not None or (len(told) > 1 and not cue.bans))
            if told and True not in told and enough:
                words = f"What is cited says “{cue.text}” where the claim does not."
                yield Reason(NEGATION, against(found, [i for i in mine if i is not None]), words)


def against(found: Alignment, items: Sequence[int]) -> Verdict:
    """A contradiction where claim and source speak of one thing; else the claim is only without support."""
    near = max((found.pairs[i].near for i in items if i in found.pairs), default=0.0)
    return Verdict.CONTRADICTED if near >= SLOT / 2 else Verdict.UNSUPPORTED


def unwarranted(found: Alignment) -> Iterator[Reason]:
    """Certainty that the source has not."""
    sure = {i for cue in cues(found.claim, DOUBT) for i in cue.items}
    soft = {i for cue in cues(found.claim, SOFT) for i in cue.items} - sure
    back = {pair.place: i for i, pair in found.pairs.items()}
    for s, sentence in enumerate(found.held.sentences):
        doubts = cues(sentence, DOUBT)
        told = {cue.at for cue in doubts}
        softened = (
            {i for cue in cues(sentence, SOFT) if cue.at not in told for i in cue.items} if doubts else set[int]()
        )
        for cue in doubts:
            mine = [back.get(Place(s, i)) for i in cue.items[:2]]
            if (
                mine
                and mine[0] is not None
                and mine[0] not in sure
                and (mine[0] not in soft or cue.items[0] in softened)
            ):
                other = [p for p in found.fits[mine[0]] if p != Place(s, cue.items[0])]
                if not any(found.near(mine[0], p) >= found.pairs[mine[0]].near - 0.3 for p in other):
                    yield Reason(DOUBT, Verdict.PARTLY, f"What is cited says “{cue.text}”; the claim is sure.")


def overstated(found: Alignment) -> Iterator[Reason]:
    """A cause, where the source has an association."""
    back = {pair.place for pair in found.pairs.values()}
    for i, item in enumerate(found.claim.items):
        pair = found.pairs.get(i)
        said = pair is not None and (
            pair.near >= SLOT or (pair.near > SLOT / 2 and found.held.item(pair.place).key in CAUSING)
        )
        if item.key not in CAUSING or said:
            continue
        for key in sorted(ASSOCIATED):
            for place in found.held.where.get(key, ()):
                if place not in back and found.near(i, place) >= SLOT:
                    told = f"What is cited says “{found.held.item(place).text}”; the claim says “{item.text}”."
                    yield Reason(DOUBT, Verdict.PARTLY, told)
                    return
