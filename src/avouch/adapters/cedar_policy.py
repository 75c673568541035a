"""The policy as Cedar decides it. Any doubt (an error in evaluation, an entity that does not fit) is a no."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import cedarpy
from cedarpy import PolicySet

from avouch.adapters import cedar_explain
from avouch.adapters.cedar_check import Policies, bounded, check
from avouch.adapters.cedar_entities import entities_of, requests_of
from avouch.adapters.cedar_reads import Reduced, for_action
from avouch.adapters.cedar_schema import MAPPING, SCHEMA, schema_text
from avouch.canon import canonical, digest
from avouch.errors import AvouchError, Code
from avouch.policy.groups import SEE
from avouch.policy.roles import GROUPS
from avouch.policy.rules import Rule
from avouch.records import Decision, Principal, Resource

ENGINE = version("cedarpy")
ACTIONS = frozenset[str]().union(*GROUPS.values()) | {SEE}
TORN = Decision(False, (), ("a document and its class name two tenants",))
UNKNOWN = Decision(False, (), ("no such action is in the schema",))
UNFIT = Decision(False, (), ("the principal or the resource does not fit the schema",))


class CedarPolicy:
    """A set of Cedar policies. ``files`` are their texts by name; each policy has an ``@id`` of its own.

    POLICY_INVALID where they do not parse or do not fit the schema, POLICY_NAMES_DOCUMENT where one could
    tell one document from another (``cedar_check``).
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self.policies = parsed(files)
        self.version = f"cedar/{digest(canonical([MAPPING, ENGINE, schema_text(), dict(files)]))}"
        policy_set(self.policies)
        self._for: dict[str, tuple[PolicySet, Reduced]] = {}

    def decide(self, principal: Principal, action: str, resources: Sequence[Resource]) -> list[Decision]:
        """One decision for each resource, from the engine itself."""
        if action not in ACTIONS:
            return [UNKNOWN] * len(resources)
        try:
            return self._decide(principal, action, resources)
        except (ValueError, TypeError, OverflowError):
            # One that does not fit makes the engine refuse the batch: the others get their own decision.
            if len(resources) == 1:
                return [UNFIT]
            return [decision for one in resources for decision in self.decide(principal, action, [one])]

    def explain(self, principal: Principal, action: str, resource: Resource) -> list[Rule]:
        """The rules that speak of this action and kind of resource, each condition put to the engine alone."""
        entities, (uid,) = entities_of(principal, [resource])
        request = requests_of(principal, action, [(uid, resource.relation)])[0]
        return cedar_explain.explain(self.policies, request, entities)

    def _decide(self, principal: Principal, action: str, resources: Sequence[Resource]) -> list[Decision]:
        """Documents as they are; of classes each question that the policies can tell apart, once."""
        policies, reduced = self._of(action)
        asked = {one: one for one in resources}
        if alike := [one for one in asked if not one.id and one.shape is not None]:
            looked_for = reduced.looked_for(principal)
            asked |= {one: replace(one, shape=reduced.shape(one.shape, looked_for)) for one in alike}  # type: ignore[arg-type]
        questions = list(dict.fromkeys(asked.values()))
        if not questions:
            return []
        entities, uids = entities_of(principal, questions)
        relations = (question.relation for question in questions)
        requests = requests_of(principal, action, list(zip(uids, relations, strict=True)))
        results = cedarpy.is_authorized_batch(requests, policies, entities, SCHEMA)
        decided = dict(zip(questions, map(decision_of, results), strict=True))
        return [TORN if torn(one) else decided[asked[one]] for one in resources]

    def _of(self, action: str) -> tuple[PolicySet, Reduced]:
        """The policies that speak of an action."""
        if action not in self._for:
            some = for_action(self.policies, action)
            self._for[action] = policy_set(some), Reduced(some)
        return self._for[action]


def torn(resource: Resource) -> bool:
    return resource.shape is not None and resource.shape.tenant != resource.tenant


def decision_of(result: cedarpy.AuthzResult) -> Decision:
    """Our form of the engine's answer: with an error in it, it is a no."""
    errors = tuple(str(error)[:300] for error in result.diagnostics.errors)
    return Decision(result.allowed and not errors, tuple(sorted(result.diagnostics.reasons)), errors)


def policy_set(policies: Policies) -> PolicySet:
    """The policies under their own names, from Cedar's JSON form. POLICY_INVALID where it nests too deep for that."""
    try:
        whole = {"staticPolicies": policies, "templates": {}, "templateLinks": []}
        return PolicySet.from_json_str(json.dumps(whole))
    except (ValueError, RecursionError) as error:
        raise AvouchError(Code.POLICY_INVALID, f"a policy nests too deep: {str(error)[:200]}") from error


def parsed(files: Mapping[str, str]) -> Policies:
    """The policies of all files by their ``@id``, checked. POLICY_INVALID, POLICY_NAMES_DOCUMENT."""
    policies: Policies = {}
    for name, text in sorted(files.items()):
        for policy in read(name, text):
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
    return policies


def read(name: str, text: str) -> list[dict[str, Any]]:
    """The policies of one text in Cedar's JSON form; none of them tells one document from another."""
    bounded(name, text)
    try:
        found = json.loads(cedarpy.policies_to_json_str(text))
    except (ValueError, RecursionError) as error:
        raise AvouchError(Code.POLICY_INVALID, f"{name}: {str(error)[:300]}") from error
    told = [(policy.get("annotations", {}).get("id") or name, policy) for policy in found["staticPolicies"].values()]
    check(told, found["templates"])
    return list(found["staticPolicies"].values())
