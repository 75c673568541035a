"""What models did over the last days: answers, fallbacks by why, tokens, money, latency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from starlette.responses import Response

from avouch.faces.web.models import home as models
from avouch.faces.web.numbers import whole
from avouch.faces.web.pages import Pages, Visit
from avouch.faces.web.plot import TICKS, ceiling, number

pages = Pages()
RANGES = (7, 30, 90, 366)
WIDTH, HEIGHT, LEFT, BELOW = 520, 180, 68, 24
OUTCOMES = (("written", "written by a model"), ("quoted", "quoted instead"), ("withheld", "withheld whole"))


@pages("GET", "/models/activity")
async def activity(visit: Visit) -> Response:
    """By day and model; ``?days=…`` how far back."""
    days = whole(visit.query("days"), RANGES[-1]) or 30
    found = await visit.api.get("/models/activity", days=days)
    names = [day["day"] for day in found["days"]]
    answers = [[day[name] for name, _ in OUTCOMES] for day in found["days"]]
    plots = {"answers": bars(names, answers), "latency": latencies(names, found["days"])}
    plots["tokens"] = bars(names, [[total(day, "tokens_in"), total(day, "tokens_out")] for day in found["days"]])
    shown: dict[str, Any] = {"found": found, "days": days, "ranges": RANGES, "outcomes": OUTCOMES, "plots": plots}
    shown |= {"spent": spent(found["whole"]), "fallbacks": fallbacks(found["whole"])}
    return models.draw(visit, "models/activity.html", **shown)


def total(day: dict[str, Any], name: str) -> int:
    return sum(line[name] for line in day["models"])


def spent(day: dict[str, Any]) -> dict[str, int]:
    """Millionths by currency, of all models."""
    found: Counter[str] = Counter()
    for line in day["models"]:
        found.update(line["micros"])
    return {currency: micros for currency, micros in sorted(found.items()) if micros}


def fallbacks(day: dict[str, Any]) -> list[tuple[str, int]]:
    """Why models did not write, the most frequent first."""
    found: Counter[str] = Counter()
    for line in day["models"]:
        found.update(line["fallbacks"])
    return found.most_common()


def frame(names: Sequence[str], most: float) -> dict[str, Any]:
    """Where things lie in a plot: marks with their heights, and the first, middle and last day."""
    top = max(ceiling(most), float(TICKS))
    parts = TICKS if top % TICKS == 0 else TICKS + 1
    marks = [top * n / parts for n in range(parts + 1)]
    wide, high = WIDTH - LEFT, HEIGHT - BELOW
    at = sorted({0, len(names) // 2, len(names) - 1})
    each = wide / max(len(names), 1)
    days = [{"x": round(LEFT + each * (n + 0.5), 1), "name": short(names[n])} for n in at if names]
    ticks = [{"y": round(high - high * mark / top, 1), "text": number(mark)} for mark in marks]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "ticks": ticks,
        "days": days,
        "each": each,
        "top": marks[-1],
    }


def short(day: str) -> str:
    return f"{datetime.fromisoformat(day):%-d %b}"


def bars(names: Sequence[str], stacks: Sequence[Sequence[int]]) -> dict[str, Any]:
    """A stack of bars for each day, from below: ``kind`` counts the parts."""
    plot = frame(names, max((sum(stack) for stack in stacks), default=0))
    high, each = HEIGHT - BELOW, plot["each"]
    plot["bars"], plot["empty"] = [], not any(map(sum, stacks))
    for n, stack in enumerate(stacks):
        below = 0.0
        for kind, value in enumerate(stack):
            tall = high * value / plot["top"]
            below += tall
            bar = {"x": round(LEFT + each * (n + 0.12), 1), "wide": round(each * 0.76, 1), "kind": kind}
            bar |= {"y": round(high - below, 1), "tall": round(tall, 1), "day": names[n], "value": value}
            plot["bars"] += [bar] if value else []
    return plot


def latencies(names: Sequence[str], days: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Each day's span from p50 to p95 of whole replies in ms, over all models: the slowest of each."""
    spans = [[line["whole_ms"] for line in day["models"] if line["whole_ms"]] for day in days]
    pairs = [(max(o["p50"] for o in some), max(o["p95"] for o in some)) if some else (0, 0) for some in spans]
    plot = frame(names, max((most for _, most in pairs), default=0))
    high, each = HEIGHT - BELOW, plot["each"]
    plot["spans"], plot["empty"] = [], not any(most for _, most in pairs)
    for n, (half, most) in enumerate(pairs):
        if most:
            ys = [round(high - high * value / plot["top"], 1) for value in (half, most)]
            told = {"half": ys[0], "most": ys[1], "p50": half, "p95": most, "day": names[n]}
            plot["spans"].append(told | {"x": round(LEFT + each * (n + 0.5), 1)})
    return plot
