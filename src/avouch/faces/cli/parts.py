"""What `avouch model` and `avouch prompt` have in common: versions that are put in force, and used no more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from avouch.errors import AvouchError, Code
from avouch.faces.cli.app import out, show_json

if TYPE_CHECKING:
    from avouch.stack.parts import Part

Number = Annotated[int | None, typer.Option("--number", min=1, help="Which version; the newest if left out.")]
Alone = Annotated[bool, typer.Option("--alone", help="Approve one's own, as the only one who could.")]
Override = Annotated[str, typer.Option("--override", help="Why it goes live without a passed `redteam run`.")]


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


def show_in_force(kind: str, part: Part, as_json: bool) -> None:
    """Print which version is in force from now on."""
    if as_json:
        return show_json({"name": part.name, "number": part.number, "digest": part.digest})
    return out.print(f"[green]✓[/] {kind} {escape(part.name)} {part.number} is in force", soft_wrap=True)


def show_retired(kind: str, name: str, as_json: bool) -> None:
    """Print that no version is in force any more."""
    if as_json:
        return show_json({"name": name, "in_force": False})
    return out.print(f"[green]✓[/] {kind} {escape(name)} is used no more")
