"""How often something is given or done, in times a day."""

from __future__ import annotations

import re
from collections.abc import Sequence

from avouch.claims.tokens import MARK, WORD, Token
from avouch.claims.values import SMALL, TENS, read_value

RATE = "per day"
_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_RATES = {
    "daily": 1.0,
    "weekly": 7.0,
    "monthly": 30.4375,
    "yearly": 365.25,
    "annually": 365.25,
    "nightly": 1.0,
    "hourly": 1 / 24,
}
_LATIN = {"bid": 2.0, "tid": 3.0, "qid": 4.0, "qd": 1.0, "od": 1.0, "bd": 2.0, "tds": 3.0, "qds": 4.0, "qod": 0.5}
RHYTHMS = {"hourly": 24.0, "daily": 1.0, "nightly": 1.0, "weekly": 1 / 7, "monthly": 1 / 30.4375, "yearly": 1 / 365.25}
"""Adverbs that say how often, in times a day, by their keys."""
_SPANS = {
    "minute": 1 / 1440,
    "min": 1 / 1440,
    "hour": 1 / 24,
    "hr": 1 / 24,
    "h": 1 / 24,
    "day": 1.0,
    "week": 7.0,
    "wk": 7.0,
    "month": 30.4375,
    "year": 365.25,
    "night": 1.0,
    "morning": 1.0,
    "evening": 1.0,
    "d": 1.0,
}
_Q = re.compile(r"q(\d{1,3})(h|hr|d|w|wk|hour)$")
_RATED = frozenset(
    [*_LATIN, *_TIMES, *SMALL, *TENS, "every", "alternate", "alternating", "b", "t", "q", "o", "hundred", "half"]
)


def rate(tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    """How often: *twice daily*, *3 times a week*, *every 12 hours*, *q8h*, *b.i.d.*; in times a day, and the token
    behind it."""
    first = tokens[at].low
    if tokens[at].kind == WORD and first not in _RATED and not _Q.match(first):
        return None
    words = [token.low for token in tokens[at : at + 6]] + [""] * 6
    per_day, used = 0.0, 0
    if tokens[at].kind == MARK:
        return None
    latin = "".join(words[:5:2]) if words[1] == "." and words[3] == "." and len(first) == 1 else first
    if latin in _LATIN and (latin == first) <= (first in ("bid", "tid", "qid", "qd", "tds", "qds", "qod")):
        per_day, used = _LATIN[latin], 1 if latin == first else 5
    elif match := _Q.match(first):
        count = int(match[1])
        per_day, used = (1.0 / (_SPANS[{"w": "wk"}.get(match[2], match[2])] * count) if count else 0.0), 1
    elif first in ("alternate", "alternating"):
        span = _SPANS.get(words[1].rstrip("s"))
        per_day, used = (0.5 / span, 2) if span else (0.0, 0)
    elif first == "every":
        per_day, used = every(tokens, at + 1)
    elif (times := counted(tokens, at)) is not None:
        per_day, end = over(tokens, times[1], times[0])
        used = end - at if end else 0
    if not used or not per_day:
        return None
    return per_day, min(at + used, len(tokens))


def counted(tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    """*once*, *twice*, *three times*: the count and the token behind it."""
    word = tokens[at].low
    if word in _TIMES:
        return float(_TIMES[word]), at + 1
    value, end, _, unit = read_value(tokens, at)
    if value is None or unit or value <= 0:
        return None
    if end < len(tokens) and tokens[end].low in ("times", "time", "doses", "dose"):
        return value, end + 1
    return None


def over(tokens: Sequence[Token], at: int, count: float) -> tuple[float, int]:
    """``count`` times over the span named at a token: times a day, and the token behind it (0 for none)."""
    words = [token.low for token in tokens[at : at + 3]] + ["", "", ""]
    if words[0] in _RATES:
        return count / _RATES[words[0]], at + 1
    if words[0] in ("a", "per", "each", "every", "an") and words[1].rstrip("s") in _SPANS:
        return count / _SPANS[words[1].rstrip("s")], at + 2
    if words[0] == "every":
        per_day, used = every(tokens, at + 1)
        return count * per_day, at + used if used else 0
    return 0.0, 0


def every(tokens: Sequence[Token], at: int) -> tuple[float, int]:
    """*every 12 hours*, *every other week*, *every day*: times a day, and tokens used, *every* included."""
    if at >= len(tokens):
        return 0.0, 0
    if tokens[at].low == "other" and at + 1 < len(tokens):
        span = _SPANS.get(tokens[at + 1].low.rstrip("s"))
        return (0.5 / span, 3) if span else (0.0, 0)
    span = _SPANS.get(tokens[at].low)
    if span:
        return 1.0 / span, 2
    value, end, _, unit = read_value(tokens, at)
    if value and not unit and value > 0 and end < len(tokens):
        span = _SPANS.get(tokens[end].low.rstrip("s"))
        if span:
            return 1.0 / (span * value), end + 2 - at
    return 0.0, 0
