"""`/models`: language models; declared by one, tried, put in force by another. They concern all tenants."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel, Field

from avouch.faces.http.bodies import Activate, Body, Level, ModelName, Optional, Version
from avouch.faces.http.door import Caller, Doors, Stacked
from avouch.generate.declare import body as declaration
from avouch.records import Model
from avouch.stack import activity, models

doors = Doors("models")
Name = Annotated[str, Path(max_length=64, pattern=r"^[a-z0-9][a-z0-9._-]*$")]
Price = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=13, decimal_places=6)]
Seconds = Annotated[float, Field(ge=0.1, le=600)]
KEY = r"^((env|file):[A-Za-z_][A-Za-z0-9_.-]{0,99})?$"


class Declare(Body):
    """A model. What is left out is the strictest: it receives public passages only, and nothing personal.

    ``url`` is the address of an OpenAI-compatible server, ``remote`` the model's name there, ``version`` the digest
    of its weights or the vendor's version. Prices are per million tokens. ``receives`` is the highest classification
    whose passages it may get. ``key`` says where its key lies
    (``env:AVOUCH_KEY_NAME``, ``file:NAME``), never what it is.
    """

    name: ModelName
    kind: Literal["extractive", "openai", "transformers"]
    url: Annotated[str, Field(max_length=2048)] = ""
    remote: Optional = ""
    version: Optional = ""
    context: int = Field(4096, ge=256, le=100_000_000)
    reply: int = Field(512, ge=1, le=1_000_000)
    price_in: Price = Decimal(0)
    price_out: Price = Decimal(0)
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$")
    region: Optional = ""
    receives: Level = "public"
    personal: bool = False
    owner: Optional = ""
    timeout: Seconds = 30.0
    pause: Seconds = 15.0
    grammar: Literal["none", "json_object", "json_schema"] = "none"
    dialect: Literal["compatible", "openai"] = "compatible"
    key: str = Field("", pattern=KEY)
    plain_http: bool = False
    ca: Optional = ""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """A version of a declared model; its prices are texts. ``circuit`` is closed where requests go through to it, as
    this process has found, and open where it failed again and again and rests."""

    model: Model
    number: int
    in_force: bool
    author: str
    approver: str | None
    circuit: str


class Proposal(BaseModel):
    """A version of a model or template that was stored."""

    name: str
    number: int


class InForce(BaseModel):
    """The version that is in force from now on."""

    name: str
    number: int
    digest: str


class Try(Body):
    """Which version; the newest where it is left out."""

    number: Version | None = None


@doors("GET", "/models", act="model", home=True, returns=list[ModelShape])
def listing(stack: Stacked, caller: Caller) -> list[dict[str, Any]]:
    """Every declared model, and whether requests go through to it."""
    same = ("number", "in_force", "author", "approver", "circuit")
    return [
        {"model": declaration(one.model), **{name: getattr(one, name) for name in same}}
        for one in models.listing(stack, caller)
    ]


@doors("GET", "/models/activity", act="model", home=True, returns=activity.Activity)
def over_time(stack: Stacked, caller: Caller, days: Annotated[int, Query(ge=1, le=366)] = 30) -> activity.Activity:
    """What models did in the last days, by day and model: answers, fallbacks by why, tokens, money, latency."""
    return activity.listing(stack, caller, days)


@doors("POST", "/models", act="model", home=True, status=201, returns=Proposal)
def declare(stack: Stacked, caller: Caller, body: Declare) -> dict[str, Any]:
    """Declare a model, for somebody else to activate. Nothing is asked of it yet."""
    return {"name": body.name, "number": models.declare(stack, caller, body.model_dump())}


@doors("POST", "/models/{name}/test", act="model", home=True, checked=True, returns=models.Tried)
def test(stack: Stacked, caller: Caller, name: Name, body: Try) -> models.Tried:
    """Ask it about a page that everybody may know; how long it took, and with how many tokens."""
    return models.test(stack, caller, name, body.number)


@doors("POST", "/models/{name}/activate", act="model", home=True, checked=True, returns=InForce)
def activate(stack: Stacked, caller: Caller, name: Name, body: Activate) -> dict[str, Any]:
    """Put a declaration in force, as somebody other than its author. Refused where the release was not attacked."""
    part = models.activate(stack, caller, name, body.number, body.alone, body.override)
    return {"name": part.name, "number": part.number, "digest": part.digest}


@doors("DELETE", "/models/{name}", act="model", home=True, checked=True, status=204)
def retire(stack: Stacked, caller: Caller, name: Name) -> None:
    """Ask it no more, at once. Its declarations stay, and can be activated again."""
    models.retire(stack, caller, name)
