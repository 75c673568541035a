"""Plots as SVG: shapes with attributes and classes, so that they keep to the page's colours and to its policy.

Each has a title and a description, which screen readers tell; what it shows stands in its legend as well as in colour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

WIDTH, HEIGHT = 640.0, 200.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 8.0, 8.0, 24.0
TICKS = 4
DAY, SHORT = 24 * 3600, 600


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name, its values by point (None: nothing to show there). ``look`` is a class of the style."""

    name: str
    values: Sequence[float | None]
    look: str = "one"


def ceiling(most: float) -> float:
    """The end of an axis: the next of 1, 2, 2.5, 5 and 10 times a power of ten."""
    if not math.isfinite(most) or most <= 0:
        return 1.0
    power = float(10.0 ** math.floor(math.log10(most)))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= most * (1 - 1e-9))


def number(value: float) -> str:
    """A figure on an axis, short."""
    for end, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= end:
            return f"{value / (1e3 if unit == 'k' else end):g}{unit}"
    return f"{value:g}"


def over_time(
    title: str, unit: str, times: Sequence[str], lines: Sequence[Line], whole: bool = False
) -> dict[str, Any]:
    """What ``plot.html`` draws: lines over time, the first with its area. ``times`` are RFC 3339, in order.

    A line breaks where it has no value. ``whole``: what is counted has no parts, nor has its axis. Empty with fewer
    than two points.
    """
    at = [datetime.fromisoformat(one).timestamp() for one in times]
    known = [value for line in lines for value in line.values if value is not None]
    most = ceiling(max(known, default=0.0))
    most = max(most, float(TICKS)) if whole else most
    parts = TICKS + 1 if whole and most % TICKS else TICKS
    span = (at[-1] - at[0]) if len(at) > 1 else 0.0

    def x(moment: float) -> float:
        return round(LEFT + (moment - at[0]) / span * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM), 1)

    empty = span <= 0 or not known
    drawn = [] if empty else [(line, path(line.values, at, x, y)) for line in lines]
    return {
        "title": title,
        "unit": unit,
        "empty": empty,
        "told": f"{title}, {unit}. " + "; ".join(summary(line) for line in lines) + ".",
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "base": HEIGHT - BOTTOM,
        "ticks": [{"y": y(mark), "text": number(mark)} for mark in (most * n / parts for n in range(parts + 1))],
        "moments": [] if empty else moments(times, at, x),
        "lines": [{"name": line.name, "look": line.look, "d": d, "last": last(line)} for line, d in drawn],
        "area": area(drawn[0][0].values, at, x, y, HEIGHT - BOTTOM) if drawn else "",
    }


def path(values: Sequence[float | None], at: Sequence[float], x: Any, y: Any) -> str:
    """The way of a line; a single point between gaps is a short stroke."""
    found, pen = [], False
    for moment, value in zip(at, values, strict=True):
        if value is None:
            pen = False
            continue
        found.append(f"{'L' if pen else 'M'}{x(moment)} {y(value)}" + ("" if pen else "h.1"))
        pen = True
    return "".join(found)


def area(values: Sequence[float | None], at: Sequence[float], x: Any, y: Any, base: float) -> str:
    """What lies under a line, where it has values all along; else nothing."""
    if any(value is None for value in values):
        return ""
    points = "".join(f"L{x(moment)} {y(value)}" for moment, value in zip(at, values, strict=True))
    return f"M{x(at[0])} {base}{points}L{x(at[-1])} {base}Z"


def moments(times: Sequence[str], at: Sequence[float], x: Any) -> list[dict[str, Any]]:
    """Where times are written: at the begin, in the middle, at the end."""
    middle = min(range(len(at)), key=lambda n: abs(at[n] - (at[0] + at[-1]) / 2))
    places = [(0, "start"), (middle, "middle"), (len(at) - 1, "end")]
    span = at[-1] - at[0]
    return [{"x": x(at[n]), "anchor": side, "text": label(times[n], span)} for n, side in places]


def label(time: str, span: float) -> str:
    """A time as it is written below: with what tells it from its neighbours, ``span`` seconds apart in all."""
    told = datetime.fromisoformat(time)
    return f"{told:%-d %b %H:%M}" if span > DAY else f"{told:%H:%M:%S}" if span < SHORT else f"{told:%H:%M}"


def last(line: Line) -> float | None:
    return next((value for value in reversed(line.values) if value is not None), None)


def summary(line: Line) -> str:
    """A line in words."""
    known = [value for value in line.values if value is not None]
    if not known:
        return f"{line.name}: nothing to show"
    return f"{line.name}: last {number(round(known[-1], 2))}, highest {number(round(max(known), 2))}"


def bars(title: str, unit: str, found: Sequence[tuple[str, float]]) -> dict[str, Any]:
    """What ``bars.html`` draws: one bar for each name, longest first."""
    most = max((value for _, value in found), default=0.0) or 1.0
    ranked = sorted(found, key=lambda one: -one[1])
    told = f"{title}, {unit}. " + ", ".join(f"{name} {number(round(value, 2))}" for name, value in ranked)
    lengths = [{"name": name, "value": value, "length": round(value / most * 100, 2)} for name, value in ranked]
    return {"title": title, "unit": unit, "told": told, "bars": lengths}
