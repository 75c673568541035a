"""What is due: by class and purpose, held back where it must be, whatever the clock says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avouch.errors import AvouchError, Code
from avouch.protect.retention import DAY, Kept, Rule, due
from avouch.records import Classification

NOW = 1_700_000_000_000_000
RULES = (
    Rule(100),
    Rule(30, Classification.RESTRICTED),
    Rule(10, None, "testing"),
    Rule(None, Classification.RESTRICTED, "litigation"),
)


def row(
    days: float, classification: Classification = Classification.INTERNAL, purpose: str = "care", hold: bool = False
) -> Kept:
    return Kept(f"{days}-{purpose}", "answer", classification, purpose, NOW - int(days * DAY), hold)


def ids(rows: list[Kept]) -> list[str]:
    return [one.id for one in due(rows, NOW, RULES)]


def test_days_are_counted_to_the_microsecond() -> None:
    young = Kept("young", "prompt", Classification.INTERNAL, "care", NOW - 100 * DAY + 1)
    assert ids([row(100), young]) == ["100-care"]


def test_the_closest_rule_wins() -> None:
    assert ids([row(31, Classification.RESTRICTED), row(29, Classification.RESTRICTED)]) == ["31-care"]
    assert ids([row(11, purpose="testing")]) == ["11-testing"]
    assert ids([row(11, Classification.RESTRICTED, "testing")]) == []  # the class's rule is closer than the purpose's
    assert ids([row(9999, Classification.RESTRICTED, "litigation")]) == []


def test_of_equal_rules_the_shorter_wins() -> None:
    assert [one.id for one in due([row(6)], NOW, (Rule(50), Rule(5), Rule(None)))] == ["6-care"]


def test_holds_and_rows_from_the_future_stay() -> None:
    assert ids([row(5000, hold=True), row(-5)]) == []


def test_the_longest_overdue_comes_first_with_its_rule() -> None:
    found = due([row(101), row(300), row(40, Classification.RESTRICTED)], NOW, RULES)
    assert [one.id for one in found] == ["300-care", "40-care", "101-care"]
    assert found[1].rule == "restricted content is kept for 30 days"
    assert found[0].since == NOW - 200 * DAY


@pytest.mark.parametrize("rules", [(), (Rule(5, Classification.PUBLIC),), (Rule(-1),)])
def test_rules_that_do_not_fit_are_refused(rules: tuple[Rule, ...]) -> None:
    with pytest.raises(AvouchError) as raised:
        due([row(1)], NOW, rules)
    assert raised.value.code is Code.CONFIG_INVALID


@given(st.integers(0, 400), st.integers(0, 400), st.sampled_from(list(Classification)))
def test_what_is_due_stays_due(age: int, later: int, classification: Classification) -> None:
    rows = [row(age, classification)]
    if due(rows, NOW):
        assert due(rows, NOW + later * DAY)
