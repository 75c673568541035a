"""`/v1/models`: the names that a client may ask for: ours, and the declared models in force."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel

from avouch.errors import AvouchError, Code
from avouch.faces.http.door import SELF, Doors, Stacked
from avouch.faces.http.openai import PREFIX
from avouch.stack.ask import QUOTE
from avouch.stack.stack import Stack

EXTRACTIVE = "avouch-extractive"
CHAT = ("avouch", EXTRACTIVE)
EMBEDDING = "avouch-embedding"
doors = Doors("openai", PREFIX)


class Model(BaseModel):
    """A model. ``created`` is 0: what answers is told by each voucher, not by a name."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class Models(BaseModel):
    """All of them."""

    object: Literal["list"]
    data: list[Model]


def named(name: str, among: tuple[str, ...]) -> str:
    """A model's name; NOT_FOUND where it is none of these."""
    if name not in among:
        raise AvouchError(Code.NOT_FOUND, f"body.model: here it is {' or '.join(among)}")
    return name


def declared(stack: Stack) -> tuple[str, ...]:
    """The declared models in force, first to last asked; ours keep their names."""
    names = (model.name for model in stack.releases.now().models)
    return tuple(name for name in names if name not in (*CHAT, EMBEDDING))


def chosen(stack: Stack, name: str) -> str:
    """The model that a chat completion asks first; empty for those in force in their order. NOT_FOUND."""
    if name in CHAT:
        return QUOTE if name == EXTRACTIVE else ""
    among = declared(stack)
    return named(name, (*CHAT, *among))


def described(name: str) -> Model:
    return Model(id=name, object="model", created=0, owned_by="avouch")


@doors("GET", "/models", act=SELF, returns=Models)
def list_models(stack: Stacked) -> dict[str, object]:
    """The models that clients of OpenAI's API may name: ours, and the declared ones in force."""
    names = (*CHAT, *declared(stack), EMBEDDING)
    return Models(object="list", data=[described(name) for name in names]).model_dump()


@doors("GET", "/models/{name}", act=SELF, returns=Model)
def get_model(stack: Stacked, name: Annotated[str, Path(max_length=64)]) -> dict[str, object]:
    """One model."""
    return described(named(name, (*CHAT, *declared(stack), EMBEDDING))).model_dump()
