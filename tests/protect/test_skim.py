"""What raises a class at ingest, and what public pages are full of and does not."""

from __future__ import annotations

import time

import pytest

from avouch.protect.skim import skim
from avouch.records import Classification

PUBLIC, INTERNAL, CONFIDENTIAL, RESTRICTED = Classification
FILL = "The dose is repeated after six hours where the fever goes on. " * 40

RAISED = [
    ("Medical record number is 0012345.", RESTRICTED, "a patient's number"),
    ("MRN: A-1023-77", RESTRICTED, "a patient's number"),
    ("NHS number 943 476 5919", RESTRICTED, "a patient's number"),
    ("Medicare 1EG4-TE5-MK73", RESTRICTED, "a patient's number"),
    ("Her SSN is 536-90-4399.", RESTRICTED, "official number"),
    ("Aadhaar 2341 2341 2346", RESTRICTED, "official number"),
    ("PAN ABCPE1234F", RESTRICTED, "official number"),
    ("passport no. X1234567", RESTRICTED, "official number"),
    ("4111 1111 1111 1111", RESTRICTED, "card or account"),
    ("pay by card 4111111111111111", RESTRICTED, "card or account"),
    ("GB33BUKB20201555555555", RESTRICTED, "card or account"),
    ("account no. 00332211", RESTRICTED, "card or account"),
    ("password: hunter2!X9", RESTRICTED, "key, token or password"),
    ("AKIAIOSFODNN7EXAMPLE", RESTRICTED, "key, token or password"),
    ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", RESTRICTED, "key, token or password"),
    ("postgresql://root:s3cr3tpw@db.internal/x", RESTRICTED, "key, token or password"),
    ("-----BEGIN PRIVATE KEY-----\nMIIB", RESTRICTED, "key, token or password"),
    ("Christina Cooper, date of birth 07/01/1954, has a cough.", RESTRICTED, "a person and a date of birth"),
    ("Martha Collins is a 50-year-old female with a cough.", CONFIDENTIAL, "names a person with their age"),
]
PLAIN = [
    "Call the help line on 1-800-422-6237, or write to nih@example.org.",
    "NIDCR, 31 Center Drive MSC 2190, Building 31, Room 5B55, Bethesda, MD 20892-2190",
    "TWIST is a basic helix-loop-helix transcription factor; see also Basic Helix-Loop-Helix proteins.",
    "10 12 200 10 14 225 11 16 250 13 18 275 14 19 300 15 21 325",
    "Between 2008-2010 and 2011-2015, 123456 patients were seen (ClinicalTrials.gov NCT01234567).",
    "The token economy is a secret of success; a password is needed, and the key: patience.",
    "Children born on 31 October 2008 or later are 12 years old at most.",
    "Dr James Parkinson described the disease in 1817.",
    "EudraCT 2004-000446-20, doi:10.1186/1471-2105-12-345, PMID 21234567",
    "Patient: I have a cough. Doctor: Since when?",
    "phosphatidylinositol-3,4,5-trisphosphate and N-acetylgalactosaminyltransferase",
    "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
]


@pytest.mark.parametrize(("text", "to", "why"), RAISED, ids=[text[:24] for text, _, _ in RAISED])
def test_what_is_surely_somebodys_raises_wherever_it_stands(text: str, to: Classification, why: str) -> None:
    for whole in (text, FILL + "\n" + text + "\n" + FILL, FILL.replace("\n", " ") + text):
        found = skim([whole], PUBLIC)
        assert found.classification is to
        assert why in " ".join(found.reasons)
    assert skim(["nothing", text], PUBLIC).classification is to, "a title counts as well"


@pytest.mark.parametrize("text", PLAIN, ids=[text[:24] for text in PLAIN])
def test_public_pages_stay_public(text: str) -> None:
    assert not skim([text, FILL + text + " " + FILL], PUBLIC).reasons


def test_nothing_is_lowered_and_the_strictest_needs_no_look() -> None:
    for declared in Classification:
        assert skim([FILL], declared).classification is declared
        found = skim(["Martha Collins is a 50-year-old female."], declared)
        assert found.classification is max(declared, CONFIDENTIAL)
        assert bool(found.reasons) == (declared < CONFIDENTIAL)
    assert not skim(["MRN: 0012345"], RESTRICTED).reasons


def test_labels_that_say_what_it_holds_raise_and_those_that_say_who_reads_it_do_not() -> None:
    assert skim(["Text."], PUBLIC, {"phi"}).classification is RESTRICTED
    assert skim(["Text."], INTERNAL, {"PII"}).classification is CONFIDENTIAL
    for group in ("hr", "finance", "patient", "internal", "staff"):
        assert not skim(["Text."], PUBLIC, {group}).reasons


@pytest.mark.parametrize(
    "text",
    [
        "\uff2d\uff32\uff2e: \uff10\uff10\uff11\uff12\uff13\uff14\uff15",
        "M\u200bRN: 00\u200b12345",
        "MRN\u00a0: 00\u201012345",
    ],
)
def test_a_disguise_is_read_as_what_it_looks_like(text: str) -> None:
    assert skim([text], PUBLIC).classification is RESTRICTED


def test_the_reasons_hold_nothing_of_the_text() -> None:
    for text, _, _ in RAISED:
        words = " ".join(skim([text], PUBLIC).reasons)
        assert not any(part in words for part in text.split() if any(map(str.isdigit, part)))


@pytest.mark.parametrize(
    "text",
    [
        *("1" * 200_000, "1 " * 100_000, "a" * 200_000, "born " * 40_000, "MRN: " * 40_000, "-" * 200_000),
        *("x@:" * 60_000, "://a:" * 40_000, "age 50 " * 30_000, "\u200b" * 200_000, "password: " * 20_000),
        "\u0130" * 100_000,
    ],
    ids=lambda text: text[:6].encode("unicode_escape").decode(),
)
def test_hostile_texts_take_no_longer_than_long_ones(text: str) -> None:
    began = time.process_time()
    skim([text], PUBLIC)
    assert time.process_time() - began < 5
