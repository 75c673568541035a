"""What an identity provider publishes: its discovery document and its public keys, fetched rarely and bounded.

Addresses come from the settings, or from the discovery document of the issuer in the settings; never from a
token. Sources: OpenID Connect Discovery 1.0, RFC 7517 (JWK), RFC 8414.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from avouch.errors import AvouchError, Code
from avouch.issuers import LOOPBACK, Issuer, secure

SECONDS, LARGEST, MOST_KEYS, RSA_BITS = 10.0, 1_000_000, 100, 2048
REFRESH, AGE, STALE = 60.0, 600.0, 86_400.0
"""Seconds: between two fetches; until keys are fetched again; until keys that cannot be fetched count no more."""
KEYS: dict[str, type[Key]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


def manners(url: str) -> dict[str, Any]:
    """How a provider is spoken to: no redirects, a time limit, no proxy for this machine."""
    return {"timeout": SECONDS, "follow_redirects": False, "trust_env": urlsplit(url).hostname not in LOOPBACK}


def fetch(url: str, headers: dict[str, str] | None = None) -> Any:
    """The JSON at an address of a provider, of at most 1 MB. PROVIDER_FAILED."""
    if not secure(url):
        raise failed("names an address without https")
    try:
        with httpx2.Client(**manners(url)) as session, session.stream("GET", url, headers=headers) as response:
            if response.status_code != 200:
                raise failed(f"answered {response.status_code}")
            data = b""
            for part in response.iter_bytes():
                data += part
                if len(data) > LARGEST:
                    raise failed("answered with more than 1 MB")
        return json.loads(data)
    except httpx2.HTTPError as error:
        raise failed(f"could not be reached ({type(error).__name__})") from error
    except (ValueError, RecursionError) as error:
        raise failed("answered with what is not JSON") from error


def failed(what: str) -> AvouchError:
    return AvouchError(Code.PROVIDER_FAILED, f"the identity provider {what}")


class IssuerKeys:
    """The discovery document and keys of one issuer. Many threads; one of them fetches at a time."""

    def __init__(
        self, issuer: Issuer, get: Callable[[str], Any] = fetch, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.issuer = issuer
        self._get, self._clock = get, clock
        self._lock = threading.Lock()
        self._document: dict[str, Any] | None = None
        self._keys: tuple[Key, ...] = ()
        self._fetched = self._tried = self._documented = float("-inf")

    def document(self) -> dict[str, Any]:
        """The discovery document, whose issuer is exactly the one in the settings. PROVIDER_FAILED."""
        with self._lock:
            return self._discover()

    def _discover(self) -> dict[str, Any]:
        now = self._clock()
        if self._document is None or now - self._documented > AGE:
            found = self._get(self.issuer.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if not isinstance(found, dict) or found.get("issuer") != self.issuer.issuer:
                raise failed("says that it is another issuer")
            self._document, self._documented = found, now
        return self._document

    def address(self, name: str) -> str:
        """An address in the discovery document. PROVIDER_FAILED where it is none that may be used."""
        return address(self.document(), name)

    def keys(self, kid: str | None) -> tuple[Key, ...]:
        """The public keys of that id; without an id all. Fetched again for an unknown id, at most every minute."""
        with self._lock:
            now = self._clock()
            known = any(key.kid == kid for key in self._keys) if kid is not None else bool(self._keys)
            if (not known or now - self._fetched > AGE) and now - self._tried >= REFRESH:
                self._tried = now
                try:
                    self._keys, self._fetched = public_keys(self._published()), now
                except AvouchError:
                    if now - self._fetched > STALE:
                        self._keys = ()
            found = self._keys
        return found if kid is None else tuple(key for key in found if key.kid == kid)

    def _published(self) -> Any:
        if not self.issuer.jwks:
            return self._get(address(self._discover(), "jwks_uri"))
        try:
            return json.loads(Path(self.issuer.jwks).read_bytes()[:LARGEST])
        except (OSError, ValueError, RecursionError) as error:
            raise failed("has no readable jwks file") from error


def address(document: dict[str, Any], name: str) -> str:
    """An address in a discovery document. PROVIDER_FAILED where it is missing or has no https."""
    found = document.get(name)
    if not isinstance(found, str) or not secure(found):
        raise failed(f"names no {name} with https")
    return found


def public_keys(published: Any) -> tuple[Key, ...]:
    """The keys of a set that can check signatures; those of other kinds and broken ones are left out."""
    listed = published.get("keys") if isinstance(published, dict) else None
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise failed("publishes no set of keys")
    found = []
    for one in listed:
        if not isinstance(one, dict) or one.get("kty") not in KEYS or one.get("use", "sig") != "sig":
            continue
        try:
            key = import_key(one)
            key.ensure_kid()
            public = key.public_key
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if not isinstance(public, RSAPublicKey) or public.key_size >= RSA_BITS:
            found.append(key)
    return tuple(found)
