"""Names, abbreviations, and what words are compared by."""

from __future__ import annotations

import pytest

from avouch.claims.cues import NEGATION, cues
from avouch.claims.lexicon import Lexicon, definitions
from avouch.claims.reading import read
from avouch.claims.report import unframed
from avouch.claims.stem import akin, folded, key
from avouch.claims.words import ordinary


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("tumour necrosis factor (TNF) rose", "tnf", ("tumor", "necrosis", "factor")),
        ("rheumatoid arthritis (RA)", "ra", ("rheumatoid", "arthritis")),
        ("osteoarthritis (OA)", "oa", ("osteoarthritis",)),
        ("the nicotinic acetylcholine receptor (nAChR)", "nachr", ("nicotinic", "acetylcholin", "receptor")),
        ("TNF (tumour necrosis factor)", "tnf", ("tumor", "necrosis", "factor")),
    ],
)
def test_abbreviations(text: str, short: str, long: tuple[str, ...]) -> None:
    assert (short, long) in definitions(text)


def test_not_every_bracket_defines() -> None:
    for text in ("patients (24)", "at once (P < 0.05)", "it rose (see Table)", "(TNF)", "alone (and)"):
        assert definitions(text) == [], text


@pytest.mark.parametrize(
    "pair",
    [
        "tumour tumors",
        "haemoglobin hemoglobin",
        "labelled labeled",
        "randomised randomized",
        "fibres fiber",
        "studies study",
    ],
)
def test_one_key(pair: str) -> None:
    one, other = pair.split()
    assert key(folded(one)) == key(folded(other))


def test_kin_and_strangers() -> None:
    kin = ("inhibits inhibition", "mortality mortal", "reduce reduction", "diagnosed diagnosis")
    strangers = ("insulin insulinoma", "hepatic hepatitis", "adenoma adenosine", "hear heart")
    for pair in kin + strangers:
        one, other = (key(folded(word)) for word in pair.split())
        assert akin(one, other) is (pair in kin), pair


def test_letters_that_look_alike() -> None:
    assert folded("TNF-α") == "tnf-alpha"
    assert folded("Τhe") == "the"  # with a Greek capital
    assert folded("Оne") == "one"  # with a Cyrillic one


def test_names_are_no_words_of_general_prose() -> None:
    assert not [
        word for word in "aspirin pembrolizumab kidney heart children asthma breast".split() if ordinary(key(word))
    ]
    assert all(ordinary(key(word)) for word in "patients significantly demonstrated treatment approach".split())


def test_a_lexicon_takes_the_longest_name() -> None:
    lexicon = Lexicon.of([["heart attack", "myocardial infarction"], ["heart"], []])
    told = [key(word) for word in "a heart attack of the heart".split()]
    assert list(lexicon.found(told)) == [(1, 3, 0), (5, 6, 1)]


@pytest.mark.parametrize(
    ("text", "governed"),
    [
        ("It is not effective in gout.", ["effective", "gout"]),
        ("No fever was seen, but cough was.", ["fever", "seen"]),
        ("There is no evidence that it helps.", ["evidence", "helps"]),
        ("NO rose in plasma.", []),
        ("It is not only safe.", []),
        ("Fever was absent.", ["Fever"]),
    ],
)
def test_scopes(text: str, governed: list[str]) -> None:
    reading = read(text, Lexicon())
    assert [reading.items[i].text for cue in cues(reading, NEGATION) for i in cue.items] == governed


def test_who_says_it_is_not_what_is_said() -> None:
    assert unframed("According to the passage, it rose in 5 cases.") == "it rose in 5 cases."
    assert unframed("The authors report that it rose.") == "it rose."
    assert unframed("According to Smith 2019, it rose.") == "According to Smith 2019, it rose."
