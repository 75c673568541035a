"""The description of the service that clients are generated from."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from avouch.errors import Code
from avouch.faces.http import problem

TEXT = {"type": "string"}
PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "retryable", "todo", "instance"],
    "properties": {
        **dict.fromkeys(("type", "title", "detail", "todo", "instance"), TEXT),
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": [code.name for code in Code]},
        "retryable": {"type": "boolean"},
    },
}
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, or a JWT of a known issuer."},
    "session": {"type": "apiKey", "in": "cookie", "name": "__Host-avouch", "description": "A sign-in."},
}
LONGEST = {"Avouch-Purpose": 40, "Idempotency-Key": 200, "If-Match": 1000, "If-None-Match": 1000}


def header(name: str) -> dict[str, Any]:
    """A header that a route heeds."""
    return {"name": name, "in": "header", "required": False, "schema": {**TEXT, "maxLength": LONGEST[name]}}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once."""
    if app.openapi_schema is None:
        told = get_openapi(title=app.title, version=app.version, routes=app.routes, summary="Answers to vouch for.")
        parts = told.setdefault("components", {})
        schemas = parts.setdefault("schemas", {})
        schemas["Problem"] = PROBLEM
        parts["securitySchemes"] = SCHEMES
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for door in app.state.doors:
            operation = told["paths"].get(door.path, {}).get(door.method.lower())
            if operation is not None:
                complete(operation, door)
        app.openapi_schema = told
    return app.openapi_schema


def complete(operation: dict[str, Any], door: Any) -> None:
    """What the framework does not know of an operation: its act, its errors, its headers."""
    operation["security"] = [] if door.public else [{name: []} for name in SCHEMES]
    operation["x-act"] = list(door.acts)
    responses = operation["responses"]
    responses.pop("422", None)
    schema = {"$ref": "#/components/schemas/Problem"}
    responses["default"] = {"description": "A problem.", "content": {problem.MEDIA: {"schema": schema}}}
    if door.public:
        return
    reads = door.method == "GET"
    told = {"If-None-Match": reads and not door.stream, "If-Match": door.conditional}
    told["Idempotency-Key"] = not (reads or door.upload or door.secret)
    headers = ["Avouch-Purpose", *(name for name, heeded in told.items() if heeded)]
    operation["parameters"] = [*operation.get("parameters", []), *map(header, headers)]
    if door.method == "GET" and not door.stream:
        responses["304"] = {"description": "It is what the caller has."}
