"""The statements of a sentence: its clauses, each with the subject that it has or takes from the one before.

*The policy was approved in March and is reviewed in June* has two: *policy approved March*, *policy reviewed June*.
A rule of thumb for verbs, without a grammar: where it finds none, the sentence is one statement.
"""

from __future__ import annotations

from collections.abc import Sequence

from avouch.claims.reading import Reading
from avouch.claims.tokens import MARK, Token

JOINS = frozenset("and but while whereas or yet then though although".split())
AUXILIARY = frozenset(
    "is are was were has have had must may can will shall should would could might does do did cannot be".split()
)
_NO_VERB = frozenset(
    "this its his as us thus across less unless plus perhaps always besides whereas various previous is was has".split()
)
_AHEAD = frozenset(
    "the a an at in on to for from with by within over under after before between until about no not its their his her"
    " as into through all every each both some more less most only up down off out".split()
)
_DETERMINERS = frozenset("the a an its their his her these those this that of in for all each every no some".split())
_OBJECT = frozenset("the a an its their his her every each both no".split())
_SUBJECT = frozenset("the a an each every this it he she".split())
_INNER = frozenset("which who whom whose that where because if when unless since as".split())
FULL = 2  # words with content that make a statement between semicolons
NEAR = 4  # tokens from the beginning of a clause to its verb
_EXAMPLES = frozenset("including such namely eg ie especially particularly with".split())
_OPENINGS = frozenset("in during for at on with if when after before since until among from below above".split())


def statements(reading: Reading) -> list[frozenset[int]]:
    """The items of each statement; one of all items where the sentence cannot be parted."""
    whole = [frozenset(range(len(reading.items)))]
    found = reading.tokens
    edges = [
        n
        for n, token in enumerate(found)
        if token.text in (";", ".")
        or token.low in JOINS
        or (token.text == "," and n + 1 < len(found) and _starts(found, n))
    ]
    parts: list[tuple[int, int]] = []
    begin = 0
    for edge in edges:
        behind = next_edge(edges, edge, len(found))
        spoken = finite(found, begin, edge) is not None and finite(found, edge + 1, behind) is not None
        full = min(told(reading, begin, edge), told(reading, edge, behind)) >= FULL
        if spoken or (full and parting(found, edge)):
            parts.append((begin, edge))
            begin = edge + 1
    parts.append((begin, len(found)))
    if len(parts) == 1:
        return whole
    made: list[frozenset[int]] = []
    shared = opening(reading)
    subject: frozenset[int] = frozenset()
    for first, last in parts:
        verb = finite(found, first, last)
        mine = frozenset(i for i, item in enumerate(reading.items) if first <= item.at < last)
        before = frozenset(i for i in mine if verb is not None and reading.items[i].at < verb)
        if made and not any(not reading.items[i].light for i in before):
            mine |= subject
        else:
            subject = before
        made.append(mine | shared)
    return made


def parting(found: Sequence[Token], at: int) -> bool:
    """Whether a mark is a semicolon between statements, and not in brackets or before examples."""
    before = [token.text for token in found[:at]]
    inside = before.count("(") + before.count("[") > before.count(")") + before.count("]")
    return found[at].text == ";" and not inside and (at + 1 == len(found) or found[at + 1].low not in _EXAMPLES)


def told(reading: Reading, first: int, last: int) -> int:
    """How many words with content a stretch has."""
    return sum(first <= item.at < last and not item.light for item in reading.items)


def next_edge(edges: Sequence[int], edge: int, end: int) -> int:
    return next((n for n in edges if n > edge + 1), end)


def _starts(found: Sequence[Token], at: int) -> bool:
    """Whether a comma is followed by a subject of its own: *…, the carrier unloads …*."""
    return found[at + 1].low in ("the", "it", "they", "he", "she", "this", "these", "we")


def finite(found: Sequence[Token], first: int, last: int) -> int | None:
    """Where the verb of a stretch stands, before any clause inside it: an auxiliary, or a word in *-s* behind its
    subject."""
    opens = first < last and found[first].low in _SUBJECT
    for n in range(first, last):
        token = found[n]
        low = token.low
        if low in _INNER and n > first:
            return None
        if token.kind == MARK:
            continue
        if low in AUXILIARY:
            return n
        if not low.endswith("s") or low.endswith(("ss", "us", "is")) or low in _NO_VERB or not token.text.islower():
            continue
        ahead = found[n + 1].low if n + 1 < last else ""
        if n == first:
            if ahead in _OBJECT:
                return n
            continue
        before = found[n - 1]
        if before.kind == MARK or before.low in _DETERMINERS or before.low in _AHEAD:
            continue
        if ahead in _OBJECT or ahead.isdigit() or (opens and n - first <= NEAR and ahead in _AHEAD):
            return n
    return None


def opening(reading: Reading) -> frozenset[int]:
    """What stands before the first comma and holds for all that follows: *In mice, …*, *If …, …*."""
    found = reading.tokens
    first = 0
    for n, token in enumerate(found[:4]):
        if token.text in (":", ","):
            first = n + 1  # a label, or an adverb: *RESULTS:*, *Finally,*
            break
    if first >= len(found) or found[first].low not in _OPENINGS:
        return frozenset()
    comma = next((n for n in range(first, len(found)) if found[n].text == ","), 0)
    return frozenset(i for i, item in enumerate(reading.items) if item.at < comma)
