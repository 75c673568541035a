"""`/prompts`: what models are told; templates as signed versions. They concern all tenants."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, Field

from avouch.faces.http.bodies import Activate, Body
from avouch.faces.http.door import Caller, Doors, Stacked
from avouch.faces.http.routes.models import InForce, Proposal
from avouch.generate.template import LONGEST
from avouch.stack import prompts

doors = Doors("prompts")
Name = Annotated[str, Path(max_length=64, pattern=r"^[a-z][a-z0-9-]*$")]
Overridden = Annotated[str, Query(max_length=500, description="Why, where the release is not tried without it.")]
Number = Annotated[
    int | None, Query(ge=0, le=2**31 - 1, description="Which version, 0 as shipped; the newest if left out.")
]


class PromptShape(BaseModel):
    """A template. Number 0 comes with Avouch. ``form`` is how a reply cites: marks in its text, or claims in JSON."""

    name: str
    form: str
    number: int
    digest: str
    in_force: bool
    author: str
    approver: str | None


class Text(Body):
    """A template's file."""

    text: str = Field(max_length=LONGEST)


class Told(BaseModel):
    """A template's file."""

    name: str
    text: str


class Checked(BaseModel):
    """A template whose cases hold, and their names."""

    name: str
    form: str
    digest: str
    cases: list[str]


@doors("GET", "/prompts", act="prompt", home=True, returns=list[PromptShape])
def listing(stack: Stacked, caller: Caller) -> list[prompts.Line]:
    """Every template, the shipped ones first."""
    return prompts.listing(stack, caller)


@doors("GET", "/prompts/{name}", act="prompt", home=True, returns=Told)
def one(stack: Stacked, caller: Caller, name: Name, number: Number = None) -> dict[str, str]:
    """The text of a stored template."""
    return {"name": name, "text": prompts.show(stack, caller, name, number)}


@doors("POST", "/prompts/test", act="prompt", home=True, checked=True, returns=Checked)
def test(body: Text) -> dict[str, Any]:
    """Run a template's own cases, before it is proposed."""
    made = prompts.checked(body.text)
    return {"name": made.name, "form": made.form, "digest": made.digest, "cases": [case.name for case in made.cases]}


@doors("POST", "/prompts", act="prompt", home=True, checked=True, status=201, returns=Proposal)
def propose(stack: Stacked, caller: Caller, body: Text) -> dict[str, Any]:
    """Store a template for somebody else to activate."""
    name, number = prompts.propose(stack, caller, body.text)
    return {"name": name, "number": number}


@doors("POST", "/prompts/{name}/activate", act="prompt", home=True, checked=True, returns=InForce)
def activate(stack: Stacked, caller: Caller, name: Name, body: Activate) -> dict[str, Any]:
    """Put a template in force, as somebody other than its author. Refused where the release was not attacked."""
    part = prompts.activate(stack, caller, name, body.number, body.alone, body.override)
    return {"name": part.name, "number": part.number, "digest": part.digest}


@doors("DELETE", "/prompts/{name}", act="prompt", home=True, checked=True, status=204)
def retire(stack: Stacked, caller: Caller, name: Name, override: Overridden = "") -> None:
    """Go back to the template before it, which comes with Avouch. Refused where no trial is of that release."""
    prompts.retire(stack, caller, name, override)
