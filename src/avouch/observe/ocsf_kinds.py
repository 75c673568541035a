"""Which kinds of entry become which events: one function for each class, one table for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from avouch.observe.ocsf import (
    ACCESS,
    API,
    AUTHENTICATION,
    DATASTORE,
    ENTITY,
    FAILURE,
    INFORMATIONAL,
    LOW,
    MEDIUM,
    OTHER,
    Origin,
    Shape,
    Told,
    actor,
    codes,
    event,
    here,
    numbered,
    user,
)
from avouch.observe.ocsf_findings import compliance, detections

Events = list[dict[str, Any]]
Maker = Callable[[Origin, Told], dict[str, Any]]

STORE = {
    "ask": (4, INFORMATIONAL),
    "search": (4, INFORMATIONAL),
    "replay": (1, INFORMATIONAL),
    "ingest": (5, INFORMATIONAL),
    "ingest.withdraw": (2, LOW),
    "withdraw": (2, LOW),
    "erase": (7, MEDIUM),
    "collect": (7, INFORMATIONAL),
    "backup": (1, LOW),
    "restore": (5, MEDIUM),
}
"""Datastore Activity: activity and severity. What is done to documents."""
STORE_FACTS: tuple[str, ...] = (
    "voucher",
    "abstained",
    "degraded",
    "purpose",
    "emergency",
    "via",
    "snapshot",
    "asserted",
    "document",
)
STORE_FACTS += ("fate", "run", "source", "verdict", "blobs", "backup", "erased")
VECTOR = 7

THINGS = {
    "home.create": ("home", "home", 1, LOW),
    "principal.add": ("user", "principal", 1, LOW),
    "principal.change": ("user", "principal", 3, LOW),
    "principal.disable": ("user", "principal", 9, MEDIUM),
    "principal.enable": ("user", "principal", 8, MEDIUM),
    "principal.link": ("user", "principal", 3, MEDIUM),
    "access.password": ("user", "principal", 3, LOW),
    "access.key.create": ("api key", "key", 1, LOW),
    "access.key.revoke": ("api key", "key", 11, LOW),
    "key.rotate": ("encryption key", "key", 3, MEDIUM),
    "policy.propose": ("policy", "number", 1, LOW),
    "policy.activate": ("policy", "number", 10, MEDIUM),
}
"""Entity Management: what the entity is, where the body names it, activity, severity."""
THING_TYPES = {"user": 2, "policy": 5}
THING_FACTS: tuple[str, ...] = (
    "kind",
    "by",
    "issuer",
    "roles",
    "roles_added",
    "roles_removed",
    "groups_added",
    "groups_removed",
)
THING_FACTS += ("clearance", "sessions", "keys", "emergencies", "scopes", "days", "principal", "author", "approver")
THING_FACTS += ("replaced", "alone", "cases", "digest", "old", "new", "files", "groups", "rewrapped")

GIVEN, TAKEN = 1, 2
LOGON, LOGOFF = 1, 2
SESSIONS = {
    "access.signin": LOGON,
    "access.signout": LOGOFF,
    "access.session.end": LOGOFF,
    "access.session.reuse": LOGOFF,
}
PROTOCOLS = {"oidc": (4, "OpenID"), "jwt": (6, "OAUTH 2.0")}


def store(origin: Origin, told: Told) -> dict[str, Any]:
    """Somebody read or changed documents. How many they were, not which; the ledger knows."""
    activity, severity = STORE[told.kind]
    facts = codes(told, *STORE_FACTS) | {name: told.count(name) for name in ("passages", "claims", "versions", "gone")}
    parts = {
        "actor": actor(told),
        "src_endpoint": here(origin),
        "database": {"uid": origin.home, "name": "lake", "type_id": VECTOR, "type": "Vector"},
        "type_id": 1,
    }
    kept = {name: value for name, value in facts.items() if value != 0 or isinstance(value, bool)}
    return event(origin, told, Shape(DATASTORE, activity, severity, facts=kept), parts)


def thing(origin: Origin, told: Told) -> dict[str, Any]:
    """Somebody changed a principal, a key, a policy, the home."""
    what, name, activity, severity = THINGS[told.kind]
    held = told.body.get(name)
    uid = str(held) if isinstance(held, int) else told.text(name)
    entity = {"uid": uid or "erased", "type": what.title(), "type_id": THING_TYPES.get(what, OTHER)}
    if what == "user" and uid:
        entity["user"] = user(told, uid)
    parts = {"actor": actor(told), "entity": entity}
    return event(origin, told, Shape(ENTITY, activity, severity, facts=codes(told, *THING_FACTS)), parts)


def session(origin: Origin, told: Told) -> dict[str, Any]:
    """Somebody came in or went, or a session was ended for them."""
    whom = told.text("principal") or told.actor
    parts: dict[str, Any] = {"actor": actor(told), "user": user(told, whom), "service": served(origin)}
    if uid := told.text("session"):
        parts["session"] = {"uid": uid}
    return event(origin, told, shaped(told, SESSIONS[told.kind]), parts | protocol(told))


def signin_refused(origin: Origin, told: Told) -> dict[str, Any]:
    """A sign-in that failed, or several of which only the number is known."""
    count = max(1, told.count("count"))
    parts = {"user": user(told, told.actor), "service": served(origin), "count": count}
    shape = Shape(AUTHENTICATION, LOGON, LOW, FAILURE, told.text("reason") or "refused")
    return event(origin, told, shape, parts | protocol(told))


def shaped(told: Told, activity: int) -> Shape:
    return Shape(AUTHENTICATION, activity, facts=codes(told, "by", "tokens"))


def served(origin: Origin) -> dict[str, Any]:
    return {"name": "avouch", "uid": origin.home}


def protocol(told: Told) -> dict[str, Any]:
    by = told.text("by")
    if not by:
        return {}
    number, caption = PROTOCOLS.get(by, (OTHER, by))
    return {"auth_protocol_id": number, "auth_protocol": caption}


def privileges(origin: Origin, told: Told, activity: int, whom: str, what: list[str]) -> dict[str, Any]:
    """Somebody may do more, or less."""
    parts = {"actor": actor(told), "user": user(told, whom), "privileges": what}
    return event(origin, told, Shape(ACCESS, activity, MEDIUM, facts=codes(told, "minutes", "emergency")), parts)


def given(origin: Origin, told: Told) -> Events:
    """Roles, compartments and emergencies that an entry gives or takes."""
    whom = told.text("principal") or told.actor
    change: list[tuple[int, list[str]]] = []
    if told.kind in ("principal.add", "principal.change"):
        change.append((GIVEN, [f"role:{one}" for one in told.texts("roles") + told.texts("roles_added")]))
        change.append((TAKEN, [f"role:{one}" for one in told.texts("roles_removed")]))
        change.append((GIVEN, ["group"] * bool(told.count("groups") + told.count("groups_added"))))
        change.append((TAKEN, ["group"] * bool(told.count("groups_removed"))))
    elif told.kind == "compartment.change":
        change.append((GIVEN, [f"compartment:{one}" for one in numbers(told, "joined")]))
        change.append((TAKEN, [f"compartment:{one}" for one in numbers(told, "left")]))
    elif told.kind == "access.emergency.begin":
        change.append((GIVEN, ["emergency"]))
    elif told.kind == "access.emergency.review":
        change.append((TAKEN, ["emergency"]))
    return [privileges(origin, told, activity, whom, what) for activity, what in change if what]


def numbers(told: Told, name: str) -> list[str]:
    value = told.body.get(name)
    return [str(one) for one in value[:100] if isinstance(one, int)] if isinstance(value, list) else []


def call(origin: Origin, told: Told) -> dict[str, Any]:
    """Any other act, and every act that was refused."""
    refused = told.kind == "access.refused"
    operation = (told.text("act") or "unknown") if refused else told.kind
    failed = refused or told.kind.startswith("alarm.")
    shape = Shape(API, OTHER, LOW if refused else INFORMATIONAL, FAILURE if failed else 1, code_of(told, refused))
    parts = {
        "actor": actor(told),
        "src_endpoint": here(origin),
        "api": {"operation": operation, "service": served(origin)},
    }
    return event(origin, told, shape, parts)


def code_of(told: Told, refused: bool) -> str:
    if not refused:
        return ""
    return "SCOPE" if told.body.get("scoped") is True else "FORBIDDEN"


def events(origin: Origin, told: Told) -> Events:
    """Every event that an entry makes, at least one, in a fixed order."""
    makers: list[Maker] = []
    if told.kind in STORE:
        makers.append(store)
    if told.kind in THINGS:
        makers.append(thing)
    if told.kind in SESSIONS:
        makers.append(session)
    if told.kind == "access.refused":
        makers.append(call if "act" in told.body or not told.body else signin_refused)
    made = [make(origin, told) for make in makers]
    made += given(origin, told) + detections(origin, told) + compliance(origin, told)
    return numbered(origin, told, made or [call(origin, told)])
