"""Alternatives of one rule are quoted together: the reader's own case may be the one beside."""

from __future__ import annotations

import pytest
from tests.answer.passages import embed, passage, words

from avouch.answer.extract import extract
from avouch.answer.laid import LONG, Laid
from avouch.answer.rule import widened

AGES = (
    "Give adrenaline 500 micrograms intramuscularly to adults and children over 12 years. "
    "Children aged 6 to 12 years are given 300 micrograms. Children under 6 years are given 150 micrograms."
)
SCALE = "- Glucose below 8 mmol/L: 0 units\n- Glucose 8 to 12 mmol/L: 4 units\n- Glucose 12 to 16 mmol/L: 6 units"


def run(text: str, at: int) -> tuple[int, int]:
    return widened(Laid.of(passage(text), words), at, at)


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("told", [AGES, SCALE])
def test_neighbours_of_one_pattern(told: str, at: int) -> None:
    assert run(told, at) == (0, 2)


@pytest.mark.parametrize(
    "told",
    [
        "| Age | Dose |\n|---|---|\n| 1 to 3 months | 60 mg |\n| 3 to 6 months | 90 mg |",
        "Dose\n\n\n- Adults: 500 mg\n- Children over 6 years: 250 mg\n- Children under 6 years: 125 mg",
    ],
)
def test_rows_of_ages(told: str) -> None:
    assert run(told, 2)[1] == 3


@pytest.mark.parametrize(
    "told",
    [
        "- Amoxicillin 2 g every 4 hours\n- Gentamicin 1 g every 12 hours",
        "| Meropenem | 1 g every 8 hours |\n| Cefotaxime | 2 g every 8 hours |",
        "Lactate is measured after 2 hours. Antibiotics for sepsis go in within 1 hour.",
        "Apixaban 5 mg twice daily. Rivaroxaban 20 mg once daily.",
        "Give 500 mg to adults.\n\nGive 250 mg to children.",
        "Hands are washed. Hands are dried.",
    ],
)
def test_other_things_are_no_alternatives(told: str) -> None:
    assert run(told, 0) == (0, 0)


def test_a_quote_stays_within_its_length() -> None:
    told = "\n".join(f"- Glucose {n} to {n + 1} mmol/L: {n} units" for n in range(60))
    first, last = run(told, 30)
    assert first <= 30 < last
    assert Laid.of(passage(told), words).length(first, last) <= LONG


def test_a_scale_is_quoted_whole_and_once() -> None:
    question = "insulin for a glucose of 10 mmol/L"
    told = passage(f"Insulin, by a sliding scale:\n\n{SCALE}\n")
    found = extract(embed([question])[0], dict.fromkeys(words(question), 1.0), [told], words, embed)
    assert [sentence.text for sentence in found.chosen] == [SCALE[2:]]
