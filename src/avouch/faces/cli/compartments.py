"""`avouch compartment join|leave|list`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from avouch.faces.cli.app import Json, app, opened, out, show_json

compartment = typer.Typer(help="Who belongs to which patient's record, which client's file.", no_args_is_help=True)
app.add_typer(compartment, name="compartment")
Name = Annotated[str, typer.Argument(help="The principal's name.")]
Names = Annotated[list[str], typer.Argument(help="Compartments, as documents name them.")]


def run(name: str, join: list[str], leave: list[str], as_json: bool) -> None:
    with opened() as stack:
        from avouch.stack import compartments, people

        person = people.find(stack, name)
        if join or leave:
            held = compartments.change(stack, stack.owner, person.id, join, leave)
        else:
            held = compartments.memberships(stack, person.id)
    if as_json:
        return show_json(held)
    return out.print(f"{escape(name)}: {escape(', '.join(held.compartments)) or '[dim]no compartment[/]'}")


@compartment.command()
def join(name: Name, compartments: Names, as_json: Json = False) -> None:
    """Make somebody a member of compartments."""
    run(name, compartments, [], as_json)


@compartment.command()
def leave(name: Name, compartments: Names, as_json: Json = False) -> None:
    """End memberships."""
    run(name, [], compartments, as_json)


@compartment.command("list")
def list_all(name: Name, as_json: Json = False) -> None:
    """List somebody's compartments."""
    run(name, [], [], as_json)
