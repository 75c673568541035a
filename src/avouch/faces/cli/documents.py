"""`avouch documents list|show|versions|withdraw|erase`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from avouch.canon import from_micros
from avouch.faces.cli.app import Json, app, opened, out, show_json
from avouch.records import FOREVER, Version

documents = typer.Typer(help="What the lake holds.", no_args_is_help=True)
app.add_typer(documents, name="documents")


def day(micros: int) -> str:
    return "–" if micros >= FOREVER else from_micros(micros)[:10]


@documents.command("list")
def list_all(
    after: Annotated[str, typer.Option("--after", help="Go on behind this id.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000)] = 100,
    as_json: Json = False,
) -> None:
    """List documents with their current versions."""
    with opened() as stack:
        from avouch.lake.documents import listing

        found = stack.state.read(lambda tx: listing(tx, after, limit))
    if as_json:
        return show_json(found)
    table = Table("document", "title", "key", "labels", "class", "state")
    for one in found:
        current = one.current
        labels = ", ".join(sorted(current.labels))
        row = (one.id, escape(current.title), escape(one.key), labels, current.classification.name.lower())
        table.add_row(*row, current.fate.value)
    out.print(table)
    return out.print(f"[dim]more: --after {found[-1].id}[/]") if len(found) == limit else None


@documents.command()
def show(document_id: str, text: Annotated[bool, typer.Option("--text")] = False, as_json: Json = False) -> None:
    """Show one document; with --text what was read from it."""
    with opened() as stack:
        from avouch.lake.documents import document

        found = stack.state.read(lambda tx: document(tx, document_id))
        version = found.current
        if text:
            words = stack.state.read(lambda tx: stack.store.text(tx, document_id, version.text_blob))
            return out.print(words, markup=False, soft_wrap=True)
    if as_json:
        return show_json(found)
    return show_versions([version])


@documents.command()
def versions(document_id: str, as_json: Json = False) -> None:
    """List all versions of a document, oldest first."""
    with opened() as stack:
        from avouch.lake.documents import document, versions_of

        stack.state.read(lambda tx: document(tx, document_id))
        found = stack.state.read(lambda tx: versions_of(tx, document_id))
    return show_json(found) if as_json else show_versions(found)


def show_versions(found: list[Version]) -> None:
    table = Table("version", "title", "true from", "to", "recorded", "ended", "state", "chunks")
    for v in found:
        ended = "–" if v.ended >= FOREVER else str(v.ended)
        held_to = day(min(v.valid_to, v.ended_at))
        row = (v.id, escape(v.title), day(v.world_from), held_to, str(v.recorded), ended, v.fate.value)
        table.add_row(*row, str(v.rows))
    out.print(table)


@documents.command()
def withdraw(
    document_id: str,
    wrong: Annotated[bool, typer.Option("--wrong", help="It was wrong: revoke it.")] = False,
    reason: Annotated[str, typer.Option("--reason")] = "",
    as_json: Json = False,
) -> None:
    """Serve a document no longer; says which answers rested on it."""
    with opened() as stack:
        from avouch.stack.withdraw import withdraw as run

        told = run(stack, stack.owner, document_id, wrong, reason)
    if as_json:
        return show_json(told)
    out.print(f"[green]✓[/] {document_id} {told.fate.value} at entry {told.snapshot}")
    return out.print(f"  {len(told.relied_on_by)} answers had cited it  " + " ".join(told.relied_on_by))


@documents.command()
def erase(
    document_id: str,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Remove a document's content and all that derives from it, for good; proofs still verify."""
    if not yes:
        typer.confirm("This cannot be undone. Erase it?", abort=True)
    with opened() as stack:
        from avouch.stack.erase import erase as run

        told = run(stack, stack.owner, document_id)
    if as_json:
        return show_json(told)
    table = Table("store", "found before", "found after")
    for store in told.stores:
        table.add_row(store.store, str(store.before), str(store.after))
    out.print(table)
    for place in told.unseen:
        out.print(f"[yellow]![/] not looked into: {escape(place)}")
    return out.print(f"[green]✓[/] erased at entry {told.snapshot}")
