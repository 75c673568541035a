"""What an output was made from decides where it may go."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avouch.guard.taint import TABLE, Label, Reach, Sink, Taint, Trust, allowed, both, join
from avouch.records import Classification

PUBLIC, INTERNAL, RESTRICTED = Classification.PUBLIC, Classification.INTERNAL, Classification.RESTRICTED
PAGE = Label(INTERNAL, "north", "file 1", Trust.CURATED, origin="v_1")
OPEN = Label(PUBLIC, "north", trust=Trust.CURATED)
READER = Reach(INTERNAL, "north", frozenset({"file 1"}), listed=True, carries=False, approved_by="p_1")

labels = st.builds(
    Label,
    st.sampled_from(list(Classification)),
    st.sampled_from(["north", "south"]),
    st.sampled_from(["", "file 1", "file 2"]),
    st.sampled_from(list(Trust)),
    st.booleans(),
    st.sampled_from(["", "a", "b"]),
)
reaches = st.builds(
    Reach,
    st.sampled_from(list(Classification)),
    st.sampled_from(["north", "south", ""]),
    st.frozensets(st.sampled_from(["file 1", "file 2"])),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "p_1"]),
)


@given(st.lists(labels, max_size=5), st.lists(labels, max_size=5))
def test_joining_is_the_same_in_any_order_and_grouping(first: list[Label], second: list[Label]) -> None:
    assert join(first + second) == join(second + first)
    if first and second:
        assert both(join(first), join(second)) == join(first + second)


@given(st.lists(labels, min_size=1, max_size=4), labels, reaches, st.sampled_from(list(Sink)))
def test_more_sources_never_allow_more(used: list[Label], more: Label, reach: Reach, sink: Sink) -> None:
    if allowed(sink, join([*used, more]), reach).allowed:
        assert allowed(sink, join(used), reach).allowed


@given(st.lists(labels, max_size=4), reaches)
def test_nothing_above_the_clearance_across_tenants_or_from_quarantine(used: list[Label], reach: Reach) -> None:
    taint = join(used)
    for sink in (Sink.READER, Sink.STORE, Sink.EMAIL, Sink.TOOL):
        if allowed(sink, taint, reach).allowed:
            assert not taint.quarantined
            assert taint.classification <= reach.clearance
            assert taint.tenants <= {reach.tenant}
            assert taint.compartments <= reach.compartments


@pytest.mark.parametrize("sink", [Sink.EMAIL, Sink.TOOL])
def test_an_effect_needs_a_person(sink: Sink) -> None:
    assert allowed(sink, join([PAGE]), READER).allowed
    refused = allowed(sink, join([PAGE]), replace(READER, approved_by=""))
    assert refused.refused == ("approved by a person",)


def test_links_carry_nothing_but_what_is_public() -> None:
    carrying = replace(READER, carries=True)
    assert not allowed(Sink.LINK, join([PAGE]), carrying).allowed
    assert allowed(Sink.LINK, join([OPEN]), carrying).allowed
    assert allowed(Sink.LINK, join([PAGE]), READER).allowed
    assert not allowed(Sink.LINK, join([OPEN]), replace(READER, listed=False)).allowed
    assert not allowed(Sink.IMAGE, join([replace(OPEN, trust=Trust.OUTSIDE)]), READER).allowed


def test_a_hostile_source_reaches_no_sink_but_a_reader_outside_quarantine() -> None:
    hostile = join([replace(PAGE, trust=Trust.HOSTILE)])
    assert [sink for sink in Sink if allowed(sink, hostile, READER).allowed] == [Sink.READER, Sink.STORE]
    assert not [sink for sink in Sink if allowed(sink, join([replace(PAGE, quarantined=True)]), READER).allowed]


def test_nothing_known_is_not_trusted() -> None:
    assert join([]) == Taint(PUBLIC, frozenset(), frozenset(), Trust.OUTSIDE, False, frozenset())
    for sink, bare in product((Sink.EMAIL, Sink.TOOL, Sink.LINK, Sink.IMAGE), (Reach(),)):
        assert not allowed(sink, join([]), bare).allowed


def test_a_sink_without_rules_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(TABLE) == set(Sink)
    monkeypatch.delitem(TABLE, Sink.READER)
    assert allowed(Sink.READER, join([OPEN]), READER).refused == ("no rule for this sink",)
