"""`/redteam`: trials of a release, and what stands against the one in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from avouch.canon import plain
from avouch.errors import AvouchError, Code
from avouch.faces.http import jobs
from avouch.faces.http.bodies import Body, Line
from avouch.faces.http.door import Caller, Doors, Stacked
from avouch.faces.http.routes.sources import begun
from avouch.faces.http.shapes import when
from avouch.stack import matrix, parts, trials
from avouch.stack.gate import Trial

doors = Doors("redteam")


class Attack(Body):
    """What to try: the release in force, or that with another model, prompt or policy."""

    model: Line | None = None
    prompt: Line | None = None
    number: int | None = Field(None, ge=1, le=2**31 - 1)
    policy: int | None = Field(None, ge=0, le=2**31 - 1)
    count: int = Field(20, ge=1, le=100)
    seed: int = Field(1, ge=0, le=2**31 - 1)
    real: bool = False


class TrialShape(BaseModel):
    """One trial: whether the release held, and the ledger entry that says so."""

    number: int
    at: str
    release: str
    passed: bool
    seq: int


class Trials(BaseModel):
    """Trials, newest first; ``standing`` says why the release in force would not go live today."""

    trials: list[TrialShape]
    standing: str


class Signed(BaseModel):
    """A report and its Ed25519 signature by the home's key, over its canonical bytes."""

    number: int
    entry: int
    signature: str
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TrialBySuite:
    """One trial. ``models`` and ``templates`` are digests by name; ``why_not`` says why it failed."""

    number: int
    at: str
    release: str
    models: dict[str, str]
    templates: dict[str, str]
    policy: str
    guard: str
    code: str
    passed: bool
    why_not: tuple[str, ...]
    suites: tuple[matrix.Cell, ...]


@dataclass(frozen=True, slots=True)
class MatrixShape:
    """Trials, newest first, and the suites that any of them ran."""

    suites: tuple[str, ...]
    trials: tuple[TrialBySuite, ...]


def shape(trial: Trial) -> TrialShape:
    return TrialShape(**{**plain(trial), "at": when(trial.at)})


@doors("GET", "/redteam", act="redteam", home=True, returns=Trials)
def every(stack: Stacked, caller: Caller) -> dict[str, Any]:
    """The trials, newest first."""
    found = [shape(one) for one in trials.listing(stack, caller)]
    return Trials(trials=found, standing=trials.standing(stack, caller)).model_dump()


@doors("GET", "/redteam/matrix", act="redteam", home=True, returns=MatrixShape)
def by_suite(stack: Stacked, caller: Caller, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> dict[str, Any]:
    """The newest trials by suite, with what each release was made of."""
    found = plain(matrix.matrix(stack, caller, limit))
    return {**found, "trials": [{**one, "at": when(one["at"])} for one in found["trials"]]}


@doors("GET", "/redteam/{number}", act="redteam", home=True, returns=Signed)
def one(stack: Stacked, caller: Caller, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> dict[str, Any]:
    """A signed report."""
    return trials.show(stack, caller, number)


@doors("POST", "/redteam", act="redteam", home=True, checked=True, status=202, returns=jobs.JobShape, stream=True)
def attack(request: Request, stack: Stacked, caller: Caller, body: Attack) -> Response:
    """Attack a release with every suite. It takes minutes: the job that was begun tells how far it is."""
    if body.model and body.prompt:
        raise AvouchError(Code.INPUT_INVALID, "body.prompt: name a model or a prompt, not both")
    kind, name = (parts.MODEL, body.model) if body.model else (parts.PROMPT, body.prompt)
    part = stack.state.read(lambda tx: parts.one(tx, kind, name, body.number)) if name else None
    what = trials.Asked(part, body.policy, body.count, body.seed, real=body.real)
    trials.candidate(stack, what)

    def work(job: jobs.Job) -> Trial:
        return trials.attack(stack, caller, what, job.progress)[0]

    return begun(request, request.app.state.jobs.begin(caller, request.state.request_id, work, beside=True))
