"""Quantities: a value with its unit, its comparator and whether it is about.

500 mg is 0.5 g, *twice daily* every 12 hours, *half* 50 %, *at least 3* three or more. Values are compared
in base units; where two units have not the same dimension they are not compared but different.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from avouch.claims import calendar, units
from avouch.claims.rates import RATE, rate
from avouch.claims.tokens import NUMBER, Token
from avouch.claims.values import SMALL, read_value

EXACT = "="
BEFORE = {
    ">=": "at least|no less than|not less than|no fewer than|a minimum of|minimum of|no earlier than|no sooner than"
    "|not earlier than|not sooner than|not before|≥|> =|>=|⩾",
    "<=": "at most|no more than|not more than|no later than|not later than"
    "|up to|a maximum of|maximum of|as many as|as much as|≤|< =|<=|⩽|within",
    ">": "more than|greater than|higher than|larger than|older than|longer than|over|above|exceeding|exceeded"
    "|exceeds|exceed|in excess of|>|beyond|upwards of",
    "<": "less than|fewer than|lower than|smaller than|younger than|shorter than|under|below|<",
    "~": "about|approximately|around|roughly|nearly|almost|circa|ca|ca .|approx|approx .|~|≈|an estimated"
    "|an average of",
}
AFTER = {
    ">=": "or more|or greater|or higher|or over|or above|or older|or longer|and over|and above|and older|and more"
    "|or later|+",
    "<=": "or less|or fewer|or lower|or below|or younger|or under|or shorter|and under|and younger",
}
_BEFORE = {tuple(phrase.split()): sign for sign, told in BEFORE.items() for phrase in told.split("|")}
_AFTER = {tuple(phrase.split()): sign for sign, told in AFTER.items() for phrase in told.split("|")}


@dataclass(frozen=True, slots=True)
class Quantity:
    """``value`` is in base units of ``dimension``; ``sign`` the comparator: ``=``, ``~``, ``<``, ``<=``, ``>``, ``>=``.

    ``at`` to ``end`` are its tokens. ``exact`` is False where it was written in words that need not be a
    count (*one*, *second*). ``written`` is the value as written, without its unit.
    """

    value: float
    dimension: str
    sign: str
    at: int
    end: int
    exact: bool = True
    written: float = 0.0
    unit: str = ""
    literal: str = ""


def quantities(tokens: Sequence[Token]) -> list[Quantity]:
    """All quantities of a text, in order, without overlap."""
    found: list[Quantity] = []
    at = 0
    while at < len(tokens):
        one = frequency(tokens, at) or dated(tokens, at) or number(tokens, at)
        if one is None:
            at += 1
            continue
        found.append(one)
        at = one.end
    return shared_units(tokens, found)


def frequency(tokens: Sequence[Token], at: int) -> Quantity | None:
    """How often, where that begins at a token."""
    found = rate(tokens, at)
    if found is None:
        return None
    per_day, end = found
    literal = " ".join(token.text for token in tokens[at:end])
    return Quantity(per_day, RATE, EXACT, at, end, True, per_day, RATE, literal)


def dated(tokens: Sequence[Token], at: int) -> Quantity | None:
    """The date, clock time or ratio that begins at a token."""
    found = calendar.read(tokens, at)
    if found is None:
        return None
    value, dimension, end = found
    literal = " ".join(token.text for token in tokens[at:end])
    return Quantity(value, dimension, comparator(tokens, at, end), at, end, True, value, "", literal)


def number(tokens: Sequence[Token], at: int) -> Quantity | None:
    """The number that begins at a token, with its unit and comparator."""
    value, end, exact, unit = read_value(tokens, at)
    if value is None:
        return None
    expression, after = unit or "", end
    if not unit:
        expression, after = read_unit(tokens, end)
        if not expression and at and tokens[at - 1].text in units.CURRENCIES:
            expression = units.known(tokens[at - 1].text) or ""
        if not expression and end < len(tokens) and tokens[end].text == "(":
            expression = behind_brackets(tokens, end)
    elif unit == units.FOLD and after < len(tokens) and tokens[after].key in ("fold", "time"):
        after += 1
    base, dimension = based(value, expression)
    sign = comparator(tokens, at, after)
    literal = " ".join(token.text for token in tokens[at:after])[:80]
    compared = tokens[at].low in SMALL and sign not in (EXACT, "~")  # *at least one* counts, *one* may not
    counted = exact or bool(expression) or compared
    return Quantity(base, dimension, sign, at, after, counted, value, expression, literal)


def behind_brackets(tokens: Sequence[Token], at: int) -> str:
    """The unit behind what stands in brackets: *42 (15–66) years*."""
    for close in range(at + 1, min(at + 9, len(tokens))):
        if tokens[close].text == ")":
            expression = read_unit(tokens, close + 1)[0]
            return "" if expression in ("percent", "permille") else expression
    return ""


def based(value: float, expression: str) -> tuple[float, str]:
    """The value in base units, and its dimension."""
    found = units.unit(expression)
    if found is None:
        return value, expression
    if found.dimension == "[temperature]":
        return float(units.registry().Quantity(value, expression).to("kelvin").magnitude), found.dimension
    return value * found.factor, found.dimension


def read_unit(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    """The unit that begins at a token, as an expression, and the token behind it."""
    if at < len(tokens) and tokens[at].text in "([" and at + 1 < len(tokens) and tokens[at + 1].text == "%":
        return "", at
    parts: list[str] = []
    over = False
    while at < len(tokens) and len(parts) < 5:
        token = tokens[at]
        text = token.text
        if parts and (text == "/" or text.lower() == "per"):
            after = _named(tokens, at + 1)
            if after is None:
                break
            over, at = True, at + 1
            continue
        found = _named(tokens, at)
        if found is None or (parts and not over and not _inverse(tokens, at)):
            break
        name, at = found
        if name in ("percent", "permille", units.FOLD) and parts:
            break
        name, at = _raised(tokens, at, name)
        parts.append(f"/{name}" if over and parts else name if not parts else f"*{name}")
        over = False
    if over:
        at -= 1
    return "".join(parts), at


def _named(tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
    """A unit's name at a token, and the token behind it."""
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.low in ("degree", "degrees") and at + 1 < len(tokens):
        scale = {"celsius": "degC", "c": "degC", "centigrade": "degC", "fahrenheit": "degF", "f": "degF"}
        return (scale[tokens[at + 1].low], at + 2) if tokens[at + 1].low in scale else None
    if token.text == "°" and at + 1 < len(tokens) and tokens[at + 1].text in ("C", "F"):
        return ("degC" if tokens[at + 1].text == "C" else "degF"), at + 2
    if token.text == "mm" and at + 1 < len(tokens) and tokens[at + 1].text == "Hg":
        return "mmHg", at + 2
    if token.low == "per" and at + 1 < len(tokens) and tokens[at + 1].low == "cent":
        return "percent", at + 2
    if token.kind == NUMBER:
        return None
    name = units.known(token.text)
    if (
        name is None
        and token.text[-1:].isdigit()
        and units.known(token.text[:-1]) in ("meter", "centimeter", "millimeter")
    ):
        return f"{units.known(token.text[:-1])}**{token.text[-1]}", at + 1
    return None if name is None else (name, at + 1)


