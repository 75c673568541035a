"""How somebody can be reached: mail, web and network addresses, telephones."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from avouch.protect.entity import Entity, Kind
from avouch.protect.recognise.near import said

_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%'-]{1,64}@(?:[^\W_][\w-]{0,62}\.){1,8}[^\W\d_]{2,24}(?![\w@-])"
    r"|(?<![\w.+%-])[\w.+%'-]{1,64} ?[\[(]at[\])] ?"
    r"(?:[^\W_][\w-]{0,62}(?:\.| ?[\[(]dot[\])] ?)){1,8}[^\W\d_]{2,24}(?!\w)"
)
_ABHA_ADDRESS = re.compile(r"(?<![\w.])[\w.]{3,32}@(?:abdm|sbx|ndhm)(?![\w.@-])", re.IGNORECASE)
_TLDS = (
    "com|org|net|edu|gov|mil|int|info|biz|io|ai|co|me|tv|dev|app|xyz|online|site|shop|health|hospital|uk|us|in|de|fr|nl|be"
    "|es|pt|it|se|dk|no|fi|is|ee|lt|lv|pl|cz|sk|si|hr|hu|ro|bg|gr|cy|tr|ru|ua|ch|at|ie|au|nz|ca|br|mx|ar|cl|uy|za|ng|ke|jp|cn"
    "|kr|hk|sg|my|th|vn|ph|pk|bd|lk|ae|sa|il|eu"
)
_URL = re.compile(
    r"(?<![\w@.-])(?:(?:https?|ftp|file)://[^\s<>\"'`{}|\\^]{2,2000}|www\.[^\s<>\"'`{}|\\^]{3,2000}"
    rf"|(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,5}}(?:{_TLDS})(?:/[^\s<>\"'`{{}}|\\^]{{0,2000}})?(?![\w@-]))",
    re.IGNORECASE,
)
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]\d|\w)", re.ASCII)
_IPV6 = re.compile(
    r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{1,4}|)(?![\w:])", re.I | re.ASCII
)
_MAC = re.compile(
    r"(?<![\w:-])[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}(?![\w:-])", re.IGNORECASE | re.ASCII
)
_GROUPS = re.compile(
    r"(?<![\w.,/:#$€£-])(?:\+ ?\(?|\(\+?)?\d++(?:[ .\-/()]{1,3}+\d++){0,7}(?: ?(?:ext|x|extension)\.? ?\d{1,6})?"
    r"(?![\w-])(?!\.\d|,\d|%| ?(?:mg|mcg|ml|kg|mm|cm|percent|units?|years?|weeks?|days?)\b)",
    re.ASCII | re.IGNORECASE,
)
_CALLING = re.compile(
    r"(?<![^\W\d_])(?:phone|telephone|tel|mobile|cell|cellphone|fax|call|called|calling|ring|dial|desk|office|reach|contact|text|"
    r"sms|whatsapp|pager|landline|handy|home|work|number|bleep|voicemail|hotline)(?![^\W\d_])",
    re.IGNORECASE,
)
_AFTER = re.compile(r"\W{0,3}(?:\(?(?:office|fax|mobile|cell|home|work|phone|tel|desk|direct|m|h|w|o)\)?)(?!\w)", re.I)
_DATE_LIKE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}|\d{4} ?[-–] ?\d{4}|\d{1,3}(?: ?[-–/] ?\d{1,3})?")
_ABROAD = re.compile(r"00[1-9]")
_NANP = re.compile(r"(?:\+?1[ .-]?)?\(?[2-9]\d{2}\)?[ .-]{0,2}[2-9]\d{2}[ .-]\d{4}(?:\D.*)?")
_UK = re.compile(r"0(?:7\d{3} ?\d{3} ?\d{3}|20 ?\d{4} ?\d{4}|1\d{2,3} ?\d{3} ?\d{3,4}|[38]\d{2} ?\d{3} ?\d{4})")
_INDIA = re.compile(r"(?:0|91[ -]?)?[6-9]\d{4}[ -]\d{5}")
_LOCAL = re.compile(r"\(?0\d{1,4}\)?(?:[ .\-/]{1,2}\d{2,8}){1,5}|\(\d{2,4}\) ?\d{3,5}[ -]\d{3,4}")


def contact(text: str) -> Iterator[Entity]:
    """Mail, web and network addresses."""
    if "@" in text or "at" in text:
        for form, kind in ((_EMAIL, Kind.EMAIL), (_ABHA_ADDRESS, Kind.IN_ABHA)):
            yield from (Entity(kind, *hit.span(), 0.95, "pattern") for hit in form.finditer(text))
    for hit in _URL.finditer(text):
        end = hit.end() - (len(hit.group()) - len(hit.group().rstrip(".,;:!?)]}»”*_")))
        yield Entity(Kind.URL, hit.start(), end, 0.9, "pattern")
    for form in (_IPV4, _IPV6):
        yield from (Entity(Kind.IP, *hit.span(), 0.9, "pattern") for hit in form.finditer(text) if _is_ip(hit.group()))
    yield from (Entity(Kind.MAC, *hit.span(), 0.9, "pattern") for hit in _MAC.finditer(text))


def _is_ip(said: str) -> bool:
    try:
        address = ipaddress.ip_address(said)
    except ValueError:
        return False
    return address.version == 4 or len(said) > 4


def phones(text: str) -> Iterator[Entity]:
    """Numbers in the form of some country, or any 6 to 15 digits where a word says that one may call them."""
    for hit in _GROUPS.finditer(text):
        number = hit.group()
        digits = sum(map(str.isdigit, number))
        if not 6 <= digits <= 18 or _DATE_LIKE.fullmatch(number):
            continue
        score = _phone_score(number, digits)
        if score < 0.9 and (said(_CALLING, text, hit.start()) or _AFTER.match(text, hit.end())):
            score = 0.75
        if not score and 7 <= digits <= 13 and _alone(text, *hit.span()):
            score = 0.5
        if score:
            yield Entity(Kind.PHONE, hit.start(), hit.end(), score, "pattern" if score != 0.75 else "context")


def _alone(text: str, start: int, end: int) -> bool:
    """Whether a number in groups has a line for itself, as in the head of a letter."""
    above, below = text[max(0, start - 3) : start], text[end : end + 3]
    grouped = not text[start:end].isdigit()
    return (
        grouped
        and (not above.strip(" \t>") or above.rstrip(" \t>").endswith("\n"))
        and below.lstrip(" \t")[:1] in ("", "\n")
    )


def _phone_score(number: str, digits: int) -> float:
    if (number.startswith(("+", "(+")) or _ABROAD.match(number)) and digits >= 8:
        return 0.9
    if _NANP.fullmatch(number) or _UK.fullmatch(number) or _INDIA.fullmatch(number):
        return 0.7
    return 0.55 if _LOCAL.fullmatch(number) and 7 <= digits <= 13 else 0.0
