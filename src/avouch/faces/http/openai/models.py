"""`/v1/models`: the names that a client may ask for."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel

from avouch.errors import AvouchError, Code
from avouch.faces.http.door import SELF, Doors
from avouch.faces.http.openai import PREFIX

CHAT = ("avouch", "avouch-extractive")
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


def described(name: str) -> Model:
    return Model(id=name, object="model", created=0, owned_by="avouch")


@doors("GET", "/models", act=SELF, returns=Models)
def list_models() -> dict[str, object]:
    """The models that clients of OpenAI's API may name."""
    return Models(object="list", data=[described(name) for name in (*CHAT, EMBEDDING)]).model_dump()


@doors("GET", "/models/{name}", act=SELF, returns=Model)
def get_model(name: Annotated[str, Path(max_length=64)]) -> dict[str, object]:
    """One model."""
    return described(named(name, (*CHAT, EMBEDDING))).model_dump()
