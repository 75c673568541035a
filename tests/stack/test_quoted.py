"""What is quoted on a ward: the rule that applies, of the drug that was asked about, with what it depends on."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import take_in

from avouch.records import Answer, Principal
from avouch.stack.ask import ask
from avouch.stack.stack import Stack

PAGES = {
    "ins.md": (
        "# Insulin\n\nSliding scale:\n\n- Glucose below 8 mmol/L: 0 units\n- Glucose 8 to 12 mmol/L: 4 units\n"
        "- Glucose 12 to 16 mmol/L: 6 units\n"
    ),
    "ana.md": (
        "# Anaphylaxis\n\nGive adrenaline 500 micrograms intramuscularly to adults and children over 12 years. "
        "Children aged 6 to 12 years are given 300 micrograms. Children under 6 years are given 150 micrograms.\n"
    ),
    "ibu.md": (
        "# Ibuprofen\n\nIbuprofen 400 mg three times daily with food. "
        "Avoid in chronic kidney disease with eGFR below 30 mL/min.\n"
    ),
    "dis.md": (
        "# Discharge\n\nMrs Osterfeld was admitted with pneumonia and treated with amoxicillin. "
        "She developed a rash on day 2. Penicillin allergy is now recorded.\n"
    ),
    "tab.md": (
        "# Antibiotics by renal function\n\n| Antibiotic | eGFR above 60 | eGFR 30 to 60 | eGFR below 30 |\n"
        "|---|---|---|---|\n| Meropenem | 1 g every 8 hours | 1 g every 12 hours | 500 mg every 12 hours |\n"
    ),
    "vte.md": (
        "# VTE\n\nEnoxaparin 40 mg once daily is given to medical inpatients. "
        "When eGFR is below 30 mL/min the dose is 20 mg once daily.\n"
    ),
}


@pytest.fixture(autouse=True)
def ward(stack: Stack, tmp_path: Path) -> None:
    folder = tmp_path / "ward"
    folder.mkdir()
    for name, text in PAGES.items():
        (folder / name).write_text(text)
    assert take_in(stack, folder).added == len(PAGES)


def said(answer: Answer) -> str:
    return "\n".join(claim.text for claim in answer.claims)


def test_every_row_of_a_scale_comes_in_order(stack: Stack, ann: Principal) -> None:
    told = said(ask(stack, ann, "How many units of insulin for a glucose of 10 mmol/L?"))
    rows = [told.index(row) for row in ("below 8 mmol/L: 0 units", "8 to 12 mmol/L: 4 units", "16 mmol/L: 6 units")]
    assert rows == sorted(rows)
