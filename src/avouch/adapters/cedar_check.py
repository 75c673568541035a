"""What a policy may say of a resource: nothing that tells one document from another of its class.

The mask asks once for each class and relation (DESIGN: class × relation) and takes the answer for every
document of that class. That is exact if and only if the engine cannot tell the class's stand-in from the
document. Both are entities of type Document with the same attributes, no parents and no tags; they differ in
their id alone, and in which other entities lie beside them. So a policy is refused unless

1. ``resource`` in a condition stands only as ``resource.ATTRIBUTE`` (an attribute of the schema) or in
   ``resource is TYPE``: never compared, put into a set or a record, searched for, or asked ``has``, ``in``,
   ``hasTag``: each of those could see the id;
2. no entity of type Document is named anywhere: not in the scope, not in a condition, not inside a value. The
   types that may be named are those that are known to be harmless: actions, principals, tenants;
3. there is no template: what it would be linked to is not in its text.

All else that a decision reads is the same for both: the principal, the action, the context. Cedar has no
clock, no randomness and no input besides; its extension functions are pure. And no attribute says which
compartment it is. The check walks Cedar's own JSON form of a policy, so that comments, spacing, escapes and
ways of writing make no difference, and a form that it does not know is refused with the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from avouch.adapters.cedar_schema import DOCUMENT
from avouch.errors import AvouchError, Code

HARMLESS = frozenset({"Action", "Principal", "Tenant"})
Policies = dict[str, dict[str, Any]]
WORDLESS = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n\r]*', re.DOTALL)
TOKEN = re.compile(r"\w+|[^\w\s]")
MAX_DEPTH, MAX_TOKENS = 40, 2_000


def bounded(name: str, text: str) -> None:
    """POLICY_INVALID where a text nests deeper than the engine's parser stands: it would take the process down."""
    depth = 0
    for statement in WORDLESS.sub('""', text).split(";"):
        if sum(1 for _ in TOKEN.finditer(statement)) > MAX_TOKENS:
            raise AvouchError(Code.POLICY_INVALID, f"{name}: a policy of more than {MAX_TOKENS} words and signs")
        for sign in statement:
            depth += (sign in "([{") - (sign in ")]}")
            if depth > MAX_DEPTH:
                raise AvouchError(Code.POLICY_INVALID, f"{name}: brackets more than {MAX_DEPTH} deep")


def check(policies: Iterable[tuple[str, dict[str, Any]]], templates: Policies) -> None:
    """POLICY_NAMES_DOCUMENT where one of some named policies could tell one document from another."""
    if templates:
        raise refused(next(iter(templates)), "is a template; write it out")
    for name, policy in policies:
        for part in ("principal", "action", "resource"):
            check_scope(name, part, policy[part])
        for condition in policy["conditions"]:
            walk(name, condition["body"])


def check_scope(name: str, part: str, scope: dict[str, Any]) -> None:
    for found in every(scope):
        if "slot" in found:
            raise refused(name, "is a template; write it out")
        if "type" in found:
            harmless(name, found)
    if part == "resource" and scope["op"] == "in":
        raise refused(name, "asks what a resource lies in")


def walk(name: str, node: Any) -> None:
    """Every part of a condition; where ``resource`` stands by itself, its surroundings have not let it pass."""
    if isinstance(node, list):
        for part in node:
            walk(name, part)
    if not isinstance(node, dict) or attribute_of_resource(node) or type_of_resource(node):
        return
    if node.get("Var") == "resource":
        raise refused(name, "uses `resource` otherwise than as `resource.attribute`")
    if "Slot" in node:
        raise refused(name, "is a template; write it out")
    if "__entity" in node:
        harmless(name, node["__entity"])
    for part in node.values():
        walk(name, part)


def attribute_of_resource(node: dict[str, Any]) -> bool:
    inner = node.get(".")
    return (
        len(node) == 1
        and isinstance(inner, dict)
        and inner.get("left") == {"Var": "resource"}
        and inner.get("attr") in DOCUMENT
    )


def type_of_resource(node: dict[str, Any]) -> bool:
    inner = node.get("is")
    if len(node) > 1 or not isinstance(inner, dict):
        return False
    return inner.keys() == {"left", "entity_type"} and inner["left"] == {"Var": "resource"}


def every(node: Any) -> Iterator[dict[str, Any]]:
    """Every mapping inside, the outermost first."""
    if isinstance(node, dict):
        yield node
        for part in node.values():
            yield from every(part)
    elif isinstance(node, list):
        for part in node:
            yield from every(part)


def harmless(name: str, uid: Any) -> None:
    if not isinstance(uid, dict) or uid.get("type") not in HARMLESS:
        raise refused(name, "names a document, or something that is no principal, action or tenant")


def refused(name: str, why: str) -> AvouchError:
    return AvouchError(Code.POLICY_NAMES_DOCUMENT, f"{name} {why}")
