"""The access review finds what was planted, each kind of it, and nothing on a tidy home."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update
from tests.conftest import take_in
from tests.stack.test_credentials import GOOD
from tests.stack.test_people import NONE, PUBLIC, entries, made, refused
from tests.stack.test_sessions import Wall, wall

from avouch.errors import Code
from avouch.lake.schema import api_keys, members, principals, sessions
from avouch.records import Classification, Principal
from avouch.stack import access, credentials, emergency, people, signin
from avouch.stack.act import write
from avouch.stack.findings import Finding
from avouch.stack.stack import Stack

_ = wall
DAY = credentials.DAY


def found(stack: Stack, actor: Principal | None = None) -> list[Finding]:
    return list(access.review(stack, actor or stack.owner).findings)


def codes(stack: Stack) -> set[tuple[str, str]]:
    """(code, name) of every finding."""
    return {(one.code, one.name) for one in found(stack)}


def person(stack: Stack, name: str, *roles: str, groups: int = 0) -> Principal:
    of = frozenset(f"g{number}" for number in range(groups))
    clearance = Classification.RESTRICTED if groups else PUBLIC
    made = people.add(stack, name, of, clearance, frozenset(roles))
    credentials.set_password(stack, stack.owner, made.id, GOOD)
    signin.by_password(stack, name, GOOD)
    return made


def alter(stack: Stack, table: Any, key: str, **values: Any) -> None:
    stack.state.write(lambda tx: tx.execute(update(table).where(table.c.id == key).values(values)))


def test_a_new_home_has_only_the_owners_own_label(stack: Stack) -> None:
    assert codes(stack) == {("orphan-group", "owner")}


def disabled_with_a_key(stack: Stack) -> None:
    one = person(stack, "gone", "reader")
    credentials.create_key(stack, stack.owner, one.id, "laptop", frozenset({"ask"}))
    alter(stack, principals, one.id, status="disabled")


def disabled_member(stack: Stack) -> None:
    one = person(stack, "gone", "reader")
    people.disable(stack, stack.owner, one.id)
    stack.state.write(lambda tx: tx.execute(insert(members), {"principal_id": one.id, "compartment_id": 1}))


def never_came(stack: Stack) -> None:
    alter(stack, principals, made(stack, "new", "reader").id, created_at=1)


def long_gone(stack: Stack) -> None:
    one = person(stack, "quiet", "reader")
    alter(stack, principals, one.id, seen_at=one and people.accounts(stack, stack.owner)[1].created_at - 91 * DAY)


def old_key(stack: Stack) -> None:
    key, _ = credentials.create_key(stack, stack.owner, person(stack, "keyed", "reader").id, "x", frozenset({"ask"}))
    alter(stack, api_keys, key.id, created_at=key.created_at - 61 * DAY, expires_at=key.created_at + DAY)


def open_key(stack: Stack) -> None:
    credentials.create_key(stack, stack.owner, person(stack, "keyed", "reader").id, "x", days=200)


def many_sessions(stack: Stack) -> None:
    person(stack, "busy", "reader")
    for _ in range(5):
        signin.by_password(stack, "busy", GOOD)


def two_duties(stack: Stack) -> None:
    person(stack, "both", "auditor", "admin")


def in_many_groups(stack: Stack) -> None:
    person(stack, "wide", "reader", groups=11)


def broke_the_glass(stack: Stack) -> None:
    emergency.begin(stack, person(stack, "doc", "on-call"), "Unconscious, allergy unknown")


def three_owners(stack: Stack) -> None:
    for name in ("second", "third"):
        person(stack, name, "owner")


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (disabled_with_a_key, {("orphan-key", "gone"), ("orphan-session", "gone")}),
        (disabled_member, {("orphan-membership", "gone")}),
        (never_came, {("orphan-principal", "new")}),
        (long_gone, {("stale-principal", "quiet")}),
        (old_key, {("stale-key", "keyed")}),
        (open_key, {("broad-key", "keyed"), ("long-key", "keyed")}),
        (many_sessions, {("shared-sessions", "busy")}),
        (two_duties, {("duties-conflict", "both")}),
        (in_many_groups, {("broad-clearance", "wide"), *((("orphan-group", f"g{n}")) for n in range(11))}),
        (broke_the_glass, {("emergency-pending", "doc")}),
        (three_owners, {("broad-owner", name) for name in ("owner", "second", "third")}),
    ],
)
def test_each_kind_is_found_and_nothing_else(
    stack: Stack, plant: Callable[[Stack], None], expected: set[tuple[str, str]]
) -> None:
    plant(stack)
    assert codes(stack) - {("orphan-group", "owner")} == expected


def test_just_within_the_limits_nothing_is_found(stack: Stack) -> None:
    one = person(stack, "tidy", "reader", groups=0)
    key, _ = credentials.create_key(stack, stack.owner, one.id, "x", frozenset({"ask"}), 180)
    alter(stack, principals, one.id, seen_at=key.created_at - 89 * DAY)
    alter(stack, api_keys, key.id, created_at=key.created_at - 59 * DAY, expires_at=key.created_at + 121 * DAY)
    for _ in range(4):
        signin.by_password(stack, "tidy", GOOD)
    person(stack, "second", "owner")
    assert codes(stack) == {("orphan-group", "owner")}


@pytest.mark.parametrize("name", ["icu-team", "ward_3", "Shared", "front.desk", "test1", "reception"])
def test_names_of_places_and_groups(stack: Stack, name: str) -> None:
    made(stack, name, "reader")
    assert ("shared-name", name) in codes(stack)


@pytest.mark.parametrize("name", ["edward", "stewart", "allison", "steamer", "grouper", "contest"])
def test_names_of_people_are_none(stack: Stack, name: str) -> None:
    made(stack, name, "reader")
    people.add(stack, "ward-3-printer", NONE, PUBLIC, NONE, kind="service")
    assert not [one for one in codes(stack) if one[0] == "shared-name"]


def test_who_acts_round_the_clock(stack: Stack, wall: Wall) -> None:
    ann, ben = made(stack, "ann", "reader"), made(stack, "ben", "reader")
    wall.on(DAY - wall_of_day(stack) + 60_000_000)
    for hour in range(20):
        for who in (ann, ben) if hour < 19 else (ann,):
            write(stack, "ask", who, lambda tx, stamp: (None, {}))
        wall.on(DAY // 24)
    assert {one for one in codes(stack) if one[0] == "shared-hours"} == {("shared-hours", "ann")}


def wall_of_day(stack: Stack) -> int:
    return stack.state.read(stack.log.now) % DAY


def test_groups_and_labels_that_do_not_meet(stack: Stack, library: Path) -> None:
    take_in(stack, library)
    people.add(stack, "ann", frozenset({"staff", "night"}), PUBLIC, frozenset({"reader"}))
    told = {(one.code, one.name) for one in found(stack) if "group" in one.code or "label" in one.code}
    assert told == {("orphan-group", "night"), ("orphan-group", "owner"), ("orphan-label", "hr")}


def test_an_admin_sees_their_tenant_and_a_reader_nothing(stack: Stack) -> None:
    alter(stack, principals, made(stack, "here", "reader").id, created_at=1)
    north = made(stack, "n", "admin", tenant="north")
    alter(stack, principals, made(stack, "there", "reader", tenant="north").id, created_at=1)
    assert {one.name for one in found(stack, north)} == {"there"}
    assert {one.name for one in found(stack) if one.code == "orphan-principal"} == {"here", "there"}
    with refused(Code.FORBIDDEN):
        access.review(stack, made(stack, "rea", "reader"))


def test_its_run_is_an_entry_without_names(stack: Stack) -> None:
    alter(stack, principals, made(stack, "zyxwvutine", "reader").id, created_at=1)
    told = access.review(stack, stack.owner)
    body = entries(stack, "access.review")[-1]
    assert body["findings"] == {"orphan-group": 1, "orphan-principal": 1}
    assert (body["principals"], told.principals) == (2, 2)
    assert "zyxwvutine" not in json.dumps(body)


def test_ended_sessions_and_revoked_keys_are_none(stack: Stack) -> None:
    one = person(stack, "gone", "reader")
    credentials.create_key(stack, stack.owner, one.id, "laptop")
    people.disable(stack, stack.owner, one.id)
    assert codes(stack) == {("orphan-group", "owner")}
    stack.state.write(lambda tx: tx.execute(update(sessions).values(ended_at=None)))
    assert ("orphan-session", "gone") in codes(stack)
