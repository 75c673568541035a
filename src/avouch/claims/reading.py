"""A text read once for all checks: its sentences as items, clauses, cues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from avouch.claims import words
from avouch.claims.lexicon import Lexicon, definitions, name_like
from avouch.claims.numbers import Quantity, quantities
from avouch.claims.stem import folded
from avouch.claims.tokens import MARK, NUMBER, Token, plain, tokens

BREAKS = frozenset("and but or which while whereas because although though whose who where since that so".split())
TURNING = words.keys("all any every each some most many only never none several always few")
STOPS = frozenset(",;:().")


@dataclass(frozen=True, slots=True)
class Item:
    """A word with content, or a quantity, and where its token is. ``clause`` counts from 0.

    ``light`` ones (*before*, *all*) carry no content, but may turn what is said.
    """

    at: int
    key: str
    text: str
    clause: int
    named: bool = False
    light: bool = False
    quantity: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence, or a claim."""

    text: str
    tokens: tuple[Token, ...]
    items: tuple[Item, ...]
    keys: tuple[str, ...]
    low: tuple[str, ...]
    clauses: tuple[int, ...]
    quantities: tuple[Quantity, ...]
    meanings: tuple[tuple[int, int, int], ...]
    defines: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def mould(self) -> tuple[str, ...]:
        """The sentence with a blank for each quantity."""
        inside = {at: quantity.at for quantity in self.quantities for at in range(quantity.at, quantity.end)}
        return tuple("#" if at in inside else key for at, key in enumerate(self.keys) if inside.get(at, at) == at)

    @property
    def flat(self) -> str:
        """The words alone, to compare whole sentences by."""
        return " ".join(token.text for token in self.tokens if token.kind != MARK or token.text not in STOPS)


def read(text: str, lexicon: Lexicon) -> Reading:
    """A text as it is compared. Linear in its length."""
    found = tokens(text)
    counted = quantities(found)
    inside = {at: quantity for quantity in counted for at in range(quantity.at, quantity.end)}
    clauses = clause_numbers(found)
    begins = True
    items: list[Item] = []
    for at, token in enumerate(found):
        quantity = inside.get(at)
        if quantity is not None:
            if at == quantity.at:
                items.append(Item(at, f"#{quantity.value:.6g}", quantity.literal, clauses[at], False, False, quantity))
        elif token.kind not in (MARK, NUMBER):
            light = token.key in words.LIGHT and not token_names(token)
            if in_comparator(found, at):
                continue
            if not light or token.key in TURNING or words.poles(token.key):
                items.append(Item(at, token.key, token.text, clauses[at], name_like(token, begins), light))
        begins = (token.kind == MARK and token.text in ".!?:;") or (begins and token.kind == MARK)
    keys = tuple(token.key for token in found)
    written = plain(text)
    return Reading(
        text,
        tuple(found),
        tuple(items),
        keys,
        tuple(token.low for token in found),
        tuple(clauses),
        tuple(counted),
        tuple(lexicon.found(keys)),
        tuple(definitions(written)) if "(" in written else (),
    )


def in_comparator(found: Sequence[Token], at: int) -> bool:
    """Whether a word belongs to a number: *at least 3*, *3 or more*, *no earlier than 3*, *not before 3*."""
    low, after = found[at].low, [token.low for token in found[at + 1 : at + 3]] + ["", ""]
    before = found[at - 1].low if at else ""
    if low in ("earlier", "sooner", "later", "before"):
        return before in ("no", "not") and after[low != "before"][:1].isdigit()
    if low not in ("more", "less", "least", "most", "fewer", "over", "under", "above", "below"):
        return False
    return (
        (before == "at" and after[0][:1].isdigit())
        or (before == "or" and at > 1)
        or (after[0] == "than" and after[1][:1].isdigit())
    )


def token_names(token: Token) -> bool:
    """*IT*, *WHO*, *ALL* in capitals are no pronouns."""
    return len(token.text) > 2 and token.text.isupper()


def clause_numbers(found: Sequence[Token]) -> list[int]:
    """The clause of each token: marks part them, and conjunctions."""
    number, numbers = 0, []
    for token in found:
        if token.kind == MARK:
            number += token.text in STOPS
        elif token.key in BREAKS or folded(token.text) in BREAKS:
            number += 1
        numbers.append(number)
    return numbers
