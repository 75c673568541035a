"""`avouch ledger verify|checkpoint|export`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from avouch.faces.cli.app import Json, app, opened, out, show_json
from avouch.faces.cli.vouchers import read, show_report

ledger = typer.Typer(help="The tamper-evident log of every act.", no_args_is_help=True)
app.add_typer(ledger, name="ledger")


@ledger.command()
def verify(
    anchor: Annotated[list[Path] | None, typer.Option("--anchor", help="Checkpoints kept elsewhere.")] = None,
    as_json: Json = False,
) -> None:
    """Check every entry of this home; names the first broken one."""
    anchors = [read(path).decode("utf-8", "replace") for path in anchor or []]
    with opened() as stack:
        from avouch.stack.audit import audit

        report = audit(stack, anchors)
    if as_json:
        show_json(report)
    else:
        show_report(report)
    raise typer.Exit(0 if report.valid else 1)


@ledger.command()
def checkpoint(
    to: Annotated[Path | None, typer.Option("--to", help="Write it there: keep it outside of the home.")] = None,
) -> None:
    """Sign the log's head and remember it, so that later vouchers prove that they extend it."""
    with opened() as stack:
        from avouch.stack.audit import anchor

        note = anchor(stack, stack.owner)
    if to is None:
        return out.print(note, end="", soft_wrap=True, markup=False)
    to.write_text(note)
    return out.print(
        f"[green]✓[/] {to}  [dim]keep it where whoever holds this home cannot change it[/]", soft_wrap=True
    )


@ledger.command()
def export(to: Annotated[Path | None, typer.Option("--to", help="The file to write.")] = None) -> None:
    """Write the whole log as lines that `avouch verify` checks offline."""
    with opened() as stack:
        from avouch.stack.audit import export as run
        from avouch.stack.audit import print_log

        if to is None:
            return print_log(stack, sys.stdout.write)
        count = run(stack, to)
    return out.print(f"[green]✓[/] {count} entries in {to}", soft_wrap=True)
