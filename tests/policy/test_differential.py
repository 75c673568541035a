"""The mask is the engine: generated policies × principals × documents, decided both ways, and none different.

One way is the product's: a decision for each class and relation, remembered, multiplied out over a catalog.
The other is Cedar's alone: the policy's text as it was written, the document under its own id with all its
attributes, one request for each document, nothing of ours in between.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace

import cedarpy
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.policy import grammar

from avouch.adapters.cedar_policy import CedarPolicy
from avouch.adapters.cedar_schema import SCHEMA
from avouch.errors import AvouchError
from avouch.lake.catalog import COLUMNS, Catalog
from avouch.policy.mask import Decisions
from avouch.policy.texts import policies as rules
from avouch.policy.texts import shipped
from avouch.ports import Policy
from avouch.records import FOREVER, Mask, Moment, Principal, Relation, Resource, Rows, VisibilityClass

DOCUMENTS, CLASSES, COMPARTMENTS = 1_000, 60, 50
NOW = Moment(10, 1_000)


@dataclass(frozen=True)
class Doc:
    """A document with all that a decision on it could rest on."""

    id: str
    class_id: int
    shape: VisibilityClass
    compartment: int


class Oracle:
    """Cedar by itself. The documents are entities once, each under its own id."""

    def __init__(self, documents: list[Doc]) -> None:
        self.documents = documents
        self.entities = cedarpy.Entities.from_json_str(json.dumps([self.entity(doc) for doc in documents]), SCHEMA)

    def entity(self, doc: Doc) -> dict[str, object]:
        told = {
            "labels": sorted(doc.shape.labels),
            "classification": doc.shape.classification.value,
            "tenant": doc.shape.tenant,
            "kind": doc.shape.kind,
            "compartmented": doc.compartment > 0,
        }
        return {"uid": {"type": "Document", "id": doc.id}, "attrs": told, "parents": []}

    def decide(self, policies: cedarpy.PolicySet, who: Principal, mine: frozenset[int]) -> list[bool]:
        told = {
            "tenant": who.tenant,
            "groups": sorted(who.groups),
            "roles": sorted(who.roles),
            "clearance": who.clearance.value,
            "kind": who.kind,
            "asserted": who.asserted,
            "emergency": who.emergency != "",
        }
        person = {"uid": {"type": "Principal", "id": who.id}, "attrs": told, "parents": []}
        entities = self.entities.with_added_json_str(json.dumps([person]), SCHEMA)
        requests = [self.request(doc, who, mine) for doc in self.documents]
        found = cedarpy.is_authorized_batch(requests, policies, entities, SCHEMA)
        return [one.allowed and not one.diagnostics.errors for one in found]

    def request(self, doc: Doc, who: Principal, mine: frozenset[int]) -> dict[str, str]:
        relation = "none" if not doc.compartment else "member" if doc.compartment in mine else "other"
        emergency = "true" if who.emergency else "false"
        context = f'{{"purpose": "{who.purpose}", "relation": "{relation}", "emergency": {emergency}}}'
        return {
            "principal": f'Principal::"{who.id}"',
            "action": 'Action::"see"',
            "resource": f'Document::"{doc.id}"',
            "context": context,
        }


def library(chance: random.Random) -> tuple[Catalog, list[Doc]]:
    """A catalog of documents that hold at NOW, and the same as a list."""
    catalog = Catalog()
    shapes = {grammar.shape(chance) for _ in range(CLASSES)}
    catalog.classes = dict(enumerate(sorted(shapes, key=repr), 1))
    documents = []
    for number in range(DOCUMENTS):
        class_id = chance.choice(list(catalog.classes))
        held = catalog.classes[class_id]
        compartment = chance.randint(1, COMPARTMENTS) if held.compartmented else 0
        documents.append(Doc(f"d_{number}", class_id, held, compartment))
    put(catalog, documents)
    return catalog, documents


def put(catalog: Catalog, documents: list[Doc]) -> None:
    times = {"recorded": 1, "ended": FOREVER, "world_from": 0, "valid_to": FOREVER, "ended_at": FOREVER, "rows": 1}
    for name in COLUMNS:
        catalog.columns[name] = np.full(len(documents), times.get(name, 0), np.int64)
    catalog.columns["class_id"][:] = [doc.class_id for doc in documents]
    catalog.columns["compartment"][:] = [doc.compartment for doc in documents]
    catalog.columns["first_row"][:] = range(len(documents))
    catalog.known = np.ones(len(documents), np.bool_)


def mask(decisions: Decisions, policy: Policy, who: Principal, mine: frozenset[int], catalog: Catalog) -> Mask:
    """The product's way."""
    allowed = decisions.allowed(policy, who, catalog.classes)
    rows: Rows = np.array(sorted(mine), np.int64)
    return catalog.visible(allowed.inside, allowed.outside, rows, NOW)


