"""`avouch quarantine list|show|release|confirm`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from avouch.errors import AvouchError, Code
from avouch.faces.cli.app import OWNER, As, Json, acting, app, named, out, show_json

if TYPE_CHECKING:
    from avouch.lake.marks import Standing

quarantine = typer.Typer(help="Chunks that give orders to a machine: nobody finds them.", no_args_is_help=True)
app.add_typer(quarantine, name="quarantine")
Rows = Annotated[list[int] | None, typer.Argument(help="Chunks by their row, as the list names them.")]
OfDocument = Annotated[str, typer.Option("--document", help="All that are in quarantine of a document: d_…")]
Why = Annotated[str, typer.Option("--reason", help="Why; it stands in the ledger.")]


@quarantine.command("list")
def list_all(
    standing: Annotated[str, typer.Option("--standing", help="quarantined, released, confirmed, or all.")] = (
        "quarantined"
    ),
    after: Annotated[int, typer.Option("--after", help="Behind this row.")] = -1,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50,
    by: As = OWNER,
    as_json: Json = False,
) -> None:
    """List marked chunks of documents that one may see."""
    with acting(by) as (stack, actor):
        from avouch.stack.quarantine import listing

        found = listing(stack, actor, standing_of(standing), after, limit)
    if as_json:
        return show_json(found)
    if not found:
        return out.print(f"[dim]nothing is marked in what {escape(by)} may see; --as NAME looks as somebody else[/]")
    table = Table("row", "document", named("id"), "risk", "what speaks for it", "standing")
    for one in found:
        why = escape(", ".join(one.reasons))
        table.add_row(str(one.row), escape(one.document_key), one.document_id, f"{one.score:.2f}", why, one.standing)
    return out.print(table)


def standing_of(word: str) -> Standing | None:
    """INPUT_INVALID."""
    from avouch.lake.marks import Standing

    if word == "all":
        return None
    if word.upper() not in Standing.__members__:
        raise AvouchError(Code.INPUT_INVALID, "--standing is quarantined, released, confirmed or all")
    return Standing[word.upper()]


@quarantine.command()
def show(row: Annotated[int, typer.Argument(help="The chunk's row.")], by: As = OWNER, as_json: Json = False) -> None:
    """Show one marked chunk with its text."""
    with acting(by) as (stack, actor):
        from avouch.stack.quarantine import show as run

        found = run(stack, actor, row)
    if as_json:
        return show_json(found)
    out.print(f"[bold]{escape(found.title)}[/]  {escape(found.document_key)}  {found.document_id}", soft_wrap=True)
    out.print(f"risk {found.score:.2f}: {escape(', '.join(found.reasons))}; {found.standing}, entry {found.seq}")
    return out.print(found.text, markup=False, highlight=False, soft_wrap=True)


@quarantine.command()
def release(
    rows: Rows = None, document: OfDocument = "", reason: Why = "", by: As = OWNER, as_json: Json = False
) -> None:
    """Let chunks be found from now on."""
    decide("release", rows, document, reason, by, as_json)


@quarantine.command()
def confirm(
    rows: Rows = None, document: OfDocument = "", reason: Why = "", by: As = OWNER, as_json: Json = False
) -> None:
    """Keep chunks out for good."""
    decide("confirm", rows, document, reason, by, as_json)


def decide(what: str, rows: list[int] | None, document: str, reason: str, by: str, as_json: bool) -> None:
    with acting(by) as (stack, actor):
        from avouch.stack import quarantine as acts

        run = acts.release if what == "release" else acts.confirm
        done = run(stack, actor, document, rows or (), reason)
    if as_json:
        return show_json(done)
    told = "are found from now on" if what == "release" else "stay out for good"
    return out.print(f"[green]✓[/] {len(done.rows)} chunks {told}; entry {done.seq}")
