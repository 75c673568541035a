"""`avouch key list|rotate|export`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from avouch.errors import AvouchError, Code
from avouch.faces.cli.app import Json, app, opened, out, show_json

key = typer.Typer(help="The keys: where they lie, rotation, copies.", no_args_is_help=True)
app.add_typer(key, name="key")


@key.command("list")
def list_all(as_json: Json = False) -> None:
    """Say which keys there are and where they lie; secrets are not shown."""
    with opened() as stack:
        ring, folder, verifier = stack.ring, str(stack.home.keys), str(stack.signer.key)
    kinds = [
        ("digest", ring.digest),
        *(("master", k) for k in ring.master),
        *(("signing", k) for k in ring.signing),
    ]
    rows = [{"kind": kind, "id": found.id, "created": found.created} for kind, found in kinds]
    if as_json:
        return show_json({"folder": folder, "verifier": verifier, "keys": rows})
    table = Table("kind", "id", "created")
    for row in rows:
        table.add_row(row["kind"], row["id"], row["created"])
    out.print(table)
    out.print(f"[dim]folder[/]   {folder}", soft_wrap=True)
    return out.print(f"[dim]verifier[/] {verifier}", soft_wrap=True)


@key.command()
def rotate(
    kind: Annotated[str, typer.Argument(help="master or signing.")] = "master",
    as_json: Json = False,
) -> None:
    """Put a new key into use; the old master is destroyed once nothing is wrapped with it."""
    if kind not in ("master", "signing"):
        raise AvouchError(Code.INPUT_INVALID, "rotate master or signing; the digest key names content and stays")
    with opened() as stack:
        from avouch.stack.keys import rotate as run

        made = run(stack, stack.owner, kind)
    if as_json:
        return show_json({"kind": kind, "id": made})
    return out.print(f"[green]✓[/] {kind} key {made} is in use. [dim]Copy the keyring anew: avouch key export[/]")


@key.command()
def export(to: Annotated[Path, typer.Option("--to", help="The folder to copy the keyring to.")]) -> None:
    """Copy the keyring and the list of erasures: without them a backup cannot be read."""
    with opened() as stack:
        to.mkdir(parents=True, exist_ok=True)
        to.chmod(0o700)
        for path in (stack.home.keys / "keyring.json", stack.home.erasures):
            if path.exists():
                shutil.copy2(path, to / path.name)
    out.print(f"[green]✓[/] copied to {to}  [dim]whoever holds it can read the home[/]", soft_wrap=True)
