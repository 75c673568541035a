"""`avouch prompt list|show|test|add|activate|retire`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from avouch.faces.cli.app import Json, app, opened, out, show_json
from avouch.faces.cli.models import OWNER, Alone, As, Number, Override, text_of

prompt = typer.Typer(help="What models are told: templates as signed versions.", no_args_is_help=True)
app.add_typer(prompt, name="prompt")
Name = Annotated[str, typer.Argument(help="The template's name.")]
File = Annotated[Path, typer.Argument(help="A template: a head, then the sections system, user and case NAME.")]


@prompt.command("list")
def list_all(by: As = OWNER, as_json: Json = False) -> None:
    """List the templates; number 0 is one that comes with Avouch."""
    with opened() as stack:
        from avouch.stack import people
        from avouch.stack.prompts import listing

        found = listing(stack, people.find(stack, by))
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
    with opened() as stack:
        from avouch.stack import people
        from avouch.stack.prompts import show as read

        text = read(stack, people.find(stack, by), name, number)
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
    with opened() as stack:
        from avouch.stack import people
        from avouch.stack.prompts import propose

        name, number = propose(stack, people.find(stack, by), text_of(file))
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
    with opened() as stack:
        from avouch.stack import people
        from avouch.stack.prompts import activate as run

        part = run(stack, people.find(stack, by), name, number, alone, override)
    if as_json:
        return show_json({"name": part.name, "number": part.number, "digest": part.digest})
    return out.print(f"[green]✓[/] template {escape(name)} {part.number} is in force", soft_wrap=True)


@prompt.command()
def retire(name: Name, by: As = OWNER, as_json: Json = False) -> None:
    """Go back to the template that comes with Avouch."""
    with opened() as stack:
        from avouch.stack import people
        from avouch.stack.prompts import retire as run

        run(stack, people.find(stack, by), name)
    if as_json:
        return show_json({"name": name, "in_force": False})
    return out.print(f"[green]✓[/] template {escape(name)} is used no more")
