"""A remembered scope is the one that would be worked out anew: nothing that decides it may change unseen."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from tests.conftest import staff, take_in

from avouch.lake import compartments
from avouch.policy.groups import GroupPolicy
from avouch.policy.mask import Decisions
from avouch.records import Classification, Decision, Moment, Principal, Resource
from avouch.stack.ingest import ingest
from avouch.stack.moment import as_of
from avouch.stack.scope import KEPT, Scope, text_scope
from avouch.stack.stack import Stack
from avouch.stack.withdraw import withdraw


def scope(stack: Stack, person: Principal, moment: Moment | None = None) -> Scope:
    """The scope as given, after it was compared with one that is worked out anew."""
    stack.shelf.refresh()
    moment = moment or as_of(stack, None).moment
    found = stack.shelf.scope(person, moment)
    allowed = Decisions().allowed(stack.policy, person, stack.catalog.classes)
    mine = np.array(stack.state.read(lambda tx: compartments.of_member(tx, person.id)), np.int64)
    versions = stack.catalog.visible(allowed.inside, allowed.outside, mine, moment)
    assert found.text == text_scope(allowed, mine, moment)
    assert found.versions.tolist() == versions.tolist()
    assert found.rows.mask.tolist() == stack.catalog.rows(versions, stack.shelf.generation.rows).tolist()
    return found


def test_remembered_until_something_changes(stack: Stack, library: Path, ann: Principal) -> None:
    take_in(stack, library)
    first = scope(stack, ann)
    assert scope(stack, ann).rows is first.rows  # later, with nothing changed
    assert scope(stack, replace(ann, groups=frozenset({"hr"}))).rows is not first.rows
    assert scope(stack, replace(ann, clearance=Classification.PUBLIC)).rows.count == 0
    (library / "hand.md").write_text("# Hands\n\nAlcohol hand rub is applied for 30 seconds.\n")
    take_in(stack, library)
    after = scope(stack, ann)
    assert after.rows.count == first.rows.count
    assert len(after.rows.mask) == len(first.rows.mask) + 1
    document = stack.state.read(lambda tx: tx.exec_driver_sql("select id from documents limit 1").scalar_one())
    withdraw(stack, stack.owner, document, wrong=False)
    assert scope(stack, ann).versions.sum() <= after.versions.sum()


def test_another_policy_or_version_decides_anew(stack: Stack, library: Path, ann: Principal) -> None:
    class Closed(GroupPolicy):
        version = "closed/1"

        def decide(self, principal: Principal, action: str, resources: Sequence[Resource]) -> list[Decision]:
            return [Decision(False) for _ in resources]

    take_in(stack, library)
    assert scope(stack, ann).rows.count
    stack.policy = Closed()
    assert not scope(stack, ann).rows.count


def test_the_clock_alone_ends_what_expires(stack: Stack, library: Path, ann: Principal) -> None:
    now = time.time_ns() // 1000
    ingest(stack, stack.owner, library, staff(valid_to=now + 3_600_000_000))
    taken_in = as_of(stack, None).moment
    assert scope(stack, ann, taken_in).rows.count
    assert not scope(stack, ann, Moment(taken_in.snapshot, now + 3_600_000_000)).rows.count


def test_no_more_than_a_few_are_kept(stack: Stack, library: Path, ann: Principal) -> None:
    take_in(stack, library)
    for n in range(KEPT * 2):
        scope(stack, replace(ann, id=f"p{n}"))
    assert len(stack.shelf._scopes._kept) == KEPT
