"""The application object of the command line, and what every command shares: home, output, errors."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column

from avouch.canon import plain
from avouch.errors import AvouchError

if TYPE_CHECKING:
    from avouch.records import Principal
    from avouch.stack.stack import Stack

app = typer.Typer(
    name="avouch",
    help="Answers one can vouch for: cited, governed, provable.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
out = Console(soft_wrap=False, highlight=False)
err = Console(stderr=True, highlight=False)
DEFAULT_HOME = "~/.avouch"

OWNER = "owner"

Json = Annotated[bool, typer.Option("--json", help="Print the record as JSON.")]
As = Annotated[str, typer.Option("--as", help="Who does it (asserted, not authenticated).")]


def named(head: str) -> Column:
    """The column of a table that holds ids: whole, however narrow the terminal, since they are what one copies."""
    return Column(head, no_wrap=True)


class Choice:
    """Which home the commands of this process work on."""

    home: Path = Path(DEFAULT_HOME)


@app.callback()
def choose(
    home: Annotated[str, typer.Option("--home", envvar="AVOUCH_HOME", help="The folder of the home.")] = DEFAULT_HOME,
) -> None:
    """Point at the home that the command works on."""
    Choice.home = Path(home).expanduser()


@contextmanager
def opened() -> Iterator[Stack]:
    """The stack on the chosen home."""
    from avouch.stack.stack import Stack

    with Stack.open(Choice.home) as stack:
        yield stack


@contextmanager
def acting(name: str) -> Iterator[tuple[Stack, Principal]]:
    """The stack on the chosen home, and who acts there. PRINCIPAL_UNKNOWN."""
    with opened() as stack:
        from avouch.stack import people

        yield stack, people.find(stack, name)


def show_json(value: Any) -> None:
    """One JSON document on standard output."""
    json.dump(plain(value), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def fail(error: AvouchError) -> int:
    """Say what happened and what to do; exit 1, or 2 for a request that cannot be right."""
    if "--json" in sys.argv:
        json.dump({"error": error.record()}, sys.stdout, indent=2)
        sys.stdout.write("\n")
    err.print(f"[bold red]{error.code.name}[/]: {escape(error.message)}", soft_wrap=True)
    err.print(f"[dim]→ {error.todo}[/]", soft_wrap=True)
    return 2 if error.status == 400 else 1


def hoist(words: list[str]) -> list[str]:
    """Let ``--home FOLDER`` stand anywhere before a ``--``, as people write it."""
    end = words.index("--") if "--" in words else len(words)
    front: list[str] = []
    rest: list[str] = []
    left = iter(words[:end])
    for word in left:
        if word == "--home":
            front += [word, next(left, "")]
        elif word.startswith("--home="):
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest, *words[end:]]


def main() -> None:
    """The entry point."""
    from avouch.faces.cli import commands

    commands.load()
    sys.argv[1:] = hoist(sys.argv[1:])
    try:
        app()
    except AvouchError as error:
        sys.exit(fail(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
