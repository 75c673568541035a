"""Quantities as they are written, in base units."""

from __future__ import annotations

import pytest

from avouch.claims.numbers import Quantity, agree, quantities, same
from avouch.claims.tokens import tokens


def read(text: str) -> list[Quantity]:
    return quantities(tokens(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("500 mg", "0.5 g"),
        ("500 mg", "0,5 g"),
        ("250 mcg", "250 µg"),
        ("1,000 g", "1 kg"),
        ("10 000 m", "10 km"),
        ("0·5 L", "500 mL"),
        ("5 mg/kg/day", "5 mg kg-1 day-1"),
        ("9 g/L", "900 mg/dL"),
        ("37 °C", "37°C"),
        ("120 mm Hg", "120 mmHg"),
        ("1.2 x 10(-5)", "1.2e-5"),
        ("10^9/L", "1e9 /L"),
        ("3.5 × 10⁹/L", "3.5 × 10^9/L"),
        ("25 %", "twenty-five percent"),
        ("½ h", "30 min"),
        ("3 million", "3,000,000"),
        ("two hundred and ten days", "210 days"),
        ("1 year", "12 months"),
        ("a decade is one decade", "10 years"),
        ("2-fold", "twofold"),
        ("2 mCi", "74 MBq"),
        ("twice daily", "every 12 hours"),
        ("b.i.d.", "2 times a day"),
        ("q8h", "three times daily"),
        ("once weekly", "every 7 days"),
        ("every other day", "every 48 hours"),
        ("phase II", "phase 2"),
        ("42 (15–66) years", "42 years"),
    ],
)
def test_the_same_in_other_words(one: str, other: str) -> None:
    first, second = read(one)[0], read(other)[0]
    assert same(first, second), (first, second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 mg", "5 g"),
        ("5 mg/dL", "5 mmol/L"),
        ("5 mg", "5 mL"),
        ("5 mM", "5 mm"),
        ("5 %", "5"),
        ("5 IU", "5 mg"),
        ("1.25", "125"),
        ("5 kb", "5 bp"),
        ("5 Gy", "5 Sv"),
        ("5 Hz", "5 Bq"),
        ("30 days", "1 month"),
        ("once daily", "once weekly"),
        ("10^9/L", "10^6/L"),
    ],
)
def test_not_the_same(one: str, other: str) -> None:
    assert not same(read(one)[0], read(other)[0])


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("≥ 5", ">="),
        ("at least five", ">="),
        ("no fewer than 5", ">="),
        ("5 or more", ">="),
        ("65 years of age or older", ">="),
        ("5+", ">="),
        ("up to 5", "<="),
        ("no more than 5", "<="),
        ("not more than 5", "<="),
        ("more than 5", ">"),
        ("> 5", ">"),
        ("under 5", "<"),
        ("about 5", "~"),
        ("exactly 5", "="),
    ],
)
def test_comparators(text: str, sign: str) -> None:
    assert read(text)[0].sign == sign


def test_about_is_near_enough() -> None:
    assert agree("=", "~") and not agree("<", "<=")
    assert same(read("about 12 %")[0], read("12.4 %")[0])
    assert not same(read("12 %")[0], read("12.4 %")[0])


def test_a_unit_said_once_holds_for_all() -> None:
    assert [quantity.unit for quantity in read("5–10 mg")] == ["milligram"] * 2
    assert [quantity.unit for quantity in read("10, 20 or 40 mg")] == ["milligram"] * 3


def test_words_behind_a_number_are_no_units() -> None:
    for text in ("5 a side", "5 in all", "5 as said", "5 or so", "24 patients"):
        assert read(text)[0].unit == "", text
