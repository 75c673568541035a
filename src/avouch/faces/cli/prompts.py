"""`avouch prompt list|show|test|add|activate|retire`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from avouch.faces.cli.app import OWNER, As, Json, acting, app, out, show_json
from avouch.faces.cli.parts import Alone, Number, Override, show_in_force, show_retired, text_of

prompt = typer.Typer(help="What models are told: templates as signed versions.", no_args_is_help=True)
app.add_typer(prompt, name="prompt")
Name = Annotated[str, typer.Argument(help="The template's name.")]
File = Annotated[Path, typer.Argument(help="A template: a head, then the sections system, user and case NAME.")]


@prompt.command("list")
def list_all(by: As = OWNER, as_json: Json = False) -> None:
    """List the templates; number 0 is one that comes with Avouch."""
    with acting(by) as (stack, actor):
        from avouch.stack.prompts import listing

        found = listing(stack, actor)
    if as_json:
        return show_json(found)
    table = Table("template", "number", "form", "in force", "author", "approver", "digest")
    for one in found:
        row = (one.name, str(one.number), one.form, "yes" if one.in_force else "", one.author, one.approver or "–")
        table.add_row(*row, one.digest[:19])
    return out.print(table)


@prompt.command()
def show(name: Name, number: Number = None, by: As = OWNER, as_json: Json = False) -> None:
    """Show the text of a stored template."""
    with acting(by) as (stack, actor):
        from avouch.stack.prompts import show as read

        text = read(stack, actor, name, number)
    if as_json:
        return show_json({"name": name, "text": text})
    return out.print(text, markup=False, soft_wrap=True)


@prompt.command()
def test(file: File, as_json: Json = False) -> None:
    """Run a template's own cases; TEMPLATE_INVALID where one fails."""
    from avouch.stack.prompts import checked

    made = checked(text_of(file))
    told = {"name": made.name, "form": made.form, "digest": made.digest, "cases": [one.name for one in made.cases]}
    if as_json:
        return show_json(told)
    for one in made.cases:
        out.print(f"[green]✓[/] {escape(one.name)}", soft_wrap=True)
    return out.print(f"{len(made.cases)} cases of {made.name} hold")


@prompt.command()
def add(file: File, by: As = OWNER, as_json: Json = False) -> None:
    """Store a template, for somebody else to activate. Nothing changes yet."""
    with acting(by) as (stack, actor):
        from avouch.stack.prompts import propose

        name, number = propose(stack, actor, text_of(file))
    if as_json:
        return show_json({"name": name, "number": number})
    out.print(f"[green]✓[/] template {name} {number} is proposed. It is in force once another admin or owner says so:")
    return out.print(f"  avouch prompt activate {name} --as NAME", markup=False)


@prompt.command()
def activate(
    name: Name,
    number: Number = None,
    by: As = OWNER,
    alone: Alone = False,
    override: Override = "",
    as_json: Json = False,
) -> None:
    """Put a template in force for its form, in every process; an older number rolls back."""
    with acting(by) as (stack, actor):
        from avouch.stack.prompts import activate as run

        part = run(stack, actor, name, number, alone, override)
    return show_in_force("template", part, as_json)


@prompt.command()
def retire(name: Name, by: As = OWNER, override: Override = "", as_json: Json = False) -> None:
    """Go back to the template that comes with Avouch."""
    with acting(by) as (stack, actor):
        from avouch.stack.prompts import retire as run

        run(stack, actor, name, override)
    return show_retired("template", name, as_json)
