"""Errors as RFC 9457 problems: every one, those of the framework and the server among them."""

from __future__ import annotations

import math
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from avouch.errors import AvouchError, Code
from avouch.faces.http.openai.errors import beside

MEDIA = "application/problem+json"
ERRORS = "/api/v1/errors"
OF_STATUS = {
    400: Code.INPUT_INVALID,
    401: Code.UNAUTHENTICATED,
    403: Code.FORBIDDEN,
    404: Code.NOT_FOUND,
    405: Code.METHOD_UNKNOWN,
    413: Code.BODY_TOO_LARGE,
    415: Code.MEDIA_TYPE,
    421: Code.FORBIDDEN_HOST,
    422: Code.INPUT_INVALID,
}


def record(error: AvouchError, request_id: str) -> dict[str, Any]:
    """The one error shape over HTTP. ``type`` leads to the list of codes, ``instance`` to the line in the log."""
    return {
        "type": f"{ERRORS}#{error.code.name}",
        "title": error.code.name.replace("_", " ").capitalize(),
        "status": error.status,
        "detail": error.message,
        "code": error.code.name,
        "retryable": error.retryable,
        "todo": error.todo,
        "instance": f"urn:avouch:request:{request_id}",
    }


def response(error: AvouchError, request_id: str, path: str = "") -> Response:
    """A problem as a response, with when to come again and how to sign in; as the clients of ``path`` know it."""
    headers = {"cache-control": "no-store"}
    if error.retry_after is not None:
        headers["retry-after"] = str(max(1, math.ceil(error.retry_after)))
    if error.status == 401:
        headers["www-authenticate"] = 'Bearer realm="avouch"'
    return JSONResponse({**record(error, request_id), **beside(path, error)}, error.status, headers, MEDIA)


def id_of(request: Request) -> str:
    return str(getattr(request.state, "request_id", "none"))


async def on_avouch(request: Request, error: Exception) -> Response:
    assert isinstance(error, AvouchError)  # noqa: S101
    return response(error, id_of(request), request.url.path)


async def on_http(request: Request, error: Exception) -> Response:
    """What the framework refuses: no such path, no such method, a body that is none."""
    assert isinstance(error, HTTPException)  # noqa: S101
    code = OF_STATUS.get(error.status_code, Code.INPUT_INVALID if error.status_code < 500 else Code.INTERNAL)
    told = response(AvouchError(code, SAID.get(code, "the request cannot be served")), id_of(request), request.url.path)
    if allow := (error.headers or {}).get("Allow"):
        told.headers["allow"] = allow
    return told


SAID = {
    Code.NOT_FOUND: "there is nothing at this address",
    Code.METHOD_UNKNOWN: "this address has other methods",
    Code.INPUT_INVALID: "the body cannot be read",
    Code.BODY_TOO_LARGE: "the body is too large",
    Code.MEDIA_TYPE: "the body is of another type",
}


async def on_invalid(request: Request, error: Exception) -> Response:
    """Names the fields that are wrong, and how; never their values."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    return response(AvouchError(Code.INPUT_INVALID, fields(error)), id_of(request), request.url.path)


def fields(error: RequestValidationError) -> str:
    """The first few wrong fields in words. Names that the client made up are cut."""
    told = []
    for one in error.errors()[:5]:
        place = ".".join(printable(str(part)) for part in one.get("loc", ())) or "body"
        told.append(f"{place}: {one.get('type', 'invalid')}")
    return "; ".join(told) or "the request is invalid"


def printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text[:60]).encode("utf-8", "replace").decode()
