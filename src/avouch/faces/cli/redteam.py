"""`avouch redteam run|list|report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from avouch.canon import from_micros, plain
from avouch.errors import AvouchError, Code
from avouch.faces.cli.app import Json, app, opened, out, show_json

redteam = typer.Typer(help="Attack a release before it goes live.", no_args_is_help=True)
app.add_typer(redteam, name="redteam")


@redteam.command()
def run(
    model: Annotated[str | None, typer.Option("--model", help="Try the release with this declared model.")] = None,
    prompt: Annotated[str | None, typer.Option("--prompt", help="… with this template.")] = None,
    number: Annotated[int | None, typer.Option("--number", help="Its version; the newest where left out.")] = None,
    policy: Annotated[int | None, typer.Option("--policy", help="… with this policy version.")] = None,
    count: Annotated[int, typer.Option("--count", help="Cases of each suite.")] = 20,
    suite: Annotated[list[str] | None, typer.Option("--suite", help="Only this suite; may be repeated.")] = None,
    corpora: Annotated[Path | None, typer.Option("--corpora", help="A folder of collected attacks.")] = None,
    seed: Annotated[int, typer.Option("--seed")] = 1,
    real: Annotated[bool, typer.Option("--real", help="Ask the models themselves, not one that obeys all.")] = False,
    as_json: Json = False,
) -> None:
    """Run every suite against the release; exit 1 where it does not hold. The signed result gates activation."""
    from avouch.redteam import report
    from avouch.stack import parts
    from avouch.stack.trials import Asked, attack

    if model and prompt:
        raise AvouchError(Code.INPUT_INVALID, "name one of --model and --prompt: a trial puts one part in force")
    with opened() as stack:
        kind, name = (parts.MODEL, model) if model else (parts.PROMPT, prompt)
        part = stack.state.read(lambda tx: parts.one(tx, kind, name, number)) if name else None
        asked = Asked(part, policy, count, seed, corpora, tuple(suite or ()), real)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
        with Progress(*columns, TimeRemainingColumn(), console=out, transient=True, disable=as_json) as bar:
            task = bar.add_task("", total=None)
            trial, told = attack(
                stack,
                stack.owner,
                asked,
                lambda done, total, note: bar.update(task, completed=done, total=total, description=note),
            )
    if as_json:
        show_json({**plain(trial), "report": report.body(told)})
    else:
        out.print(report.table(told), markup=False, highlight=False)
        out.print(f"trial {trial.number}, entry {trial.seq}, release {trial.release[:19]}")
    if not trial.passed:
        raise typer.Exit(1)


@redteam.command("list")
def list_all(as_json: Json = False) -> None:
    """List the trials, newest first."""
    from avouch.stack.trials import listing, standing

    with opened() as stack:
        found, why = listing(stack, stack.owner), standing(stack, stack.owner)
    if as_json:
        return show_json({"trials": found, "standing": why})
    table = Table("trial", "when", "result", "release", "entry")
    for one in found:
        result = "[green]held[/]" if one.passed else "[red]failed[/]"
        table.add_row(str(one.number), from_micros(one.at)[:19], result, one.release[:19], str(one.seq))
    out.print(table if found else "No trial was run yet.")
    return out.print(f"The release in force: {why or 'held in its newest trial'}.", soft_wrap=True, markup=False)


@redteam.command("report")
def show_report(
    number: Annotated[int | None, typer.Argument(help="The newest where it is left out.")] = None,
    as_json: Json = False,
) -> None:
    """Show the report of a trial; `--json` gives it as it was signed."""
    from avouch.stack.trials import show

    with opened() as stack:
        told = show(stack, stack.owner, number)
    if as_json:
        return show_json(told)
    body = told["report"]
    table = Table("suite", "cases", "held", "written", "blocked", "hostile pages marked", "harmless pages marked")
    for one in body["suites"]:
        counts = (str(one[name]) for name in ("cases", "held", "written", "blocked"))
        marked = ("{marked} of {planted}".format(**one["pages"][name]) for name in ("hostile", "harmless"))
        table.add_row(one["suite"], *counts, *marked)
    out.print(table)
    for why in body["why_not"]:
        out.print(f"[red]✗[/] {why}", soft_wrap=True)
    result = "[green]held[/]" if body["passed"] else "[red]failed[/]"
    return out.print(
        f"trial {told['number']} {result} · {body['ended'][:19]} · release {body['release']['digest'][:19]}"
    )
