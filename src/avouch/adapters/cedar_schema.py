"""What Cedar is told of us: the schema, and principals and resources as its entities.

The schema is ours and not part of a policy: every policy is validated against it, every entity and every
request is built from our records and checked against it.
"""

from __future__ import annotations

import json
from typing import Any

from cedarpy import Entities, Schema

from avouch.errors import AvouchError, Code
from avouch.policy.groups import SEE
from avouch.policy.roles import GROUPS
from avouch.records import Principal, Relation, Resource, VisibilityClass

MAPPING = "avouch-cedar/1"
"""Changes with the schema below or with how records become entities; part of every policy's version."""

ENTITIES = """
entity Principal {
  tenant: String, groups: Set<String>, roles: Set<String>, clearance: Long,
  kind: String, asserted: Bool, emergency: Bool
};
entity Document { tenant: String, labels: Set<String>, classification: Long, kind: String, compartmented: Bool };
entity Tenant { tenant: String };
type Told = { purpose: String, relation: String, emergency: Bool };
"""
DOCUMENT = frozenset({"tenant", "labels", "classification", "kind", "compartmented"})
"""The attributes of a resource that a policy may read."""


def schema_text() -> str:
    """The schema in Cedar's own syntax: the entities, ``see``, and every operating act in its groups."""
    lines = [f'action "{group}";' for group in GROUPS]
    lines.append(f'action "{SEE}" appliesTo {{ principal: Principal, resource: Document, context: Told }};')
    for act in sorted(frozenset[str]().union(*GROUPS.values())):
        groups = ", ".join(f'"{group}"' for group, acts in GROUPS.items() if act in acts)
        applies = "appliesTo { principal: Principal, resource: [Tenant, Document], context: Told }"
        lines.append(f'action "{act}" in [{groups}] {applies};')
    return ENTITIES + "\n".join(lines) + "\n"


SCHEMA = Schema.from_str(schema_text())


def principal_entity(principal: Principal) -> dict[str, Any]:
    attributes = {
        "tenant": principal.tenant,
        "groups": sorted(principal.groups),
        "roles": sorted(principal.roles),
        "clearance": int(principal.clearance),
        "kind": principal.kind,
        "asserted": principal.asserted,
        "emergency": bool(principal.emergency),
    }
    return entity("Principal", principal.id, attributes)


def document_entity(uid: str, shape: VisibilityClass) -> dict[str, Any]:
    attributes = {
        "tenant": shape.tenant,
        "labels": list(shape.labels),
        "classification": int(shape.classification),
        "kind": shape.kind,
        "compartmented": shape.compartmented,
    }
    return entity("Document", uid, attributes)


def resource_entity(uid: str, resource: Resource) -> dict[str, Any]:
    """A document where there is a shape, else a tenant."""
    if resource.shape is not None:
        return document_entity(uid, resource.shape)
    return entity("Tenant", uid, {"tenant": resource.tenant})


def entity(kind: str, uid: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"uid": {"type": kind, "id": uid}, "attrs": attributes, "parents": []}


def contexts(principal: Principal) -> dict[Relation, str]:
    """The context of a request, by relation, as JSON."""
    told = {"purpose": principal.purpose, "emergency": bool(principal.emergency)}
    return {relation: json.dumps({**told, "relation": relation.value}) for relation in Relation}


def check_shape(shape: VisibilityClass) -> VisibilityClass:
    """The same, if the policy can decide on it; METADATA_INVALID, naming no value, where it cannot.

    A document without a tenant is the trap: a ``forbid`` on the tenant fails on it and forbids nothing.
    """
    try:
        Entities.from_json_str(json.dumps([document_entity("new", shape)]), SCHEMA)
    except (ValueError, TypeError) as error:
        raise AvouchError(Code.METADATA_INVALID, "an attribute that decides who sees it is missing or odd") from error
    if not shape.tenant or not shape.kind:
        raise AvouchError(Code.METADATA_INVALID, "a document needs a tenant and a kind")
    return shape
