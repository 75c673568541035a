"""Where what a model wrote may lead, by what it was made from."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.generate.made import passage

from avouch.guard.taint import Label, Taint, join
from avouch.records import Classification
from avouch.stack.sinks import refused

LABEL = Label(Classification.PUBLIC, "default")
PAGE = passage("See https://guide.example/sepsis?page=2 for doses.")
CARRIES = "carries nothing, or only what is public"


def taint(**told: object) -> Taint:
    return join([LABEL, replace(LABEL, **told)])  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["No link.", "https://guide.example/", "See https://guide.example/sepsis?page=2"])
def test_what_carries_nothing_may_go(text: str) -> None:
    assert refused(text, taint(classification=Classification.RESTRICTED), [PAGE], {"guide.example"}) == ()


def test_what_stands_before_a_host_could_carry_as_well() -> None:
    above = taint(classification=Classification.INTERNAL)
    for text in ("https://sepsis.blood.hour.guide.example", "https://guide.example/"):
        assert refused(text, above, [PAGE], {"*.guide.example"}) == (CARRIES,)


@pytest.mark.parametrize("text", ["https://guide.example/sepsis?page=3", "https://a.example?x", "www.b.example/a"])
def test_what_could_carry_goes_only_where_all_is_public(text: str) -> None:
    assert refused(text, taint(), [PAGE]) == ()
    assert refused(text, taint(classification=Classification.INTERNAL), [PAGE]) == (CARRIES,)
    assert refused(text, taint(compartment="7"), [PAGE]) == (CARRIES,)


def test_what_came_from_quarantine_leads_nowhere() -> None:
    assert "not from quarantine" in refused("https://guide.example/", taint(quarantined=True), [PAGE])


def test_an_image_that_loads_by_itself_asks_for_more() -> None:
    assert "from curated sources" in refused("![x](https://guide.example/)", taint(), [PAGE])
