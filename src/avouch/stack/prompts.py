"""Prompts: versioned, signed templates. Proposed by one, put in force by another who did not write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from avouch.errors import AvouchError, Code
from avouch.generate import template
from avouch.generate.frame import failures
from avouch.generate.template import Template
from avouch.records import Grammar, Model, ModelKind, Principal
from avouch.stack import gate, parts
from avouch.stack.act import authorise
from avouch.stack.approve import on_home
from avouch.stack.parts import PROMPT, Part
from avouch.stack.release import release_at

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

ROOMY = Model("any", ModelKind.OPENAI, context=100_000, grammar=Grammar.JSON_SCHEMA)
"""For running a template's cases: a model that has room for them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A template; ``number`` 0 is one that comes with Avouch."""

    name: str
    form: str
    number: int
    digest: str
    in_force: bool
    author: str
    approver: str | None


def propose(stack: Stack, actor: Principal, text: str) -> tuple[str, int]:
    """Store a template for somebody else to activate: its name and number. TEMPLATE_INVALID, FORBIDDEN."""
    made = checked(text)
    return made.name, parts.propose(stack, actor, PROMPT, made.name, text)


def checked(text: str) -> Template:
    """The template, if it can be read and its own cases hold. TEMPLATE_INVALID."""
    made = template.read(text)
    if wrong := failures(made, ROOMY):
        raise AvouchError(Code.TEMPLATE_INVALID, f"the template fails {len(wrong)} of its cases: {wrong[0][:200]}")
    return made


def activate(
    stack: Stack, actor: Principal, name: str, number: int | None = None, alone: bool = False, override: str = ""
) -> Part:
    """Put a template in force for its form. NOT_FOUND, SEPARATION_OF_DUTIES, RELEASE_UNTRIED unless overridden."""
    authorise(stack, "prompt.activate", actor, on_home(stack))
    part = stack.state.read(
        lambda tx: parts.one(tx, PROMPT, name, number) if number else parts.waiting(tx, PROMPT, name)
    )
    checked(part.text)
    parts.activate(stack, actor, part, alone, gate.with_part(stack, actor, part, override))
    return part


def retire(stack: Stack, actor: Principal, name: str, override: str = "") -> None:
    """Go back to the template before it. NOT_FOUND, FORBIDDEN, RELEASE_UNTRIED unless ``override`` says why."""
    clear: parts.Clear = lambda tx: gate.cleared(stack, tx, actor, release_at(stack, tx), override)  # noqa: E731
    parts.retire(stack, actor, PROMPT, name, clear)


def listing(stack: Stack, actor: Principal) -> list[Line]:
    """Every template, the shipped ones first. FORBIDDEN."""
    authorise(stack, "prompt.list", actor, on_home(stack))
    held = stack.state.read(lambda tx: parts.listing(tx, PROMPT))
    now = stack.releases.now().templates
    shipped = [
        Line(t.name, t.form, 0, t.digest, now[t.form].digest == t.digest, "avouch", None) for t in template.shipped()
    ]
    told = [(part, template.read(part.text)) for part in held]
    stored = [Line(p.name, t.form, p.number, t.digest, now[t.form] == t, p.author, p.approver) for p, t in told]
    return [*shipped, *stored]


def show(stack: Stack, actor: Principal, name: str, number: int | None = None) -> str:
    """The text of a stored template, or of one that comes with Avouch (0, or where none is stored). NOT_FOUND."""
    authorise(stack, "prompt.show", actor, on_home(stack))
    stored = stack.state.read(lambda tx: any(part.name == name for part in parts.listing(tx, PROMPT)))
    if number == 0 or not (stored or number):
        return template.text_of(name)
    return stack.state.read(lambda tx: parts.one(tx, PROMPT, name, number)).text
