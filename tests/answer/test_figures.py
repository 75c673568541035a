"""What tells two sentences apart that are alike in all else."""

from __future__ import annotations

import pytest

from avouch.answer.figures import amounts, figures, units


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Glucose 8 to 12 mmol/L: 4 units", "Glucose 12 to 16 mmol/L: 6 units"),
        ("Give 20 mg daily.", "Give 20 g daily."),
        ("Give 0.5 mg.", "Give 5 mg."),
        ("Give 40 mg once daily.", "Give 40 mg twice daily."),
        ("Aspirin is given after surgery.", "Aspirin is not given after surgery."),
        ("Stop above 30 mL/min.", "Stop below 30 mL/min."),
    ],
)
def test_what_differs(one: str, other: str) -> None:
    assert figures(one) != figures(other)


def test_words_alone_make_no_difference() -> None:
    assert figures("Rub hands for 20 seconds.") == figures("Hands are rubbed for 20 seconds, said the nurse.")


def test_amounts_have_the_unit_that_follows() -> None:
    assert amounts("8 to 12 mmol/L: 1,000 mg, 5%") == {("8", ""), ("12", "mmol"), ("1,000", "mg"), ("5", "%")}
    assert units("Children aged 6 to 12 years: 300 micrograms, 2 of them") == {"years", "micrograms", "of"}
