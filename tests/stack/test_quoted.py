"""What is quoted on a ward: the rule that applies, of the drug that was asked about, with what it depends on."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import take_in

from avouch.records import Answer, Principal
from avouch.stack import vouchers
from avouch.stack.ask import ask
from avouch.stack.replay import replay
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


@pytest.mark.parametrize("question", ["ibuprofen eGFR 20 ok?", "What dose of meropenem in eGFR 40?"])
def test_another_drugs_dose_is_no_answer(stack: Stack, ann: Principal, question: str) -> None:
    answer = ask(stack, ann, question)
    assert not answer.abstained
    assert "20 mg once daily" not in said(answer)
    assert all(citation.document_key != "vte.md" for claim in answer.claims for citation in claim.citations)


def test_the_exception_comes_with_the_rule(stack: Stack, ann: Principal) -> None:
    [claim] = ask(stack, ann, "ibuprofen eGFR 20 ok?").claims
    assert claim.text.startswith("Ibuprofen 400 mg") and "eGFR below 30 mL/min" in claim.text


@pytest.mark.parametrize("question", ["dose when eGFR is 20", "What is the enoxaparin dose when eGFR is below 30?"])
def test_an_elliptic_dose_comes_with_its_drug(stack: Stack, ann: Principal, question: str) -> None:
    for claim in ask(stack, ann, question).claims:
        if "the dose is 20 mg" in claim.text:
            assert claim.text.startswith("Enoxaparin")


def test_a_drug_that_nothing_names_has_no_dose(stack: Stack, ann: Principal) -> None:
    assert ask(stack, ann, "gentamicin dose eGFR 20?").abstained


def test_what_is_asked_for_is_quoted_with_the_person(stack: Stack, ann: Principal) -> None:
    [claim] = ask(stack, ann, "Which allergy does Mrs Osterfeld have?").claims
    assert claim.text == PAGES["dis.md"].partition("\n\n")[2].strip()


def test_every_age_of_a_rule_is_quoted(stack: Stack, ann: Principal) -> None:
    [claim] = ask(stack, ann, "adrenaline dose for a 4 year old child").claims
    assert claim.text == PAGES["ana.md"].partition("\n\n")[2].strip()


def test_a_row_comes_with_its_heads(stack: Stack, ann: Principal) -> None:
    [claim] = ask(stack, ann, "What dose of meropenem in eGFR 40?").claims
    [row, head] = claim.citations
    assert claim.text == row.quote == "Meropenem | 1 g every 8 hours | 1 g every 12 hours | 500 mg every 12 hours"
    assert claim.under == (head.quote,) == ("Antibiotic | eGFR above 60 | eGFR 30 to 60 | eGFR below 30",)
    for cited in claim.citations:
        assert PAGES["tab.md"][cited.start : cited.end] == cited.quote


def test_a_row_is_replayed_with_its_heads(stack: Stack, ann: Principal) -> None:
    answer = ask(stack, ann, "What dose of meropenem in eGFR 40?")
    assert replay(stack, stack.owner, answer.voucher_id).verdict == "same"
    told, gone = vouchers.export(stack, answer.voucher_id)
    assert told["disclosures"]["/claims/0/citations/1"]["value"]["quote"].startswith("Antibiotic")
    assert not gone


def test_a_row_of_a_long_table_comes_with_its_heads(stack: Stack, ann: Principal, tmp_path: Path) -> None:
    rows = [f"| Solution {n} | {n} mL every 8 hours | {n} mL once daily |\n" for n in range(500, 620)]
    rows[110] = "| Vancomycin | 1 g every 12 hours | 500 mg once daily |\n"
    head = "Medicine | eGFR above 60 | eGFR below 60"
    (tmp_path / "long").mkdir()
    (tmp_path / "long" / "formulary.md").write_text(f"# Formulary\n\n| {head} |\n|---|---|---|\n{''.join(rows)}")
    take_in(stack, tmp_path / "long")
    claim = ask(stack, ann, "What is the dose of vancomycin?").claims[0]
    assert claim.text == "Vancomycin | 1 g every 12 hours | 500 mg once daily"
    assert claim.under == (head,)


def test_a_part_that_nothing_was_found_for_is_named(stack: Stack, ann: Principal) -> None:
    question = "What is the ibuprofen dose and who invented it?"
    answer = ask(stack, ann, question)
    assert answer.notes == ("nothing was found for “who invented it”",)
    told, _ = vouchers.export(stack, answer.voucher_id)
    assert [question[first:end] for first, end in told["body"]["missed"]] == ["who invented it"]


def test_of_an_ordinary_question_nothing_is_noted(stack: Stack, ann: Principal) -> None:
    assert ask(stack, ann, "ibuprofen eGFR 20 ok?").notes == ()


def test_who_asks_too_much_at_once_is_told_so(stack: Stack, ann: Principal) -> None:
    answer = ask(stack, ann, "How is meropenem dosed, and how much insulin for a glucose of 7?")
    assert answer.abstained == any("one by one" in note for note in answer.notes)
