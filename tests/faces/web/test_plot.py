"""Plots: figures that fit, words that say the same, nothing but numbers in the drawing."""

from __future__ import annotations

import re

import pytest

from avouch.faces.web import draw, plot

TIMES = [f"2026-03-01T10:0{n}:00Z" for n in range(5)]


@pytest.mark.parametrize(
    ("most", "end"), [(0, 1), (0.4, 0.5), (1, 1), (1.01, 2), (2.3, 2.5), (7, 10), (99, 100), (101, 200), (6e5, 1e6)]
)
def test_an_axis_ends_at_a_round_figure_above_all(most: float, end: float) -> None:
    assert plot.ceiling(most) == pytest.approx(end)


def test_all_lies_inside_and_is_told_in_words() -> None:
    told = plot.over_time(
        "Load", "per minute", TIMES, [plot.Line("a", [0, 3, 9.5, 2, 4]), plot.Line("b", [1] * 5, "two")]
    )
    numbers = [float(one) for line in told["lines"] for one in re.findall(r"-?\d+(?:\.\d+)?", line["d"])]
    assert numbers and min(numbers) >= 0 and max(numbers) <= plot.WIDTH
    assert told["told"] == "Load, per minute. a: last 4, highest 9.5; b: last 1, highest 1."
    drawn = draw.page("plot.html", one=told)
    assert 'role="img"' in drawn and "style=" not in drawn
    assert [tick["text"] for tick in told["ticks"]] == ["0", "2.5", "5", "7.5", "10"]


def test_where_nothing_was_there_is_a_gap() -> None:
    told = plot.over_time("t", "ms", TIMES, [plot.Line("a", [1, None, 3, 4, None])])
    assert told["lines"][0]["d"].count("M") == 2 and told["area"] == ""


@pytest.mark.parametrize("times", [[], TIMES[:1], [TIMES[0]] * 3])
def test_too_little_is_said_to_be_nothing_yet(times: list[str]) -> None:
    told = plot.over_time("t", "ms", times, [plot.Line("a", [1.0] * len(times))])
    assert told["empty"]
    assert "Nothing to show yet" in draw.page("plot.html", one=told)


def test_bars_are_ranked_and_none_is_longer_than_all() -> None:
    told = plot.bars("t", "ms", [("x", 1.0), ("y", 4.0), ("z", 0.0)])
    assert [(one["name"], one["length"]) for one in told["bars"]] == [("y", 100.0), ("x", 25.0), ("z", 0.0)]
    assert plot.bars("t", "ms", [("x", 0.0)])["bars"][0]["length"] == 0


@pytest.mark.parametrize("most", [0, 1, 3, 5, 7, 23, 180])
def test_what_has_no_parts_is_marked_in_whole_figures(most: int) -> None:
    told = plot.over_time("Waiting", "now", TIMES, [plot.Line("a", [0, 0, most, 0, 0])], whole=True)
    assert all(tick["text"].isdigit() for tick in told["ticks"]), told["ticks"]
    assert len({tick["text"] for tick in told["ticks"]}) == len(told["ticks"])