def members(chance: random.Random) -> frozenset[int]:
    return frozenset(chance.sample(range(1, COMPARTMENTS + 1), chance.randint(0, 20)))


def policy_texts(chance: random.Random, count: int) -> list[str]:
    """So many sets of policies that fit the schema: the shipped one and its like, the rest generated."""
    base = "\n".join(rules(shipped()).values())
    found = [base, base + grammar.policy(chance.choice, 90)]
    while len(found) < count:
        text = grammar.policy_set(chance.choice, chance.randint(1, 6))
        text += chance.choice(("", '\n@id("all") permit (principal, action, resource);'))
        try:
            CedarPolicy({"one.cedar": text})
        except AvouchError:
            continue
        found.append(text)
    return found


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_generated_policies_principals_and_documents(seed: int) -> None:
    """80,000 decisions each, with one memory for all: attributes, memberships and policies change in between."""
    chance = random.Random(seed)
    catalog, documents = library(chance)
    oracle, decisions = Oracle(documents), Decisions()
    people = {uid: grammar.principal(chance, uid) for uid in grammar.IDS}
    mine = {uid: members(chance) for uid in people}
    made = [(CedarPolicy({"one.cedar": text}), cedarpy.PolicySet.from_str(text)) for text in policy_texts(chance, 12)]
    compared = allowed = different = 0
    for turn in range(80):
        policy, raw = chance.choice(made)
        uid = chance.choice(grammar.IDS)
        if turn % 3 == 1:
            people[uid] = replace(grammar.principal(chance, uid), groups=people[uid].groups)
        if turn % 3 == 2:
            mine[uid] = members(chance)
        if turn % 20 == 19:
            catalog, documents = library(chance)
            oracle = Oracle(documents)
        found = mask(decisions, policy, people[uid], mine[uid], catalog).tolist()
        expected = oracle.decide(raw, people[uid], mine[uid])
        compared += len(expected)
        allowed += sum(expected)
        different += sum(one != other for one, other in zip(found, expected, strict=True))
    assert compared == 80 * DOCUMENTS
    assert different == 0
    assert 0.05 < allowed / compared < 0.95


@settings(max_examples=60, deadline=None)
@given(st.data(), st.randoms(use_true_random=False))
def test_a_class_is_decided_as_its_document(data: st.DataObject, chance: random.Random) -> None:
    """The same on one document, so that a difference shrinks to the policy that makes it."""
    text = grammar.policy_set(lambda options: data.draw(st.sampled_from(list(options))), data.draw(st.integers(1, 3)))
    try:
        policy = CedarPolicy({"one.cedar": text})
    except AvouchError:
        assume(False)
    who, held = grammar.principal(chance, "p_1"), grammar.shape(chance)
    for compartment, mine in ((7, frozenset({7})), (7, frozenset({8})), (0, frozenset({7}))):
        if (compartment > 0) != held.compartmented:
            continue
        doc = Doc("d_1", 1, held, compartment)
        expected = Oracle([doc]).decide(cedarpy.PolicySet.from_str(text), who, mine)
        catalog = Catalog()
        catalog.classes = {1: held}
        put(catalog, [doc])
        assert mask(Decisions(), policy, who, mine, catalog).tolist() == expected
        relation = Relation.NONE if not compartment else Relation.MEMBER if compartment in mine else Relation.OTHER
        found = policy.decide(who, "see", [Resource("d_1", held, relation, held.tenant)])
        assert [one.allowed for one in found] == expected
