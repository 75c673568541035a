"""What every Policy must do. The suite speaks of plain documents: kind ``document``, no purpose, no emergency.

class TestMine(PolicySuite):
    def make(self): return MyPolicy()
"""

from __future__ import annotations

import itertools
import random

import pytest

from avouch.policy.roles import ACTS
from avouch.ports import Policy
from avouch.records import Classification, Decision, Principal, Relation, Resource, VisibilityClass

GROUPS = ("a", "b", "c")
ODD = ("", " ", '"', "\\", "\x00", "\n", "é", "e\u0301", "\U0001f5dd", 'Document::"d"', "a,b", "${x}", "\ud800")
Question = tuple[Principal, Resource]


def seeded(seed: int) -> random.Random:
    """The same chances every time: these are test data, not secrets."""
    return random.Random(seed)  # noqa: S311


def some_groups(chance: random.Random) -> frozenset[str]:
    return frozenset(group for group in GROUPS if chance.random() < 0.4)


def person(chance: random.Random) -> Principal:
    clearance, tenant = chance.choice(list(Classification)), chance.choice(("north", "south"))
    return Principal("p_1", "p", some_groups(chance), clearance, frozenset(), tenant, asserted=chance.random() < 0.5)


def resource(chance: random.Random) -> Resource:
    tenant, relation = chance.choice(("north", "south")), chance.choice(list(Relation))
    labels, held = some_groups(chance), chance.choice(list(Classification))
    shape = VisibilityClass(labels, held, tenant, "document", chance.random() < 0.5)
    return Resource(chance.choice(("", "d_1", "d_2")), shape, relation, tenant)


def expected(who: Principal, what: Resource) -> bool:
    """The rule on plain documents."""
    shape = what.shape
    assert shape is not None
    inside = what.relation is (Relation.MEMBER if shape.compartmented else Relation.NONE)
    cleared = shape.classification <= who.clearance and bool(shape.labels & who.groups)
    return cleared and inside and shape.tenant == who.tenant


class PolicySuite:
    """Deny by default; labels, clearance, tenant and compartments for content; roles for acts; never an exception."""

    def make(self) -> Policy:
        raise NotImplementedError

    @pytest.fixture
    def policy(self) -> Policy:
        return self.make()

    def one(self, policy: Policy, who: Principal, what: Resource, action: str = "see") -> Decision:
        decisions = policy.decide(who, action, [what])
        assert len(decisions) == 1
        return decisions[0]

    def test_nothing_asked_nothing_decided(self, policy: Policy) -> None:
        assert policy.decide(person(seeded(0)), "see", []) == []

    def test_plain_documents(self, policy: Policy) -> None:
        chance, allowed = seeded(11), 0
        for _ in range(300):
            who, what = person(chance), [resource(chance) for _ in range(chance.randint(1, 8))]
            found = policy.decide(who, "see", what)
            assert [decision.allowed for decision in found] == [expected(who, one) for one in what]
            assert all(decision.by and not decision.errors for decision in found if decision.allowed)
            allowed += sum(decision.allowed for decision in found)
        assert allowed > 20

    def test_a_class_is_decided_as_its_documents(self, policy: Policy) -> None:
        chance = seeded(12)
        for _ in range(100):
            who, what = person(chance), resource(chance)
            each = [Resource(uid, what.shape, what.relation, what.tenant) for uid in ("", "d_1", "d_2")]
            assert len({decision.allowed for decision in policy.decide(who, "see", each)}) == 1

    def test_roles_bring_their_acts_in_their_tenant_and_no_others(self, policy: Policy) -> None:
        acts = sorted(frozenset[str]().union(*ACTS.values()))
        shape = VisibilityClass(frozenset(), Classification.RESTRICTED, "north")
        for role, act in itertools.product(ACTS, acts):
            who = Principal("p_1", "p", frozenset(), Classification.PUBLIC, frozenset({role}), "north")
            tenant, document = Resource("north", tenant="north"), Resource("d_1", shape, Relation.NONE, "north")
            elsewhere = Resource("south", tenant="south")
            found = policy.decide(who, act, [tenant, document, elsewhere])
            assert [decision.allowed for decision in found] == [act in ACTS[role]] * 2 + [False], (role, act)

    def test_what_is_not_known_is_denied(self, policy: Policy) -> None:
        owner = Principal("p_1", "p", frozenset({"a"}), Classification.RESTRICTED, frozenset({"owner", "no role"}))
        tenant = Resource("default")
        assert not self.one(policy, owner, tenant, "fly").allowed
        assert not self.one(policy, owner, tenant, "").allowed
        assert not self.one(policy, owner, tenant, "see").allowed
        assert not self.one(policy, owner, tenant, "reading").allowed
        assert not self.one(policy, Principal("p", "p", frozenset(), Classification.PUBLIC), tenant, "ingest").allowed

    def test_a_document_without_a_tenant_is_nobodys(self, policy: Policy) -> None:
        who = Principal("p_1", "p", frozenset({"a"}), Classification.RESTRICTED)
        lost = VisibilityClass(frozenset({"a"}), Classification.PUBLIC, None)  # type: ignore[arg-type]
        good = VisibilityClass(frozenset({"a"}), Classification.PUBLIC)
        for uid in ("", "d_1"):
            what = [Resource(uid, good), Resource(uid, lost), Resource(uid, good)]
            assert [decision.allowed for decision in policy.decide(who, "see", what)] == [True, False, True]
        assert not self.one(policy, who, Resource("", lost, tenant=None)).allowed  # type: ignore[arg-type]

    @pytest.mark.parametrize("odd", ODD)
    def test_odd_names_decide_like_others(self, policy: Policy, odd: str) -> None:
        labels = frozenset({odd, "a"})
        other = frozenset({"b"})
        for groups, allowed in ((labels, True), (other, False)):
            who = Principal(odd or "p", odd, groups, Classification.PUBLIC)
            shape = VisibilityClass(labels, Classification.PUBLIC)
            decision = self.one(policy, who, Resource(odd or "d", shape))
            assert decision.allowed == allowed or decision.errors

    def test_two_states_of_one_document_are_decided_apart(self, policy: Policy) -> None:
        who = Principal("p_1", "p", frozenset({"a"}), Classification.PUBLIC)
        shapes = [VisibilityClass(frozenset({label}), Classification.PUBLIC) for label in ("a", "b", "a")]
        found = policy.decide(who, "see", [Resource("d_1", shape) for shape in shapes])
        assert [decision.allowed for decision in found] == [True, False, True]
