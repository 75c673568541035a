"""`/health`, `/ready`, the description of the service, the list of its errors."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from avouch.errors import AvouchError, Code
from avouch.faces.http.door import Doors
from avouch.ledger import log

doors = Doors("service")
outside = Doors("service", prefix="")


class Health(BaseModel):
    """``alive``, or ``ready``; with codes for what is amiss."""

    status: str
    reasons: list[str]


class Kind(BaseModel):
    """An error code."""

    code: str
    status: int
    retryable: bool
    todo: str


@outside("GET", "/health", public=True, returns=Health)
async def health() -> dict[str, Any]:
    """The process is alive."""
    return {"status": "alive", "reasons": []}


@outside("GET", "/ready", public=True, returns=Health)
def ready(request: Request) -> Response:
    """It can answer: the state is reachable, the index is loaded, the keys are there."""
    reasons = amiss(request)
    told = {"status": "unready" if reasons else "ready", "reasons": reasons}
    return JSONResponse(told, 503 if reasons else 200)


def amiss(request: Request) -> list[str]:
    stack, state = request.app.state.stack, request.app.state
    reasons = [state.unready] if state.unready else []
    if "shelf" not in stack.__dict__:
        reasons.append(Code.INDEX_STALE.name)
    if not stack.home.keys.is_dir():
        reasons.append(Code.KEY_MISSING.name)
    if state.stopping.is_set():
        reasons.append(Code.STOPPING.name)
    try:
        stack.state.read(log.size)
    except AvouchError as error:
        reasons.append(error.code.name)
    return sorted(set(reasons))


@doors("GET", "/openapi.json", public=True, returns=dict[str, Any])
async def openapi(request: Request) -> dict[str, Any]:
    """This description."""
    told: dict[str, Any] = request.app.openapi()
    return told


@doors("GET", "/errors", public=True, returns=list[Kind])
async def errors() -> list[dict[str, Any]]:
    """Every error code: its status, whether to try again, what to do."""
    kinds = [(code.name, code.value) for code in Code]
    return [{"code": name, "status": k.status, "retryable": k.retryable, "todo": k.todo} for name, k in kinds]