def _raised(tokens: Sequence[Token], at: int, name: str) -> tuple[str, int]:
    """With an exponent behind it: ``m^2``, ``kg-1``."""
    if at + 1 < len(tokens) and tokens[at].text in ("^", "-") and tokens[at + 1].kind == NUMBER:
        if tokens[at].text == "^" and tokens[at + 1].key in "23":
            return f"{name}**{tokens[at + 1].key}", at + 2
        if tokens[at].text == "-" and tokens[at].glued and tokens[at + 1].key == "1":
            return f"{name}**-1", at + 2
    if at < len(tokens) and tokens[at].kind == NUMBER and tokens[at].glued and tokens[at].key in ("1", "2", "3"):
        return f"{name}**{'-1' if tokens[at].key == '1' else tokens[at].key}", at + 1
    return name, at


def _inverse(tokens: Sequence[Token], at: int) -> bool:
    """Whether ``kg-1`` stands there."""
    return at + 1 < len(tokens) and tokens[at + 1].kind == NUMBER and tokens[at + 1].key == "1" and tokens[at + 1].glued


def comparator(tokens: Sequence[Token], at: int, end: int) -> str:
    """The sign that stands before or behind a number."""
    back = at
    while back and tokens[back - 1].text in ("-", "$", "£", "€", "a", "the"):
        back -= 1
    for length in (3, 2, 1):
        phrase = tuple(token.low for token in tokens[max(back - length, 0) : back])
        if phrase in _BEFORE:
            sign = _BEFORE[phrase]
            ahead = tokens[back - length - 1].low if back > length else ""
            barred = ahead in ("no", "not") or denied(tokens, back - length)
            if barred and sign in "<>":
                return "<=" if sign == ">" else ">="
            return sign
    rest = end
    while rest < len(tokens) and tokens[rest].low in ("years", "yr", "yrs", "of", "age"):
        rest += 1
    for length in (2, 1):
        phrase = tuple(token.low for token in tokens[rest : rest + length])
        if phrase in _AFTER and not (phrase == ("+",) and not tokens[rest].glued):
            return _AFTER[phrase]
    return limit(tokens, at)


