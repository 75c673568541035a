"""Classes are raised by what is found and where it comes from, and never lowered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avouch.protect.classify import LABELS, classify
from avouch.protect.entity import DIRECT, Entity, Kind
from avouch.protect.find import find
from avouch.records import Classification

PUBLIC, INTERNAL, CONFIDENTIAL, RESTRICTED = Classification
ENTITY = st.builds(
    Entity,
    st.sampled_from(list(Kind)),
    st.just(0),
    st.just(4),
    st.floats(0.1, 1.0),
    st.sampled_from(["model", "pattern"]),
)


def of(*kinds: Kind, score: float = 0.9) -> list[Entity]:
    return [Entity(kind, 0, 4, score, "pattern") for kind in kinds]


@pytest.mark.parametrize(
    ("kinds", "to"),
    [
        ([], PUBLIC),
        ([Kind.PLACE, Kind.ORGANISATION, Kind.PERIOD, Kind.URL, Kind.AGE, Kind.GROUP, Kind.TITLE, Kind.DATE], PUBLIC),
        ([Kind.PERSON], INTERNAL),
        ([Kind.PERSON, Kind.DATE], CONFIDENTIAL),
        ([Kind.PERSON, Kind.PHONE], CONFIDENTIAL),
        ([Kind.PERSON, Kind.BIRTH_DATE], RESTRICTED),
        ([Kind.EMAIL], INTERNAL),
        ([Kind.ADDRESS], CONFIDENTIAL),
        ([Kind.MRN], RESTRICTED),
        ([Kind.UK_NHS], RESTRICTED),
        ([Kind.US_SSN], RESTRICTED),
        ([Kind.CREDIT_CARD], RESTRICTED),
        ([Kind.SECRET], RESTRICTED),
    ],
)
def test_raised_from_public(kinds: list[Kind], to: Classification) -> None:
    raised = classify(of(*kinds), PUBLIC)
    assert raised.classification is to
    assert bool(raised.reasons) == (to > PUBLIC)


def test_every_direct_identifier_raises_a_public_text() -> None:
    for kind in DIRECT:
        assert classify(of(kind), PUBLIC).classification > PUBLIC, kind


def test_doubtful_entities_do_not_raise() -> None:
    assert classify(of(Kind.PERSON, Kind.MRN, score=0.3), PUBLIC).classification is PUBLIC


def test_labels_raise_and_say_so() -> None:
    raised = classify([], PUBLIC, ["PHI", "unknown"])
    assert raised.classification is RESTRICTED and raised.reasons == ("its source is labelled phi",)


def test_what_nobody_classified_is_the_strictest() -> None:
    assert classify([], None).classification is RESTRICTED


@given(st.lists(ENTITY, max_size=8), st.sampled_from(list(Classification)), st.lists(st.sampled_from([*LABELS, "x"])))
def test_never_below_what_was_declared(found: list[Entity], declared: Classification, labels: list[str]) -> None:
    raised = classify(found, declared, labels)
    assert raised.classification >= declared
    assert bool(raised.reasons) == (raised.classification > declared)


@given(st.lists(ENTITY, max_size=8), ENTITY, st.sampled_from(list(Classification)))
def test_more_found_is_never_less_strict(found: list[Entity], more: Entity, declared: Classification) -> None:
    assert classify([*found, more], declared).classification >= classify(found, declared).classification


LETTER = """Dear Dr. Okafor,

Thank you for seeing Mrs. Ingrid Solheim (MRN: 0047712, born 4 March 1961), of 27 Beechwood Avenue, Leeds.
"""
GUIDELINE = """The first antibiotic dose is given within 1 hour of recognition. Lactate is measured, and repeated where
it is above 2 mmol/L. Adults receive 30 mL/kg of crystalloid in the first 3 hours. Hand rub is applied for 20 seconds.
"""


def test_a_patients_letter_is_restricted_and_a_guideline_stays_public() -> None:
    raised = classify(find(LETTER), PUBLIC)
    assert raised.classification is RESTRICTED and "it holds a patient's number" in raised.reasons
    assert not any(word in " ".join(raised.reasons) for word in ("Solheim", "0047712", "Leeds"))
    assert classify(find(GUIDELINE), PUBLIC).classification is PUBLIC
