"""`avouch voucher list|show|export`, `verify`, `replay`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from avouch.errors import AvouchError, Code
from avouch.faces.cli.app import Json, app, named, opened, out, show_json
from avouch.ledger.verify import Report
from avouch.ledger.verify import verify as check

voucher = typer.Typer(help="The portable evidence of one answer.", no_args_is_help=True)
app.add_typer(voucher, name="voucher")
MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[yellow]·[/]"}


@voucher.command("list")
def list_all(limit: int = 20, as_json: Json = False) -> None:
    """List the newest vouchers."""
    with opened() as stack:
        from avouch.stack.vouchers import listing

        found = listing(stack, limit)
    if as_json:
        return show_json([{"voucher_id": v, "seq": seq, "principal_id": who} for v, seq, who in found])
    table = Table(named("voucher"), "entry", "principal")
    for voucher_id, seq, who in found:
        table.add_row(voucher_id, str(seq), who)
    return out.print(table)


@voucher.command()
def export(voucher_id: str) -> None:
    """Print the voucher as JSON, its quotes filled in."""
    with opened() as stack:
        from avouch.stack.vouchers import export as run

        show_json(run(stack, voucher_id)[0])


@voucher.command()
def show(voucher_id: str, as_json: Json = False) -> None:
    """Show what a voucher says."""
    with opened() as stack:
        from avouch.stack.vouchers import export as run

        told, gone = run(stack, voucher_id)
    if as_json:
        return show_json(told)
    body, shown = told["body"], told["disclosures"]
    value = {at: part["value"] for at, part in shown.items()}
    asserted = " (asserted, not authenticated)" if body["principal"]["asserted"] else ""
    out.print(f"[bold]{escape(value.get('/question', '(erased)'))}[/]", soft_wrap=True)
    out.print(
        f"[dim]asked by {body['principal']['id']}{asserted} at {told['entry']['time']}, entry {told['entry']['seq']}[/]"
    )
    for c, claim in enumerate(body["claims"]):
        text = value.get(f"/claims/{c}", "(erased)")
        out.print(f"  [green]{claim['verdict']}[/] {escape(text)}", soft_wrap=True)
        for n, cited in enumerate(claim["citations"]):
            quote = value.get(f"/claims/{c}/citations/{n}")
            title = escape(quote["title"]) if quote else "(erased)"
            out.print(f"    [dim]{title}, {cited['version']} {cited['start']}–{cited['end']}[/]", soft_wrap=True)
    if body["abstained"]:
        out.print("  [yellow]abstained[/]")
    for part in gone:
        out.print(f"[yellow]·[/] {part.pointer}: {escape(part.why)}", soft_wrap=True)
    names = ("snapshot", "as_of", "index", "model", "recipe", "policy", "confidence")
    return out.print("\n".join(f"[dim]{name:<10} {escape(str(body[name]))}[/]" for name in names), soft_wrap=True)


def show_report(report: Report) -> None:
    for line in report.checks:
        out.print(f"{MARKS[line.ok]} {escape(line.text)}", soft_wrap=True)
    verdict = "[bold green]VALID[/]" if report.valid else "[bold red]NOT VALID[/]"
    out.print(verdict)


def read(path: Path) -> bytes:
    """The bytes of a file; PATH_MISSING."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise AvouchError(Code.PATH_MISSING, f"cannot read {path} ({type(error).__name__})") from error


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A voucher or an exported ledger.")],
    key: Annotated[str | None, typer.Option("--key", help="The verifier key, or a file that holds it.")] = None,
    anchor: Annotated[Path | None, typer.Option("--anchor", help="A checkpoint kept elsewhere.")] = None,
    as_json: Json = False,
) -> None:
    """Check a file offline: no home, no network. Says what it proved and what it cannot."""
    if key and Path(key).exists():
        key = read(Path(key)).decode("ascii", "replace").strip()
    report = check(read(file), key, read(anchor).decode("utf-8", "replace") if anchor else None)
    if as_json:
        show_json(report)
    else:
        show_report(report)
    raise typer.Exit(0 if report.valid else 1)


@app.command()
def replay(voucher_id: str, as_json: Json = False) -> None:
    """Make an answer again from what was recorded: same, differs (where), or erased (what)."""
    with opened() as stack:
        from avouch.stack.replay import replay as run

        told = run(stack, stack.owner, voucher_id)
    if as_json:
        return show_json(told)
    style = {"same": "green", "differs": "red", "erased": "yellow"}[told.verdict]
    out.print(f"[bold {style}]{told.verdict}[/]")
    for line in told.notes:
        out.print(f"  {escape(line)}", soft_wrap=True)
    return None
