"""Models: declared by one, tried, put in force by another."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from avouch.canon import canonical
from avouch.errors import AvouchError
from avouch.generate.declare import body, declared
from avouch.generate.frame import frame, plain
from avouch.generate.template import fitting
from avouch.records import Model, Principal
from avouch.stack import gate, parts
from avouch.stack.act import authorise
from avouch.stack.approve import may_approve, on_home
from avouch.stack.parts import MODEL, Part
from avouch.stack.release import asked, model_of, opened

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

TRIED = "How long are hands washed with soap and water?"
PAGE = "Wash hands with soap and water for at least 20 seconds before and after each contact."


@dataclass(frozen=True, slots=True)
class Line:
    """A declared model and how it is: ``circuit`` is closed where requests go through."""

    model: Model
    number: int
    in_force: bool
    author: str
    approver: str | None
    circuit: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What a trial question told: whether the model answers, in how many ms, with how many tokens. No content."""

    name: str
    ok: bool
    why: str
    first_ms: float = 0.0
    whole_ms: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0


def declare(stack: Stack, actor: Principal, told: Mapping[str, Any]) -> int:
    """Store a declaration for somebody else to activate; returns its number. INPUT_INVALID, FORBIDDEN."""
    model = declared(told)
    return parts.propose(stack, actor, MODEL, model.name, canonical(body(model)).decode())


def activate(
    stack: Stack, actor: Principal, name: str, number: int | None = None, alone: bool = False, override: str = ""
) -> Part:
    """Put a declaration in force, by its number where several wait. NOT_FOUND, INPUT_INVALID, SEPARATION_OF_DUTIES,
    RELEASE_UNTRIED unless ``override`` says why."""
    authorise(stack, "model.activate", actor, on_home(stack))
    part = stack.state.read(lambda tx: parts.one(tx, MODEL, name, number) if number else parts.waiting(tx, MODEL, name))
    parts.activate(stack, actor, part, alone, gate.with_part(stack, actor, part, override))
    return part


def retire(stack: Stack, actor: Principal, name: str) -> None:
    """Ask it no more, at once and without a trial: what is left has been in force with it. NOT_FOUND, FORBIDDEN."""
    parts.retire(stack, actor, MODEL, name)


def listing(stack: Stack, actor: Principal) -> list[Line]:
    """Every declaration. FORBIDDEN."""
    authorise(stack, "model.list", actor, on_home(stack))
    gateway = stack.releases.gateway
    found = stack.state.read(lambda tx: parts.listing(tx, MODEL))
    return [
        Line(model_of(p.text), p.number, p.in_force, p.author, p.approver, gateway.circuit(p.name).value) for p in found
    ]


def keyed(stack: Stack, actor: Principal, part: Part) -> bool:
    """Whether the key of a declaration goes to its address: only once somebody who may approve it, and did not
    propose it, says so. Else it is asked without."""
    return part.in_force or may_approve(stack, actor, part.author)


def test(stack: Stack, actor: Principal, name: str, number: int | None = None) -> Tried:
    """Ask a declared model a question about a page that everybody may know, with its key where that may go out.
    NOT_FOUND, FORBIDDEN."""
    authorise(stack, "model.test", actor, on_home(stack))
    part = stack.state.read(lambda tx: parts.one(tx, MODEL, name, number))
    model = model_of(part.text)
    if not keyed(stack, actor, part):
        model = replace(model, key="")
    if not asked(model):
        return Tried(name, True, "it quotes, and is always there")
    generator = opened(stack, model)
    began, first, usage = time.monotonic(), 0.0, None
    try:
        told = frame(fitting(stack.releases.now().templates, model.grammar), model, TRIED, [plain(0, PAGE)])
        for piece in generator.stream(told.request, began + model.timeout):
            first = first or time.monotonic() - began
            usage = piece.usage or usage
    except AvouchError as error:
        return Tried(name, False, f"{error.code.name}: {error.message}")
    finally:
        generator.close()
    tokens = (usage.input, usage.output) if usage else (0, 0)
    return Tried(name, True, "", round(first * 1e3, 1), round((time.monotonic() - began) * 1e3, 1), *tokens)
