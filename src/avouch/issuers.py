"""Identity providers that a home trusts, as ``avouch.toml`` names them (``[[issuers]]``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from avouch.errors import AvouchError, Code
from avouch.records import Classification

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
NEVER = "owner"


@dataclass(frozen=True, slots=True)
class Grants:
    """What one value of the groups claim brings. The highest clearance of several counts."""

    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    clearance: Classification = Classification.PUBLIC
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Issuer:
    """One provider. With ``client_id`` people sign in by it; with ``audience`` services present its tokens.

    ``jwks`` is a file of its public keys; empty: by discovery. ``claim`` names the claim whose ``values`` bring
    groups, roles, clearance and tenant (empty: what the home says of a person counts). ``provision``: whoever
    it vouches for is added. ``scope_prefix``: a token is limited to the acts in its scope that begin so.
    """

    issuer: str
    client_id: str = ""
    client_secret_file: str = ""
    redirect_uri: str = ""
    scope: str = "openid profile"
    audience: str = ""
    jwks: str = ""
    claim: str = ""
    values: Mapping[str, Grants] = field(default_factory=dict)
    tenant: str = "default"
    provision: bool = False
    scope_prefix: str = ""
    leeway_seconds: int = 30


def secure(url: str) -> bool:
    """Whether an address is https, or on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


def is_subject(value: Any) -> bool:
    """Whether it can be what an issuer calls somebody: 1 to 255 printable ASCII characters (OpenID Connect Core 2)."""
    return isinstance(value, str) and 0 < len(value) <= 255 and value.isascii() and value.isprintable()


def parse(told: Any) -> tuple[Issuer, ...]:
    """The issuers of the settings; CONFIG_INVALID. None may be named twice, or without its use."""
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise TypeError
    found = tuple(issuer(one) for one in told)
    if len({one.issuer for one in found}) < len(found):
        raise invalid("an issuer is named twice")
    return found


def issuer(told: Mapping[str, Any]) -> Issuer:
    """One issuer; CONFIG_INVALID."""
    kinds = {field.name: type(field.default) for field in fields(Issuer) if field.name not in ("issuer", "values")}
    for name, value in told.items():
        if name not in (*kinds, "issuer", "values"):
            raise invalid(f"an issuer has no {name!r}")
        wanted = dict if name == "values" else kinds.get(name, str)
        if type(value) is not wanted:
            raise invalid(f"the {name} of an issuer has a wrong type")
    values = {name: grants(name, one) for name, one in told.get("values", {}).items()}
    made = Issuer(**{"issuer": "", **told, "values": values})
    if not secure(made.issuer) or "?" in made.issuer or "#" in made.issuer:
        raise invalid("an issuer is an https address")
    if not made.client_id and not made.audience:
        raise invalid(f"issuer {made.issuer} needs a client_id (people) or an audience (services)")
    if made.client_id and not secure(made.redirect_uri):
        raise invalid(f"issuer {made.issuer} needs a redirect_uri with https")
    if not 0 <= made.leeway_seconds <= 300:
        raise invalid("leeway_seconds is 0 to 300")
    return made


def grants(name: str, told: Any) -> Grants:
    """What one value brings; CONFIG_INVALID. Nobody becomes an owner by a claim."""
    if not isinstance(told, dict) or not told.keys() <= {"groups", "roles", "clearance", "tenant"}:
        raise invalid(f"the value {name!r} brings groups, roles, clearance, tenant")
    groups, roles = told.get("groups", []), told.get("roles", [])
    if not all(isinstance(part, list) and all(isinstance(one, str) for one in part) for part in (groups, roles)):
        raise invalid(f"groups and roles of {name!r} are lists")
    if NEVER in roles:
        raise invalid("no claim makes an owner")
    clearance, tenant = str(told.get("clearance", "public")).upper(), told.get("tenant", "")
    if clearance not in Classification.__members__ or not isinstance(tenant, str):
        raise invalid(f"the clearance or tenant of {name!r} is none")
    return Grants(frozenset(groups), frozenset(roles), Classification[clearance], tenant)


def invalid(message: str) -> AvouchError:
    return AvouchError(Code.CONFIG_INVALID, message)
