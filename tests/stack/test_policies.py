"""Policies as versions: proposed, tested, activated by another, in force at once and everywhere, never a stale one."""

from __future__ import annotations

import json
import random
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.conftest import staff, take_in

from avouch.adapters.cedar_policy import CedarPolicy
from avouch.adapters.sqlite_state import SqliteState
from avouch.errors import AvouchError, Code
from avouch.lake import documents
from avouch.lake.compartments import of_member
from avouch.lake.principals import Change
from avouch.lake.schema import fact
from avouch.lake.schema import policies as table
from avouch.ledger import log
from avouch.policy.closed import Closed
from avouch.policy.mask import attributes
from avouch.policy.texts import shipped
from avouch.ports import Policy
from avouch.records import Classification, Principal
from avouch.stack import approve, compartments, people, policies
from avouch.stack.in_force import InForce
from avouch.stack.ingest import ingest
from avouch.stack.moment import as_of
from avouch.stack.passages import Compartments, resource_of
from avouch.stack.scope import Scope
from avouch.stack.stack import Stack

OPEN = '@id("see.all") permit (principal, action == Action::"see", resource is Document);'
SHUT = '@id("see.none") forbid (principal, action == Action::"see", resource is Document);'
EXPECT = """
- name: anybody sees anything
  principal: {}
  resource: {labels: [hr], classification: restricted}
  expect: allow
  by: [see.all]
"""
HR = {"labels": ["hr"], "classification": "restricted"}


def texts(more: str, cases: str | None = None) -> dict[str, str]:
    """The shipped policies and one more; their cases are replaced."""
    rules = {name: text for name, text in shipped().items() if name.endswith(".cedar")}
    return {**rules, "more.cedar": more, **({} if cases is None else {"cases.yaml": cases})}


@pytest.fixture
def bea(stack: Stack) -> Principal:
    return people.add(stack, "bea", frozenset(), Classification.PUBLIC, frozenset({"admin"}))


@pytest.fixture
def cora(stack: Stack) -> Principal:
    return people.add(stack, "cora", frozenset(), Classification.PUBLIC, frozenset({"admin"}))


