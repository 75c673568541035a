"""Cues of negation and of doubt, and what of a sentence each governs.

Source: cues with a scope that ends at a mark or a turning conjunction, after NegEx (Chapman and others 2001).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from avouch.claims.numbers import DENIALS
from avouch.claims.reading import Reading
from avouch.claims.tokens import MARK, Token
from avouch.claims.words import keys

NEGATION, DOUBT, SOFT = "negation", "uncertainty", "softened"
_NEGATIONS = """
no|not|n't|never|without|neither|nor|none|cannot|nobody|nothing|nowhere|lack|lacks|lacked|lacking|absence of|absent|
fail|fails|failed|failing|failure to|unable|unlikely|denies|denied|deny|free of|free from|devoid of|hardly|scarcely|
rather than|instead of|no longer|negative for|rules out|ruled out|rule out|neither of|non|inability|refuted|refutes|
far from|in the absence of|not yet|insufficient|except|nonetheless not|barely|
apart from|other than|contrary to|zero|not necessarily|too|unless|against|unlike|as opposed to|in contrast to|
in contrast with
"""
_BANS = """
avoid|avoids|avoided|avoiding|contraindicated|contraindicates|contra-indicated|forbidden|forbid|forbids|prohibited|
prohibit|prohibits|banned|ban|bans|disallowed|refuse|refuses|refused|withhold|withholds|withheld|withholding|
prevents|prevented|prevent|stops|stopped|myth|misconception|fallacy|wrongly|falsely|mistakenly|erroneously|
rejected|rejects|disproved|disproves|omit|omits|omitted|keeps|kept|exclude|excludes|
excluded|excluding
"""
_FROM = frozenset("prevents prevented prevent stops stopped keeps kept".split())
"""Bans only with *from* behind their object: *prevents the pump from running*."""
_ASIDES = frozenset(("unlike", "as opposed to", "in contrast to", "in contrast with"))
"""Set what they govern apart from the statement: not beyond the first comma."""
_DOUBTS = """
may|might|could|possibly|perhaps|whether|unclear|hypothesized that|hypothesised that|hypothesize that|hypothesise that|
we hypothesized|we hypothesised|it is unknown|uncertain|conceivably|may be|might be|could be|purportedly|allegedly|
remains to be|potentially|probably|presumably|appears to|appear to|appeared to|seems to|seem to|seemed to|tends to|
tend to|tended to|likely to
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
    "no earlier than",
    "more likely to",
    "less likely to",
    "no sooner than",
    "not less than",
    "not more than",
    "without doubt",
)
_ENDS = frozenset("but however although though except whereas while yet nevertheless unless who which".split())
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
_COMPARED = frozenset("more less fewer longer higher lower greater older younger earlier sooner later".split())
_CARRIERS = keys("hypothesis idea notion claim view theory suggestion assumption belief proposal")
_ADVISING = keys("recommend recommendation advise advice suggest suggestion caution warn warning decide counsel argue")
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
        skipped = match(low, at, _SKIPPED) or compared(low, at)
        length = 0 if skipped else match(low, at, phrases)
        if length and not another(reading, at, kind):
            text, end = " ".join(low[at : at + length]), at + length
            second = text == "nor" and any(cue.text == "neither" for cue in found)  # one negation with it
            items = None if second else governed(reading, low, at, end)
            if items is not None:
                found.append(Cue(at, text, items))
        at += skipped or length or 1
    return found


def another(reading: Reading, at: int, kind: str) -> bool:
    """Whether a word is written like a cue and is none: the month; nitric oxide; *against* of no advice."""
    written = reading.tokens[at].text
    if written == "against" and reading.keys[max(at - 1, 0)] not in _ADVISING:
        return True
    return (kind == DOUBT and written == "May" and at > 0) or written == "NO"


def governed(reading: Reading, low: Sequence[str], at: int, end: int) -> tuple[int, ...] | None:
    """The items in the scope of the cue at ``at``; None where it is no cue without what has to follow it."""
    text = " ".join(low[at:end])
    if text in _FROM:
        barred = next((n for n in range(at + 2, min(at + 8, len(low))) if low[n] == "from"), None)
        acting = barred is not None and low[min(barred + 1, len(low) - 1)].endswith("ing")
        return scope(reading, at, barred, False) if barred is not None and acting else None
    if text == "too":
        ahead = next((n for n in range(at + 2, min(at + 4, len(low))) if low[n] == "to"), None)
        return None if ahead is None else scope(reading, at, ahead + 1, False)
    return banned(reading, at, end) if text in _BANNING else scope(reading, at, end, text in _BEHIND)


def compared(low: Sequence[str], at: int) -> int:
    """How many tokens a *not* has with the comparison that it turns (*may not weigh more than*); 0 for none."""
    if low[at] not in DENIALS:
        return 0
    ends_ = next(
        (n for n in range(at + 1, min(at + 5, len(low) - 2)) if low[n] in _COMPARED and low[n + 1] == "than"), 0
    )
    if low[at + 1 : at + 2] == ["before"]:
        ends_ = at
    return 1 if ends_ and any(c.isdigit() for c in "".join(low[ends_ + 2 : ends_ + 3])) else 0


def match(low: Sequence[str], at: int, phrases: Phrases) -> int:
    """How many tokens the longest phrase at a place has; 0 for none."""
    return max((len(one) for one in phrases.get(low[at], ()) if tuple(low[at : at + len(one)]) == one), default=0)


def scope(reading: Reading, at: int, end: int, behind: bool) -> tuple[int, ...]:
    """The items that a cue governs: those after it to the end of its clause; before it, where it stands behind."""
    open_, outside = 0, set[int]()
    early = 0 if " ".join(reading.low[at:end]) in _ASIDES else EARLY
    for n in range(end, len(reading.tokens)):
        text = reading.tokens[n].text
        open_ += text in ("(", "[")
        if open_ < (text in (")", "]")) or (
            not open_ and ends(reading.tokens[n]) and not (text == "," and len(outside) < early)
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
