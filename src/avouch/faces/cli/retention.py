"""`avouch retention run|hold|unhold|holds`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from avouch.faces.cli.app import OWNER, As, Json, acting, app, named, out, show_json

retention = typer.Typer(help="How long questions and answers are kept.", no_args_is_help=True)
app.add_typer(retention, name="retention")
Voucher = Annotated[str, typer.Argument(help="The voucher's id: a_…")]
Why = Annotated[str, typer.Option("--reason", help="Why; it stands in the ledger.")]


@retention.command()
def run(
    dry: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    by: As = OWNER,
    as_json: Json = False,
) -> None:
    """Remove the words whose time is over, by the setting `retention`; an entry says what went."""
    with acting(by) as (stack, actor):
        from avouch.stack.retention import run as sweep

        named = bool(stack.settings.retention)
        done = sweep(stack, actor, dry)
    if as_json:
        return show_json(done)
    if not named:
        return out.print("[dim]the settings name no lifetime: all is kept for good[/]")
    what = "would go" if dry else "went"
    out.print(f"[green]✓[/] {done.answers} answers, {done.searches} searches, {done.repeats} repeats {what}")
    for words, count in done.rules.items():
        out.print(f"  {count}: {escape(words)}")
    return None


@retention.command()
def hold(voucher: Voucher, reason: Why = "", by: As = OWNER, as_json: Json = False) -> None:
    """Keep an answer's words whatever the rules say: a legal hold."""
    with acting(by) as (stack, actor):
        from avouch.stack.holds import hold as put

        made = put(stack, actor, voucher, reason)
    if as_json:
        return show_json(made)
    return out.print(f"[green]✓[/] {escape(voucher)} is kept; entry {made.seq}")


@retention.command()
def unhold(voucher: Voucher, reason: Why = "", by: As = OWNER, as_json: Json = False) -> None:
    """End a legal hold."""
    with acting(by) as (stack, actor):
        from avouch.stack.holds import unhold as end

        seq = end(stack, actor, voucher, reason)
    if as_json:
        return show_json({"voucher_id": voucher, "seq": seq})
    return out.print(f"[green]✓[/] {escape(voucher)} is held no longer; entry {seq}")


@retention.command()
def holds(by: As = OWNER, as_json: Json = False) -> None:
    """List the legal holds."""
    with acting(by) as (stack, actor):
        from avouch.stack.holds import listing

        found = listing(stack, actor)
    if as_json:
        return show_json(found)
    table = Table(named("voucher"), "held by", "entry")
    for one in found:
        table.add_row(one.voucher_id, one.held_by, str(one.seq))
    return out.print(table if found else "[dim]nothing is under a hold[/]")
