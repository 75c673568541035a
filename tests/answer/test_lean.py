"""A sentence whose subject stands before it is quoted with that, or not at all."""

from __future__ import annotations

import pytest
from tests.answer.passages import passage, words

from avouch.answer.laid import LONG, Laid
from avouch.answer.lean import first, leans

ENOXAPARIN = "Enoxaparin 40 mg once daily is given to medical inpatients."


@pytest.mark.parametrize(
    "told",
    [
        "When eGFR is below 30 mL/min the dose is 20 mg once daily.",
        "Avoid in chronic kidney disease.",
        "Do not use in pregnancy.",
        "It is given slowly.",
        "She developed a rash on day 2.",
        "In children it is given at 10 mg/kg.",
        "Maximum dose 4 g.",
        "Reduce to 20 mg.",
        "Contraindicated in asthma.",
        "Children under 6 years are given 150 micrograms.",
        "If not, call the renal pharmacist.",
    ],
)
def test_it_leans(told: str) -> None:
    assert leans(told)


@pytest.mark.parametrize(
    "told",
    [
        ENOXAPARIN,
        "The maximum single dose of ferric carboxymaltose is 1,000 mg.",
        "Give adrenaline 500 micrograms intramuscularly.",
        "The dose of gabapentin is 300 mg once daily.",
        "Itraconazole is given with food.",
        "Alcohol hand rub is applied for 20 seconds.",
    ],
)
def test_it_stands_by_itself(told: str) -> None:
    assert not leans(told)


def begins(text: str, at: int) -> int:
    return first(Laid.of(passage(text), words), at)


def test_it_goes_back_to_what_stands_by_itself() -> None:
    told = f"Lactate is measured. {ENOXAPARIN} It is injected. The dose is 20 mg when eGFR is low."
    assert begins(told, 3) == 1
    assert begins(told, 1) == 1


def test_it_goes_back_over_no_heading_and_no_row() -> None:
    assert begins(f"{ENOXAPARIN}\n\n# Ibuprofen\n\nAvoid in asthma.", 2) == 2
    assert begins("| Drug | Dose |\n|---|---|\n| Enoxaparin | 40 mg |\n\nAvoid in asthma.", 3) == 3


def test_it_does_not_go_back_for_ever() -> None:
    told = " ".join(["It goes on and on."] * 20)
    assert begins(told, 19) > 10
    assert len(told) < LONG
