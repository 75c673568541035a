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
from avouch.faces.cli.app import Json, app, opened, out, show_json

if TYPE_CHECKING:
    from avouch.stack.models import Line

model = typer.Typer(help="Language models: declared by one, tried, put in force by another.", no_args_is_help=True)
app.add_typer(model, name="model")
Name = Annotated[str, typer.Argument(help="The model's name.")]
As = Annotated[str, typer.Option("--as", help="Who does it (asserted, not authenticated).")]
Number = Annotated[int | None, typer.Option("--number", min=1, help="Which version; the newest if left out.")]
Alone = Annotated[bool, typer.Option("--alone", help="Approve one's own, as the only one who could.")]
Override = Annotated[str, typer.Option("--override", help="Why it goes live without a passed `redteam run`.")]
OWNER = "owner"


@model.command()
def add(
    file: Annotated[Path, typer.Argument(help="A TOML table: name, kind, url, version, owner, receives …")],
    by: As = OWNER,
    as_json: Json = False,
) -> None:
    """Declare a model, for somebody else to activate. Nothing is asked of it yet."""
    told = declaration(file)
    with opened() as stack:
        from avouch.stack import people
        from avouch.stack.models import declare

        number = declare(stack, people.find(stack, by), told)
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


def text_of(file: Path) -> str:
    """What a file says. PATH_MISSING, FILE_UNREADABLE, ENCODING_UNKNOWN."""
    try:
        return file.read_text("utf-8")
    except FileNotFoundError as error:
        raise AvouchError(Code.PATH_MISSING, f"no file {file.name}") from error
    except OSError as error:
        raise AvouchError(Code.FILE_UNREADABLE, f"{file.name}: {type(error).__name__}") from error
    except UnicodeDecodeError as error:
        raise AvouchError(Code.ENCODING_UNKNOWN, file.name) from error


@model.command("list")
def list_all(by: As = OWNER, as_json: Json = False) -> None:
    """List what is declared, and whether requests go through to it."""
    with opened() as stack:
        from avouch.stack import people
        from avouch.stack.models import listing

        found = listing(stack, people.find(stack, by))
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
    with opened() as stack:
        from avouch.stack import people
        from avouch.stack.models import test as run

        told = run(stack, people.find(stack, by), name, number)
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
    with opened() as stack:
        from avouch.stack import people
        from avouch.stack.models import activate as run

        part = run(stack, people.find(stack, by), name, number, alone, override)
    if as_json:
        return show_json({"name": part.name, "number": part.number, "digest": part.digest})
    return out.print(f"[green]✓[/] model {escape(name)} {part.number} is in force", soft_wrap=True)


@model.command()
def retire(name: Name, by: As = OWNER, as_json: Json = False) -> None:
    """Ask it no more, at once. Its declarations stay, and can be activated again."""
    with opened() as stack:
        from avouch.stack import people
        from avouch.stack.models import retire as run

        run(stack, people.find(stack, by), name)
    if as_json:
        return show_json({"name": name, "in_force": False})
    return out.print(f"[green]✓[/] model {escape(name)} is asked no more")
