"""`avouch ingest`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from avouch.canon import to_micros
from avouch.errors import AvouchError, Code
from avouch.faces.cli.app import Json, app, err, opened, out, show_json
from avouch.records import Classification, IngestReport, Metadata


def classification(text: str) -> Classification:
    """One of public, internal, confidential, restricted; INPUT_INVALID."""
    try:
        return Classification[text.upper()]
    except KeyError as error:
        names = ", ".join(level.name.lower() for level in Classification)
        raise AvouchError(Code.INPUT_INVALID, f"a classification is one of {names}") from error


def names(text: str) -> frozenset[str]:
    """A comma-separated list."""
    return frozenset(name.strip() for name in text.split(",") if name.strip())


def pairs(values: list[str]) -> dict[str, str]:
    """``k=v`` options as a mapping; ``k=`` switches a guessed column off. INPUT_INVALID."""
    found = {}
    for value in values:
        name, equals, column = value.partition("=")
        if not (name and equals):
            raise AvouchError(Code.INPUT_INVALID, f"--map wants k=v, not {value!r}")
        found[name] = column
    return found


class Bar:
    """Progress with rate and time left, on standard error."""

    def __init__(self, quiet: bool) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
        )
        self.progress = Progress(*columns, TimeRemainingColumn(), console=err, disable=quiet, transient=True)
        self.task = self.progress.add_task("reading", total=None, rate="")
        self.started = self.shown = time.monotonic()

    def __call__(self, done: int, total: int, note: str) -> None:
        now = time.monotonic()
        if now - self.shown > 0.1:
            self.shown = now
            rate = f"{done / (now - self.started):.0f}/s"
            shown = escape(note if len(note) <= 40 else "…" + note[-39:])
            self.progress.update(
                self.task, completed=done, total=max(total, done), rate=rate, description=f"{shown:<40}"
            )


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders; each is a source.")],
    labels: Annotated[str, typer.Option("--labels", help="Groups that may see it: a,b.")] = "",
    level: Annotated[str, typer.Option("--class", help="public, internal, confidential or restricted.")] = "",
    reviewed: Annotated[
        bool, typer.Option("--class-reviewed", help="I looked: what is found raises no class.")
    ] = False,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="A column by its use, once for each: --map id=code --map text=name,body"),
    ] = None,
    valid_from: Annotated[str, typer.Option("--valid-from", help="True in the world from then on.")] = "",
    valid_to: Annotated[str, typer.Option("--valid-to", help="True in the world until then.")] = "",
    confirm: Annotated[bool, typer.Option("--confirm-withdrawals", help="Withdraw even a large share.")] = False,
    as_json: Json = False,
) -> None:
    """Bring sources up to date: new, changed and vanished documents. What says no labels is seen by the owner only."""
    metadata = Metadata(
        labels=names(labels) or None,
        classification=classification(level) if level else None,
        valid_from=to_micros(valid_from) if valid_from else None,
        valid_to=to_micros(valid_to) if valid_to else None,
        class_reviewed=reviewed or None,
    )
    mapping = pairs(columns or [])
    with opened() as stack:
        from avouch.stack.ingest import ingest as run
        from avouch.stack.ingest import options_of

        options = options_of(stack.settings, metadata, mapping)
        bar = Bar(as_json)
        with bar.progress:
            reports = [run(stack, stack.owner, path, options, bar, confirm) for path in paths]
    if as_json:
        show_json(reports[0] if len(reports) == 1 else reports)
    else:
        for report in reports:
            show(report)
    if any(report.awaiting for report in reports):
        gone = sum(report.awaiting for report in reports)
        text = f"{gone} documents are gone, more than a tenth of their source; nothing was withdrawn"
        raise AvouchError(Code.CONFIRM_WITHDRAWALS, text)


def show(report: IngestReport) -> None:
    counts = [("added", "green"), ("changed", "yellow"), ("unchanged", "dim"), ("withdrawn", "red")]
    line = "  ".join(f"[{style}]{getattr(report, name)} {name}[/]" for name, style in counts)
    rate = report.chunks / report.seconds if report.seconds else 0.0
    out.print(f"[green]✓[/] {line}  [dim]{report.chunks} chunks in {report.seconds:.1f} s ({rate:.0f}/s)[/]")
    if report.raised:
        why = ", ".join(f"{count} × {because}" for because, count in report.because.items())
        out.print(f"[yellow]![/] the class of {report.raised} documents was raised: {why}", soft_wrap=True)
    if report.quarantined:
        told = "give orders to a machine and are not found: `avouch quarantine list`"
        out.print(f"[yellow]![/] {report.quarantined} chunks {told}", soft_wrap=True)
    if report.problems:
        table = Table(
            "document",
            "problem",
            "what to do",
            title=f"{len(report.problems)} not taken in",
            title_justify="left",
        )
        for problem in report.problems[:50]:
            table.add_row(escape(problem.key), f"[red]{problem.code}[/] {escape(problem.message)}", problem.todo)
        out.print(table)
