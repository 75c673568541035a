"""Verdicts and reasons, by check; the page that tells of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from avouch.claims.check import Asked, check, check_all
from avouch.claims.lexicon import Lexicon
from avouch.records import Vectors, Verdict

NONE = Lexicon()
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "claims.md").read_text("utf-8")
SUPPORTED, PARTLY = Verdict.SUPPORTED, Verdict.PARTLY
UNSUPPORTED, CONTRADICTED = Verdict.UNSUPPORTED, Verdict.CONTRADICTED


def verdict(claim: str, *cited: str, heads: Sequence[str] = (), lexicon: Lexicon = NONE) -> tuple[Verdict, set[str]]:
    found = check(claim, cited, heads, lexicon, None)
    return found.verdict, {reason.check for reason in found.reasons}


def test_the_page_tells_what_is_so() -> None:
    (span,) = re.findall(r"^> (.+)$", PAGE, re.M)
    rows = re.findall(r"^\| ([A-Z0-9].*\.) \| (\w+) \| ?(\w*) ?\|$", PAGE, re.M)
    assert len(rows) > 9
    for claim, told, name in rows:
        found, checks = verdict(claim, span)
        assert found.value == told, claim
        assert not name or name in checks, claim


@pytest.mark.parametrize(
    ("claim", "cited", "told", "name"),
    [
        ("The dose is 5 mg.", "The dose is 5 g.", CONTRADICTED, "unit"),
        ("All patients improved.", "Nearly all patients improved.", CONTRADICTED, "quantifier"),
        ("All patients improved.", "All but one patient improved.", CONTRADICTED, "quantifier"),
        ("All patients improved.", "All patients except two improved.", CONTRADICTED, "quantifier"),
        ("Every dose was tolerated.", "At least one dose was tolerated.", CONTRADICTED, "quantifier"),
        (
            "Each patient improved after treatment.",
            "3 or more patients improved after treatment.",
            CONTRADICTED,
            "quantifier",
        ),
        ("Each patient received at least 3 doses.", "Patients received at least 3 doses.", SUPPORTED, ""),
        ("Most patients improved.", "All but two patients improved.", SUPPORTED, ""),
        ("All 24 patients had at least one relapse.", "All 24 patients had at least one relapse.", SUPPORTED, ""),
        ("All patients received at least 3 doses.", "All patients received at least three doses.", SUPPORTED, ""),
        ("The dose is 0.25 mg.", "The dose is 250 µg.", SUPPORTED, ""),
        ("The dose is 0,5 g.", "The dose is 500 milligrams.", SUPPORTED, ""),
        ("The level was 90 mg/dL.", "The level was 90 mmol/L.", CONTRADICTED, "unit"),
        ("The level was 0.9 g/L.", "The level was 90 mg/dL.", SUPPORTED, ""),
        ("In all, 1,200 people took part.", "In all, 12,00 people took part.", CONTRADICTED, "number"),
        ("Leukocytes were 3.5 × 10^9/L.", "Leukocytes were 3.5 x 10(9)/L.", SUPPORTED, ""),
        ("Leukocytes were 3.5 × 10^9/L.", "Leukocytes were 3.5 x 10(6)/L.", CONTRADICTED, "number"),
        ("It lasts at least 3 days.", "It lasts at most 3 days.", CONTRADICTED, "comparator"),
        ("It lasts no less than 3 days.", "It lasts ≥ 3 days.", SUPPORTED, ""),
        ("The range was 2–6 mg.", "The range was 2 to 6 mg.", SUPPORTED, ""),
        ("The range was 2–8 mg.", "The range was 2 to 6 mg.", CONTRADICTED, "dose"),
        ("Half of the patients relapsed.", "50% of the patients relapsed.", SUPPORTED, ""),
        ("One third of patients relapsed.", "Two thirds of patients relapsed.", CONTRADICTED, "number"),
        ("Follow-up took 2 weeks.", "Follow-up took fourteen days.", SUPPORTED, ""),
        ("It is given q8h.", "It is given three times a day.", SUPPORTED, ""),
        ("It is given every other week.", "It is given weekly.", UNSUPPORTED, "frequency"),
        ("It was approved on 2019-03-12.", "It was approved on March 12, 2019.", SUPPORTED, ""),
        ("It was approved in April 2019.", "It was approved in March 2019.", CONTRADICTED, "date"),
        ("It was approved in 2018.", "It was approved in 2019.", CONTRADICTED, "date"),
        ("Group A lost 5 kg and group B 9 kg.", "Group A lost 9 kg and group B 5 kg.", CONTRADICTED, "number"),
        ("The drug is not effective in gout.", "The drug is effective in gout.", CONTRADICTED, "negation"),
        ("The drug is effective in gout.", "The drug is ineffective in gout.", CONTRADICTED, "direction"),
        ("The drug is not effective in gout.", "The drug is ineffective in gout.", SUPPORTED, ""),
        ("The drug reduces pain.", "There is no evidence that the drug reduces pain.", CONTRADICTED, "negation"),
        ("The drug reduced pain.", "The drug failed to reduce pain.", CONTRADICTED, "negation"),
        ("The drug did not reduce pain.", "The drug failed to reduce pain.", SUPPORTED, ""),
        ("The drug was given without food.", "The drug was given with food.", CONTRADICTED, "negation"),
        ("The drug may reduce pain.", "The drug reduces pain.", SUPPORTED, ""),
        ("Pain was unaffected by rest.", "Rest did not affect pain.", SUPPORTED, ""),
        ("Mortality was reduced by dexalin.", "Dexalin reduced mortality in adults with gout.", SUPPORTED, ""),
        ("The drug reduces pain.", "The drug might reduce pain.", PARTLY, "uncertainty"),
        ("The drug causes gout.", "The drug is associated with gout.", PARTLY, "uncertainty"),
        ("Symptoms began before surgery.", "Symptoms began after surgery.", CONTRADICTED, "direction"),
        ("Dexalin is superior to placebo.", "Dexalin is inferior to placebo.", CONTRADICTED, "direction"),
        ("It causes hypertension.", "It causes hypotension.", CONTRADICTED, "direction"),
        ("Rivalin is superior to dexalin.", "Dexalin is superior to rivalin.", CONTRADICTED, "name"),
        ("All children recovered.", "Most children recovered.", CONTRADICTED, "quantifier"),
        ("Children recovered quickly.", "Some children recovered quickly.", PARTLY, "quantifier"),
        ("It binds PD-L2 tightly.", "It binds PD-L1 tightly.", UNSUPPORTED, "name"),
        ("It raises TNF-alpha.", "It raises TNF-α.", SUPPORTED, ""),
        ("It blocks LB-100 binding.", "It blocks LB100 binding.", SUPPORTED, ""),
        ("Tumour cells were labelled.", "Tumor cells were labeled.", SUPPORTED, ""),
        ("This is a phase 3 trial.", "This is a phase III trial.", SUPPORTED, ""),
        ("This is a phase 2 trial.", "This is a phase III trial.", CONTRADICTED, "number"),
    ],
)
def test_verdicts(claim: str, cited: str, told: Verdict, name: str) -> None:
    found, checks = verdict(claim, cited)
    assert found is told, checks
    assert not name or name in checks


def test_nothing_cited_is_unsupported() -> None:
    for cited in ((), ("",), (" \n",)):
        assert verdict("Aspirin helps.", *cited) == (UNSUPPORTED, {"citation"})
    assert verdict("", "Aspirin helps.")[0] is UNSUPPORTED
    assert verdict("It is.", "It is so.")[0] is UNSUPPORTED


def test_a_part_of_a_sentence_is_not_the_sentence() -> None:
    assert verdict("Aspirin reduces mortality.", "It is not true that aspirin reduces mortality.")[0] is CONTRADICTED


def test_the_right_sentence_with_the_wrong_source_is_unsupported() -> None:
    right = "Dexalin halves the risk of relapse in adults with gout."
    assert verdict(right, right)[0] is SUPPORTED
    assert verdict(right, "Dexalin is a small molecule that is given by mouth.")[0] is UNSUPPORTED


def test_the_subject_may_stand_in_a_heading_alone() -> None:
    claim, span = "Dexalin is contraindicated in pregnancy.", "It is contraindicated in pregnancy."
    assert verdict(claim, span)[0] is UNSUPPORTED
    assert verdict(claim, span, heads=["Dexalin 500 mg tablets"])[0] is SUPPORTED


def test_abbreviations_hold_as_the_source_defines_them() -> None:
    span = "Tumour necrosis factor (TNF) rises. TNF falls again."
    assert verdict("Tumour necrosis factor falls again.", span)[0] is SUPPORTED
    # what a claim redefines is not believed
    assert verdict("Dexalin (MTX) helps in gout.", "Methotrexate (MTX) helps in gout.")[0] is UNSUPPORTED


def test_a_lexicon_knows_names_of_one_meaning() -> None:
    lexicon = Lexicon.of([["paracetamol", "acetaminophen"], ["heart attack", "myocardial infarction"]])
    claim, span = "Acetaminophen follows a heart attack.", "Paracetamol follows a myocardial infarction."
    assert verdict(claim, span)[0] is UNSUPPORTED
    assert verdict(claim, span, lexicon=lexicon)[0] is SUPPORTED


def test_reasons_quote_no_more_than_claim_and_span() -> None:
    found = check("The dose is 7 mg of rivalin.", ["The dose is 5 mg of dexalin."], [], NONE, None)
    for reason in found.reasons:
        for quoted in re.findall("“(.+?)”", reason.words):
            assert all(word in "The dose is 7 mg of rivalin. The dose is 5 mg of dexalin." for word in quoted.split())


def test_claims_of_one_answer_are_embedded_at_once_and_only_where_words_leave_it_open() -> None:
    asked: list[list[str]] = []

    def embed(texts: Sequence[str]) -> Vectors:
        asked.append(list(texts))
        return np.ones((len(texts), 1), np.float32)

    span = "Dexalin lowers the pressure in the eye over a period of many months."
    held = [
        Asked(claim, (span,))
        for claim in (
            span,
            "Dexalin lowers pressure in the eye for a long period.",
            "Dexalin lowers the pressure in that eye for long periods somehow.",
        )
    ]
    assert check_all(held, NONE, None)[0].verdict is SUPPORTED
    check_all(held, NONE, embed)
    assert len(asked) == 1


def test_a_model_may_save_words_but_not_figures() -> None:
    def sure(premises: Sequence[str], hypothesis: str) -> list[tuple[float, float, float]]:
        return [(0.9, 0.1, 0.0)] * len(premises)

    def against(premises: Sequence[str], hypothesis: str) -> list[tuple[float, float, float]]:
        return [(0.0, 0.1, 0.9)] * len(premises)

    span = "The medicine eased the ache of 12 people."
    thin = "Treatment gave relief."
    assert check(thin, [span], [], NONE, None).verdict is UNSUPPORTED
    assert check(thin, [span], [], NONE, None, sure).verdict is SUPPORTED
    assert check("The medicine eased the ache of 13 people.", [span], [], NONE, None, sure).verdict is CONTRADICTED
    assert check("The medicine eased the ache.", [span], [], NONE, None, against).verdict is CONTRADICTED
