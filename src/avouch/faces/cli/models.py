"""`avouch model add|list|test|activate|retire`."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from avouch.errors import AvouchError, Code
from avouch.faces.cli.app import OWNER, As, Json, acting, app, out, show_json
from avouch.faces.cli.parts import Alone, Number, Override, show_in_force, show_retired, text_of

if TYPE_CHECKING:
    from avouch.stack.models import Line

model = typer.Typer(help="Language models: declared by one, tried, put in force by another.", no_args_is_help=True)
app.add_typer(model, name="model")
Name = Annotated[str, typer.Argument(help="The model's name.")]


@model.command()
def add(
    file: Annotated[Path, typer.Argument(help="A TOML table: name, kind, url, version, owner, receives …")],
    by: As = OWNER,
    as_json: Json = False,
) -> None:
    """Declare a model, for somebody else to activate. Nothing is asked of it yet."""
    told = declaration(file)
    with acting(by) as (stack, actor):
        from avouch.stack.models import declare

        number = declare(stack, actor, told)
    name = str(told["name"])
    if as_json:
        return show_json({"name": name, "number": number})
    out.print(f"[green]✓[/] model {escape(name)} {number} is declared. It is asked once it is tried and in force:")
    return out.print(f"  avouch model test {name}\n  avouch model activate {name} --as NAME", markup=False)


def declaration(file: Path) -> dict[str, Any]:
    """The table of a file, prices as they are written. PATH_MISSING, FILE_UNREADABLE, INPUT_INVALID."""
    try:
        told = tomllib.loads(text_of(file), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise AvouchError(Code.INPUT_INVALID, f"{file.name}: it is no TOML") from error
    return {k: v if k.startswith("price_") or not isinstance(v, Decimal) else float(v) for k, v in told.items()}


@model.command("list")
def list_all(by: As = OWNER, as_json: Json = False) -> None:
    """List what is declared, and whether requests go through to it."""
    with acting(by) as (stack, actor):
        from avouch.stack.models import listing

        found = listing(stack, actor)
    if as_json:
        return show_json([line(one) for one in found])
    if not found:
        return out.print("[dim]no model is declared: answers are quoted[/]")
    table = Table("model", "in force", "circuit", "receives", "where", "version", "price per million", "owner")
    for one in found:
        m = one.model
        receives = m.receives.name.lower() + (" and personal data" if m.personal else "")
        price = f"{m.price_in.normalize():f} in, {m.price_out.normalize():f} out {m.currency}"
        where = " · ".join(word for word in (m.kind.value, m.url, m.region) if word)
        cells = (one.circuit.replace("_", " ") if one.in_force else "", receives, where, m.version, price, m.owner)
        table.add_row(f"{m.name} [dim]{one.number}[/]", "yes" if one.in_force else "", *map(escape, cells))
    return out.print(table)


def line(one: Line) -> dict[str, Any]:
    """A line as plain values: prices are texts."""
    from avouch.generate.declare import body

    same = ("number", "in_force", "author", "approver", "circuit")
    return {"model": body(one.model), **{name: getattr(one, name) for name in same}}


@model.command()
def test(name: Name, number: Number = None, by: As = OWNER, as_json: Json = False) -> None:
    """Ask it about a page that everybody may know; exit 1 where it does not answer."""
    with acting(by) as (stack, actor):
        from avouch.stack.models import test as run

        told = run(stack, actor, name, number)
    if as_json:
        show_json(asdict(told))
    elif told.ok and told.whole_ms:
        times = f"first word after {told.first_ms:.0f} ms, all of it after {told.whole_ms:.0f} ms"
        tokens = f"{told.tokens_in} tokens in, {told.tokens_out} out"
        out.print(f"[green]✓[/] {escape(name)} answers: {times}, {tokens}", soft_wrap=True)
    else:
        mark = "[green]✓[/]" if told.ok else "[red]✗[/]"
        out.print(f"{mark} {escape(name)}: {escape(told.why)}", soft_wrap=True)
    if not told.ok:
        raise typer.Exit(1)


@model.command()
def activate(
    name: Name,
    number: Number = None,
    by: As = OWNER,
    alone: Alone = False,
    override: Override = "",
    as_json: Json = False,
) -> None:
    """Put a declaration in force at once, in every process; an older number rolls back."""
    with acting(by) as (stack, actor):
        from avouch.stack.models import activate as run

        part = run(stack, actor, name, number, alone, override)
    return show_in_force("model", part, as_json)


@model.command()
def retire(name: Name, by: As = OWNER, as_json: Json = False) -> None:
    """Ask it no more, at once. Its declarations stay, and can be activated again."""
    with acting(by) as (stack, actor):
        from avouch.stack.models import retire as run

        run(stack, actor, name)
    return show_retired("model", name, as_json)
