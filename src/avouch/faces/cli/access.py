"""`avouch access why|who-can|review`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from avouch.faces.cli.app import Json, app, opened, out, show_json

access = typer.Typer(help="Who gets in, who sees what, and why.", no_args_is_help=True)
app.add_typer(access, name="access")
Purpose = Annotated[str, typer.Option("--purpose", help="The purpose of use: care, operations, research …")]


@access.command()
def why(principal: str, document_id: str, purpose: Purpose = "", as_json: Json = False) -> None:
    """Say why somebody sees a document, or what stands in the way."""
    with opened() as stack:
        from avouch.stack.explain_access import why as run

        told = run(stack, stack.owner, principal, document_id, purpose)
    if as_json:
        return show_json(told)
    mark = "[green]✓[/]" if told.allowed else "[red]✗[/]"
    out.print(f"{mark} {escape(told.words[0])}", soft_wrap=True)
    table = Table("attribute", "principal", "document", "")
    for one in told.compared:
        fits = "" if one.fits is None else "fits" if one.fits else "[red]does not fit[/]"
        table.add_row(one.attribute, escape(one.principal), escape(one.document), fits)
    out.print(table)
    for line in told.words[1:]:
        out.print(f"  {escape(line)}", soft_wrap=True)
    return out.print(f"[dim]policy {told.policy}, {told.policy_version}[/]", soft_wrap=True)


@access.command("who-can")
def who_can(document_id: str, purpose: Purpose = "", as_json: Json = False) -> None:
    """List who sees a document, and who does not, grouped by the reason."""
    with opened() as stack:
        from avouch.stack.explain_access import who_can as run

        found = run(stack, stack.owner, document_id, purpose)
    if as_json:
        return show_json(found)
    for reach in found:
        mark = "[green]✓[/]" if reach.allowed else "[red]✗[/]"
        out.print(f"{mark} {escape(', '.join(reach.principals))}", soft_wrap=True)
        out.print(f"  [dim]{escape(reach.words)}[/]", soft_wrap=True)
    return None


@access.command()
def review(
    name: Annotated[str, typer.Option("--as", help="Who looks (asserted, not authenticated).")] = "owner",
    as_json: Json = False,
) -> None:
    """Find orphan, stale, shared-looking and over-broad access, conflicts of duty, unreviewed emergencies."""
    with opened() as stack:
        from avouch.stack.access import review as run
        from avouch.stack.people import find

        told = run(stack, find(stack, name))
    if as_json:
        return show_json(told)
    table = Table("finding", "who or what", "id", "seen", "to do")
    for one in told.findings:
        table.add_row(one.code, escape(one.name), escape(one.subject), escape(one.evidence), one.todo)
    if told.findings:
        out.print(table)
    return out.print(f"[dim]{len(told.findings)} findings, {told.principals} principals, entry {told.seq}[/]")
