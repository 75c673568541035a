"""Values as they are written: in digits, in words, in Roman numerals behind *phase* or *type*."""

from __future__ import annotations

import math
from collections.abc import Sequence

from avouch.claims import units
from avouch.claims.tokens import MARK, NUMBER, WORD, Token

SMALL = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen".split(),
        range(20),
        strict=True,
    )
)
TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_SCALES = {"hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_ORDINALS = {
    word: n
    for n, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 1
    )
}
_FOLDS = {"double": 2.0, "triple": 3.0, "doubl": 2.0, "tripl": 3.0, "quadrupl": 4.0, "twofold": 2.0, "threefold": 3.0,
          "fourfold": 4.0, "fivefold": 5.0, "tenfold": 10.0}  # fmt: skip
_TIMES = {"once": 1.0, "twice": 2.0, "thrice": 3.0}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_STAGED = frozenset(
    "phas typ stag grad class factor complex level tier group cohort subtyp part type phase stage grade".split()
)
_AFTER_ORDINAL = frozenset("lin line generation degre degree step choic".split())
_BEHIND_ONCE = frozenset(". , ; : ) after before in to at and or only per with on during for by".split())
_COUNTING = frozenset([*SMALL, *TENS, *_SCALES, *_FOLDS, *_ORDINALS, *_TIMES, "half"])


def read_value(tokens: Sequence[Token], at: int) -> tuple[float | None, int, bool, str]:
    """Value, the token behind it, whether it is surely a count, and its unit where the word has one in it."""
    token = tokens[at]
    if token.kind == NUMBER:
        return figures(tokens, at)
    word = token.key if token.kind == WORD else ""
    if token.kind == WORD and word in _ROMAN and token.text.isupper() and at and tokens[at - 1].key in _STAGED:
        return float(_ROMAN[word]), at + 1, True, ""
    low = token.low
    if low not in _COUNTING and word not in _COUNTING:
        return None, at, False, ""
    if (share := one_in(tokens, at)) is not None:
        return share, at + 3, True, units.SHARED
    if low in SMALL or low in TENS or low in ("hundred", "thousand", "million", "dozen"):
        value, end = spelled(tokens, at)
        if end < len(tokens) and value == 1 and tokens[end].low in _PARTS:
            return 1.0 / _PARTS[tokens[end].low], end + 1, True, ""
        if end < len(tokens) and tokens[end].low.rstrip("s") in _PARTS and tokens[end].text.endswith("s"):
            return value / _PARTS[tokens[end].low.rstrip("s")], end + 1, True, ""
        return value, end, value != 1, ""
    if low == "half":
        other = at and tokens[at - 1].low == "other"
        bound = at + 1 < len(tokens) and (tokens[at + 1].glued or tokens[at + 1].low in ("way", "life"))
        article = at + 2 < len(tokens) and tokens[at + 1].low in ("a", "an")
        return 0.5, at + 1 + article, not other and not bound, ""
    if low in _TIMES:
        return _TIMES[low], at + 1, low != "once" or sure_once(tokens, at), units.FOLD
    if low in _FOLDS or word in _FOLDS:
        return _FOLDS.get(low, _FOLDS.get(word, 2.0)), at + 1, False, units.FOLD
    if low in _ORDINALS:
        strict = at + 1 < len(tokens) and tokens[at + 1].key in _AFTER_ORDINAL
        return float(_ORDINALS[low]), at + 1, strict, ""
    return None, at, False, ""


def sure_once(tokens: Sequence[Token], at: int) -> bool:
    """Whether *once* counts (*repeated once after 2 hours*), and is not *as soon as*."""
    if at == 0 or tokens[at - 1].kind == MARK or tokens[at - 1].low == "at":
        return False
    ahead = tokens[at + 1].low if at + 1 < len(tokens) else "."
    return ahead in _BEHIND_ONCE


def one_in(tokens: Sequence[Token], at: int) -> float | None:
    """*One in 10*, *3 in 100*: a share."""
    if at + 2 >= len(tokens) or tokens[at + 1].low != "in":
        return None
    below = counted(tokens[at + 2])
    above = counted(tokens[at])
    if above is None or below is None or not 0 < above < below or 1000 < below < 3000:
        return None
    return None if at + 3 < len(tokens) and units.known(tokens[at + 3].text) else above / below


def counted(token: Token) -> int | None:
    """A whole number in one token."""
    if token.kind == NUMBER:
        return int(token.key) if token.key.isdecimal() and len(token.key) < 8 else None
    return SMALL.get(token.low, TENS.get(token.low))


def figures(tokens: Sequence[Token], at: int) -> tuple[float | None, int, bool, str]:
    """A number in digits, with what multiplies it (*3 million*, *1/2*)."""
    token, end = tokens[at], at + 1
    if (share := one_in(tokens, at)) is not None:
        return share, at + 3, True, units.SHARED
    try:
        value = float(token.key) * 10.0**token.power
    except (ValueError, OverflowError):
        return None, at, False, ""
    if not math.isfinite(value):
        return None, at, False, ""
    if token.key == "10" and end + 1 < len(tokens) and tokens[end].text == "^" and tokens[end + 1].kind == NUMBER:
        power = float(tokens[end + 1].key)
        return (10.0**power if power < 300 else None), end + 2, True, ""
    if (part := fraction(tokens, at)) is not None:
        return part, at + 3, True, ""
    if end < len(tokens) and tokens[end].key in _SCALES and tokens[end].key != "dozen":
        value, end = value * _SCALES[tokens[end].key], end + 1
    signed = at > 0 and tokens[at - 1].text == "-" and not tokens[at - 1].glued and token.glued
    return (-value if signed else value), end, True, ""


def fraction(tokens: Sequence[Token], at: int) -> float | None:
    """*1/2*, *2/3*: below one, of small whole numbers."""
    parts = tokens[at : at + 3]
    if [token.kind for token in parts] != [NUMBER, MARK, NUMBER] or parts[1].text != "/" or not parts[2].glued:
        return None
    above, below = parts[0].key, parts[2].key
    small = above.isdecimal() and below.isdecimal() and len(below) < 3 and 0 < int(above) < int(below)
    return int(above) / int(below) if small else None


def spelled(tokens: Sequence[Token], at: int) -> tuple[float, int]:
    """A number in words: *twenty-five*, *two hundred and ten*, *three million*."""
    total, part, end, read = 0.0, 0.0, at, False
    while end < len(tokens):
        word = tokens[end].low
        if word in SMALL and not (read and part % 10 and part < 100):
            part, read = part + SMALL[word], True
        elif word in TENS and not (read and part % 100):
            part, read = part + TENS[word], True
        elif word == "hundred":
            part, read = (part or 1.0) * 100, True
        elif word in _SCALES:
            total, part, read = total + (part or 1.0) * _SCALES[word], 0.0, True
        elif not (word == "and" and read and part >= 100 and _more(tokens, end + 1)):
            break
        end += 1
    return total + part, end


def _more(tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and (tokens[at].low in SMALL or tokens[at].low in TENS)
