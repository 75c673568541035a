"""`avouch init`, `status`, `migrate`, `backup`, `restore`, `index rebuild`, `collect`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from avouch.faces.cli.app import Choice, Json, app, opened, out, show_json


@app.command()
def init(as_json: Json = False) -> None:
    """Make a new home."""
    from avouch.stack.stack import Stack

    with Stack.create(Choice.home) as stack:
        told = {
            "home": str(Choice.home),
            "id": stack.id,
            "key": str(stack.signer.key),
            "keys": str(stack.home.keys),
        }
    if as_json:
        return show_json(told)
    out.print(f"[green]✓[/] A new home lies in [bold]{Choice.home}[/].", soft_wrap=True)
    out.print(
        f"  keys     {told['keys']}   [dim]keep a copy elsewhere: without them nothing can be read[/]",
        soft_wrap=True,
    )
    out.print(f"  verifier {told['key']}   [dim]give it to whoever checks your vouchers[/]", soft_wrap=True)
    return out.print("  next     avouch ingest FOLDER --labels staff --class internal", soft_wrap=True)


@app.command()
def status(
    deep: Annotated[bool, typer.Option("--deep", help="Check every store.")] = False, as_json: Json = False
) -> None:
    """Say what the home holds and whether it is whole."""
    from avouch.stack.status import status as status_of

    with opened() as stack:
        told = status_of(stack, deep)
    if as_json:
        return show_json(told)
    for name, value in told.items():
        out.print(f"[dim]{name:<14}[/] {value}", soft_wrap=True)
    return None


@app.command()
def migrate() -> None:
    """Bring a home of an older version to this one's schema."""
    from avouch.stack.migrate import migrate as run

    old, new = run(Choice.home)
    out.print(f"[green]✓[/] schema {old} → {new}")


@app.command()
def backup(to: Annotated[Path, typer.Argument(help="The file to write (.tar).")], as_json: Json = False) -> None:
    """Write a backup of everything but the keys and the index (which is made again)."""
    from avouch.stack.backup import backup as run

    with opened() as stack:
        told = run(stack, stack.owner, to)
    if as_json:
        return show_json(told)
    out.print(f"[green]✓[/] {told.files} files, {told.bytes / 1e6:.1f} MB in {to}", soft_wrap=True)
    return out.print(f"[dim]The keys are not in it: keep {told.keys} elsewhere.[/]", soft_wrap=True)


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="The backup.")],
    keys: Annotated[Path | None, typer.Option("--keys", help="The folder with the home's keyring.")] = None,
    as_json: Json = False,
) -> None:
    """Make a home from a backup; what was erased since stays erased."""
    from avouch.stack.restore import restore as run

    told = run(Choice.home, source, keys)
    if as_json:
        return show_json(told)
    out.print(f"[green]✓[/] {told.files} files restored to {Choice.home}", soft_wrap=True)
    return out.print(f"  {len(told.erased)} erasures replayed: what was erased since the backup stays erased")


index = typer.Typer(help="The index: made from the lake, at any time.", no_args_is_help=True)
app.add_typer(index, name="index")


@index.command()
def rebuild() -> None:
    """Make a new generation of the index from the lake and switch to it."""
    from avouch.stack.reindex import reindex

    with opened() as stack:
        made = reindex(stack, stack.owner)
        out.print(f"[green]✓[/] generation {made.generation}, {made.rows} rows")


@app.command()
def collect(as_json: Json = False) -> None:
    """Remove what crashed runs left behind and no reader sees."""
    from avouch.stack.collect import collect as run

    with opened() as stack:
        told = run(stack, stack.owner)
    if as_json:
        return show_json(told)
    return out.print(f"[green]✓[/] {told.blobs} orphaned blobs and {told.versions} orphaned versions removed")


@app.command()
def demo() -> None:
    """Show what Avouch does, on a small hospital's library, in under two minutes."""
    from avouch.faces.demo.story import tell

    tell(Choice.home.resolve())
