"""Identifiers that the public set lacks, made by rule: right ones with and without a word nearby, and wrong ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

EACH = 60
SEED = 5
_MBI = "ACDEFGHJKMNPQRTUVWXY"
_D = [[0] * 10 for _ in range(10)]
_P = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
for _a in range(10):
    for _b in range(10):  # the dihedral group of the pentagon
        _D[_a][_b] = (_a + _b) % 5 if _a < 5 and _b < 5 else 0
        if _a < 5 <= _b:
            _D[_a][_b] = 5 + (_a + _b) % 5
        elif _a >= 5 > _b:
            _D[_a][_b] = 5 + (_a - _b) % 5
        elif _a >= 5 and _b >= 5:
            _D[_a][_b] = (_a - _b) % 5
for _i in range(2, 8):
    _P.append([_P[_i - 1][_P[1][_n]] for _n in range(10)])


class Made(NamedTuple):
    """One sentence. ``kind`` is empty where the number is wrong and nothing should be seen in it."""

    kind: str
    text: str
    start: int
    end: int


class Form(NamedTuple):
    """How a kind looks: a right number, how it is grouped, and the word that says what it is."""

    kind: str
    make: Callable[[random.Random], str]
    groups: tuple[int, ...]
    mark: str
    word: str


def _digits(dice: random.Random, count: int, first: str = "0123456789") -> str:
    return dice.choice(first) + "".join(dice.choices("0123456789", k=count - 1))


def _aadhaar(dice: random.Random) -> str:
    body, check = _digits(dice, 11, "23456789"), 0
    for i, digit in enumerate(reversed(body)):
        check = _D[check][_P[(i + 1) % 8][int(digit)]]
    return body + str(next(c for c in range(10) if _D[check][c] == 0))


def _nhs(dice: random.Random) -> str:
    while True:
        body = _digits(dice, 9, "4679")
        check = (11 - sum(int(d) * w for d, w in zip(body, range(10, 1, -1), strict=True)) % 11) % 11
        if check < 10:
            return body + str(check)


def _luhn(body: str) -> str:
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(body)))
    return str(-total % 10)


def _npi(dice: random.Random) -> str:
    body = _digits(dice, 9, "12")
    return body + _luhn("80840" + body)


def _dea(dice: random.Random) -> str:
    body = _digits(dice, 6)
    check = sum(map(int, body[::2])) + 2 * sum(map(int, body[1::2]))
    return dice.choice("ABFGM") + dice.choice("ABCDEFGHKLMNPRST") + body + str(check % 10)


def _mbi(dice: random.Random) -> str:
    places = {"C": "123456789", "A": _MBI, "N": "0123456789", "X": _MBI + "0123456789"}
    return "".join(dice.choice(places[place]) for place in "CAXNAXNAANN")


def _nino(dice: random.Random) -> str:
    return dice.choice("ABCEHJL") + dice.choice("ABCEHJLM") + _digits(dice, 6) + dice.choice("ABCD")


def _pan(dice: random.Random) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return "".join(dice.choices(letters, k=3)) + "P" + dice.choice(letters) + _digits(dice, 4) + dice.choice(letters)


FORMS = (
    Form("IN_AADHAAR", _aadhaar, (4, 4, 4), " ", "Aadhaar number"),
    Form("UK_NHS", _nhs, (3, 3, 4), " ", "NHS number"),
    Form("US_NPI", _npi, (10,), "", "NPI"),
    Form("US_DEA", _dea, (9,), "", "DEA number"),
    Form("US_MBI", _mbi, (4, 3, 4), "-", "Medicare number"),
    Form("UK_NINO", _nino, (2, 2, 2, 2, 1), " ", "National Insurance number"),
    Form("IN_PAN", _pan, (10,), "", "PAN"),
    Form("IN_ABHA", lambda dice: _digits(dice, 14, "123456789"), (2, 4, 4, 4), "-", "ABHA number"),
)
PEER = {
    "IN_AADHAAR": "IN_AADHAAR", "UK_NHS": "UK_NHS", "US_NPI": "US_NPI", "US_DEA": "MEDICAL_LICENSE", "US_MBI": "US_MBI",
    "UK_NINO": "UK_NINO", "IN_PAN": "IN_PAN", "IN_ABHA": "IN_ABHA",
}  # fmt: skip
"""What the peer calls them."""
_BEFORE = ("The {word} is ", "{word}: ", "Please note my {word} ", "On file under {word} ")
_BARE = ("The number on the form was ", "Ref ", "We wrote down ", "It says ")


def made() -> Iterator[Made]:
    """Of each kind 60 right ones behind their word, 60 in groups behind none, and 60 with a wrong last digit."""
    dice = random.Random(SEED)
    for form in FORMS:
        for i in range(EACH):
            yield _put(form.kind, dice.choice(_BEFORE).format(word=form.word), form.make(dice), form, i % 2 == 0)
            yield _put(form.kind, dice.choice(_BARE), form.make(dice), form, True)
        for _ in range(EACH if form.kind in ("IN_AADHAAR", "UK_NHS", "US_NPI", "US_DEA") else 0):
            number = form.make(dice)
            yield _put(
                "", dice.choice(_BARE), number[:-1] + str((int(number[-1]) + dice.randint(1, 9)) % 10), form, True
            )


def _put(kind: str, before: str, number: str, form: Form, grouped: bool) -> Made:
    if grouped:
        at, parts = 0, []
        for count in form.groups:
            parts.append(number[at : at + count])
            at += count
        number = form.mark.join(parts)
    return Made(kind, f"{before}{number}, thank you.", len(before), len(before) + len(number))
