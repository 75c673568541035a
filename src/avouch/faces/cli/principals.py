"""`avouch principal add|list`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from avouch.faces.cli.app import Json, app, opened, out, show_json
from avouch.faces.cli.ingest import classification, names

principal = typer.Typer(help="Who may ask: people and services.", no_args_is_help=True)
app.add_typer(principal, name="principal")


@principal.command()
def add(
    name: Annotated[str, typer.Argument()],
    groups: Annotated[str, typer.Option("--groups", help="The groups that they belong to: a,b.")] = "",
    clearance: Annotated[str, typer.Option("--clearance", help="The highest classification.")] = "public",
    roles: Annotated[str, typer.Option("--roles", help="reader, owner.")] = "reader",
    as_json: Json = False,
) -> None:
    """Add a person or a service."""
    with opened() as stack:
        from avouch.stack.people import add as run

        person = run(stack, name, names(groups), classification(clearance), names(roles))
    if as_json:
        return show_json(person)
    return out.print(f"[green]✓[/] {name} ({person.id})")


@principal.command("list")
def list_all(as_json: Json = False) -> None:
    """List the principals."""
    with opened() as stack:
        from avouch.stack.people import listing

        people = listing(stack)
    if as_json:
        return show_json(people)
    table = Table("name", "groups", "clearance", "roles", "id")
    for person in people:
        groups, roles = ", ".join(sorted(person.groups)), ", ".join(sorted(person.roles))
        table.add_row(person.name, groups, person.clearance.name.lower(), roles, person.id)
    return out.print(table)
