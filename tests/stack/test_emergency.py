"""Break-glass: who may, for how long, who sees it, and that another person judges it."""

from __future__ import annotations

import json
import logging

import pytest
from tests.stack.test_credentials import GOOD, stored
from tests.stack.test_people import NONE, PUBLIC, entries, made, refused
from tests.stack.test_sessions import MINUTE, Wall, wall

from avouch.errors import Code
from avouch.lake.principals import in_force
from avouch.records import Principal
from avouch.stack import credentials, emergency, people, signin
from avouch.stack.ask import ask
from avouch.stack.stack import Stack

_ = wall
WHY = "Unconscious patient Zyxwvutine, no relatives, allergy unknown"


@pytest.fixture
def doc(stack: Stack) -> Principal:
    person = made(stack, "doc", "on-call")
    credentials.set_password(stack, stack.owner, person.id, GOOD)
    return person


@pytest.fixture
def admin(stack: Stack) -> Principal:
    return made(stack, "adm", "admin")


def test_while_it_is_in_force_every_door_says_so(stack: Stack, doc: Principal, wall: Wall) -> None:
    me, token = signin.by_password(stack, "doc", GOOD, "care")
    _, key = credentials.create_key(stack, me, doc.id, "laptop")
    grant = emergency.begin(stack, me, WHY)
    assert grant.until_at - grant.from_at == 60 * MINUTE
    for person in (
        signin.by_session(stack, token, "research")[0],
        signin.by_key(stack, key),
        signin.by_password(stack, "doc", GOOD)[0],
        people.find(stack, "doc"),
    ):
        assert (person.emergency, person.purpose) == (grant.id, "emergency")
    wall.on(60 * MINUTE)
    person = signin.by_key(stack, key, "care")
    assert (person.emergency, person.purpose) == ("", "care")


def test_a_clock_that_went_back_neither_ends_nor_revives_one(stack: Stack, doc: Principal, wall: Wall) -> None:
    """Grants count by the ledger's time, which never goes back: one that ended is over, one begun then holds."""
    me, token = signin.by_password(stack, "doc", GOOD)
    _, key = credentials.create_key(stack, me, doc.id, "laptop")

    def seen() -> set[str]:
        doors = signin.by_session(stack, token)[0], signin.by_key(stack, key), people.find(stack, "doc")
        return {person.emergency for person in doors}

    ended = emergency.begin(stack, me, WHY)
    wall.on(10 * MINUTE)
    emergency.end(stack, me, ended.id)
    wall.on(-5 * MINUTE)
    assert seen() == {""}
    judged = emergency.begin(stack, me, WHY)
    assert seen() == {judged.id}
    emergency.review(stack, stack.owner, judged.id, "justified")
    assert seen() == {""}
    wall.on(-10 * MINUTE)
    assert seen() == {""}


def test_what_was_reviewed_is_over_at_any_time(stack: Stack, doc: Principal) -> None:
    grant = emergency.begin(stack, doc, WHY)
    emergency.review(stack, stack.owner, grant.id, "justified")
    assert not stack.state.read(lambda tx: in_force(tx, doc.id, grant.from_at))


def test_only_who_may_and_only_with_a_reason_and_a_bound(stack: Stack, doc: Principal) -> None:
    with refused(Code.FORBIDDEN):
        emergency.begin(stack, made(stack, "rea", "reader"), WHY)
    service = people.add(stack, "svc", NONE, PUBLIC, frozenset({"on-call"}), kind="service")
    for who, reason, minutes in (
        (doc, "short", 60),
        (doc, " " * 50, 60),
        (doc, "x" * 2001, 60),
        (doc, WHY, 0),
        (doc, WHY, 241),
        (service, WHY, 60),
    ):
        with refused(Code.INPUT_INVALID):
            emergency.begin(stack, who, reason, minutes)
    assert entries(stack, "access.refused")[-1]["act"] == "emergency.begin"
    assert emergency.listing(stack, stack.owner) == []


