"""What a quote stands under: the words without which nobody can tell what it says."""

from __future__ import annotations

from tests.answer.passages import embed, passage, words

from avouch.answer.extract import extract
from avouch.answer.under import head

RENAL = "# Renal dosing\n\n## Ibuprofen\n\nAvoid when eGFR is below 30 mL/min.\n"
TABLE = (
    "| Drug | eGFR above 60 | eGFR below 30 |\n|---|---|---|\n"
    "| Meropenem | 1 g | 500 mg |\n| Ampicillin | 2 g | 1 g |\n"
)
PLAIN = "Drug | eGFR above 60 | eGFR below 30\nMeropenem | 1 g | 500 mg\nAmpicillin | 2 g | 1 g\n"


def beside(text: str, question: str) -> list[tuple[str, list[str]]]:
    weights = dict.fromkeys(words(question), 1.0)
    found = extract(embed([question])[0], weights, [passage(text)], words, embed)
    return [(one.text, [text[span.start : span.end] for span in one.under]) for one in found.chosen]


def test_a_row_under_its_heads() -> None:
    head = ["Drug | eGFR above 60 | eGFR below 30"]
    for told in (TABLE, PLAIN):
        assert ("Ampicillin | 2 g | 1 g", head) in beside(told, "ampicillin eGFR 20")


def test_an_item_under_the_line_that_leads_to_its_list() -> None:
    told = "For endocarditis of a native valve:\n\n- Amoxicillin 2 g every 4 hours\n- Gentamicin 1 mg/kg\n"
    assert beside(told, "amoxicillin") == [
        ("Amoxicillin 2 g every 4 hours", ["For endocarditis of a native valve:"]),
    ]


def test_an_elliptic_sentence_under_its_heading() -> None:
    assert beside(RENAL, "ibuprofen eGFR 20") == [("Avoid when eGFR is below 30 mL/min.", ["Ibuprofen"])]


def test_a_sentence_that_says_it_all_stands_under_nothing() -> None:
    told = "# Ibuprofen\n\nIbuprofen 400 mg is given three times daily."
    assert beside(told, "ibuprofen dose") == [("Ibuprofen 400 mg is given three times daily.", [])]


def test_the_heads_of_a_table_in_a_whole_text() -> None:
    text = f"# Doses of all\n\n{TABLE}\nGive slowly."
    for row in ("Meropenem", "Ampicillin"):
        found = head(text, text.index(row))
        assert found and text[found.start : found.end] == "Drug | eGFR above 60 | eGFR below 30"
    assert head(text, text.index("Drug")) is None
    assert head(text, text.index("Give")) is None
    assert head("a | b", 4) is None
