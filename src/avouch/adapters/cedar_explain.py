"""A decision taken apart by the engine itself: each condition of each policy, asked alone."""

from __future__ import annotations

import json
import re
from typing import Any

import cedarpy
from cedarpy import Entities, PolicySet

from avouch.adapters.cedar_check import Policies
from avouch.adapters.cedar_schema import SCHEMA
from avouch.policy.rules import Condition, Rule

ANY = {"op": "All"}
LONE = re.compile(r"(?<!\w)\((\w+\.\w+)\)")
Node = dict[str, Any]


def explain(policies: Policies, request: dict[str, Any], entities: Entities) -> list[Rule]:
    """The rules whose scope takes in the request, by id."""
    found = []
    for name, policy in sorted(policies.items()):
        scope = {part: policy[part] for part in ("principal", "action", "resource")}
        if not holds({"effect": "permit", **scope, "conditions": []}, request, entities):
            continue
        conditions = tuple(
            Condition(text_of(part), holds(alone(part), request, entities)) for part in parts(policy["conditions"])
        )
        applies = holds({**policy, "effect": "permit"}, request, entities)
        found.append(Rule(name, policy["effect"] == "permit", bool(applies), conditions))
    return found


def parts(conditions: list[Node]) -> list[Node]:
    """What a policy asks for, each by itself: ``when`` cut at ``&&``, ``unless`` whole."""
    found = []
    for condition in conditions:
        pieces = conjuncts(condition["body"]) if condition["kind"] == "when" else [condition["body"]]
        found += [{"kind": condition["kind"], "body": piece} for piece in pieces]
    return found


def conjuncts(body: Node) -> list[Node]:
    both = body.get("&&")
    return [*conjuncts(both["left"]), *conjuncts(both["right"])] if both else [body]


def alone(condition: Node) -> Node:
    return {"effect": "permit", "principal": ANY, "action": ANY, "resource": ANY, "conditions": [condition]}


def holds(policy: Node, request: dict[str, Any], entities: Entities) -> bool | None:
    """Whether one policy is satisfied; None where asking it is an error (a part that leans on the one before)."""
    text = json.dumps({"staticPolicies": {"one": {**policy, "annotations": {}}}, "templates": {}, "templateLinks": []})
    result = cedarpy.is_authorized(request, PolicySet.from_json_str(text), entities, SCHEMA)
    return None if result.diagnostics.errors else result.allowed


def text_of(condition: Node) -> str:
    """A condition as it is written in a policy, on one line."""
    whole = {"staticPolicies": {"one": {**alone(condition), "annotations": {}}}, "templates": {}, "templateLinks": []}
    text = " ".join(cedarpy.policies_from_json_str(json.dumps(whole)).split())
    start = text.index(condition["kind"], text.index(")"))
    body = text[start:].rstrip("; ")
    inner = body[body.index("{") + 1 : body.rindex("}")].strip()
    inner = LONE.sub(r"\1", inner)
    return inner if condition["kind"] == "when" else f"not ({inner})"
