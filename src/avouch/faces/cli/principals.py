"""`avouch principal add|change|disable|enable|link|list`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from avouch.canon import from_micros
from avouch.faces.cli.app import Json, app, named, opened, out, show_json
from avouch.faces.cli.ingest import classification, names

principal = typer.Typer(help="Who may ask: people and services.", no_args_is_help=True)
app.add_typer(principal, name="principal")

Name = Annotated[str, typer.Argument(help="Whom it is about.")]
Groups = Annotated[str | None, typer.Option("--groups", help="The groups that they belong to: a,b.")]
Clearance = Annotated[str | None, typer.Option("--clearance", help="The highest classification.")]
ROLES = "reader, on-call, curator, reviewer, decision-owner, auditor, operator, admin, owner."


@principal.command()
def add(
    name: Name,
    groups: Groups = "",
    clearance: Clearance = "public",
    roles: Annotated[str, typer.Option("--roles", help=ROLES)] = "reader",
    tenant: Annotated[str, typer.Option("--tenant", help="To whose documents they belong.")] = "default",
    kind: Annotated[str, typer.Option("--kind", help="person or service.")] = "person",
    as_json: Json = False,
) -> None:
    """Add a person or a service."""
    with opened() as stack:
        from avouch.stack.people import add as run

        rights = (names(groups or ""), classification(clearance or "public"), names(roles))
        person = run(stack, name, *rights, tenant=tenant, kind=kind)
    if as_json:
        return show_json(person)
    return out.print(f"[green]✓[/] {escape(name)} ({person.id})")


@principal.command()
def change(
    name: Name,
    groups: Groups = None,
    clearance: Clearance = None,
    roles: Annotated[str | None, typer.Option("--roles", help=ROLES)] = None,
    as_json: Json = False,
) -> None:
    """Give somebody other groups, roles or clearance; what is not told stays."""
    with opened() as stack:
        from avouch.lake.principals import Change
        from avouch.stack import people

        told = Change(
            None if groups is None else names(groups),
            None if roles is None else names(roles),
            None if clearance is None else classification(clearance),
        )
        person = people.change(stack, stack.owner, people.id_of(stack, name), told)
    if as_json:
        return show_json(person)
    return out.print(f"[green]✓[/] {escape(name)}: it holds from now on, in open sessions too")


@principal.command()
def disable(name: Name) -> None:
    """Let somebody in no more: sessions end, keys are revoked, an emergency is over."""
    with opened() as stack:
        from avouch.stack import people

        people.disable(stack, stack.owner, people.id_of(stack, name))
    out.print(f"[green]✓[/] {escape(name)} is disabled")


@principal.command()
def enable(name: Name) -> None:
    """Let somebody in again; keys and sessions of before stay ended."""
    with opened() as stack:
        from avouch.stack import people

        people.enable(stack, stack.owner, people.id_of(stack, name))
    out.print(f"[green]✓[/] {escape(name)} is enabled")


@principal.command()
def link(
    name: Name,
    issuer: Annotated[str, typer.Option("--issuer", help="The identity provider, as in the settings.")],
    subject: Annotated[str, typer.Option("--subject", help="What the provider calls them (`sub`).")],
) -> None:
    """Say under which subject an identity provider knows somebody; names are never matched."""
    with opened() as stack:
        from avouch.stack import people

        people.link(stack, stack.owner, people.id_of(stack, name), issuer, subject)
    out.print(f"[green]✓[/] {escape(name)} is linked")


@principal.command("list")
def list_all(
    after: Annotated[str, typer.Option("--after", help="Go on behind this name.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 1000,
    as_json: Json = False,
) -> None:
    """List the principals."""
    with opened() as stack:
        from avouch.stack.people import accounts

        found = accounts(stack, stack.owner, after, limit)
    if as_json:
        return show_json(found)
    table = Table("who", "may see", "roles", "state", named("id"))
    for one in found:
        person = one.principal
        groups, roles = ", ".join(sorted(person.groups)), ", ".join(sorted(person.roles))
        seen = f"seen {from_micros(one.seen_at)[:10]}" if one.seen_at else one.status
        apart = [word for word in (person.kind, person.tenant) if word not in ("person", "default")]
        who = f"{escape(person.name)}[dim]{escape(''.join(f' · {word}' for word in apart))}[/]"
        sees = f"{escape(groups) or '–'} [dim]up to {person.clearance.name.lower()}[/]"
        table.add_row(who, sees, roles, seen if one.status == "active" else one.status, person.id)
    out.print(table)
    return out.print(f"[dim]more: --after {found[-1].principal.name}[/]") if len(found) == limit else None
