"""The release: what answers people now. Its policy, its models in the order in which they are asked, its templates.

Looked up anew at each question where the home is shared; else this process says ``forget`` when it changes one.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from avouch.errors import AvouchError, Code
from avouch.generate import template
from avouch.generate.declare import declared
from avouch.generate.gateway import Gateway
from avouch.generate.template import Template
from avouch.lake.schema import parts as table
from avouch.ports import Generator
from avouch.records import Model, ModelKind
from avouch.stack import parts
from avouch.stack.in_force import version_at
from avouch.stack.parts import MODEL, PROMPT

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

CHANGED = select(func.max(table.c.activated_seq), func.max(table.c.retired_seq))
SECRETS = "secrets"


@dataclass(frozen=True, slots=True)
class Release:
    """Models in force, first to last activated; templates in force by form. ``policy`` is the policy's version."""

    models: tuple[Model, ...]
    templates: Mapping[str, Template]
    policy: str

    def named(self, name: str) -> Model:
        """NOT_FOUND where it is not in force."""
        for model in self.models:
            if model.name == name:
                return model
        raise AvouchError(Code.NOT_FOUND, f"no model {name[:60]!r} is in force: see `avouch model list`")


class Releases:
    """Holds the release with its open models for as long as nothing of it has changed."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._lock = threading.RLock()
        self._seen: object = None
        self._held: tuple[tuple[Model, ...], dict[str, Template]] | None = None
        self.gateway = Gateway({})
        self._open_for: tuple[Model, ...] = ()
        self.make: Callable[[Stack, Model], Generator] = opened

    def now(self) -> Release:
        """The release in force. PART_FORGED where a part is not what was proposed."""
        return self.together()[0]

    def together(self) -> tuple[Release, Gateway]:
        """The release in force, and its open models: those very declarations, whatever is activated meanwhile."""
        with self._lock:
            if self._held is None or self._stack.state.shared:
                self._stack.state.read(self._look)
            assert self._held is not None  # noqa: S101
            models, templates = self._held
            gateway = self.gateway
        return Release(models, templates, self._stack.policy.version), gateway

    def forget(self) -> None:
        """Look anew: this process has changed a part."""
        with self._lock:
            self._held = None

    def close(self) -> None:
        self.gateway.close()

    def _look(self, tx: Connection) -> None:
        seen = tuple(tx.execute(CHANGED).one())
        if self._held is None or seen != self._seen:
            models, templates = models_of(self._stack, tx), templates_of(self._stack, tx)
            self._open(models)
            self._held, self._seen = (models, templates), seen

    def _open(self, models: tuple[Model, ...]) -> None:
        """Open what is new or declared otherwise; what is in use elsewhere is closed when its last answer ends."""
        if models != self._open_for:
            same = {model.name for model in models if model in self._open_for}
            fresh = [model for model in models if asked(model) and model.name not in same]
            self.gateway = self.gateway.with_only(same, {model.name: self.make(self._stack, model) for model in fresh})
            self._open_for = models


def release_at(stack: Stack, tx: Connection) -> Release:
    """The release as a transaction finds it. PART_FORGED."""
    return Release(models_of(stack, tx), templates_of(stack, tx), version_at(tx))


def asked(model: Model) -> bool:
    return model.kind is not ModelKind.EXTRACTIVE


def opened(stack: Stack, model: Model) -> Generator:
    """The generator of a declared model. CONFIG_INVALID."""
    if model.kind is ModelKind.TRANSFORMERS:
        from avouch.adapters.transformers_generator import TransformersGenerator

        return TransformersGenerator(model)
    from avouch.adapters.openai_generator import OpenAIGenerator

    return OpenAIGenerator(model, secrets(stack))


def secrets(stack: Stack) -> Path:
    """The folder of the keys that models declare as ``file:``, beside the home's own."""
    return stack.home.keys / SECRETS


def models_of(stack: Stack, tx: Connection) -> tuple[Model, ...]:
    """The models in force, first to last activated."""
    found = [parts.check(stack, tx, part) for part in parts.in_force(tx, MODEL).values()]
    return tuple(model_of(part.text) for part in sorted(found, key=lambda part: part.activated_seq or 0))


def model_of(text: str) -> Model:
    return declared(json.loads(text))


def templates_of(stack: Stack, tx: Connection) -> dict[str, Template]:
    """The templates in force by form: those that come along, unless another of the form was activated later."""
    found = {one.form: one for one in template.shipped()}
    held = [parts.check(stack, tx, part) for part in parts.in_force(tx, PROMPT).values()]
    for part in sorted(held, key=lambda part: part.activated_seq or 0):
        made = template.read(part.text)
        found[made.form] = made
    return found
