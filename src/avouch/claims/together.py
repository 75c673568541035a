"""What a claim puts together must stand together: words of several statements do not add up to one.

A statement may lean on the sentence before it: *It is repeated …* takes that one's subject, *these patients* what is
said of them there, *The trough …* what the sentence before is about.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from avouch.claims import words
from avouch.claims.align import JOINING, Alignment
from avouch.claims.markers import marker
from avouch.claims.naming import foreign
from avouch.claims.reading import Item
from avouch.claims.statements import JOINS, finite, statements
from avouch.claims.tokens import MARK
from avouch.records import Reason, Verdict

PRONOUNS = frozenset("it this they these he she both its their such those that".split())
ARTICLES = frozenset(("the",))
TOPIC = 3  # items that a sentence is about
FEW = 1
ENDING = frozenset("and or & / +".split())
JOINTS = 3  # conjunctions at which a statement is tried in two parts
OWN = 0.4  # of a statement's words that stand in what it is held against, and not only before it
DECIDING = frozenset("before after from to by until since without above below".split())
PEOPLE = frozenset(number for word in ("patient", "study", "therapy") for number in words.family(word))
SHARE = 0.12  # of a statement's words that may stand elsewhere
TURNED, LEFT_OUT = 1, 0.12


@dataclass(frozen=True, slots=True)
class Held:
    """A statement of the source, as (sentence, item): what says it; what it may lean on; that only where the claim
    has its own subject too; that subject."""

    own: frozenset[tuple[int, int]]
    leaned: frozenset[tuple[int, int]]
    topic: frozenset[tuple[int, int]]
    subject: frozenset[tuple[int, int]]


def check(found: Alignment) -> Iterator[Reason]:
    """A reason for the first statement of the claim whose words stand in no one statement of what is cited."""
    if copied(found):
        return
    held = sources(found)
    mine = [part for part in statements(found.claim) if part]
    for part in mine:
        missing = unsaid(found, part, held)
        if missing is None or any(
            all(unsaid(found, half, held) is None for half in two) for two in halved(found, part)
        ):
            continue
        told = f"What is cited says “{missing.text}” of something else."
        yield Reason("support", Verdict.UNSUPPORTED, told)
        return


def unsaid(found: Alignment, part: frozenset[int], held: Sequence[Held]) -> Item | None:
    """The word of a statement, or of one of those that a list in it stands for, that stands elsewhere."""
    for one in spread(found, part):
        missing = apart(found, one, held)
        if missing is not None:
            for two in halved(found, one):
                if all(apart(found, half, held) is None for half in two):
                    break
            else:
                return missing
    return None


def copied(found: Alignment) -> bool:
    """Whether the claim is a stretch of one sentence in its order, with nearly nothing left out between."""
    asked = [i for i in range(len(found.claim.items)) if telling(found, i)]
    sentences = {pair.place.sentence for i in asked if (pair := found.pairs.get(i)) is not None}
    if len(sentences) != 1 or not all(i in found.pairs for i in asked):
        return False
    spots = [found.pairs[i].place.item for i in asked]
    if any(one - other > TURNED for one, other in itertools.pairwise(spots)):
        return False
    items = found.held.sentences[sentences.pop()].items
    inside = [n for n in range(min(spots), max(spots) + 1) if not items[n].light]
    return sum(n not in spots for n in inside) <= LEFT_OUT * len(inside)


def sources(found: Alignment) -> list[Held]:
    made: list[Held] = []
    for s, sentence in enumerate(found.held.sentences):
        before = found.held.before.get(s)
        for part in statements(sentence):
            own = frozenset((s, i) for i in part)
            content = sorted(i for i in part if not sentence.items[i].light)
            subject = frozenset((s, i) for i in content[:1])
            made.append(Held(own, *leaned(found, s, before), subject))
    return made


def leaned(
    found: Alignment, s: int, before: int | None
) -> tuple[frozenset[tuple[int, int]], frozenset[tuple[int, int]]]:
    """What a sentence may take from the one before it: in any case, and where its own subject is kept."""
    if before is None:
        return frozenset(), frozenset()
    sentence, other = found.held.sentences[s], found.held.sentences[before]
    first = next((token.low for token in sentence.tokens if token.kind != MARK), "")
    taken: set[tuple[int, int]] = set()
    asks = other.text.rstrip().endswith("?")
    content = [i for i, item in enumerate(other.items) if not item.light]
    topic = frozenset((before, i) for i in content[:TOPIC]) if first in ARTICLES and not asks else frozenset()
    if first in PRONOUNS:
        taken |= {(before, i) for i in content}
    for n, token in enumerate(sentence.tokens[:-1]):
        if token.low in ("these", "this", "those", "such", "it", "them", "they"):
            noun = sentence.tokens[n + 1].key
            at = next((i for i, item in enumerate(other.items) if item.key == noun), None)
            if at is not None:
                taken |= {(before, i) for i in range(at, min(at + 4, len(other.items)))}
    return frozenset(taken), topic


def spread(found: Alignment, part: frozenset[int]) -> list[frozenset[int]]:
    """A statement with a list in it (*A and B rise*) as one for each: *A rises*, *B rises*."""
    items = found.claim.items
    order = sorted(i for i in part if not items[i].light and items[i].quantity is None)
    runs: list[list[int]] = []
    listed: set[int] = set()
    for one, other in itertools.pairwise(order):
        between = set(found.claim.keys[items[one].at + 1 : items[other].at])
        if between and between <= JOINING | {"the", "a", "an", "to"} and between & JOINING:
            if between & ENDING:
                listed.add(one)
            if runs and runs[-1][-1] == one:
                runs[-1].append(other)
            else:
                runs.append([one, other])
    run = next((run for run in runs if listed & set(run)), None)
    if run is None:
        return [part]
    return [part - frozenset(run) | {one} for one in run]


def halved(found: Alignment, part: frozenset[int]) -> Iterator[list[frozenset[int]]]:
    """*A is given before meals and B at bedtime*: the part before a conjunction and the part behind it, which has a
    subject of its own (a name) or that of the first."""
    items, tokens = found.claim.items, found.claim.tokens
    order = sorted(part)
    first, last = items[order[0]].at, items[order[-1]].at
    verb = finite(tokens, first, last)
    for joint in [n for n in range(first + 1, last) if tokens[n].low in JOINS][:JOINTS]:
        left = frozenset(i for i in part if items[i].at < joint)
        right = part - left
        if min(sum(not items[i].light for i in half) for half in (left, right)) < 2:
            continue
        subject = frozenset(i for i in left if verb is not None and items[i].at < verb)
        if heads(found, min(right)):
            yield [left, right]
        elif subject and verb is not None and verb < joint:
            yield [left, right | subject]


def heads(found: Alignment, i: int) -> bool:
    """Whether a word begins a stretch with a subject of its own: a name."""
    return found.claim.items[i].named or foreign(found.claim.items[i])


def apart(found: Alignment, part: frozenset[int], held: Sequence[Held]) -> Item | None:
    """The word of a statement that stands in what is cited, but never with the others; None where it may."""
    asked = [i for i in sorted(part) if telling(found, i)]
    if len(asked) < 2:
        return None
    worth = {i: max(weight(found.claim.items[i]), 1.5 * bound(found, i, asked[0])) for i in asked}
    best: tuple[float, int] | None = None
    for one in held:
        missing = lacking(found, asked, one)
        if not missing:
            return None
        cost = sum(worth[i] for i in missing)
        if best is None or cost < best[0]:
            best = (cost, missing[0])
    if best is None or best[0] <= max(FEW, SHARE * sum(worth.values())):
        return None
    return found.claim.items[best[1]]


def lacking(found: Alignment, asked: Sequence[int], one: Held) -> list[int]:
    """The words that a statement, with what it leans on, does not have."""
    spots: dict[int, set[tuple[int, int]]] = {}
    for i in asked:
        spots[i] = {(place.sentence, place.item) for place in found.fits[i]}
        if (pair := found.pairs.get(i)) is not None:
            spots[i].add((pair.place.sentence, pair.place.item))
    own = [i for i in asked if spots[i] & one.own]
    if len(own) < OWN * len(asked):
        return [i for i in asked if i not in own]
    behind = one.leaned | (one.topic if any(spots[i] & one.subject for i in asked) else frozenset())
    return [i for i in asked if i not in own and not spots[i] & behind]


def bound(found: Alignment, i: int, first: int) -> bool:
    """Whether a word stands where it decides: as the subject, or behind *before*, *from*, *by* and the like."""
    if words.family(found.claim.items[i].key) and set(words.family(found.claim.items[i].key)) & PEOPLE and i == first:
        return False
    return i == first or marker(found.claim, found.claim.items[i].at) in DECIDING


def weight(item: Item) -> float:
    """How much a word that stands elsewhere tells: a name or a figure most, a word with synonyms least."""
    if item.quantity is not None or item.named or foreign(item):
        return 2.0
    return 0.5 if words.family(item.key) and not words.poles(item.key) else 1.5


def telling(found: Alignment, i: int) -> bool:
    """Whether a word has content and stands somewhere in what is cited."""
    item = found.claim.items[i]
    return not item.light and bool(found.fits[i] or i in found.pairs) and (item.quantity is None or item.quantity.exact)
