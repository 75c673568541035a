"""Confidence grows with what speaks for an answer, and stays a probability."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from avouch.answer.abstain import confidence
from avouch.config import Settings

SCORES = st.floats(0.0, 1.0)


@given(SCORES, SCORES, SCORES)
def test_it_is_a_probability_that_grows_with_both(best: float, gap: float, more: float) -> None:
    sure = confidence(best, gap)
    assert 0.0 < sure < 1.0
    assert confidence(best + more, gap) >= sure
    assert confidence(best, gap + more) >= sure


def test_nothing_found_is_no_answer_and_a_clear_find_is_one() -> None:
    assert confidence(0.0, 0.0) < 0.01
    assert confidence(0.3, 0.05) < Settings().abstain_below
    assert confidence(0.8, 0.3) > 0.9
