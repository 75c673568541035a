"""What a sentence says its statement under: a condition, a time that is past, a plan, an experiment on
animals, a question, somebody's opinion.

A claim that leaves the frame out says more than its source.
"""

from __future__ import annotations

from collections.abc import Iterator

from avouch.claims import conditions
from avouch.claims.align import Alignment
from avouch.claims.reading import Reading
from avouch.claims.report import unframed
from avouch.claims.roles import BEING
from avouch.claims.support import weight
from avouch.records import Reason, Verdict

HELD = 0.5  # of a claim's words that make a sentence the one it is about
FRAMES = {
    "past": (
        "formerly|previously ,|in the past|used to|at one time|no longer|originally|until then|historically|until",
        "formerly previously past used originally until till before earlier was were had historically ago",
    ),
    "plan": (
        "it is planned|is planned|are planned|was planned|were planned|plans to|plan to|planned to|intends to|intend to"
        "|is scheduled|are scheduled|is proposed|proposes to|is intended to|hopes to|aims to|is due to open|expects to",
        "planned plan plans planning intends intend intended scheduled will would proposed proposes hopes aims aim"
        " expects expected going future",
    ),
    "animals": (
        "^ in mice|^ in rats|^ in vitro|^ in animals|^ in animal models|^ in rodents|^ in mouse models|^ in dogs"
        "|^ in pigs|^ in rabbits|^ in monkeys|^ in zebrafish|^ in a mouse model|^ in a rat model|^ in cell culture",
        "mice mouse murine rats rat vitro animals animal rodents rodent dogs pigs rabbits monkeys zebrafish culture"
        " preclinical experimental experimentally model models",
    ),
    "opinion": (
        "said that|says that|believe that|believes that|believed that|thinks that|thought that|claims that|claimed that"
        "|argues that|argued that|alleges that|alleged that|asserts that|in the opinion of|insists that|insisted that",
        "said says believe believes believed thinks thought think claims claimed argues argued alleges alleged asserts"
        " opinion according insists insisted",
    ),
}
_PHRASES = {name: tuple(tuple(one.split()) for one in told[0].split("|")) for name, told in FRAMES.items()}
_KEPT = {name: frozenset(told[1].split()) for name, told in FRAMES.items()}
_DOUBTED = frozenset("wrongly falsely mistakenly erroneously myth misconception".split())
_DENIED = frozenset("no not never cannot n't".split())
_NOW = frozenset("now currently today nowadays".split())
_ASKS = frozenset("whether ask asks asked question unclear unknown".split())


def check(found: Alignment) -> Iterator[Reason]:
    for s in about(found):
        yield from asked(found, s)
        yield from framed(found, s)
        yield from conditions.check(found, s)


def about(found: Alignment) -> list[int]:
    """The sentences that hold most of the claim and nearly no less of it than any other."""
    shares: dict[int, float] = {}
    total = 0.0
    for i, item in enumerate(found.claim.items):
        worth = weight(item)
        total += worth
        for s in {place.sentence for place in found.fits[i]}:
            shares[s] = shares.get(s, 0.0) + worth
    best = max(shares.values(), default=0.0)
    if not total or best < HELD * total:
        return []
    return [s for s, share in sorted(shares.items()) if share == best][:1] if whole(shares, best) else []


def whole(shares: dict[int, float], best: float) -> bool:
    """Whether one sentence alone holds the most; where several do, any may be meant."""
    return sum(share == best for share in shares.values()) == 1


def asked(found: Alignment, s: int) -> Iterator[Reason]:
    """The source asks; the claim states."""
    sentence = found.held.sentences[s]
    asks = sentence.text.rstrip("\"'”’) ").endswith("?") and not found.claim.text.rstrip().endswith("?")
    if asks and not _ASKS & set(found.claim.low):
        yield Reason("uncertainty", Verdict.UNSUPPORTED, "What is cited asks what the claim states.")


def framed(found: Alignment, s: int) -> Iterator[Reason]:
    sentence = found.held.sentences[s]
    mine = set(found.claim.low)
    if unframed(sentence.text) != sentence.text.lstrip():
        return
    for name, phrases in _PHRASES.items():
        told = next((one for one in phrases if stands(sentence, one) and not excused(sentence, one, mine)), None)
        if name == "opinion" and _DOUBTED & set(sentence.low):
            continue  # a negation, which has its own check
        if told is None or (name == "past" and told == ("until",) and not ends_past(sentence)):
            continue
        if not _KEPT[name] & mine or (name == "past" and _NOW & mine):
            text = " ".join(told).strip("^ ,")
            yield Reason("uncertainty", Verdict.PARTLY, f"What is cited says “{text}”; the claim leaves it out.")
            return


def stands(reading: Reading, phrase: tuple[str, ...]) -> bool:
    """Whether a phrase stands in a sentence; ``^`` is its beginning."""
    return phrase[-1] in reading.low and f" {' '.join(phrase)} " in f" ^ {' '.join(reading.low)} "


def excused(sentence: Reading, phrase: tuple[str, ...], mine: set[str]) -> bool:
    """*Is used to treat* is no habit; *no longer* is in any negation that the claim has."""
    if phrase == ("used", "to"):
        at = next(n for n in range(len(sentence.low)) if sentence.low[n : n + 2] == phrase)
        return bool(BEING & set(sentence.low[max(at - 2, 0) : at]))
    return phrase == ("no", "longer") and bool(_DENIED & mine)


def ends_past(reading: Reading) -> bool:
    """*Until 2019 it was …*: a time that is over."""
    at = reading.low.index("until")
    dated = any(
        q.at in (at + 1, at + 2) and (q.dimension == "date" or 1000 <= q.value < 3000) for q in reading.quantities
    )
    return dated and bool({"was", "were", "had"} & set(reading.low))
