"""Who calls: a bearer token or a session's cookie, never a name that was only given."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from avouch.errors import AvouchError, Code
from avouch.records import Principal
from avouch.stack import signin
from avouch.stack.stack import Stack

COOKIE, PLAIN_COOKIE = "__Host-avouch", "avouch"
PURPOSE = "avouch-purpose"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def token_of(request: Request) -> tuple[str, bool]:
    """The caller's token, and whether a cookie brought it; UNAUTHENTICATED where there is none."""
    told = request.headers.get("authorization")
    if told is not None:
        scheme, _, token = told.partition(" ")
        if scheme.lower() != "bearer" or not token.strip() or not token.isascii():
            raise AvouchError(Code.UNAUTHENTICATED, "the Authorization header holds no bearer token")
        return token.strip(), False
    held = request.cookies.get(cookie_name(request))
    if not held or not held.isascii():
        raise AvouchError(Code.UNAUTHENTICATED, "no key and no session came with the request")
    return held, True


def authenticate(stack: Stack, request: Request) -> tuple[Principal, str | None]:
    """The principal of a request, and the session token to set in the old one's place, or None.

    UNAUTHENTICATED; FORBIDDEN_ORIGIN for a write that another site's page sent with the cookie.
    """
    token, by_cookie = token_of(request)
    purpose = request.headers.get(PURPOSE, "")
    if not by_cookie:
        return signin.by_bearer(stack, token, purpose), None
    if request.method not in SAFE:
        same_site(request)
    return signin.by_session(stack, token, purpose)


def same_site(request: Request) -> None:
    """FORBIDDEN_ORIGIN unless the browser says that the request comes from this service or an allowed origin."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin is not None and origin in request.app.state.origins:
        return
    if origin is not None and origin != "null":
        own = origin == own_origin(request)
    else:
        own = origin is None and site in ("same-origin", "none")
    if not own or site not in (None, "same-origin", "none"):
        raise AvouchError(Code.FORBIDDEN_ORIGIN, "a page of another origin sent this request")


def own_origin(request: Request) -> str:
    """How browsers reach this service: as the settings say, or as this request did."""
    told: str = request.app.state.stack.settings.public_origin
    return told.rstrip("/") or f"{request.url.scheme}://{request.headers.get('host', '')}"


def secure(request: Request) -> bool:
    """Whether a browser came over TLS, to this process or to the proxy before it."""
    return own_origin(request).startswith("https://")


def cookie_name(request: Request) -> str:
    return COOKIE if secure(request) else PLAIN_COOKIE


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Hand out a session. Over TLS the cookie is bound to this host; plain HTTP is for loopback."""
    seconds = int(request.app.state.stack.settings.session_hours * 3600)
    name = cookie_name(request)
    response.set_cookie(name, token, seconds, path="/", secure=secure(request), httponly=True, samesite="lax")


def drop_cookie(request: Request, response: Response) -> None:
    response.delete_cookie(cookie_name(request), path="/", secure=secure(request), httponly=True, samesite="lax")
