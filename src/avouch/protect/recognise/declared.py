"""Numbers of which the text itself says what they are: "MRN: 00123", "passport no. X1234567", "PIN code 560001"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avouch.protect.entity import Entity, Kind

_GAP = r"[ \t]{0,4}"
_JOIN = rf"(?:{_GAP}(?:number|numbers|no|nr|num|id|code|is|was|of the patient)\b\.?|{_GAP}#){{0,4}}{_GAP}[:=#]?{_GAP}"
_VALUE = r"((?=[A-Z/-]{0,6}\d)[A-Z0-9](?:[A-Z0-9]|[-/](?=[A-Z0-9])){2,22}[A-Z0-9])(?![\w-])"
_MASKED = r"((?:\d{3}|[x*]{3})[- ]?(?:\d{2}|[x*]{2})[- ]?\d{4})(?![\w-])"
_CODE = r"([A-Z]{0,2}\d[A-Z0-9]{1,6}(?:[ -]\d[A-Z0-9]{1,4})?)(?![\w-])"


def _said(words: str, value: str = _VALUE) -> re.Pattern[str]:
    """Any of the words, joined to a value. ``word+`` counts only where "number", "no", "id" or a sign follows."""
    numbered = rf"(?={_GAP}(?:id|no|number|#|:))"
    forms = words.replace(" ", r"[ \t]{1,4}").replace("+", numbered)
    return re.compile(rf"(?<![^\W_])(?:{forms})(?![^\W_]){_JOIN}{value}", re.IGNORECASE | re.ASCII)


FORMS = (
    (
        Kind.MRN,
        _said(
            "mrn|uhid|umrn|(?:medical|health|hospital|patient|clinic) (?:record|file|chart|registration)"
            "|(?:patient|hospital|clinic|unit|chart|encounter|member)+|accession|cr no"
        ),
    ),
    (Kind.PASSPORT, _said("passport")),
    (Kind.LICENCE, _said("driv(?:er|ing)'?s? licen[cs]e|licen[cs]e plate|dl+")),
    (Kind.ACCOUNT, _said(r"(?:bank )?account+|acct\.?|a/c|sort code|routing|(?:policy|customer|claim)+")),
    (Kind.US_SSN, _said("ssn|social security", _MASKED)),
    (Kind.POSTCODE, _said("zip|zip ?code|post ?code|postal code|pin ?code|plz|eircode", _CODE)),
)
_UK_POSTCODE = re.compile(
    r"(?<!\w)(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d|[A-HK-Y]\d\d|\d[A-HJKS-UW]|[A-HK-Y]\d[ABEHMNPRV-Y])"
    r" \d[ABD-HJLNP-UW-Z]{2})(?!\w)",
    re.ASCII,
)
_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA PR RI SC SD TN TX UT VT VA WA WV WI WY"
).replace(" ", "|")
_US_ZIP = re.compile(
    rf"(?<=\w, )(?:{_STATES}) (\d{{5}}(?:-\d{{4}})?)(?![\w-])|(?<!\w)(\d{{5}}-\d{{4}})(?![\w-])", re.ASCII
)


def declared(text: str) -> Iterator[Entity]:
    """Identifiers that a word right in front declares, and postcodes by their form."""
    for kind, form in FORMS:
        for hit in form.finditer(text):
            if sum(map(str.isdigit, hit.group(1))) >= (1 if kind is Kind.POSTCODE else 3):
                yield Entity(kind, *hit.span(1), 0.92, "context")
    yield from (Entity(Kind.POSTCODE, *hit.span(), 0.7, "pattern") for hit in _UK_POSTCODE.finditer(text))
    for hit in _US_ZIP.finditer(text):
        yield Entity(Kind.POSTCODE, *hit.span(hit.lastindex or 0), 0.6, "pattern")
