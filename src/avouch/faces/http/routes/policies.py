"""`/policies`: the versions of the policy; proposed by one, activated by another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel

from avouch.canon import plain
from avouch.faces.http.bodies import Body, Line, Why
from avouch.faces.http.door import Caller, Doors, Stacked
from avouch.faces.http.shapes import when
from avouch.policy.texts import difference
from avouch.stack import policies

doors = Doors("policies")
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class PolicyShape:
    """A version of the policy: whose, approved by whom, in force since which entry."""

    number: int
    digest: str
    author: str
    proposed_at: str
    approver: str | None
    activated_at: str | None
    activated_seq: int | None
    in_force: bool


class Texts(BaseModel):
    """A policy's files by name."""

    number: int
    texts: dict[str, str]


class Propose(Body):
    """The files of a policy: schema, policies and their test cases, by name."""

    texts: dict[Line, str]


class Proposal(BaseModel):
    """The number of a policy."""

    number: int


class Diff(BaseModel):
    """A unified diff."""

    diff: str


class Tried(BaseModel):
    """A test case of a policy, and what it decided."""

    name: str
    passed: bool
    expected: bool
    allowed: bool
    by: list[str]
    errors: list[str]


class Activate(Body):
    """``alone``: an owner who is the only one who could approve does it on their own proposal. ``override`` says why it
    goes live although models write and were not attacked under it."""

    alone: bool = False
    override: Why = ""


@doors("GET", "/policies", act="policy", returns=list[PolicyShape])
def listing(stack: Stacked, caller: Caller) -> list[PolicyShape]:
    """Every version of the policy, the shipped one first."""
    same = ("number", "digest", "author", "approver", "activated_seq", "in_force")
    return [
        PolicyShape(
            proposed_at=when(one.proposed_at) or "",
            activated_at=when(one.activated_at),
            **{name: getattr(one, name) for name in same},
        )
        for one in policies.listing(stack, caller)
    ]


@doors("GET", "/policies/{number}", act="policy", returns=Texts)
def one(stack: Stacked, caller: Caller, number: Number) -> dict[str, object]:
    """The files of one version."""
    found, texts = policies.show(stack, caller, number)
    return {"number": found, "texts": dict(texts)}


@doors("GET", "/policies/{number}/diff/{newer}", act="policy", returns=Diff)
def diff(stack: Stacked, caller: Caller, number: Number, newer: Number) -> dict[str, str]:
    """What differs between two versions."""
    old, new = (policies.show(stack, caller, one)[1] for one in (number, newer))
    return {"diff": difference(old, new)}


@doors("POST", "/policies/test", act="policy", checked=True, returns=list[Tried])
def test(body: Propose) -> list[dict[str, object]]:
    """Run a policy's own test cases, before it is proposed."""
    outcomes = policies.tried(policies.checked(body.texts))
    same = ("name", "passed", "expected")
    return [{**{name: getattr(o, name) for name in same}, **plain(o.decision)} for o in outcomes]


@doors("POST", "/policies", act="policy", status=201, returns=Proposal)
def propose(stack: Stacked, caller: Caller, body: Propose) -> dict[str, int]:
    """Store a policy for somebody else to activate."""
    return {"number": policies.propose(stack, caller, body.texts)}


@doors("POST", "/policies/{number}/activate", act="policy", returns=policies.Activated)
def activate(stack: Stacked, caller: Caller, number: Number, body: Activate) -> policies.Activated:
    """Put a policy in force, as somebody other than its author. Refused where it is not fit."""
    return policies.activate(stack, caller, number, body.alone, body.override)
