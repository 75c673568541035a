"""`avouch model activity`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from avouch.faces.cli.app import OWNER, As, Json, acting, out, show_json
from avouch.faces.cli.budgets import money
from avouch.faces.cli.models import model

if TYPE_CHECKING:
    from avouch.stack.activity import Day, Latency, Line


@model.command()
def activity(
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How many days (UTC), today included.")] = 30,
    by: As = OWNER,
    as_json: Json = False,
) -> None:
    """What models did, by day: answers written, quoted instead and why, tokens, money, latency."""
    with acting(by) as (stack, actor):
        from avouch.stack.activity import listing

        found = listing(stack, actor, days)
    if as_json:
        return show_json(found)
    if not found.whole.models:
        return out.print(f"[dim]no model was asked from {found.since} to {found.until}[/]")
    head = (
        "day",
        "model",
        "written",
        "withheld",
        "quoted instead",
        "tokens in, out",
        "money",
        "first word",
        "whole reply",
    )
    table = Table(*head, title=f"{found.since} to {found.until} (UTC)")
    for day in [*(one for one in found.days if one.models), found.whole]:
        for line in day.models:
            table.add_row(*cells(day, line))
        table.add_section()
    return out.print(table)


def cells(day: Day, line: Line) -> tuple[str, ...]:
    """A row of the table. What was shown from an earlier reply counts as written."""
    why = ", ".join(f"{count} {code.lower().replace('_', ' ')}" for code, count in line.fallbacks.items())
    paid = ", ".join(f"{money(micros)} {currency}" for currency, micros in line.micros.items())
    counts = (f"{line.written + line.remembered:,}", f"{line.withheld:,}", why)
    tokens = f"{line.tokens_in:,}, {line.tokens_out:,}"
    return day.day or "all", escape(line.model), *counts, tokens, paid, times(line.first_ms), times(line.whole_ms)


def times(latency: Latency | None) -> str:
    """Half of the replies came within the first, 95 in 100 within the second."""
    return "" if latency is None else f"{latency.p50:,} ms, p95 {latency.p95:,} ms"
