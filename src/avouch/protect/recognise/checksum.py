"""Check digits of identifiers. Each takes digits (or letters and digits) without separators."""

from __future__ import annotations

_VERHOEFF_D = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 4, 0, 6, 7, 8, 9, 5), (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7), (4, 0, 1, 2, 3, 9, 5, 6, 7, 8), (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2), (7, 6, 5, 9, 8, 2, 1, 0, 4, 3), (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)  # fmt: skip
_VERHOEFF_P = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 5, 7, 6, 2, 8, 3, 0, 9, 4), (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7), (9, 4, 5, 3, 1, 2, 6, 8, 7, 0), (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5), (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)  # fmt: skip

IBAN_LENGTHS = {
    country: int(length)
    for length, countries in (
        line.split(":")
        for line in (
            "15:NO|16:BE|18:DK FI FO GL NL SD|19:MK SI|20:AT BA EE KZ LT LU XK MN|21:CH HR LI LV"
            "|22:BG BH CR DE GB GE IE ME RS VA|23:AE GI IL IQ OM TL|24:AD CZ ES MD PK RO SA SE SK TN VG DZ"
            "|25:LY PT ST|26:IS TR|27:BI DJ FR GR IT MC MR SM|28:AL AZ BY CY DO GT HU LB NI PL SV"
            "|29:BR EG PS QA UA|30:JO KW MU YE|31:MT SC|32:LC|33:RU"
        ).split("|")
    )
    for country in countries.split()
}
"""Characters of an IBAN by country, after the registry of ISO 13616."""


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, mod 10: payment cards, NPI."""
    total = 0
    for i, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + i % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def verhoeff(digits: str) -> bool:
    """Verhoeff's dihedral check: Aadhaar."""
    check = 0
    for i, digit in enumerate(reversed(digits)):
        check = _VERHOEFF_D[check][_VERHOEFF_P[i % 8][int(digit)]]
    return check == 0


def mod97(iban: str) -> bool:
    """ISO 7064 mod 97-10 over letters and digits, with the length of the country."""
    turned = iban[4:] + iban[:4]
    return IBAN_LENGTHS.get(iban[:2]) == len(iban) and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def nhs(digits: str) -> bool:
    """Ten digits, mod 11: the NHS number of England, Wales and the Isle of Man; the CHI number likewise."""
    weighted = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True))
    return (11 - weighted % 11) % 11 == int(digits[9])


def npi(digits: str) -> bool:
    """Luhn over the ten digits behind the issuer prefix 80840."""
    return digits[0] in "12" and luhn("80840" + digits)


def dea(number: str) -> bool:
    """Two letters (the second may be a 9) and seven digits, the last of which is a check digit."""
    d = [int(digit) for digit in number[2:]]
    return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6]


def ssn(digits: str) -> bool:
    """Nine digits that the Social Security Administration may have given out; 9xx are taxpayers' (ITIN)."""
    return digits[:3] not in ("000", "666") and digits[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000"


def itin(digits: str) -> bool:
    """Nine digits in the ranges of the Internal Revenue Service."""
    group = int(digits[3:5])
    return digits[0] == "9" and (50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99)
