"""People sign in at their identity provider: authorisation code with PKCE (S256), state and nonce.

Sources: OpenID Connect Core 1.0, RFC 7636 (PKCE), RFC 9207 (issuer in the response), RFC 9700.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]

from avouch.adapters.issuer_keys import IssuerKeys, failed, fetch, manners
from avouch.adapters.jwt_bearer import opened, proven, wrong
from avouch.issuers import Issuer


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in on its way: where to send the browser, and what must come back with it."""

    url: str
    state: str
    nonce: str
    verifier: str


class OidcLogin:
    """Sign-ins at one issuer. The discovery document says where, the settings say who it is."""

    def __init__(self, issuer: Issuer, keys: IssuerKeys | None = None) -> None:
        self.issuer, self.keys = issuer, keys or IssuerKeys(issuer)

    def start(self) -> Started:
        """A new sign-in. PROVIDER_FAILED."""
        at = self.keys.address("authorization_endpoint")
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        with self._client() as session:
            url, _ = session.create_authorization_url(at, state=state, code_verifier=verifier, nonce=nonce)
        return Started(str(url), state, nonce, verifier)

    def finish(self, started: Started, query: Mapping[str, str], now: float) -> dict[str, Any] | str:
        """The proven claims of whoever came back, or a word that says why they are refused. PROVIDER_FAILED."""
        if not hmac.compare_digest(query.get("state", "").encode(), started.state.encode()):
            return "state"
        document = self.keys.document()
        said = query.get("iss")
        if said != self.issuer.issuer and (said or document.get("authorization_response_iss_parameter_supported")):
            return "issuer"
        if "error" in query or not 0 < len(query.get("code", "")) <= 4096:
            return "denied"
        tokens = self._redeem(query["code"], started.verifier)
        if tokens is None:
            return "code"
        claims = self._identity(tokens.get("id_token"), started.nonce, now)
        if isinstance(claims, str) or not self.issuer.claim or self.issuer.claim.split(".")[0] in claims:
            return claims
        return self._further(claims, str(tokens.get("access_token")), document)

    def _client(self) -> OAuth2Client:
        secret = Path(self.issuer.client_secret_file).read_text().strip() if self.issuer.client_secret_file else None
        return OAuth2Client(
            self.issuer.client_id,
            secret,
            scope=self.issuer.scope,
            redirect_uri=self.issuer.redirect_uri,
            code_challenge_method="S256",
            **manners(self.issuer.issuer),
        )

    def _redeem(self, code: str, verifier: str) -> dict[str, Any] | None:
        """The tokens for a code, or None where the provider refuses it."""
        try:
            with self._client() as session:
                told = session.fetch_token(
                    self.keys.address("token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                )
        except AuthlibBaseError:
            return None
        except (httpx2.HTTPError, ValueError) as error:
            raise failed(f"could not be asked for tokens ({type(error).__name__})") from error
        return dict(told)

    def _identity(self, token: Any, nonce: str, now: float) -> dict[str, Any] | str:
        """The claims of an ID token that was made for this client and this sign-in, or why not."""
        parts = opened(token) if isinstance(token, str) else "malformed"
        if isinstance(parts, str):
            return parts
        claims = proven(str(token), parts[0], self.keys)
        if isinstance(claims, str):
            return claims
        if why := wrong(claims, self.issuer.issuer, self.issuer.client_id, now, self.issuer.leeway_seconds):
            return why
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            return "nonce"
        many = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if many else self.issuer.client_id) != self.issuer.client_id:
            return "party"
        return claims

    def _further(self, claims: dict[str, Any], access: str, document: Mapping[str, Any]) -> dict[str, Any] | str:
        """The claims with those that the provider tells only when asked (userinfo)."""
        if "userinfo_endpoint" not in document:
            return claims
        told = fetch(self.keys.address("userinfo_endpoint"), {"Authorization": f"Bearer {access}"})
        if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
            return "subject"
        return {**told, **claims}
