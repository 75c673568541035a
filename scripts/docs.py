"""Writes docs/errors.md, commands.md, ports.md, results.md, routes.md and openapi.json from the code and the benches.

So they cannot lie.

Run ``make docs`` after a change; ``tests/house`` holds them against the code.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import typer

from avouch.errors import Code
from avouch.faces.cli import commands
from avouch.faces.cli.app import app

ROOT = Path(__file__).resolve().parents[1]


def errors() -> str:
    """Every error code with what to do."""
    rows = [
        f"| `{code.name}` | {code.value.status} | {'yes' if code.value.retryable else 'no'} | {code.value.todo} |"
        for code in Code
    ]
    head = "# Errors\n\nEvery error that Avouch raises. A message names a place, never content.\n\n"
    return head + "| code | status | try again | what to do |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"


def walk(command: Any, path: str) -> list[tuple[str, Any]]:
    """Leaf commands with their full names."""
    if hasattr(command, "commands"):
        return [found for name in sorted(command.commands) for found in walk(command.commands[name], f"{path} {name}")]
    return [(path, command)]


def described(path: str, command: Any) -> str:
    words, options = [], []
    for param in command.params:
        if param.param_type_name == "argument":
            words.append(param.name.upper().replace("_", "-"))
        elif "--help" not in param.opts:
            text = (getattr(param, "help", "") or "").replace("|", "\\|")
            options.append(f"- `{', '.join(param.opts)}` {text}".rstrip())
    lines = [f"## `{' '.join([path, *words])}`", "", (command.help or "").strip(), ""]
    return "\n".join(lines + ([*options, ""] if options else []))


def command_page() -> str:
    """Every command with its arguments and options."""
    commands.load()
    root = typer.main.get_command(app)
    head = "# Commands\n\n`--home FOLDER`, anywhere, or `AVOUCH_HOME` names the home; the default is `~/.avouch`.\n\n"
    return head + "\n".join(described(path, command) for path, command in walk(root, "avouch"))


def ports() -> str:
    """Every extension point with its methods."""
    tree = ast.parse((ROOT / "src" / "avouch" / "ports.py").read_text())
    parts = ["# Extension points\n\nImplement one, run its conformance suite from `avouch.testing`, register it.\n"]
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "Protocol" for base in node.bases):
            parts.append(f"## `{node.name}`\n\n{ast.get_docstring(node)}\n")
            for item in node.body:
                if isinstance(item, ast.FunctionDef):
                    said = ast.get_docstring(item) or ""
                    arguments = ", ".join(a.arg for a in item.args.args if a.arg != "self")
                    parts.append(f"- `{item.name}({arguments})` {' '.join(said.split())}".rstrip())
            parts.append("")
    return "\n".join(parts)


def results() -> str:
    """Every goal of every bench with what was measured, from the committed result files."""
    head = "# What was measured\n\nFrom the `result.json` of each bench, as it came out ([how](../bench/README.md)).\n"
    parts = [head]
    for path in sorted((ROOT / "bench").glob("*/result.json")):
        told = json.loads(path.read_text())
        parts.append(f"## {path.parent.name}\n")
        if "goals" in told:
            rows = [(one["goal"], one["measured"], "met" if one["met"] else "**missed**") for one in told["goals"]]
        else:
            rows = [(name, value, "") for part in FIGURES for name, value in told.get(part, {}).items()]
        parts.append("| | measured | |\n|---|---|---|")
        parts.append("\n".join(f"| {name} | {value:g} | {verdict} |" for name, value, verdict in rows) + "\n")
    return "\n".join(parts)


def routes() -> str:
    """Every HTTP route with the act that it is."""
    from avouch.faces.http.app import described
    from avouch.faces.http.door import SELF

    head = "# Routes\n\nEvery HTTP route, the act that it asks for, and what it does ([how to use them](http.md)).\n\n"
    head += "`self` is no act: being signed in is enough. `*`: it concerns all tenants at once.\n\n"
    lines = ["| | | act | |", "|---|---|---|---|"]
    for one in sorted(described().state.doors, key=lambda one: (one.path, one.method)):
        acts = "public" if one.public else " or ".join(f"`{act}`" if act != SELF else "self" for act in one.acts)
        said = (one.endpoint.__doc__ or "").strip().splitlines()[0]
        lines.append(f"| {one.method} | `{one.path}` | {acts}{' *' if one.home else ''} | {said} |")
    return head + "\n".join(lines) + "\n"


def openapi() -> str:
    """The OpenAPI description."""
    from avouch.faces.http.app import described

    return json.dumps(described().openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


FIGURES = ("quality", "operating_point")
PAGES = {
    "errors.md": errors,
    "commands.md": command_page,
    "ports.md": ports,
    "results.md": results,
    "routes.md": routes,
    "openapi.json": openapi,
}

if __name__ == "__main__":
    for name, make in PAGES.items():
        (ROOT / "docs" / name).write_text(make())
