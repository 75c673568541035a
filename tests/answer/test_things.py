"""What a question names, a sentence or what it stands under must name as well."""

from __future__ import annotations

from tests.answer.passages import embed, passage, words

from avouch.answer.extract import extract
from avouch.answer.laid import Laid
from avouch.answer.things import Things
from avouch.records import Passage

IBUPROFEN = "Ibuprofen 400 mg three times daily with food. Avoid in kidney disease with eGFR below 30 mL/min."
ENOXAPARIN = "Enoxaparin 40 mg once daily is given. When eGFR is below 30 mL/min the dose is 20 mg once daily."


def quoted(question: str, *passages: Passage) -> list[str]:
    weights = dict.fromkeys(words(question), 1.0)
    return [s.text for s in extract(embed([question])[0], weights, passages, words, embed).chosen]


def test_things_are_no_numbers_no_measures_and_nothing_general() -> None:
    laid = [Laid.of(passage(text), words) for text in (IBUPROFEN, ENOXAPARIN)]
    found = Things.of(dict.fromkeys(words("ibuprofen dose eGFR 20 aspirin"), 1.0), laid, words)
    assert dict(found.weights) == {"ibuprofen": 1.0}
    assert found.share(frozenset({"ibuprofen", "egfr"})) == 1.0
    assert not Things.of({"dose": 1.0, "20": 1.0}, laid, words).asked


def test_another_drug_does_not_answer() -> None:
    told = [passage(IBUPROFEN, document="ibu"), passage(ENOXAPARIN, document="vte")]
    assert quoted("ibuprofen eGFR 20", *told) == [IBUPROFEN]
    assert quoted("enoxaparin eGFR 20", *told) == [ENOXAPARIN]


def test_in_whom_a_drug_is_given_is_no_drug() -> None:
    rivaroxaban = "Rivaroxaban 20 mg once daily. The dose is 15 mg once daily when eGFR is 15 to 49 mL/min in adults."
    warfarin = "Warfarin is avoided in pregnancy."
    told = passage(f"Apixaban 5 mg twice daily. {rivaroxaban} {warfarin}")
    assert quoted("apixaban eGFR 30", told) == ["Apixaban 5 mg twice daily."]
    assert quoted("apixaban pregnancy", told) == ["Apixaban 5 mg twice daily."]


def test_of_a_drug_that_nothing_names_nothing_is_quoted() -> None:
    assert quoted("gentamicin dose eGFR 20", passage(ENOXAPARIN)) == []


def test_where_nothing_is_named_what_is_elliptic_comes_with_its_subject() -> None:
    assert quoted("dose when eGFR is 20", passage(ENOXAPARIN)) == [ENOXAPARIN]


def test_what_stands_under_a_heading_is_of_what_the_heading_names() -> None:
    told = passage("# Ibuprofen\n\nKidney failure with eGFR below 30 mL/min: avoid.", document="renal")
    assert quoted("ibuprofen eGFR 20", told, passage(ENOXAPARIN)) == [
        "Kidney failure with eGFR below 30 mL/min: avoid."
    ]


def test_what_is_asked_for_comes_with_whom_it_is_about() -> None:
    told = "Mrs Osterfeld was admitted with pneumonia. She had a rash on day 2. Penicillin allergy is now recorded."
    assert quoted("allergy mrs osterfeld", passage(told)) == [told]


def test_what_goes_on_from_another_passage_is_not_quoted() -> None:
    assert quoted("eGFR below 30", passage("The dose is 20 mg when eGFR is below 30 mL/min.", start=900)) == []
