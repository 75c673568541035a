"""A text as tokens: words, numbers as written, marks. What is written in several ways is written in one.

Hyphens part words (*24-week* is *24* and *week*), but are remembered. Linear in the length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from avouch.claims.stem import folded, key

LONGEST = 20_000  # characters of a text that are looked at; a claim beyond is not supported
WORD, NUMBER, MARK = "word", "number", "mark"
_LITERAL = (
    r"(?:\d{1,3}(?:[,\u00a0\u2009\u202f'’]\d{3})+(?!\d)(?:\.\d+)?|\d{1,9}(?: \d{3}){1,3}(?![\d.,])(?<= 000)"
    r"|\d+(?:[.·,]\d+)?|(?<![\w.])[.·]\d+)"
)
_POWER = r"(?:\s?[x×*·]\s?10\s?(?:\^|\*\*)?\s?\(?([-−–]?\d{1,3})\)?(?![\d.])|[eE]([-−+]?\d{1,3})(?![\w.]))"
_DASHES = "-–—−‐‑‒―⁃➖"
_TOKEN = re.compile(
    rf"(?P<number>(?<![^\W_]){_LITERAL}(?:{_POWER})?)|(?P<word>[^\W\d_](?:[^\W_]|['’](?=[^\W\d_]))*)"
    r"|(?P<tail>[^\W_]+)|(?P<mark>[<>≤≥⩽⩾]=?|[±~≈=%‰℃°/+&|$£€¥×^]|[,;:()\[\].!?]|[-–—−‐‑‒―⁃➖]+)",
)
_UP = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SUPER = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+")
_TENTH = re.compile(r"(?<=10)(?=[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺])")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,40}>")
_FRACTION = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅕": "1/5", "⅛": "1/8"}
_VULGAR = re.compile(f"(\\d?)([{''.join(_FRACTION)}])")
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_ISO_DATE = re.compile(r"(?<![\d/-])(\d{4})[-/](0?[1-9]|1[0-2])[-/](0?[1-9]|[12]\d|3[01])(?![\d/-])")
_SHORT = r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
_SHORT_MONTH = re.compile(rf"\b{_SHORT}(?=[ ,-]{{1,2}}\d)|(?<=\d ){_SHORT}")
_MINUS = re.compile(r"(?<!\w)minus (?=\d)", re.IGNORECASE)
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f")
_ARROWS = str.maketrans({"↑": " increased ", "⬆": " increased ", "↓": " decreased ", "⬇": " decreased "})
_ORDINAL_DAY = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")


@dataclass(frozen=True, slots=True)
class Token:
    """``text`` as written, ``key`` what it is compared by, ``glued``: no space before it, only a hyphen or
    nothing. ``power`` is the exponent of ten behind a number, ``low`` the text in lower case."""

    kind: str
    text: str
    key: str
    glued: bool = False
    power: int = 0
    low: str = ""


def plain(text: str) -> str:
    """One way of writing: tags off, powers as ``^``, fractions and the digits of all scripts as ASCII ones, what is
    not seen taken out, arrows as words, dates as day month year."""
    text = _TAG.sub(" ", text[:LONGEST])
    if text.isascii():
        return dated(text)
    text = "".join(c for c in text if c not in _UNSEEN)
    text = _TENTH.sub("^", text)
    text = _SUPER.sub(lambda m: m.group().translate(_UP), text)
    text = _VULGAR.sub(lambda m: f"{m[1]} {_FRACTION[m[2]]}" if m[1] else _FRACTION[m[2]], text)
    text = unicodedata.normalize("NFKC", text.translate(_ARROWS))
    text = "".join(str(unicodedata.decimal(c)) if c > "9" and c.isdecimal() else c for c in text)
    return dated(text.replace("’", "'").replace("‘", "'"))


def dated(text: str) -> str:
    """Dates as day, month, year; *minus* before a figure as its sign."""
    text = _MINUS.sub("-", text)
    text = _ISO_DATE.sub(lambda m: f"{int(m[3])} {MONTHS[int(m[2]) - 1].title()} {m[1]}", text)
    text = _SHORT_MONTH.sub(_month, text)
    return _ORDINAL_DAY.sub("", text) if any(month in text.lower() for month in MONTHS) else text


def _month(found: re.Match[str]) -> str:
    short = found.group().rstrip(".").lower()[:3]
    return next(month for month in MONTHS if month.startswith(short)).title()


def tokens(text: str) -> list[Token]:
    """The tokens of a text in order."""
    found: list[Token] = []
    written, end = plain(text), -1
    for match in _TOKEN.finditer(written):
        kind, raw = match.lastgroup or MARK, match.group()
        glued = match.start() == end
        end = match.end()
        if kind == MARK and raw[0] in _DASHES:
            # a hyphen inside a word joins; a dash between spaces parts
            inside = glued and end < len(written) and not written[end].isspace()
            if inside and len(raw) == 1 and found:
                previous = found[-1]
                digit = previous.kind == NUMBER and written[end].isdigit()
                if not digit:
                    continue
            found.append(Token(MARK, "-", "-", glued, 0, "-"))
        elif match["number"] is not None:
            power = int((match[2] or match[3] or "0").replace("−", "-").replace("–", "-"))
            literal = raw[: match.start(2) - match.start()] if match[2] else raw
            found.append(Token(NUMBER, raw, mantissa(literal), glued, power, raw.lower()))
        elif kind == MARK:
            found.append(Token(MARK, raw, raw, glued, 0, raw))
        else:
            joined = glued or (end >= 0 and _hyphened(written, match.start()))
            found.append(Token(WORD, raw, key(folded(raw)), joined, 0, raw.lower()))
    return found


def _hyphened(text: str, at: int) -> bool:
    return at > 1 and text[at - 1] in _DASHES and not text[at - 2].isspace()


def mantissa(literal: str) -> str:
    """The digits of a number with a full stop for the decimal mark, without the power of ten.

    ``1,000`` and ``10 000`` have thousands; ``0,5``, ``1,25`` and ``0·5`` decimals.
    """
    digits = re.split(r"[xX×*eE]|·\s?10", literal)[0].strip() if re.search(r"[xX×*eE]", literal) else literal.strip()
    digits = digits.replace("·", ".")
    if "," in digits:
        whole = digits.partition(",")[0]
        thousands = re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits) and not whole.startswith("0")
        digits = digits.replace(",", "" if thousands else ".")
    return re.sub(r"[\s\u00a0\u2009\u202f'’]", "", digits)
