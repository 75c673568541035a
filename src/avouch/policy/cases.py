"""The test cases of a policy: what it must allow and deny, written beside it in YAML.

- name: staff read staff pages
  principal: {groups: [staff], clearance: internal}
  resource: {labels: [staff], classification: internal}
  expect: allow
  by: [see.labels]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from avouch.errors import AvouchError, Code
from avouch.policy.groups import SEE
from avouch.policy.texts import CASES, Texts
from avouch.ports import Policy
from avouch.records import Classification, Decision, Principal, Relation, Resource, VisibilityClass

FIELDS = frozenset({"name", "principal", "action", "resource", "purpose", "expect", "by"})
PRINCIPAL = frozenset({"id", "groups", "clearance", "roles", "tenant", "asserted", "kind", "emergency"})
RESOURCE = frozenset({"id", "labels", "classification", "tenant", "kind", "relation"})
BOOL = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Case:
    """One test case. ``by`` names the policies that must decide it; empty: whichever do."""

    name: str
    principal: Principal
    action: str
    resource: Resource
    allowed: bool
    by: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy decided on a case."""

    name: str
    expected: bool
    by: tuple[str, ...]
    decision: Decision

    @property
    def passed(self) -> bool:
        told = not self.decision.errors and self.decision.allowed == self.expected
        return told and set(self.by) <= set(self.decision.by)


def cases_of(texts: Texts) -> list[Case]:
    """The test cases of a set of texts. POLICY_INVALID, naming file and case, where one cannot be understood."""
    return [case for name, text in sorted(texts.items()) if name.endswith(CASES) for case in read(name, text)]


def run(policy: Policy, cases: list[Case]) -> list[Outcome]:
    """Put every case to a policy."""
    return [
        Outcome(
            case.name,
            case.allowed,
            tuple(sorted(case.by)),
            policy.decide(case.principal, case.action, [case.resource])[0],
        )
        for case in cases
    ]


def read(where: str, text: str) -> list[Case]:
    """The cases of one file."""
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.BaseLoader)):
            raise AvouchError(Code.POLICY_INVALID, f"{where}: an alias (*name); write it out")
        # BaseLoader builds texts, lists and mappings only.
        found = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise AvouchError(Code.POLICY_INVALID, f"{where}: not YAML") from error
    if found in (None, ""):
        return []
    if not isinstance(found, list):
        raise AvouchError(Code.POLICY_INVALID, f"{where}: not a list of cases")
    return [case(f"{where}, case {n}", said) for n, said in enumerate(found, 1)]


def case(where: str, said: object) -> Case:
    told = mapping(where, said, FIELDS)
    action, purpose = text_in(where, told, "action", SEE), text_in(where, told, "purpose", "")
    expect = text_in(where, told, "expect", "")
    if expect not in ("allow", "deny"):
        raise AvouchError(Code.POLICY_INVALID, f"{where}: expect is neither allow nor deny")
    return Case(
        text_in(where, told, "name", where),
        principal_in(f"{where}: principal", mapping(where, told.get("principal", {}), PRINCIPAL), purpose),
        action,
        resource_in(f"{where}: resource", mapping(where, told.get("resource", {}), RESOURCE)),
        expect == "allow",
        names(where, told, "by"),
    )


def principal_in(where: str, told: Mapping[str, Any], purpose: str) -> Principal:
    return Principal(
        id=text_in(where, told, "id", "p_case"),
        name="case",
        groups=names(where, told, "groups"),
        clearance=level(where, told, "clearance"),
        roles=names(where, told, "roles"),
        tenant=text_in(where, told, "tenant", "default"),
        asserted=flag(where, told, "asserted"),
        kind=text_in(where, told, "kind", "person"),
        purpose=purpose,
        emergency="e_case" if flag(where, told, "emergency") else "",
    )


def resource_in(where: str, told: Mapping[str, Any]) -> Resource:
    """A document where labels or a classification are given, else the tenant."""
    tenant = text_in(where, told, "tenant", "default")
    if not told.keys() & {"labels", "classification", "kind", "relation"}:
        return Resource(tenant, tenant=tenant)
    word = text_in(where, told, "relation", "none")
    if word not in {relation.value for relation in Relation}:
        raise AvouchError(Code.POLICY_INVALID, f"{where}: relation is none of none, member, other")
    relation = Relation(word)
    kind = text_in(where, told, "kind", "document")
    labels, held = names(where, told, "labels"), level(where, told, "classification")
    shape = VisibilityClass(labels, held, tenant, kind, relation is not Relation.NONE)
    return Resource(text_in(where, told, "id", "d_case"), shape, relation, tenant)


def mapping(where: str, said: object, fields: frozenset[str]) -> Mapping[str, Any]:
    """A mapping of known fields: a misspelt one must not turn a test into another."""
    if not isinstance(said, dict):
        raise AvouchError(Code.POLICY_INVALID, f"{where}: not `name: value`")
    if unknown := [name for name in said if name not in fields]:
        raise AvouchError(Code.POLICY_INVALID, f"{where}: no field is called {str(unknown[0])[:40]!r}")
    return said


def text_in(where: str, told: Mapping[str, Any], name: str, default: str) -> str:
    value = told.get(name, default)
    if not isinstance(value, str):
        raise AvouchError(Code.POLICY_INVALID, f"{where}: {name} is not a text")
    return value


def names(where: str, told: Mapping[str, Any], name: str) -> frozenset[str]:
    value = told.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise AvouchError(Code.POLICY_INVALID, f"{where}: {name} is not a list of names")
    return frozenset(value)


def level(where: str, told: Mapping[str, Any], name: str) -> Classification:
    word = text_in(where, told, name, "public").upper()
    if word not in Classification.__members__:
        raise AvouchError(Code.POLICY_INVALID, f"{where}: {name} is none of public … restricted")
    return Classification[word]


def flag(where: str, told: Mapping[str, Any], name: str) -> bool:
    word = text_in(where, told, name, "false").lower()
    if word not in BOOL:
        raise AvouchError(Code.POLICY_INVALID, f"{where}: {name} is neither true nor false")
    return BOOL[word]
