"""Identifiers with a check digit or a fixed form: cards, accounts, national and health numbers.

Where digits alone are a coincidence too often, a word nearby must say what they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from avouch.protect.entity import Entity, Kind
from avouch.protect.recognise import checksum
from avouch.protect.recognise.near import said

_COMPACT = re.compile(r"[\s./-]+")
_MBI_LETTER = "AC-HJKMNP-RT-Y"


class Rule(NamedTuple):
    """A form and what it must pass. ``words`` nearby lift the score from ``bare`` to .95; 0: not without them.

    ``grouped``: the groups of the form are so unlike anything else that they count as much as a word.
    """

    kind: Kind
    form: re.Pattern[str]
    check: Callable[[str], bool] | None
    bare: float
    words: re.Pattern[str]
    grouped: re.Pattern[str] | None = None


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(r"(?<![^\W\d_])(?:" + "|".join(alternatives) + r")(?![^\W\d_])", re.IGNORECASE)


def _card(digits: str) -> bool:
    issued = digits[0] in "123456" or digits.startswith("0604")  # the latter are Maestro's of old
    return issued and len(set(digits)) > 1 and checksum.luhn(digits)


def _ascii(form: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(form, re.ASCII | flags)


RULES = (
    Rule(
        Kind.CREDIT_CARD,
        _ascii(r"(?<![\w.])\d(?:[ -]?\d){11,18}(?![\w])(?!\.\d)"),
        _card,
        0.8,
        _words("card", "cc", "credit", "debit", "visa", "mastercard", "amex", "maestro", "payment"),
    ),
    Rule(
        Kind.IBAN,
        _ascii(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?!\w)", re.IGNORECASE),
        lambda said: checksum.mod97(said.upper()),
        0.95,
        _words("iban", "account", "bank", "transfer"),
    ),
    Rule(
        Kind.UK_NHS,
        _ascii(r"(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-])"),
        checksum.nhs,
        0.0,
        _words(r"nhs(?:\s*(?:no|number|#))?", r"chi(?:\s*(?:no|number))"),
        _ascii(r"\d{3} \d{3} \d{4}"),
    ),
    Rule(
        Kind.IN_AADHAAR,
        _ascii(r"(?<![\w.-])[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}(?![\w-])(?! \d{4})"),
        checksum.verhoeff,
        0.0,
        _words("aadhaar", "aadhar", "adhaar", "uidai", "uid"),
        _ascii(r"\d{4}([ -])\d{4}\1\d{4}"),
    ),
    Rule(
        Kind.IN_ABHA,
        _ascii(r"(?<![\w.-])\d{2}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}(?![\w-])"),
        None,
        0.0,
        _words("abha", "abdm", r"health\s+id", "ndhm"),
        _ascii(r"\d{2}-\d{4}-\d{4}-\d{4}"),
    ),
    Rule(
        Kind.IN_PAN,
        _ascii(r"(?<!\w)[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z](?!\w)", re.IGNORECASE),
        None,
        0.0,
        _words("pan", r"permanent\s+account", r"income\s+tax"),
        re.compile(r"[A-Z]{5}\d{4}[A-Z]"),
    ),
    Rule(
        Kind.US_SSN,
        _ascii(r"(?<![\w-])\d{3}([ .-]?)\d{2}\1\d{4}(?![\w-])"),
        checksum.ssn,
        0.0,
        _words("ssn", r"ss\s*#", r"social\s+security", r"soc\.?\s+sec"),
        _ascii(r"\d{3}([ -])\d{2}\1\d{4}"),
    ),
    Rule(
        Kind.US_ITIN,
        _ascii(r"(?<![\w-])9\d{2}([ -]?)\d{2}\1\d{4}(?![\w-])"),
        checksum.itin,
        0.0,
        _words("itin", "taxpayer", r"tax\s+id"),
        _ascii(r"\d{3}-\d{2}-\d{4}"),
    ),
    Rule(
        Kind.US_NPI,
        _ascii(r"(?<![\w.-])[12]\d{9}(?![\w-])"),
        checksum.npi,
        0.0,
        _words("npi", r"national\s+provider", "provider"),
    ),
    Rule(
        Kind.US_DEA,
        _ascii(r"(?<!\w)[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}(?!\w)", re.IGNORECASE),
        checksum.dea,
        0.7,
        _words("dea"),
    ),
    Rule(
        Kind.US_MBI,
        _ascii(
            rf"(?<!\w)[1-9][{_MBI_LETTER}][{_MBI_LETTER}0-9]\d-?[{_MBI_LETTER}][{_MBI_LETTER}0-9]\d-?"
            rf"[{_MBI_LETTER}]{{2}}\d{{2}}(?!\w)",
            re.IGNORECASE,
        ),
        None,
        0.85,
        _words("mbi", "medicare", "beneficiary"),
    ),
    Rule(
        Kind.UK_NINO,
        _ascii(
            r"(?<!\w)(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)",
            re.IGNORECASE,
        ),
        None,
        0.85,
        _words("nino", "ni", r"national\s+insurance"),
    ),
)


def numbers(text: str) -> Iterator[Entity]:
    """Identifiers by their rules. A word nearby without a right check digit is a slip of the pen: score .6."""
    for rule in RULES:
        for hit in rule.form.finditer(text):
            number = _COMPACT.sub("", hit.group())
            right = rule.check is None or rule.check(number)
            grouped = rule.grouped is not None and rule.grouped.fullmatch(hit.group()) is not None
            if not right and not (rule.kind in _SLIPS and said(rule.words, text, hit.start())):
                continue
            score = rule.bare or (0.85 if grouped else 0.0)
            if said(rule.words, text, hit.start()):
                score = 0.95 if right else 0.6
            if score:
                yield Entity(rule.kind, hit.start(), hit.end(), score, "pattern" if rule.check is None else "checksum")


_SLIPS = frozenset({Kind.CREDIT_CARD, Kind.US_SSN, Kind.UK_NHS, Kind.IN_AADHAAR, Kind.US_NPI, Kind.US_DEA})
