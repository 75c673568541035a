"""A ledger entry as security events of the Open Cybersecurity Schema Framework (OCSF), in its published classes.

Events hold ids, counts and codes. What a body says in free words stays where it is; a principal's name goes
along only where it is handed in. One entry makes the same events each time, so that a receiver tells repeats
by ``metadata.uid``: the home, the entry's sequence number, and which of the entry's events it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VERSION = "1.9.0-dev"
PRODUCT = "Avouch"
API, DATASTORE, AUTHENTICATION, ENTITY, ACCESS, DETECTION, COMPLIANCE = 6003, 6005, 3002, 3004, 3005, 2004, 2003
CLASSES = {
    API: "API Activity",
    DATASTORE: "Datastore Activity",
    AUTHENTICATION: "Authentication",
    ENTITY: "Entity Management",
    ACCESS: "User Access Management",
    DETECTION: "Detection Finding",
    COMPLIANCE: "Compliance Finding",
}
CATEGORIES = {2: "Findings", 3: "Identity & Access Management", 6: "Application Activity"}
SEVERITIES = ("Unknown", "Informational", "Low", "Medium", "High", "Critical")
INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL = 1, 2, 3, 4, 5
OTHER, SUCCESS, FAILURE = 99, 1, 2
NEW, IN_PROGRESS, RESOLVED = 1, 2, 4
CODE = re.compile(r"[\w.:/+-]{1,200}", re.ASCII)
MOST = 100
"""Items of a list that go along; the rest is in the ledger."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where events come from: the home's id and the program's version."""

    home: str
    version: str


@dataclass(frozen=True, slots=True)
class Told:
    """One entry: ``at`` in µs, ``body`` empty where it was erased. ``names`` are those of principals, by id.

    ``burst`` is how many sign-ins were refused to this actor lately, where this entry makes them too many; else 0.
    """

    seq: int
    at: int
    kind: str
    actor: str
    tenant: str
    body: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    burst: int = 0

    def text(self, name: str) -> str:
        """A code in the body; empty where there is none, or where it is no code."""
        value = self.body.get(name)
        return value if isinstance(value, str) and CODE.fullmatch(value) else ""

    def texts(self, name: str) -> list[str]:
        """The codes of a list in the body."""
        value = self.body.get(name)
        found = value if isinstance(value, list) else []
        return [one for one in found[:MOST] if isinstance(one, str) and CODE.fullmatch(one)]

    def count(self, name: str) -> int:
        """A number in the body, or how many a list has."""
        value = self.body.get(name)
        if isinstance(value, list):
            return len(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else 0


@dataclass(frozen=True, slots=True)
class Shape:
    """What every event says of itself. ``facts`` go under ``unmapped``; ``status`` is absent in findings."""

    uid: int
    activity: int
    severity: int = INFORMATIONAL
    status: int = SUCCESS
    code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def event(origin: Origin, told: Told, shape: Shape, parts: Mapping[str, Any]) -> dict[str, Any]:
    """One event: what all of them have, and the ``parts`` of its class. ``metadata.uid`` comes from ``number``."""
    millis = told.at // 1000
    made: dict[str, Any] = {
        "activity_id": shape.activity,
        "category_uid": shape.uid // 1000,
        "category_name": CATEGORIES[shape.uid // 1000],
        "class_uid": shape.uid,
        "class_name": CLASSES[shape.uid],
        "type_uid": shape.uid * 100 + shape.activity,
        "severity_id": shape.severity,
        "severity": SEVERITIES[shape.severity],
        "status_id": shape.status,
        "time": millis,
        "metadata": {
            "version": VERSION,
            "product": {"name": PRODUCT, "vendor_name": PRODUCT, "version": origin.version},
            "log_name": "ledger",
            "logged_time": millis,
            "sequence": told.seq,
            "event_code": told.kind,
            "tenant_uid": told.tenant,
        },
        **parts,
    }
    if shape.activity == OTHER:
        made["activity_name"] = told.kind
    if shape.code:
        made["status_code"] = shape.code
    facts = {name: value for name, value in shape.facts.items() if value not in (None, "", [], {})}
    if facts:
        made["unmapped"] = facts
    return made


def numbered(origin: Origin, told: Told, made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same events, each with its ``metadata.uid``."""
    for number, one in enumerate(made):
        one["metadata"]["uid"] = f"{origin.home}/{told.seq}/{number}"
    return made


def user(told: Told, principal: str) -> dict[str, Any]:
    """A principal: the id, and the name where it may go along."""
    name = told.names.get(principal)
    return {"uid": principal, **({"name": name} if name else {})}


def actor(told: Told) -> dict[str, Any]:
    return {"user": user(told, told.actor)}


def here(origin: Origin) -> dict[str, Any]:
    """The end that asked, as far as the ledger knows it: the service itself. It keeps no addresses."""
    return {"svc_name": PRODUCT, "instance_uid": origin.home}


def codes(told: Told, *names: str) -> dict[str, Any]:
    """Facts of the body that are codes, numbers, or lists of codes; anything else is left out."""
    found: dict[str, Any] = {}
    for name in names:
        value = told.body.get(name)
        if isinstance(value, bool | int | float) or (isinstance(value, str) and CODE.fullmatch(value)):
            found[name] = value
        elif isinstance(value, list):
            found[name] = told.texts(name)
    return found
