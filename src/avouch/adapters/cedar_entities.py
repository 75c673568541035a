"""Our principals and resources as Cedar's entities and requests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from cedarpy import Entities

from avouch.adapters.cedar_schema import SCHEMA, contexts, principal_entity, resource_entity
from avouch.records import Principal, Relation, Resource, VisibilityClass


def entities_of(principal: Principal, resources: Sequence[Resource]) -> tuple[Entities, list[dict[str, str]]]:
    """The entities that requests are about, checked against the schema, and the resources' uids."""
    found: dict[str, dict[str, Any]] = {}
    uids = [put(found, one) for one in resources]
    person = parsed(json.dumps([principal_entity(principal)]))
    return person.with_added_json_str(json.dumps(list(found.values())), SCHEMA), uids


@lru_cache(maxsize=256)
def parsed(entities: str) -> Entities:
    """Somebody with 500 groups takes a millisecond to parse, and comes with every question that they ask."""
    return Entities.from_json_str(entities, SCHEMA)


def requests_of(
    principal: Principal, action: str, about: Sequence[tuple[dict[str, str], Relation]]
) -> list[dict[str, Any]]:
    context = contexts(principal)
    same = {"principal": {"type": "Principal", "id": principal.id}, "action": {"type": "Action", "id": action}}
    return [{**same, "resource": uid, "context": context[relation]} for uid, relation in about]


def put(entities: dict[str, dict[str, Any]], resource: Resource) -> dict[str, str]:
    """Add a resource under its own id, a class under its attributes; returns its uid.

    A second state of the same document gets a mark.
    """
    uid = resource.id or class_id(resource.shape)
    while True:
        made = resource_entity(uid, resource)
        key = f"{made['uid']['type']}::{uid}"
        if entities.setdefault(key, made) == made:
            return {"type": made["uid"]["type"], "id": uid}
        uid += "'"


def class_id(shape: VisibilityClass | None) -> str:
    if shape is None:
        return ""
    return f"class {sorted(shape.labels)} {shape.classification} {shape.tenant} {shape.kind} {shape.compartmented}"
