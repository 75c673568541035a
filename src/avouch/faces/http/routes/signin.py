"""`/auth`: in and out. A session comes as a cookie that no script can read."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from pydantic import Field, SecretStr
from starlette.responses import JSONResponse, RedirectResponse, Response

from avouch.canon import plain
from avouch.errors import AvouchError, Code
from avouch.faces.http import caller as callers
from avouch.faces.http.bodies import Body, Line
from avouch.faces.http.door import SELF, Doors, Stacked
from avouch.records import Principal
from avouch.stack import oidc, signin

doors = Doors("auth")
STATE = "avouch-oidc"


class SignIn(Body):
    """A name and a password."""

    name: Line
    password: SecretStr = Field(max_length=1000)


@doors("POST", "/auth/signin", public=True, returns=Principal)
def by_password(request: Request, stack: Stacked, body: SignIn) -> Response:
    """Sign in with a password; the session comes as a cookie."""
    if "origin" in request.headers or "sec-fetch-site" in request.headers:
        callers.same_site(request)
    address = request.client.host if request.client else ""
    secret = body.password.get_secret_value()
    principal, token = signin.by_password(stack, body.name, secret, request.headers.get(callers.PURPOSE, ""), address)
    response = JSONResponse(plain(principal))
    callers.set_cookie(request, response, token)
    return response


@doors("POST", "/auth/signout", act=SELF, status=204)
def sign_out(request: Request, stack: Stacked) -> Response:
    """End this session."""
    token, by_cookie = callers.token_of(request)
    if by_cookie:
        signin.sign_out(stack, token)
    response = Response(status_code=204)
    callers.drop_cookie(request, response)
    return response


@doors("GET", "/auth/issuers", public=True, returns=list[str])
def issuers(stack: Stacked) -> list[str]:
    """The identity providers at which people sign in here."""
    return sorted(stack.logins)


@doors("GET", "/auth/oidc/login", public=True, status=302)
def oidc_login(request: Request, stack: Stacked, issuer: Annotated[str, Query(max_length=400)] = "") -> Response:
    """Go and sign in at an identity provider."""
    url, sealed = oidc.begin(stack, issuer)
    response = RedirectResponse(url, 302)
    secure = callers.secure(request)
    path = "/api/v1/auth/oidc"
    response.set_cookie(STATE, sealed, oidc.SECONDS, path=path, secure=secure, httponly=True, samesite="lax")
    return response


@doors("GET", "/auth/oidc/callback", public=True, status=303)
def oidc_callback(request: Request, stack: Stacked) -> Response:
    """Come back from an identity provider."""
    sealed = request.cookies.get(STATE)
    if not sealed:
        raise AvouchError(Code.UNAUTHENTICATED, "the sign-in was not begun in this browser")
    _, token = oidc.finish(stack, sealed, dict(request.query_params))
    response = RedirectResponse("/", 303)
    callers.set_cookie(request, response, token)
    response.delete_cookie(STATE, path="/api/v1/auth/oidc")
    return response
