"""The policy as Cedar decides it. Any doubt (an error in evaluation, an entity that does not fit) is a no."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import cedarpy
from cedarpy import Entities, PolicySet

from avouch.adapters import cedar_explain
from avouch.adapters.cedar_check import Policies, check
from avouch.adapters.cedar_schema import (
    MAPPING,
    SCHEMA,
    contexts,
    document_entity,
    principal_entity,
    resource_entity,
    schema_text,
)
from avouch.canon import canonical, digest
from avouch.errors import AvouchError, Code
from avouch.policy.rules import Rule
from avouch.records import Decision, Principal, Resource, VisibilityClass

ENGINE = version("cedarpy")
UNFIT = Decision(False, (), ("the principal or the resource does not fit the schema",))
SHAPES = 20_000


class CedarPolicy:
    """A set of Cedar policies. ``files`` are their texts by name; each policy has an ``@id`` of its own.

    POLICY_INVALID where they do not parse or do not fit the schema, POLICY_NAMES_DOCUMENT where one could
    tell one document from another (``cedar_check``).
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self.policies = parsed(files)
        self._set = PolicySet.from_json_str(json.dumps(whole(self.policies)))
        self.version = f"cedar/{digest(canonical([MAPPING, ENGINE, schema_text(), dict(files)]))}"
        self._lock = threading.Lock()
        self._shapes: dict[VisibilityClass, str] = {}
        self._classes = Entities.from_json_str("[]")

    def decide(self, principal: Principal, action: str, resources: Sequence[Resource]) -> list[Decision]:
        """One decision for each resource, from the engine itself."""
        try:
            return self._decide(principal, action, resources)
        except (ValueError, TypeError, OverflowError):
            # One that does not fit makes the engine refuse the batch: the others get their own decision.
            if len(resources) == 1:
                return [UNFIT]
            return [decision for one in resources for decision in self.decide(principal, action, [one])]

    def explain(self, principal: Principal, action: str, resource: Resource) -> list[Rule]:
        """The rules that speak of this action and kind of resource, each condition put to the engine alone."""
        request, entities = self._requests(principal, action, [resource])
        return cedar_explain.explain(self.policies, request[0], entities)

    def _decide(self, principal: Principal, action: str, resources: Sequence[Resource]) -> list[Decision]:
        if not resources:
            return []
        requests, entities = self._requests(principal, action, resources)
        results = cedarpy.is_authorized_batch(requests, self._set, entities, SCHEMA)
        return [
            Decision(False, (), ("a document and its class name two tenants",)) if torn(one) else decision_of(result)
            for one, result in zip(resources, results, strict=True)
        ]

    def _requests(
        self, principal: Principal, action: str, resources: Sequence[Resource]
    ) -> tuple[list[dict[str, Any]], Entities]:
        """Requests and the entities that they are about. Classes are entities once and for all principals."""
        shapes = [one.shape for one in resources if one.shape is not None and not one.id]
        classes, uids = self._known(shapes) if shapes else (None, {})
        fresh: dict[str, dict[str, Any]] = {}
        context = contexts(principal)
        who, what = {"type": "Principal", "id": principal.id}, {"type": "Action", "id": action}
        requests = []
        for one in resources:
            if one.shape is not None and not one.id:
                uid = {"type": "Document", "id": uids[one.shape]}
            else:
                uid = put(fresh, one)
            requests.append({"principal": who, "action": what, "resource": uid, "context": context[one.relation]})
        text = json.dumps([principal_entity(principal), *fresh.values()])
        if classes is None:
            return requests, Entities.from_json_str(text, SCHEMA)
        return requests, classes.with_added_json_str(text, SCHEMA)

    def _known(self, shapes: Sequence[VisibilityClass]) -> tuple[Entities, Mapping[VisibilityClass, str]]:
        """The entities of all classes asked about so far, these among them; and their ids."""
        with self._lock:
            if len(self._shapes) > SHAPES:
                self._shapes, self._classes = {}, Entities.from_json_str("[]")
            new = {shape for shape in shapes if shape not in self._shapes}
            if new:
                uids = {shape: f"class {n}" for n, shape in enumerate(new, len(self._shapes))}
                text = json.dumps([document_entity(uid, shape) for shape, uid in uids.items()])
                self._classes = self._classes.with_added_json_str(text, SCHEMA)
                self._shapes = {**self._shapes, **uids}
            return self._classes, self._shapes


def put(entities: dict[str, dict[str, Any]], resource: Resource) -> dict[str, str]:
    """Add a resource under its own id; a second state of the same document gets a mark. Returns its uid."""
    uid = resource.id
    while True:
        made = resource_entity(uid, resource)
        key = f"{made['uid']['type']}::{uid}"
        if entities.setdefault(key, made) == made:
            return {"type": made["uid"]["type"], "id": uid}
        uid += "'"


def torn(resource: Resource) -> bool:
    return resource.shape is not None and resource.shape.tenant != resource.tenant


def decision_of(result: cedarpy.AuthzResult) -> Decision:
    """Our form of the engine's answer: with an error in it, it is a no."""
    errors = tuple(str(error)[:300] for error in result.diagnostics.errors)
    return Decision(result.allowed and not errors, tuple(sorted(result.diagnostics.reasons)), errors)


def whole(policies: Policies) -> dict[str, Any]:
    """A policy set in Cedar's JSON form."""
    return {"staticPolicies": policies, "templates": {}, "templateLinks": []}


def parsed(files: Mapping[str, str]) -> Policies:
    """The policies of all files by their ``@id``, checked. POLICY_INVALID, POLICY_NAMES_DOCUMENT."""
    policies: Policies = {}
    for name, text in sorted(files.items()):
        try:
            found = json.loads(cedarpy.policies_to_json_str(text))
        except (ValueError, RecursionError) as error:
            raise AvouchError(Code.POLICY_INVALID, f"{name}: {str(error)[:300]}") from error
        check({}, found["templates"])
        for policy in found["staticPolicies"].values():
            named = policy.get("annotations", {}).get("id") or ""
            if not named:
                raise AvouchError(Code.POLICY_INVALID, f'{name}: a policy without @id("…")')
            if named in policies:
                raise AvouchError(Code.POLICY_INVALID, f"{name}: two policies are called {named[:80]!r}")
            policies[named] = policy
        validated = cedarpy.validate_policies(text, SCHEMA)
        names = validated.id_annotations_by_policy_id
        for problem in validated.errors:
            where = names.get(problem.policy_id, problem.policy_id)
            raise AvouchError(Code.POLICY_INVALID, f"{name}: {where}: {problem.error[:300]}")
    if not policies:
        raise AvouchError(Code.POLICY_INVALID, "no policy in it")
    check(policies, {})
    return policies
