"""Sign-in by an identity provider, in two halves; what is between them travels sealed with the browser.

So any server of a home can finish what another began, and nobody else can.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from avouch.adapters.oidc_login import OidcLogin, Started
from avouch.errors import AvouchError, Code
from avouch.lake.keyring import derived
from avouch.lake.vault import decrypt, encrypt
from avouch.records import Principal
from avouch.stack import signin

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

SECONDS = 600
NAME = "oidc"


def begin(stack: Stack, issuer: str = "") -> tuple[str, str]:
    """Where to send the browser, and what it must bring back (a cookie, for ten minutes).

    ``issuer`` may be left out where people sign in by one only. NOT_FOUND, PROVIDER_FAILED.
    """
    login = login_of(stack, issuer)
    started = login.start()
    told = {**asdict(started), "issuer": login.issuer.issuer, "until": time.time() + SECONDS}
    sealed = encrypt(derived(stack.ring, NAME), NAME, json.dumps(told).encode())
    return started.url, base64.urlsafe_b64encode(sealed).decode()


def finish(stack: Stack, sealed: str, query: Mapping[str, str], purpose: str = "") -> tuple[Principal, str]:
    """Let in whoever came back; the second is the session's token. UNAUTHENTICATED, PROVIDER_FAILED."""
    at = signin.begin(purpose)
    try:
        raw = base64.b64decode(sealed.encode("ascii"), b"-_", validate=True)
        told = json.loads(decrypt(derived(stack.ring, NAME), NAME, raw))
    except (AvouchError, ValueError, binascii.Error) as error:
        raise signin.refusal(stack, NAME, "state", None, at) from error
    issuer, until = told.pop("issuer"), told.pop("until")
    if not 0 <= until - at / 1e6 <= SECONDS:
        raise signin.refusal(stack, NAME, "expired", None, at)
    claims = login_of(stack, issuer).finish(Started(**told), query, at / 1e6)
    if isinstance(claims, str):
        raise signin.refusal(stack, NAME, claims, None, at)
    return signin.by_oidc(stack, claims, issuer, purpose)


def login_of(stack: Stack, issuer: str) -> OidcLogin:
    """The login of an issuer; NOT_FOUND."""
    logins = stack.logins
    if not issuer and len(logins) == 1:
        return next(iter(logins.values()))
    if issuer not in logins:
        raise AvouchError(Code.NOT_FOUND, "people do not sign in by that issuer here")
    return logins[issuer]
