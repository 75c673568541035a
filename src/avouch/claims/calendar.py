"""Dates, clock times and ratios as one value each, whatever numbers they are written with."""

from __future__ import annotations

from collections.abc import Sequence

from avouch.claims.tokens import MONTHS, NUMBER, Token

DATE, CLOCK, RATIO = "date", "clock", "ratio"
_MONTHS = {name: n for n, name in enumerate(MONTHS, 1)}
_HALVES = {"am": 0, "pm": 720}


def read(tokens: Sequence[Token], at: int) -> tuple[float, str, int] | None:
    """The date, time or ratio that begins at a token: its value, which of them, and the token behind it.

    A date is yyyymmdd with zeros for what is not said, a time minutes after midnight.
    """
    return clock(tokens, at) or date(tokens, at)


def clock(tokens: Sequence[Token], at: int) -> tuple[float, str, int] | None:
    """*06:30*, *8 am*, *9:15 p.m.*; two numbers with a colon that are no time are a ratio."""
    hour = whole(tokens, at, 4)
    if hour is None:
        return None
    end, minutes, colon = at + 1, 0, False
    below = whole(tokens, at + 2, 4)
    if below is not None and tokens[at + 1].text == ":" and tokens[at + 1].glued and tokens[at + 2].glued:
        if hour > 24 or below > 59 or len(tokens[at + 2].text) != 2:
            return (hour / below if below else 0.0), RATIO, at + 3
        end, minutes, colon = at + 3, below, True
    half = half_day(tokens, end)
    if half is not None and 0 < hour < 13:
        return float(hour % 12 * 60 + minutes + half[0]), CLOCK, half[1]
    return (float(hour * 60 + minutes), CLOCK, end) if colon else None


def half_day(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """*am*, *p.m.*: the minutes that it adds, and the token behind it."""
    words = [token.low for token in tokens[at : at + 4]] + [""] * 4
    if words[0] in _HALVES:
        return _HALVES[words[0]], at + 1
    if words[0] in ("a", "p") and words[1] == "." and words[2] == "m":
        return _HALVES[words[0] + "m"], at + 3 + (words[3] == ".")
    return None


def date(tokens: Sequence[Token], at: int) -> tuple[float, str, int] | None:
    """*12 March 2024*, *March 12, 2024*, *March 2024*, *12 March*."""
    day = whole(tokens, at, 2)
    if day is not None and 0 < day < 32:
        month = named(tokens, at + 1)
        if month is None:
            return None
        year, end = year_at(tokens, at + 2)
        return float(year * 10_000 + month * 100 + day), DATE, end
    month = named(tokens, at)
    if month is None:
        return None
    day = whole(tokens, at + 1, 2)
    if day is not None and 0 < day < 32:
        year, end = year_at(tokens, at + 2 + (at + 2 < len(tokens) and tokens[at + 2].text == ","))
        return float(year * 10_000 + month * 100 + day), DATE, end if year else at + 2
    year, end = year_at(tokens, at + 1)
    return (float(year * 10_000 + month * 100), DATE, end) if year else None


def named(tokens: Sequence[Token], at: int) -> int | None:
    """The month that a token names; written small it is a word."""
    if at >= len(tokens) or not tokens[at].text[0].isupper():
        return None
    return _MONTHS.get(tokens[at].low)


def year_at(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """The year at a token and the token behind it; 0 and the same token where none is."""
    year = whole(tokens, at, 4)
    return (year, at + 1) if year is not None and 1000 <= year < 3000 else (0, at)


def whole(tokens: Sequence[Token], at: int, digits: int) -> int | None:
    """A whole number of so many digits at most, in figures."""
    if at >= len(tokens) or tokens[at].kind != NUMBER or tokens[at].power:
        return None
    text = tokens[at].text
    return int(text) if text.isdecimal() and len(text) <= digits else None


def within(one: float, other: float) -> bool:
    """Whether a date says no more than another, and nothing else: *March 2024* of *12 March 2024*."""
    mine, theirs = parts(one), parts(other)
    return all(not a or a == b for a, b in zip(mine, theirs, strict=True))


def parts(value: float) -> tuple[int, int, int]:
    told = int(value)
    return told // 10_000, told // 100 % 100, told % 100
