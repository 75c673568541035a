"""Signed tokens of services (JWT), by issuers that the settings name. Asymmetric signatures only.

Sources: RFC 7519 (JWT), RFC 8725 (its best current practice), RFC 9068 (access tokens).
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jws import JWSRegistry, deserialize_compact

from avouch.adapters.issuer_keys import IssuerKeys
from avouch.issuers import Issuer, is_subject

ALGORITHMS = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    **dict.fromkeys(("EdDSA", "Ed25519"), "OKP"),
}
"""What a token may be signed with, and the kind of key that belongs to it."""
REFUSED = {"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip"}
TYPES = {"jwt", "at+jwt", "application/at+jwt", "application/jwt"}
FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
LONGEST = 16_384
warnings.filterwarnings("ignore", "EdDSA is deprecated", SecurityWarning)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a valid token is about. ``scopes``: the acts that it is limited to (none: not limited)."""

    issuer: str
    subject: str
    scopes: frozenset[str]


class JwtBearer:
    """Checks tokens against the issuers that have an ``audience``."""

    def __init__(self, issuers: Sequence[Issuer], keys: Mapping[str, IssuerKeys] | None = None) -> None:
        self.issuers = {one.issuer: one for one in issuers if one.audience}
        self.keys = keys or {name: IssuerKeys(one) for name, one in self.issuers.items()}

    def check(self, token: str, now: float) -> Bearer | str:
        """Whom the token is about at a time (seconds since 1970), or a word that says why it is refused."""
        parts = opened(token)
        if isinstance(parts, str):
            return parts
        header, unproven = parts
        issuer = self.issuers.get(str(unproven.get("iss")))
        if issuer is None:
            return "issuer"
        if str(header.get("typ", "JWT")).lower() not in TYPES:
            return "type"
        claims = proven(token, header, self.keys[issuer.issuer])
        if isinstance(claims, str):
            return claims
        why = wrong(claims, issuer.issuer, issuer.audience, now, issuer.leeway_seconds)
        if why:
            return why
        scopes = scoped(claims, issuer.scope_prefix)
        if issuer.scope_prefix and not scopes:
            return "scope"
        return Bearer(issuer.issuer, claims["sub"], scopes)


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any]] | str:
    """Header and claims of a token, unproven, or why it cannot be one that is accepted."""
    if len(token) > LONGEST or not FORM.fullmatch(token):
        return "malformed"
    try:
        header, claims = (json.loads(decoded(part)) for part in token.split(".")[:2])
    except (ValueError, RecursionError, binascii.Error):
        return "malformed"
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return "malformed"
    if not isinstance(header.get("alg"), str) or header["alg"] not in ALGORITHMS:
        return "algorithm"
    if REFUSED & header.keys() or not isinstance(header.get("kid", ""), str):
        return "header"
    return header, claims


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def proven(token: str, header: Mapping[str, Any], keys: IssuerKeys) -> dict[str, Any] | str:
    """The claims of a token that the issuer signed, or why it is not such a one.

    A token without ``kid`` is accepted where the issuer has a single key.
    """
    kid, algorithm = header.get("kid"), header["alg"]
    known = keys.keys(kid)
    if not known or (kid is None and len(known) > 1):
        return "key"
    fitting = [key for key in known if key.key_type == ALGORITHMS[algorithm] and key.get("alg") in (None, algorithm)]
    if len(fitting) != 1:
        return "algorithm"
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = LONGEST
    try:
        signed = deserialize_compact(token, fitting[0], registry=registry)
        claims = json.loads(signed.payload)
    except (JoseError, ValueError, TypeError, RecursionError):
        return "signature"
    return claims if isinstance(claims, dict) else "malformed"


def wrong(claims: Mapping[str, Any], issuer: str, audience: str, now: float, leeway: float) -> str:
    """What is wrong with proven claims, in a word; empty: nothing."""
    meant = claims.get("aud")
    if claims.get("iss") != issuer:
        return "issuer"
    if not is_subject(claims.get("sub")):
        return "subject"
    if audience not in (meant if isinstance(meant, list) else [meant]):
        return "audience"
    times = {name: claims[name] for name in ("exp", "nbf", "iat") if name in claims}
    if "exp" not in times or not all(type(t) in (int, float) and math.isfinite(t) for t in times.values()):
        return "time"
    if times["exp"] <= now - leeway:
        return "expired"
    if max(times.get("nbf", 0), times.get("iat", 0)) > now + leeway:
        return "early"
    return ""


def scoped(claims: Mapping[str, Any], prefix: str) -> frozenset[str]:
    """The acts in a token's scope that carry the prefix; without a prefix none."""
    told = claims.get("scope", claims.get("scp", ""))
    words = told.split() if isinstance(told, str) else told if isinstance(told, list) else []
    return frozenset(
        word.removeprefix(prefix) for word in words if prefix and isinstance(word, str) and word.startswith(prefix)
    )
