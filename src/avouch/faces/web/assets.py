"""Styles, scripts and pictures of ours, under an address that changes with what is in them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"


@cache
def every() -> dict[str, bytes]:
    """All of them by name."""
    folder = files("avouch.faces.web") / "static"
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.name.rpartition(".")[2] in TYPES}


@cache
def digest() -> str:
    """One for all, because scripts name each other by where they lie themselves."""
    told = hashlib.sha256()
    for name, data in sorted(every().items()):
        told.update(f"{name} {len(data)}\n".encode() + data)
    return told.hexdigest()[:12]


def url(name: str) -> str:
    """Where a page finds one; KeyError where there is none."""
    return f"/static/{digest()}/{name}" if every()[name] else ""


async def asset(request: Request) -> Response:
    """Serve one. A page from before an update gets what is there now, and does not keep it."""
    name = request.path_params["name"]
    if name not in every():
        return PlainTextResponse("no such file", 404)
    kept = FOREVER if request.path_params["digest"] == digest() else "no-cache"
    kind = TYPES[name.rpartition(".")[2]]
    return Response(every()[name], media_type=f"{kind}; charset=utf-8", headers={"cache-control": kept})
