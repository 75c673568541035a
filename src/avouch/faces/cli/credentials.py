"""`avouch access password|key|session`: what lets people in."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from avouch.canon import from_micros
from avouch.faces.cli.access import access
from avouch.faces.cli.app import Json, named, opened, out, show_json
from avouch.faces.cli.ingest import names

key = typer.Typer(help="API keys. Each belongs to one principal and is shown once.", no_args_is_help=True)
session = typer.Typer(help="Sessions of people who signed in.", no_args_is_help=True)
access.add_typer(key, name="key")
access.add_typer(session, name="session")

Name = Annotated[str, typer.Argument(help="Whom it is about.")]


def day(micros: int | None) -> str:
    return from_micros(micros)[:10] if micros else "–"


def minute(micros: int) -> str:
    return from_micros(micros)[:16] + "Z"


@access.command()
def password(
    name: Name,
    from_input: Annotated[
        bool, typer.Option("--stdin", help="Read it from standard input, as where nobody can be asked.")
    ] = False,
) -> None:
    """Give a person a password, asked for or read, never on the command line; their sessions end."""
    if from_input or not sys.stdin.isatty():
        told = sys.stdin.readline().rstrip("\r\n")
    else:
        told = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
    with opened() as stack:
        from avouch.stack.credentials import set_password
        from avouch.stack.people import id_of

        set_password(stack, stack.owner, id_of(stack, name), told)
    out.print(f"[green]✓[/] {escape(name)} has a new password")


@key.command()
def create(
    name: Name,
    label: Annotated[str, typer.Option("--label", help="What it is for.")],
    scopes: Annotated[str, typer.Option("--scopes", help="The acts that it is limited to: ask,search.")] = "",
    days: Annotated[int, typer.Option("--days", help="How long it is in force; 365 at most.")] = 90,
    as_json: Json = False,
) -> None:
    """Make a key; its token is shown now and never again."""
    with opened() as stack:
        from avouch.stack.credentials import create_key
        from avouch.stack.people import id_of

        made, token = create_key(stack, stack.owner, id_of(stack, name), label, names(scopes), days)
    if as_json:
        return show_json({"key": made, "token": token})
    out.print(token, markup=False, soft_wrap=True)
    return out.print(f"[dim]{made.id}, in force until {day(made.expires_at)}; keep it, it is not shown again[/]")


@key.command("list")
def list_keys(
    name: Annotated[str, typer.Argument(help="Whose; nothing: everybody's.")] = "",
    after: Annotated[str, typer.Option("--after", help="Go on behind this id.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 1000,
    as_json: Json = False,
) -> None:
    """List keys, without their secrets."""
    with opened() as stack:
        from avouch.stack.credentials import keys
        from avouch.stack.people import id_of

        found = keys(stack, stack.owner, id_of(stack, name) if name else "", after, limit)
    if as_json:
        return show_json(found)
    table = Table(named("id"), "principal", "label", "scopes", "until", "last used", "revoked")
    for one in found:
        scopes = ", ".join(sorted(one.scopes)) or "not limited"
        row = (one.id, one.principal_id, escape(one.label), scopes, day(one.expires_at))
        table.add_row(*row, day(one.used_at), day(one.revoked_at))
    out.print(table)
    return out.print(f"[dim]more: --after {found[-1].id}[/]") if len(found) == limit else None


@key.command()
def revoke(key_id: Annotated[str, typer.Argument(help="The key's id: k_…")]) -> None:
    """Put a key out of force, for good and at once."""
    with opened() as stack:
        from avouch.stack.credentials import revoke_key

        revoke_key(stack, stack.owner, key_id)
    out.print(f"[green]✓[/] {escape(key_id)} is revoked")


@session.command("list")
def list_sessions(name: Name, as_json: Json = False) -> None:
    """List somebody's sessions in force."""
    with opened() as stack:
        from avouch.stack.people import id_of
        from avouch.stack.sessions import listing

        found = listing(stack, stack.owner, id_of(stack, name), time.time_ns() // 1000)
    if as_json:
        return show_json(found)
    table = Table(named("id"), "begun", "ends unless used")
    for one in found:
        table.add_row(one.id, minute(one.began_at), minute(one.until))
    return out.print(table)


@session.command("end")
def end_session(
    session_id: Annotated[str, typer.Argument(help="The session's id, or a name with --all.")],
    whole: Annotated[bool, typer.Option("--all", help="All sessions of that person.")] = False,
) -> None:
    """End a session, or all of somebody's."""
    with opened() as stack:
        from avouch.stack import people, sessions

        if whole:
            sessions.end_all(stack, stack.owner, people.id_of(stack, session_id))
        else:
            sessions.end(stack, stack.owner, session_id)
    out.print("[green]✓[/] ended")
