"""`avouch access emergency begin|end|list|show|review`: break-glass."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from avouch.canon import from_micros
from avouch.faces.cli.access import access
from avouch.faces.cli.app import Json, named, opened, out, show_json

emergency = typer.Typer(
    help="Break-glass: beyond the policy, with a reason, for a time, reviewed.", no_args_is_help=True
)
access.add_typer(emergency, name="emergency")

Id = Annotated[str, typer.Argument(help="The emergency's id: e_…")]
As = Annotated[str, typer.Option("--as", help="Who acts (asserted, not authenticated).")]


@emergency.command()
def begin(
    name: Annotated[str, typer.Argument(help="Who breaks the glass.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it is sealed, and read by those who review.")],
    minutes: Annotated[int | None, typer.Option("--minutes", help="For how long.")] = None,
    as_json: Json = False,
) -> None:
    """Begin an emergency; the owner sees it at once."""
    with opened() as stack:
        from avouch.stack.emergency import begin as run
        from avouch.stack.people import find

        made = run(stack, find(stack, name), reason, minutes)
    if as_json:
        return show_json(made)
    return out.print(
        f"[yellow]![/] {made.id} is in force until {from_micros(made.until_at)[:16]}Z; it will be reviewed"
    )


@emergency.command()
def end(emergency_id: Id, name: As = "owner") -> None:
    """End an emergency before its time."""
    with opened() as stack:
        from avouch.stack.emergency import end as run
        from avouch.stack.people import find

        run(stack, find(stack, name), emergency_id)
    out.print(f"[green]✓[/] {emergency_id} is over")


@emergency.command("list")
def list_all(
    pending: Annotated[bool, typer.Option("--pending", help="Only those that nobody has reviewed.")] = False,
    as_json: Json = False,
) -> None:
    """List emergencies, the latest first."""
    with opened() as stack:
        from avouch.stack.emergency import listing

        found = listing(stack, stack.owner, pending)
    if as_json:
        return show_json(found)
    table = Table(named("id"), "principal", "from", "until", "verdict", "reviewed by")
    for one in found:
        times = (from_micros(one.from_at)[:16] + "Z", from_micros(one.until_at)[:16] + "Z")
        table.add_row(one.id, one.principal_id, *times, one.verdict or "[yellow]pending[/]", one.reviewed_by or "–")
    return out.print(table)


@emergency.command()
def show(emergency_id: Id, name: As = "owner", as_json: Json = False) -> None:
    """Show the reason, and what was done while it was in force."""
    with opened() as stack:
        from avouch.stack import emergency as stack_emergency
        from avouch.stack.people import find

        who = find(stack, name)
        reason = stack_emergency.reason(stack, who, emergency_id)
        done = stack_emergency.acts(stack, who, emergency_id)
    if as_json:
        return show_json({"reason": reason, "acts": done})
    out.print(escape(reason), soft_wrap=True)
    table = Table("entry", "time", "act")
    for one in done:
        table.add_row(str(one.seq), one.time[:19] + "Z", one.kind)
    return out.print(table)


@emergency.command()
def review(
    emergency_id: Id,
    verdict: Annotated[str, typer.Argument(help="justified or not-justified.")],
    name: As = "owner",
    as_json: Json = False,
) -> None:
    """Judge an emergency, as another person than who began it."""
    with opened() as stack:
        from avouch.stack.emergency import review as run
        from avouch.stack.people import find

        done = run(stack, find(stack, name), emergency_id, verdict)
    if as_json:
        return show_json(done)
    return out.print(f"[green]✓[/] {emergency_id}: {verdict}")
