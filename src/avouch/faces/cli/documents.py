"""`avouch documents list|show|versions|withdraw|erase`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from avouch.canon import from_micros, plain
from avouch.faces.cli.app import Json, app, named, opened, out, show_json
from avouch.records import FOREVER, Version

if TYPE_CHECKING:
    from avouch.lake.raised import Classed
    from avouch.stack.stack import Stack

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
    table = Table(named("document"), "title", "key", "labels", "class", "state")
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
        classed = classes(stack, [version])
        if text:
            words = stack.state.read(lambda tx: stack.store.text(tx, document_id, version.text_blob))
            if not as_json:
                return out.print(words, markup=False, soft_wrap=True)
    if as_json:
        return show_json(plain(found) | {"current": version_of(version, classed)} | ({"text": words} if text else {}))
    show_versions([version], classed)
    for reason in classed[version.ordinal].reasons if version.ordinal in classed else ():
        out.print(f"  [yellow]raised:[/] {reason}", soft_wrap=True)
    return None


def classes(stack: Stack, found: list[Version]) -> dict[int, Classed]:
    """How the classes of versions came about, by ordinal."""
    from avouch.stack.reading import classed

    return classed(stack, found)


def version_of(version: Version, classed: dict[int, Classed]) -> dict[str, Any]:
    """A version as plain values, with what was declared of its class where that is not all."""
    one = classed.get(version.ordinal)
    told: dict[str, Any] = {"declared": None, "class_reviewed": False, "raised": []}
    if one is not None:
        told = {"declared": plain(one.declared), "class_reviewed": one.reviewed, "raised": list(one.reasons)}
    return {**plain(version), **told}


@documents.command()
def versions(document_id: str, as_json: Json = False) -> None:
    """List all versions of a document, oldest first."""
    with opened() as stack:
        from avouch.lake.documents import document, versions_of

        stack.state.read(lambda tx: document(tx, document_id))
        found = stack.state.read(lambda tx: versions_of(tx, document_id))
        classed = classes(stack, found)
    if as_json:
        return show_json([version_of(one, classed) for one in found])
    return show_versions(found, classed)


def show_versions(found: list[Version], classed: dict[int, Classed]) -> None:
    table = Table(named("version"), "title", "class", "true from", "to", "recorded", "ended", "state", "chunks")
    for v in found:
        level = v.classification.name.lower()
        if (how := classed.get(v.ordinal)) is not None:
            level += " (reviewed)" if how.reviewed else f" (declared {how.declared.name.lower()})"
        ended = "–" if v.ended >= FOREVER else str(v.ended)
        held_to = day(min(v.valid_to, v.ended_at))
        row = (v.id, escape(v.title), level, day(v.world_from), held_to, str(v.recorded), ended, v.fate.value)
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
