"""Cedar as our policy: what it allows, what it refuses to be, and the traps that it was tried on."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import cedarpy
import pytest

from avouch.adapters.cedar_policy import ACTIONS, CedarPolicy
from avouch.adapters.cedar_schema import SCHEMA, check_shape, principal_entity
from avouch.errors import AvouchError, Code
from avouch.policy.cases import cases_of, run
from avouch.policy.roles import ACTS
from avouch.policy.texts import policies, shipped
from avouch.ports import Policy
from avouch.records import Classification, Principal, Relation, Resource, VisibilityClass
from avouch.testing.policy import PolicySuite

ANN = Principal("p_1", "ann", frozenset({"staff"}), Classification.INTERNAL)
PAGE = VisibilityClass(frozenset({"staff"}), Classification.INTERNAL)
SEE = 'permit (principal, action == Action::"see", resource is Document)'


def policy(*texts: str) -> CedarPolicy:
    return CedarPolicy({"one.cedar": "\n".join(f'@id("r{n}") {text}' for n, text in enumerate(texts))})


class TestCedarPolicy(PolicySuite):
    def make(self) -> Policy:
        return CedarPolicy(policies(shipped()))


def test_the_shipped_policies_pass_their_own_cases() -> None:
    outcomes = run(CedarPolicy(policies(shipped())), cases_of(shipped()))
    assert len(outcomes) > 15
    assert not [outcome.name for outcome in outcomes if not outcome.passed]


def test_every_role_has_its_policy() -> None:
    made = CedarPolicy(policies(shipped()))
    assert {name for name in made.policies if name.startswith("role.")} == {f"role.{role}" for role in ACTS}


def test_the_trap_a_document_without_a_tenant_slips_through_a_forbid_that_fails() -> None:
    """Cedar skips a policy that fails: without our reading of errors, and without a schema, the forbid is gone."""
    text = f"{SEE}; forbid (principal, action, resource) when {{ resource.tenant != principal.tenant }};"
    person = {"uid": {"type": "Principal", "id": "p"}, "attrs": {"tenant": "north"}, "parents": []}
    lost = {"uid": {"type": "Document", "id": "d"}, "attrs": {"labels": ["staff"]}, "parents": []}
    request = {"principal": 'Principal::"p"', "action": 'Action::"see"', "resource": 'Document::"d"'}
    raw = cedarpy.is_authorized(request, text, json.dumps([person, lost]))
    assert raw.allowed
    assert raw.diagnostics.errors
    ours = policy(f"{SEE};", "forbid (principal, action, resource) when { resource.tenant != principal.tenant };")
    shape = replace(PAGE, tenant=None)  # type: ignore[arg-type]
    for uid in ("", "d"):
        decision = ours.decide(ANN, "see", [Resource(uid, shape)])[0]
        assert not decision.allowed
        assert decision.errors
    with pytest.raises(AvouchError) as told:
        check_shape(shape)
    assert told.value.code is Code.METADATA_INVALID


def test_an_error_in_any_policy_is_a_deny() -> None:
    overflow = "forbid (principal, action, resource) when { 9223372036854775807 + principal.clearance > 0 };"
    made = policy(f"{SEE};", overflow)
    decision = made.decide(ANN, "see", [Resource("d_1", PAGE)])[0]
    assert not decision.allowed
    assert decision.errors
    assert made.decide(replace(ANN, clearance=Classification.PUBLIC), "see", [Resource("d_1", PAGE)])[0].by == ("r1",)


def test_a_class_and_a_tenant_that_disagree_are_denied() -> None:
    made = policy("permit (principal, action, resource);")
    assert made.decide(ANN, "see", [Resource("d_1", PAGE)])[0].allowed
    decision = made.decide(ANN, "see", [Resource("d_1", PAGE, tenant="north")])[0]
    assert not decision.allowed
    assert decision.errors


@pytest.mark.parametrize(
    "shape",
    [
        replace(PAGE, tenant=""),
        replace(PAGE, kind=""),
        replace(PAGE, labels=frozenset({3})),  # type: ignore[arg-type]
        replace(PAGE, classification="high"),  # type: ignore[arg-type]
        replace(PAGE, compartmented=1),  # type: ignore[arg-type]
        replace(PAGE, labels=None),  # type: ignore[arg-type]
    ],
)
def test_what_the_policy_cannot_decide_on_is_not_taken_in(shape: VisibilityClass) -> None:
    with pytest.raises(AvouchError) as told:
        check_shape(shape)
    assert told.value.code is Code.METADATA_INVALID
    assert check_shape(PAGE) is PAGE


NAMING = [
    'permit (principal, action == Action::"see", resource == Document::"d_1");',
    'permit (principal, action == Action::"see", resource in Document::"d_1");',
    'permit (principal, action == Action::"see", resource is Document in Document::"d_1");',
    'permit (principal, action == Action::"see", resource in Tenant::"t");',
    f'{SEE} when {{ resource == Document::"d_1" }};',
    f'{SEE} unless {{ resource != Document::"d_1" }};',
    f'{SEE} when {{ Document::"d_1" == resource }};',
    f'{SEE} when {{ principal.groups.contains("a") || resource == Document::"\\u{{64}}_1" }};',
    f'{SEE} when {{ [Document::"d_1", Document::"d_2"].contains(resource) }};',
    f'{SEE} when {{ resource in [Document::"d_1"] }};',
    f'{SEE} when {{ {{"x": resource}}.x.kind == "record" }};',
    f'{SEE} when {{ (if principal.asserted then resource else resource).kind == "record" }};',
    f'{SEE} when {{ Document::"d_1".kind == "record" }};',
    f'{SEE} when {{ resource  == // not a document\r // at all\n Document::"d_1" }};',
    f"{SEE} when {{ resource == resource }};",
    f"{SEE} when {{ resource has kind }};",
    f'{SEE} when {{ resource has compartment && resource.compartment == "c" }};',
    f'{SEE} when {{ resource.hasTag("x") }};',
    f'{SEE} when {{ resource is Document in Document::"d_1" }};',
    f'{SEE} when {{ {{"a": {{"b": [Document::"d_1"]}}}}.a.b.contains(resource) }};',
    'permit (principal, action == Action::"see", resource == ?resource);',
    'permit (principal, action == Action::"see", resource in ?resource);',
    'permit (principal == ?principal, action == Action::"see", resource);',
    f"{SEE} when {{ principal == resource }};",
    f'{SEE} when {{ context == {{"purpose": "", "relation": resource, "emergency": false}} }};',
]


@pytest.mark.parametrize("text", NAMING)
def test_a_policy_that_could_tell_one_document_from_another_is_refused(text: str) -> None:
    with pytest.raises(AvouchError) as told:
        policy(text)
    assert told.value.code is Code.POLICY_NAMES_DOCUMENT


ATTRIBUTES = [
    f'{SEE} when {{ resource.labels.contains("resource") && resource.kind like "rec*" }};',
    f'{SEE} when {{ resource is Document && {{"Var": "resource"}} == {{"Var": "resource"}} }};',
    f'{SEE} when {{ principal == Principal::"p_1" && resource["tenant"] == principal.tenant }};',
    f'{SEE} when {{ ip("10.0.0.1").isInRange(ip("10.0.0.0/8")) && decimal("1.5").lessThan(decimal("2.0")) }};',
    'permit (principal, action in Action::"reading", resource == Tenant::"default");',
    f'{SEE} when {{ [resource.kind].contains("document") }} unless {{ "Document::d_1" == resource.kind }};',
]


@pytest.mark.parametrize("text", ATTRIBUTES)
def test_a_policy_on_attributes_is_not_refused(text: str) -> None:
    policy(text)


HOSTILE = [
    "!" * 20_000 + "true",
    "(" * 5_000 + "true" + ")" * 5_000,
    '"' + ")" * 5_000 + '" == "" && ' + "(" * 5_000 + "true" + ")" * 5_000,
    "// )))\r" + "(" * 500 + "true" + ")" * 500,
    " && ".join(["true"] * 20_000),
    " && ".join(["true"] * 300),
    "context" + ".a" * 20_000,
    "if true then true else " * 20_000 + "true",
    "[" * 3_000 + "]" * 3_000 + " == []",
    "[1]" + ".contains(1)" * 5_000,
]
"""Each took the process down, or would nest deeper than Cedar reads."""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "permit (principal, action, resource)",
        f"{SEE} when {{ resource.colour == 3 }};",
        f'{SEE} when {{ principal.clearance == "high" }};',
        'permit (principal, action == Action::"fly", resource);',
        'permit (principal == User::"x", action, resource);',
        *(f"{SEE} when {{ {hostile} }};" for hostile in HOSTILE),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(text: str) -> None:
    with pytest.raises(AvouchError) as told:
        CedarPolicy({"one.cedar": f'@id("r") {text}' if text else ""})
    assert told.value.code in (Code.POLICY_INVALID, Code.POLICY_NAMES_DOCUMENT)


LABELS = ("staff", "hr", "document", "default", "person", "care", "p_1")
READS = [
    "resource.labels.contains(resource.kind)",
    "resource.labels.containsAny([resource.tenant])",
    "resource.labels.containsAny([principal.kind, context.purpose])",
    "resource.labels.containsAll(principal.groups)",
    "principal.groups.containsAll(resource.labels)",
    "[resource.labels].contains(principal.groups)",
    "principal.groups.containsAny(resource.labels)",
    '(if principal.asserted then resource.labels else principal.groups).contains("hr")',
    "!resource.labels.isEmpty()",
    'resource.labels == ["staff"]',
    'resource["labels"].containsAny(["hr"])',
    "resource.labels.containsAny(resource.labels)",
]


@pytest.mark.parametrize("read", READS)
def test_what_is_left_out_of_a_class_makes_no_difference(read: str) -> None:
    """Labels that no policy looks for are not put to the engine: each class as a document that has them all."""
    made = policy(f"{SEE} when {{ {read} }};")
    who = replace(ANN, purpose="care")
    shapes = [
        replace(PAGE, labels=frozenset(labels))
        for count in range(4)
        for labels in itertools.combinations(LABELS, count)
    ]
    classes = made.decide(who, "see", [Resource("", shape) for shape in shapes])
    documents = made.decide(who, "see", [Resource(f"d_{n}", shape) for n, shape in enumerate(shapes)])
    assert classes == documents
    assert len({decision.allowed for decision in classes}) == 2


def test_an_action_is_decided_by_the_policies_that_speak_of_it() -> None:
    texts = [
        'permit (principal, action == Action::"ask", resource);',
        'permit (principal, action in Action::"curating", resource);',
        'permit (principal, action in [Action::"see", Action::"auditing"], resource);',
        'forbid (principal, action, resource) when { principal.kind == "service" };',
    ]
    made, raw = policy(*texts), cedarpy.PolicySet.from_str("\n".join(texts))
    tenant = {"uid": {"type": "Tenant", "id": "default"}, "attrs": {"tenant": "default"}, "parents": []}
    for kind, action in itertools.product(("person", "service"), sorted(ACTIONS - {"see"})):
        who = replace(ANN, kind=kind)
        entities = json.dumps([principal_entity(who), tenant])
        request = {"principal": 'Principal::"p_1"', "action": f'Action::"{action}"', "resource": 'Tenant::"default"'}
        request["context"] = json.dumps({"purpose": "", "relation": "none", "emergency": False})
        # With the schema's own actions, whose groups the engine knows from there.
        expected = cedarpy.is_authorized(request, raw, entities, SCHEMA)
        assert made.decide(who, action, [Resource("default")])[0].allowed == expected.allowed, (kind, action)


def test_every_policy_has_a_name_of_its_own() -> None:
    for texts in (
        {"a.cedar": f"{SEE};"},
        {"a.cedar": f'@id("") {SEE};'},
        {"a.cedar": f'@id("x") {SEE};', "b.cedar": f'@id("x") {SEE};'},
    ):
        with pytest.raises(AvouchError) as told:
            CedarPolicy(texts)
        assert told.value.code is Code.POLICY_INVALID


def test_the_version_is_that_of_the_texts() -> None:
    first, same, other = policy(f"{SEE};"), policy(f"{SEE};"), policy(f"{SEE} when {{ true }};")
    assert first.version == same.version != other.version
    assert first.version.startswith("cedar/sha256:")


def test_the_same_page_in_relation_to_its_compartment() -> None:
    made = CedarPolicy(policies(shipped()))
    shape = replace(PAGE, compartmented=True)
    found = made.decide(ANN, "see", [Resource("d", shape, relation) for relation in Relation])
    assert [decision.allowed for decision in found] == [False, True, False]


def test_a_decision_taken_apart() -> None:
    made = CedarPolicy(policies(shipped()))
    shape = replace(PAGE, labels=frozenset({"hr"}), classification=Classification.RESTRICTED)
    rules = {rule.id: rule for rule in made.explain(ANN, "see", Resource("d_1", shape))}
    assert {"see.labels", "see.emergency", "tenant"} <= rules.keys()
    assert "role.reader" not in rules
    asked = {condition.text: condition.holds for condition in rules["see.labels"].conditions}
    assert asked == {
        "resource.labels.containsAny(principal.groups)": False,
        "resource.classification <= principal.clearance": False,
    }
    assert not rules["tenant"].applies
    assert not rules["tenant"].permits


def test_a_part_that_leans_on_the_one_before_cannot_be_told_alone() -> None:
    made = policy(f"{SEE} when {{ principal.clearance == 0 && 9223372036854775807 + principal.clearance > 0 }};")
    found = made.explain(ANN, "see", Resource("d_1", PAGE))[0]
    assert [condition.holds for condition in found.conditions] == [False, None]
    assert not found.applies