def test_the_reason_is_sealed_and_nowhere_else(
    stack: Stack, doc: Principal, admin: Principal, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        grant = emergency.begin(stack, doc, WHY)
    assert grant.id in caplog.text
    assert "Zyxwvutine" not in caplog.text
    assert b"Zyxwvutine" not in stored(stack)
    assert emergency.reason(stack, admin, grant.id) == WHY
    for who in (made(stack, "rea", "reader"), made(stack, "n", "admin", tenant="north")):
        with refused(Code.FORBIDDEN):
            emergency.reason(stack, who, grant.id)
    stack.state.write(lambda tx: stack.vault.forget(tx, doc.id))
    with refused(Code.ERASED):
        emergency.reason(stack, admin, grant.id)


def test_the_owner_sees_it_at_once_and_can_follow(stack: Stack, doc: Principal, admin: Principal) -> None:
    start = emergency.notices(stack, stack.owner)
    assert start == []
    grant = emergency.begin(stack, doc, WHY, 5)
    seen = emergency.notices(stack, stack.owner)
    assert [(one["kind"], one["actor"]) for one in seen] == [("access.emergency.begin", doc.id)]
    assert (seen[0]["body"]["emergency"], seen[0]["body"]["minutes"]) == (grant.id, 5)
    emergency.end(stack, doc, grant.id)
    more = emergency.notices(stack, admin, after=seen[-1]["seq"])
    assert [one["kind"] for one in more] == ["access.emergency.end"]
    assert emergency.notices(stack, made(stack, "n", "admin", tenant="north")) == []
    with refused(Code.FORBIDDEN):
        emergency.notices(stack, doc)


def test_a_second_one_takes_the_place_of_the_first(stack: Stack, doc: Principal) -> None:
    first, second = (emergency.begin(stack, doc, WHY) for _ in range(2))
    assert people.find(stack, "doc").emergency == second.id
    assert emergency.one(stack, first.id).until_at <= second.from_at
    assert {one.id for one in emergency.listing(stack, stack.owner, pending=True)} == {first.id, second.id}


def test_another_person_reviews_it_once(stack: Stack, doc: Principal, admin: Principal) -> None:
    both = people.add(stack, "both", NONE, PUBLIC, frozenset({"on-call", "admin"}))
    grant, own = emergency.begin(stack, doc, WHY), emergency.begin(stack, both, WHY)
    for who in (doc, made(stack, "rea", "reader"), made(stack, "n", "admin", tenant="north")):
        with refused(Code.FORBIDDEN):
            emergency.review(stack, who, grant.id, "justified")
    with refused(Code.FORBIDDEN):
        emergency.review(stack, both, own.id, "justified")
    with refused(Code.INPUT_INVALID):
        emergency.review(stack, admin, grant.id, "fine")
    done = emergency.review(stack, admin, grant.id, "not-justified")
    assert (done.reviewed_by, done.verdict) == (admin.id, "not-justified")
    assert people.find(stack, "doc").emergency == ""  # a review ends it
    with refused(Code.INPUT_INVALID):
        emergency.review(stack, stack.owner, grant.id, "justified")
    assert emergency.one(stack, grant.id) == done
    assert [one.id for one in emergency.listing(stack, admin, pending=True)] == [own.id]
    assert [one.id for one in emergency.listing(stack, people.find(stack, "doc"))] == [grant.id]
    assert len(entries(stack, "access.emergency.review")) == 1


def test_ending_is_for_oneself_and_who_administers(stack: Stack, doc: Principal, admin: Principal) -> None:
    grant = emergency.begin(stack, doc, WHY)
    with refused(Code.FORBIDDEN):
        emergency.end(stack, made(stack, "rea", "reader"), grant.id)
    emergency.end(stack, admin, grant.id)
    assert people.find(stack, "doc").emergency == ""
    until = emergency.one(stack, grant.id).until_at
    emergency.end(stack, doc, grant.id)
    assert emergency.one(stack, grant.id).until_at == until
    with refused(Code.NOT_FOUND):
        emergency.end(stack, doc, "e_none")


def test_what_was_done_meanwhile_is_found(stack: Stack, doc: Principal, admin: Principal, wall: Wall) -> None:
    ask(stack, people.find(stack, "doc"), "What is the dose before?")
    grant = emergency.begin(stack, doc, WHY, 5)
    ask(stack, people.find(stack, "doc"), "What is the dose during?")
    ask(stack, stack.owner, "What is the dose of another?")
    wall.on(6 * MINUTE)
    ask(stack, people.find(stack, "doc"), "What is the dose after?")
    told = emergency.acts(stack, admin, grant.id)
    assert [one.kind for one in told] == ["access.emergency.begin", "ask"]
    assert "dose" not in json.dumps([one.kind for one in told])
    with refused(Code.FORBIDDEN):
        emergency.acts(stack, doc, grant.id)