def bodies(stack: Stack, kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Actor and body of every entry of a kind."""

    def read(tx: Any) -> list[tuple[str, dict[str, Any]]]:
        seqs = tx.execute(select(log.entries.c.seq).where(log.entries.c.kind == kind)).scalars().all()
        return [(log.entry_at(tx, seq).actor, json.loads((log.body_of(tx, seq) or ("", b"{}"))[1])) for seq in seqs]

    return stack.state.read(read)


def scope(stack: Stack, person: Principal) -> Scope:
    stack.shelf.refresh()
    return stack.shelf.scope(person, as_of(stack, None).moment)


def put_in_force(stack: Stack, author: Principal, approver: Principal, more: str) -> int:
    number = policies.propose(stack, author, texts(more))
    policies.activate(stack, approver, number)
    return number


def test_a_home_begins_with_the_shipped_policy(stack: Stack) -> None:
    assert isinstance(stack.policy, CedarPolicy)
    assert [(one.number, one.in_force) for one in policies.listing(stack, stack.owner)] == [(0, True)]
    assert policies.show(stack, stack.owner) == (0, shipped())


def test_proposed_by_one_activated_by_another(stack: Stack, library: Path, ann: Principal, bea: Principal) -> None:
    take_in(stack, library)
    before, first = stack.policy.version, scope(stack, ann)
    number = policies.propose(stack, stack.owner, texts(OPEN, EXPECT))
    assert stack.policy.version == before
    told = policies.activate(stack, bea, number)
    assert (told.number, told.replaced, told.alone, told.cases) == (1, 0, False, 1)
    assert '+@id("see.all")' in told.diff
    assert scope(stack, ann).rows.count > first.rows.count
    [(actor, body)] = bodies(stack, "policy.activate")
    assert actor == bea.id == body["approver"]
    assert body["author"] == stack.owner.id
    assert body["diff"] == told.diff
    listed = {one.number: one for one in policies.listing(stack, stack.owner)}
    assert (body["new"], body["replaced"]) == (listed[1].digest, 0)
    assert body["old"] == listed[0].digest
    assert listed[1].in_force
    assert listed[1].activated_seq == told.snapshot
    assert bodies(stack, "policy.propose")[0][1]["digest"] == body["new"]


def test_rolled_back_by_activating_an_older_one(stack: Stack, bea: Principal, cora: Principal) -> None:
    shipped_version = stack.policy.version
    first, second = put_in_force(stack, stack.owner, bea, OPEN), put_in_force(stack, stack.owner, bea, SHUT)
    version = stack.policy.version
    policies.activate(stack, cora, first)
    assert stack.policy.version != version
    assert [one.number for one in policies.listing(stack, bea) if one.in_force] == [first]
    assert policies.activate(stack, cora, 0).replaced == first
    assert stack.policy.version == shipped_version
    assert len(bodies(stack, "policy.activate")) == 4
    assert second == 2


def test_who_proposes_does_not_approve(stack: Stack, bea: Principal) -> None:
    number = policies.propose(stack, bea, texts(OPEN))
    for person, alone in ((bea, False), (bea, True)):
        with pytest.raises(AvouchError) as told:
            policies.activate(stack, person, number, alone)
        assert told.value.code is Code.SEPARATION_OF_DUTIES
    mine = policies.propose(stack, stack.owner, texts(OPEN))
    for alone in (False, True):
        with pytest.raises(AvouchError) as told:
            policies.activate(stack, stack.owner, mine, alone)
        assert told.value.code is Code.SEPARATION_OF_DUTIES
    assert len(bodies(stack, "access.refused")) == 4
    assert not bodies(stack, "policy.activate")


def test_an_owner_who_has_nobody_else_says_so(stack: Stack, ann: Principal) -> None:
    number = policies.propose(stack, stack.owner, texts(OPEN))
    with pytest.raises(AvouchError) as told:
        policies.activate(stack, stack.owner, number)
    assert told.value.code is Code.SEPARATION_OF_DUTIES
    assert policies.activate(stack, stack.owner, number, alone=True).alone
    assert bodies(stack, "policy.activate")[0][1]["alone"] is True


def test_only_who_administers_this_home(stack: Stack, ann: Principal) -> None:
    north = people.add(
        stack, "nora", frozenset(), Classification.PUBLIC, frozenset({"admin"}), stack.owner, tenant="north"
    )
    auditor = people.add(stack, "olga", frozenset(), Classification.PUBLIC, frozenset({"auditor"}))
    number = policies.propose(stack, stack.owner, texts(OPEN))
    for person in (ann, north, auditor):
        for go in (
            lambda who: policies.propose(stack, who, texts(OPEN)),
            lambda who: policies.activate(stack, who, number),
            lambda who: policies.listing(stack, who),
            lambda who: policies.show(stack, who, 0),
        ):
            with pytest.raises(AvouchError) as told:
                go(person)
            assert told.value.code is Code.FORBIDDEN


def test_no_policy_gives_away_who_approves(stack: Stack, ann: Principal, bea: Principal) -> None:
    wide = '@id("wide") permit (principal, action, resource);'
    put_in_force(stack, stack.owner, bea, wide)
    number = policies.propose(stack, ann, texts(OPEN))
    for person in (ann, people.add(stack, "otto", frozenset(), Classification.PUBLIC, frozenset({"reader"}))):
        with pytest.raises(AvouchError) as told:
            policies.activate(stack, person, number)
        assert told.value.code is Code.FORBIDDEN


@pytest.mark.parametrize(
    ("more", "cases", "code"),
    [
        ('@id("x") permit (principal, action, resource) when { principal.colour == 1 };', None, Code.POLICY_INVALID),
        ('@id("x") permit (principal, action', None, Code.POLICY_INVALID),
        ('@id("x") permit (principal, action, resource == Document::"d_1");', None, Code.POLICY_NAMES_DOCUMENT),
        (SHUT, EXPECT, Code.POLICY_TEST_FAILED),
        (OPEN, EXPECT.replace("see.all", "see.labels"), Code.POLICY_TEST_FAILED),
        (OPEN, "- {expect: maybe}", Code.POLICY_INVALID),
        (OPEN, "- {expect: deny, resorce: {}}", Code.POLICY_INVALID),
        (OPEN, "a: &a [*a]", Code.POLICY_INVALID),
        ('@id("x") forbid (principal, action == Action::"policy", resource);', None, Code.POLICY_INVALID),
    ],
)
def test_what_is_not_fit_is_not_activated(
    stack: Stack, bea: Principal, more: str, cases: str | None, code: Code
) -> None:
    before = stack.policy.version
    number = policies.propose(stack, stack.owner, texts(more, cases))
    with pytest.raises(AvouchError) as told:
        policies.activate(stack, bea, number)
    assert told.value.code is code
    assert stack.policy.version == before
    assert not bodies(stack, "policy.activate")


def test_no_such_policy(stack: Stack, bea: Principal) -> None:
    for number in (1, -1, 2**40):
        with pytest.raises(AvouchError) as told:
            policies.activate(stack, bea, number)
        assert told.value.code is Code.NOT_FOUND


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"cases.yaml": ""},
        {"../up.cedar": OPEN},
        {"a.txt": OPEN},
        {"a.cedar": "x" * 300_000},
        {f"{n}.cedar": OPEN for n in range(200)},
    ],
)
def test_what_cannot_be_proposed(stack: Stack, files: dict[str, str]) -> None:
    with pytest.raises(AvouchError) as told:
        policies.propose(stack, stack.owner, files)
    assert told.value.code is Code.POLICY_INVALID


def test_texts_are_read_from_a_folder_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.cedar").write_text(OPEN)
    (tmp_path / "cases.yaml").write_text(EXPECT)
    (tmp_path / "notes.txt").write_text("not a policy")
    assert policies.read_texts(tmp_path) == {"a.cedar": OPEN, "cases.yaml": EXPECT}
    assert policies.read_texts(tmp_path / "a.cedar") == {"a.cedar": OPEN}
    (tmp_path / "b.cedar").write_bytes(b"\xff\xfe")
    with pytest.raises(AvouchError) as told:
        policies.read_texts(tmp_path)
    assert told.value.code is Code.POLICY_INVALID
    with pytest.raises(AvouchError) as told:
        policies.read_texts(tmp_path / "nowhere")
    assert told.value.code is Code.PATH_MISSING


def test_another_process_decides_by_it_at_its_next_look(stack: Stack, bea: Principal) -> None:
    """What another process has: a state database of its own on the same file, and nobody who tells it."""
    other = SqliteState(stack.home.state)
    try:
        there = InForce(other)
        assert there.now().version == stack.policy.version
        seen = set()
        for more in (OPEN, SHUT):
            put_in_force(stack, stack.owner, bea, more)
            assert there.now().version == stack.policy.version
            seen.add(there.now().version)
        assert len(seen) == 2
    finally:
        other.close()


def test_entry_and_effect_are_one(stack: Stack, bea: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    number = policies.propose(stack, stack.owner, texts(OPEN))
    before = stack.policy.version

    def fails(*_: object, **__: object) -> None:
        raise OSError("the disk went away")

    with monkeypatch.context() as broken:
        broken.setattr(stack.log, "append", fails)
        with pytest.raises(OSError, match="disk"):
            policies.activate(stack, bea, number)
    assert stack.policy.version == before
    assert not bodies(stack, "policy.activate")
    policies.activate(stack, bea, number)
    assert stack.policy.version != before


@pytest.mark.parametrize("text", ["", "[1]", '{"a.cedar": "nonsense"}', json.dumps({"a.cedar": OPEN})])
def test_an_active_policy_that_is_not_what_was_proposed_closes_the_home(
    stack: Stack, library: Path, ann: Principal, bea: Principal, text: str
) -> None:
    number = put_in_force(stack, stack.owner, bea, OPEN)
    stack.state.write(lambda tx: tx.execute(update(table).where(table.c.number == number).values(text=text)))
    root = stack.home.root
    stack.close()
    with Stack.open(root) as again:
        assert isinstance(again.policy, Closed)
        for who, kind in ((ann, "ask"), (bea, "policy"), (again.owner, "erase"), (again.owner, "see")):
            decision = again.policy.decide(who, kind, approve.on_home(again))[0]
            assert not decision.allowed
            assert decision.errors
        policies.activate(again, again.owner, 0)
        assert isinstance(again.policy, CedarPolicy)


class Unremembered:
    """Every decision anew, one document at a time: what each scope is held against."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def visible(self, policy: Policy, person: Principal) -> set[int]:
        now = as_of(self.stack, None).moment
        mine = Compartments(self.stack.state.read(lambda tx: of_member(tx, person.id)))

        def read(tx: Any) -> set[int]:
            found = documents.by_ordinal(tx, range(int(fact(tx, "versions"))))
            held = (v for v in found.values() if v.recorded <= now.snapshot < v.ended and v.world_from <= now.at)
            who = attributes(person)
            asked = {v.ordinal: policy.decide(who, "see", [resource_of(v, mine.relation(v))])[0] for v in held}
            return {ordinal for ordinal, decision in asked.items() if decision.allowed and not decision.errors}

        return self.stack.state.read(read)


def test_nothing_stale_whatever_changes(stack: Stack, library: Path, ann: Principal, bea: Principal) -> None:
    """Policies, attributes, memberships and documents change; after each, the scope is what it would be anew."""
    chance, anew = random.Random(5), Unremembered(stack)
    (library / "patient.md").write_text("---\ncompartment: patient 1\nkind: record\n---\n# Notes\n\nRested well.\n")
    take_in(stack, library)
    purpose = (
        '@id("p") permit (principal, action == Action::"see", resource is Document) when { context.purpose == "x" };'
    )
    numbers = [0, *(policies.propose(stack, stack.owner, texts(more)) for more in (OPEN, SHUT, purpose))]
    sizes = set()
    for turn in range(40):
        step = chance.choice(("policy", "groups", "clearance", "member", "document"))
        if step == "policy":
            policies.activate(stack, bea, chance.choice(numbers))
        elif step == "groups":
            groups = frozenset(chance.sample(("staff", "hr", "owner"), chance.randint(0, 3)))
            people.change(stack, stack.owner, ann.id, Change(groups=groups))
        elif step == "clearance":
            people.change(stack, stack.owner, ann.id, Change(clearance=chance.choice(list(Classification))))
        elif step == "member":
            join, leave = chance.choice(((["patient 1"], []), ([], ["patient 1"])))
            compartments.change(stack, stack.owner, ann.id, join, leave)
        else:
            label = chance.choice(("staff", "hr"))
            (library / "hand.md").write_text(f"---\nlabels: [{label}]\n---\n# Hands\n\nTurn {turn}.\n")
            ingest(stack, stack.owner, library, staff())
        now = people.find(stack, "ann")
        for said in ("", "x", "research"):
            person = replace(now, purpose=said)
            found = scope(stack, person)
            assert found.policy is stack.policy
            fresh = CedarPolicy({k: v for k, v in policies.show(stack, bea)[1].items() if k.endswith(".cedar")})
            assert set(found.versions.nonzero()[0].tolist()) == anew.visible(fresh, person), (turn, step, said)
            sizes.add(int(found.versions.sum()))
    assert len(sizes) >= 4


def test_while_policies_change_under_it_a_scope_is_of_one_policy_and_none_that_was_replaced_before(
    stack: Stack, library: Path, ann: Principal, bea: Principal
) -> None:
    take_in(stack, library)
    numbers = [policies.propose(stack, stack.owner, texts(more)) for more in (OPEN, SHUT)]
    done = threading.Event()
    wrong: list[str] = []
    counts = {}
    for number in numbers:
        policies.activate(stack, bea, number)
        counts[stack.policy.version] = scope(stack, ann).rows.count
    activated = [stack.policy.version]

    def look() -> None:
        while not done.is_set():
            began = len(activated) - 1
            found = scope(stack, ann)
            if found.rows.count != counts[found.policy.version]:
                wrong.append("a scope of two policies")
            # Activations alternate: one that is neither the last before the call nor a later one was replaced.
            if len(activated) - 1 == began and found.policy.version != activated[began] and settled.is_set():
                wrong.append("a replaced policy")

    settled = threading.Event()
    settled.set()
    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(12):
        settled.clear()
        policies.activate(stack, bea, numbers[turn % 2])
        activated.append(stack.policy.version)
        settled.set()
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(set(counts.values())) == 2
