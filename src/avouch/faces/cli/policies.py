"""`avouch policy list|show|test|diff|propose|activate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from avouch.canon import from_micros
from avouch.faces.cli.app import OWNER, As, Json, acting, app, opened, out, show_json
from avouch.faces.cli.parts import Alone, Override

policy = typer.Typer(help="Who may see and do what: policies as versions.", no_args_is_help=True)
app.add_typer(policy, name="policy")
Where = Annotated[Path, typer.Argument(help="A folder of .cedar files and .yaml test cases, or one file.")]


@policy.command("list")
def list_all(as_json: Json = False) -> None:
    """List the versions; 0 is what comes with Avouch."""
    with opened() as stack:
        from avouch.stack.policies import listing

        found = listing(stack, stack.owner)
    if as_json:
        return show_json(found)
    table = Table("number", "in force", "author", "approver", "activated", "entry", "digest")
    for one in found:
        activated = "–" if one.activated_at is None else from_micros(one.activated_at)[:19]
        entry = "–" if one.activated_seq is None else str(one.activated_seq)
        row = (str(one.number), "yes" if one.in_force else "", one.author, one.approver or "–", activated, entry)
        table.add_row(*row, one.digest[:19])
    return out.print(table)


@policy.command()
def show(
    number: Annotated[int | None, typer.Argument(help="The one in force where it is left out.")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="Write the files into this folder, to change them.")] = None,
    as_json: Json = False,
) -> None:
    """Show the texts of a policy, or write them into a folder."""
    with opened() as stack:
        from avouch.stack.policies import show as read

        found, texts = read(stack, stack.owner, number)
    if as_json:
        return show_json({"number": found, "texts": texts})
    if to is not None:
        to.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (to / name).write_text(text, "utf-8")
        return out.print(f"[green]✓[/] policy {found}: {len(texts)} files in {escape(str(to))}", soft_wrap=True)
    for name, text in sorted(texts.items()):
        out.print(f"[bold]{escape(name)}[/]")
        out.print(text, markup=False, soft_wrap=True)
    return None


@policy.command()
def test(what: Annotated[str, typer.Argument(help="A folder, a file, or a number.")], as_json: Json = False) -> None:
    """Run a policy's own test cases; exit 1 where one fails."""
    from avouch.stack.policies import read_texts, show, tried

    if what.isdecimal():
        with opened() as stack:
            outcomes = tried(show(stack, stack.owner, int(what))[1])
    else:
        outcomes = tried(read_texts(Path(what)))
    failed = sum(not one.passed for one in outcomes)
    if as_json:
        show_json(
            [{"name": o.name, "passed": o.passed, "expected": o.expected, **vars_of(o.decision)} for o in outcomes]
        )
    else:
        for one in outcomes:
            mark = "[green]✓[/]" if one.passed else "[red]✗[/]"
            said = ", ".join(one.decision.by) or "no policy permits it"
            word = "allowed" if one.decision.allowed else "denied"
            out.print(f"{mark} {escape(one.name)} [dim]{word}: {escape(said)}[/]", soft_wrap=True)
            for error in one.decision.errors:
                out.print(f"  [red]{escape(error)}[/]", soft_wrap=True)
        out.print(f"{len(outcomes)} cases, {failed} failed")
    if failed:
        raise typer.Exit(1)


def vars_of(decision: object) -> dict[str, object]:
    return {name: getattr(decision, name) for name in ("allowed", "by", "errors")}


@policy.command()
def diff(older: int, newer: int) -> None:
    """Show what differs between two versions."""
    with opened() as stack:
        from avouch.policy.texts import difference
        from avouch.stack.policies import show

        told = difference(*(show(stack, stack.owner, number)[1] for number in (older, newer)))
    return print_diff(told)


def print_diff(text: str) -> None:
    if text:
        return out.print(Syntax(text, "diff", background_color="default", word_wrap=True))
    return out.print("[dim]nothing differs[/]")


@policy.command()
def propose(where: Where, by: As = OWNER, as_json: Json = False) -> None:
    """Store a policy, for somebody else to activate. Nothing changes yet."""
    with acting(by) as (stack, actor):
        from avouch.stack.policies import propose as run
        from avouch.stack.policies import read_texts

        number = run(stack, actor, read_texts(where))
    if as_json:
        return show_json({"number": number})
    out.print(f"[green]✓[/] policy {number} is proposed. It is in force once another admin or owner says so:")
    return out.print(f"  avouch policy test {number}\n  avouch policy activate {number} --as NAME", markup=False)


@policy.command()
def activate(
    number: int,
    by: As = OWNER,
    alone: Alone = False,
    override: Override = "",
    as_json: Json = False,
) -> None:
    """Put a policy in force at once, in every process; an older number rolls back."""
    with acting(by) as (stack, actor):
        from avouch.stack.policies import activate as run

        told = run(stack, actor, number, alone, override)
    if as_json:
        return show_json(told)
    print_diff(told.diff)
    where = f"at entry {told.snapshot}; {told.cases} cases passed"
    return out.print(f"[green]✓[/] policy {number} is in force instead of {told.replaced} {where}", soft_wrap=True)
