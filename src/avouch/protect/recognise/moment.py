"""Dates, years, week-days and ages; a date of birth where a word in front says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avouch.protect.entity import Entity, Kind
from avouch.protect.recognise.near import said

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?:1[89]|20)\d{2}"
_CLOCK = (
    r"(?:[T ,]{1,2}(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?: ?[ap]\.?m\.?)?(?:Z| ?[+-]\d{2}:?\d{2})?)?"
)
_DATE = re.compile(
    rf"(?<![\w./-])(?:{_YEAR}([-/.])(?:0?[1-9]|1[0-2])\1(?:3[01]|[12]\d|0?[1-9])"
    rf"|(?:3[01]|[12]\d|0?[1-9])([-/.])(?:3[01]|[12]\d|0?[1-9])\2(?:{_YEAR}|\d{{2}})"
    rf"|(?:3[01]|[12]\d|0?[1-9])[- ]{_MONTH}[- ,]{{1,2}}{_YEAR}"
    rf"|{_DAY}(?: of)? {_MONTH}(?:,? {_YEAR})?"
    rf"|{_MONTH} {_DAY}(?!\d)(?:,? {_YEAR})?){_CLOCK}(?![\w/])(?!\.\d)(?!-\d)",
    re.IGNORECASE | re.ASCII,
)
_PERIOD = re.compile(
    rf"(?<![\w.,/$€£#+-])(?:(?:(?:early|late|mid)[- ])?{_MONTH},? {_YEAR}|(?:19|20)\d{{2}}(?:[-/–](?:19|20)?\d{{2}})?"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?(?![\w/-])"
    r"(?!\.\d|,\d|%| ?(?:mg|mcg|ml|kg|units|steps|calories|patients)\b)",
    re.IGNORECASE | re.ASCII,
)
_BIRTH = re.compile(
    r"(?<![^\W\d_])(?:born|dob|d\.o\.b|birth\s?date|date\s+of\s+birth|birthday|birth)(?![^\W\d_])", re.IGNORECASE
)
_AGE = re.compile(
    r"(?<![\w.,/-])(\d{1,3})(?=(?:[- ]?(?:years?|yrs?|months?|weeks?|days?)[- ](?:of age|old|young)\b"
    r"| ?y/?o\b| ?yrs? ?old\b"
    r"| ?year[- ]old| ?(?:yr|y)\.?/? ?o\b|-?(?:yo|y\.o\.)|[ -]?years?-? ?(?:male|female|man|woman)\b))"
    r"|(?:\b(?:aged?|age of|age is|turned|turning|turns)[: ]{1,2}(?:is )?)(\d{1,3})(?![\w/-])(?!\.\d|%| ?(?:mg|ml))"
    r"|(?:\bI'?m |\bI am |\bhe is |\bshe is |\bhe's |\bshe's )(\d{1,3})(?=[.,;!?]|$| years?\b(?! (?:of|in|into)))",
    re.IGNORECASE | re.ASCII,
)


def moments(text: str) -> Iterator[Entity]:
    """Days (DATE, BIRTH_DATE) and what is less sharp than a day (PERIOD)."""
    for hit in _DATE.finditer(text):
        born = said(_BIRTH, text, hit.start(), 32)
        yield Entity(Kind.BIRTH_DATE if born else Kind.DATE, *hit.span(), 0.9 if born else 0.8, "pattern")
    yield from (Entity(Kind.PERIOD, *hit.span(), 0.4, "pattern") for hit in _PERIOD.finditer(text))


def ages(text: str) -> Iterator[Entity]:
    """The number alone: ``62`` of "62-year-old", up to 125."""
    for hit in _AGE.finditer(text):
        group = hit.lastindex or 0
        if int(hit.group(group)) <= 125:
            yield Entity(Kind.AGE, *hit.span(group), 0.7, "context")
