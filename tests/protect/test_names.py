"""The network that finds names: its weights, what it sees, and how it is run."""

from __future__ import annotations

import time

import numpy as np
import pytest

from avouch.errors import AvouchError, Code
from avouch.protect.entity import Kind
from avouch.protect.recognise import names
from avouch.protect.recognise.names import Names, tokens

SEEN = [
    (Kind.PERSON, "My name is Ingrid Solheim and I need a new card.", "Ingrid Solheim"),
    (Kind.PERSON, "Dear Mrs. Okonkwo, thank you for your letter.", "Okonkwo"),
    (Kind.PERSON, "Patient: Rajesh Venkataraman\nMRN 4471", "Rajesh Venkataraman"),
    (Kind.PERSON, "[doctor] hi , katarzyna . how are you ?", "katarzyna"),
    (Kind.ADDRESS, "Please send it to 27 Beechwood Avenue, Leeds LS8 2AB.", "27 Beechwood Avenue, Leeds LS8 2AB"),
    (Kind.ADDRESS, "I live at Hauptstraße 14, 80331 München.", "Hauptstraße 14, 80331 München"),
    (Kind.PLACE, "We moved here from Gothenburg last year.", "Gothenburg"),
]


@pytest.fixture(scope="module")
def network() -> Names:
    return Names.shipped()


@pytest.mark.parametrize(("kind", "text", "value"), SEEN, ids=lambda one: str(one)[:16])
def test_names_are_seen(network: Names, kind: Kind, text: str, value: str) -> None:
    start = text.index(value)
    inside = [e for e in network(text) if e.kind is kind and e.start < start + len(value) and e.end > start]
    assert sum(min(e.end, start + len(value)) - max(e.start, start) for e in inside) >= 0.8 * len(value)


def test_clinical_prose_without_names_has_few(network: Names) -> None:
    text = (
        "The patient is a 62-year-old male with a history of hypertension and type 2 diabetes. He denies chest pain or "
        "shortness of breath. Lungs are clear. Start lisinopril 20 mg daily and repeat the lipid panel in three "
        "months. Babinski sign is negative. MRI of the brain shows no acute changes. Continue metformin and aspirin."
    )
    assert len([e for e in network(text) if e.kind in (Kind.PERSON, Kind.ADDRESS)]) <= 1


@pytest.mark.parametrize(
    "text", ["Drive at 10 km/h.", "Give oxygen at 2 l/min.", "At what speed may it drive, 10 km/h?"]
)
def test_a_quantity_is_no_address(network: Names, text: str) -> None:
    assert [one for one in network(text) if one.kind is Kind.ADDRESS] == []


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "SHA256", "0" * 64)
    with pytest.raises(AvouchError) as raised:
        Names.shipped()
    assert raised.value.code is Code.MODEL_DIGEST


def test_a_long_text_is_seen_like_its_parts(network: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        " ".join(f"Then {name} of Leeds came in and said nothing at all." for name in ("Anna Kovács", "Peter Amadi"))
        * 9
    )
    whole = [(e.kind, e.start, e.end) for e in network(text)]
    assert whole
    monkeypatch.setattr(names, "BLOCK", 50)
    parts = [(e.kind, e.start, e.end) for e in network(text)]
    cut = {token.start for token in tokens(text)[50::50]}
    assert {one for one in whole if not any(one[1] <= at <= one[2] for at in cut)} <= set(parts)


def test_chances_do_not_depend_on_what_is_far_away(network: Names) -> None:
    text = "one two three Anna Rossi four five six seven eight nine ten eleven twelve"
    ids = names.rows(text, tokens(text))
    assert np.allclose(network.chances(ids)[:4], network.chances(ids[: 4 + names.REACH])[:4], atol=1e-5)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n\n", "…", "1234", "_" * 50, "\ud800", "😀" * 20, "x" * 50_000, "Ab" * 50_000]
)
def test_odd_texts(network: Names, text: str) -> None:
    for entity in network(text):
        assert 0 <= entity.start < entity.end <= len(text)


def test_100_kb_take_less_than_three_seconds(network: Names) -> None:
    text = "Dr. Adaeze Obi saw Jonas Lindqvist at 4 Mill Lane, Leeds. " * 1_700
    start = time.process_time()
    found = sum(1 for _ in network(text))
    assert found > 3_000 and time.process_time() - start < 3
