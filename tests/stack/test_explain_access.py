"""Why somebody sees a document or not, and who does: said from the engine's own parts, and never otherwise than it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.conftest import take_in

from avouch.errors import AvouchError, Code
from avouch.lake.schema import documents
from avouch.records import Classification, Principal
from avouch.stack import compartments, people, withdraw
from avouch.stack.explain_access import Explanation, who_can, why
from avouch.stack.moment import as_of
from avouch.stack.stack import Stack

NOTES = "---\ncompartment: patient 1\nkind: record\n---\n# Notes\n\nThe patient rested well.\n"


@pytest.fixture
def ids(stack: Stack, library: Path) -> dict[str, str]:
    (library / "notes.md").write_text(NOTES)
    take_in(stack, library)
    rows = stack.state.read(lambda tx: tx.execute(select(documents.c.key, documents.c.id)).all())
    return {row.key: row.id for row in rows}


def told(found: Explanation) -> str:
    return "\n".join(found.words)


def test_seen(stack: Stack, ann: Principal, ids: dict[str, str]) -> None:
    found = why(stack, stack.owner, "ann", ids["hand.md"])
    assert found.allowed
    assert found.by == ("see.labels",)
    assert found.policy == 0
    assert found.policy_version == stack.policy.version
    assert found.words[0] == f"ann ({ann.id}) sees {ids['hand.md']}, by see.labels."
    assert "resource.labels.containsAny(principal.groups): holds" in told(found)
    assert why(stack, stack.owner, ann.id, ids["hand.md"]) == found


def test_no_permit_says_which_was_nearest_and_what_it_misses(stack: Stack, ann: Principal, ids: dict[str, str]) -> None:
    found = why(stack, stack.owner, "ann", ids["leave.md"])
    assert not found.allowed
    assert found.by == ()
    assert "nothing permits it" in found.words[0]
    assert "No policy permits it; the nearest are these." in found.words
    assert "see.labels (permits) misses 2 of 2 conditions" in told(found)
    assert "resource.labels.containsAny(principal.groups): does not hold" in told(found)
    fits = {one.attribute: one.fits for one in found.compared}
    assert fits["groups and labels"] is False
    assert fits["clearance and classification"] is False
    assert fits["tenant"] is True


def test_a_forbid_is_named(stack: Stack, ann: Principal, ids: dict[str, str]) -> None:
    found = why(stack, stack.owner, "ann", ids["notes.md"])
    assert (found.allowed, found.by) == (False, ("see.compartment",))
    assert "see.compartment forbids it" in found.words[0]
    assert "they do not belong to the document's compartment" in told(found)
    compartments.change(stack, stack.owner, ann.id, ["patient 1"], [])
    assert why(stack, stack.owner, "ann", ids["notes.md"]).by == ("see.labels",)
    research = why(stack, stack.owner, "ann", ids["notes.md"], "research")
    assert (research.allowed, research.by) == (False, ("see.purpose",))
    assert "research" in told(research)


def test_it_never_says_otherwise_than_the_mask(
    stack: Stack, ann: Principal, hugo: Principal, ids: dict[str, str]
) -> None:
    compartments.change(stack, stack.owner, hugo.id, ["patient 1"], [])
    stack.shelf.refresh()
    for name in ("ann", "hugo", "owner"):
        scope = stack.shelf.scope(people.find(stack, name), as_of(stack, None).moment)
        seen = sum(why(stack, stack.owner, name, one).allowed for one in ids.values())
        assert seen == int(scope.versions.sum()), name
        for key, one in ids.items():
            reached = [reach for reach in who_can(stack, stack.owner, one) if name in reach.principals]
            assert [reach.allowed for reach in reached] == [why(stack, stack.owner, name, one).allowed], (name, key)


def test_disabled_and_withdrawn(stack: Stack, ann: Principal, ids: dict[str, str]) -> None:
    withdraw.withdraw(stack, stack.owner, ids["iron.md"], wrong=False)
    gone = why(stack, stack.owner, "ann", ids["iron.md"])
    assert not gone.allowed
    assert "withdrawn" in gone.words[0]
    assert not any(reach.allowed for reach in who_can(stack, stack.owner, ids["iron.md"]))
    people.disable(stack, stack.owner, ann.id)
    off = why(stack, stack.owner, "ann", ids["hand.md"])
    assert not off.allowed
    assert "disabled" in off.words[0]
    assert all("ann" not in reach.principals for reach in who_can(stack, stack.owner, ids["hand.md"]))


def test_who_can_groups_by_reason(stack: Stack, ann: Principal, hugo: Principal, ids: dict[str, str]) -> None:
    people.add(stack, "ada", frozenset({"staff"}), Classification.RESTRICTED, frozenset({"reader"}))
    first, *rest = who_can(stack, stack.owner, ids["hand.md"])
    assert (first.allowed, first.by, first.principals) == (True, ("see.labels",), ("ada", "ann"))
    assert first.words == "see it: by see.labels; the document lies in no compartment"
    assert [(reach.allowed, reach.by, reach.principals) for reach in rest] == [(False, (), ("hugo", "owner"))]


def test_only_who_administers_access_asks_and_only_at_home(stack: Stack, ann: Principal, ids: dict[str, str]) -> None:
    north = people.add(
        stack, "nora", frozenset({"staff"}), Classification.RESTRICTED, frozenset({"admin"}), stack.owner, "north"
    )
    for actor in (ann, north):
        for ask in (
            lambda who: why(stack, who, "ann", ids["hand.md"]),
            lambda who: who_can(stack, who, ids["hand.md"]),
        ):
            with pytest.raises(AvouchError) as error:
                ask(actor)
            assert error.value.code is Code.FORBIDDEN
    assert not why(stack, stack.owner, "nora", ids["hand.md"]).allowed
    assert why(stack, stack.owner, "nora", ids["hand.md"]).by == ("tenant",)


def test_what_is_not_there(stack: Stack, ann: Principal, ids: dict[str, str]) -> None:
    with pytest.raises(AvouchError) as error:
        why(stack, stack.owner, "nobody", ids["hand.md"])
    assert error.value.code is Code.PRINCIPAL_UNKNOWN
    with pytest.raises(AvouchError) as error:
        why(stack, stack.owner, "ann", "d_none")
    assert error.value.code is Code.NOT_FOUND


def test_no_content_is_in_it(stack: Stack, ann: Principal, ids: dict[str, str]) -> None:
    from avouch.canon import plain

    found = json.dumps(
        [plain(why(stack, stack.owner, "ann", ids["notes.md"])), plain(who_can(stack, stack.owner, ids["notes.md"]))]
    )
    assert "rested" not in found
    assert "patient 1" not in found