def denied(tokens: Sequence[Token], at: int) -> bool:
    """*May not weigh* before *more than*."""
    before = [token.low for token in tokens[max(at - 3, 0) : at]]
    return any(word in DENIALS for word in before)


DENIALS = frozenset("not cannot never n't".split())
_LIMITS = {"maximum": "<=", "minimum": ">="}
_LEADS = frozenset("is of was be at are : to being".split())


def limit(tokens: Sequence[Token], at: int) -> str:
    """*The maximum load of the lift is 800 kg*: at most, said further away."""
    if not at or tokens[at - 1].low not in _LEADS:
        return EXACT
    for n in range(at - 1, max(at - 9, -1), -1):
        if tokens[n].kind == NUMBER or tokens[n].text in (".", ";", ","):
            return EXACT
        if tokens[n].low in ("maximum", "minimum"):
            return _LIMITS[tokens[n].low]
    return EXACT


def shared_units(tokens: Sequence[Token], found: list[Quantity]) -> list[Quantity]:
    """A unit said once holds for the numbers before it that it is joined to: *5–10 mg*, *10, 20 or 40 mg*."""
    done = list(found)
    for n in range(len(done) - 2, -1, -1):
        one, following = done[n], done[n + 1]
        between = [token.low for token in tokens[one.end : following.at]]
        joined = 0 < len(between) <= 2 and all(
            word in ("-", "to", "or", "and", ",", "±", "/", "vs", "+") for word in between
        )
        if joined and not one.unit and following.unit and following.dimension != RATE:
            base, dimension = based(one.written, following.unit)
            done[n] = replace(one, value=base, dimension=dimension, unit=following.unit, exact=True)
    return done


def same(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities have one value, whatever the unit; about allows for rounding. A date may say less
    than the other: *March 2024*, *2024* of *12 March 2024*."""
    if calendar.DATE in (one.dimension, other.dimension):
        if one.dimension == "":
            return one.value == other.value // 10_000
        return one.dimension == other.dimension and calendar.within(one.value, other.value)
    if one.unit == "" and other.unit == "year" and one.sign not in (EXACT, "~") and one.written == other.written:
        return True  # *under 16* is said of years
    if one.dimension != other.dimension and {one.dimension, other.dimension} != {"", units.SHARE}:
        return False
    if math.isclose(one.value, other.value, rel_tol=1e-6, abs_tol=1e-300):
        return True
    return one.sign == "~" and math.isclose(one.value, other.value, rel_tol=0.05)


def agree(one: str, other: str) -> bool:
    """Whether two comparators say the same of a value."""
    return one == other or {one, other} <= {EXACT, "~"}
