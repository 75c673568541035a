"""Sessions: tokens that change, end, and give a thief away."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.stack.test_credentials import GOOD, me, stored
from tests.stack.test_people import entries, made, refused

from avouch.errors import Code
from avouch.lake.principals import Change
from avouch.lake.schema import sessions as table
from avouch.records import Principal
from avouch.stack import credentials, people, sessions, signin
from avouch.stack.stack import Stack

MINUTE = 60_000_000


class Wall:
    """A clock that tests move; every part of the stack reads it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        real, self.ahead = time.time_ns, 0
        patch.setattr(time, "time_ns", lambda: real() + self.ahead * 1000)

    def on(self, micros: float) -> None:
        self.ahead += int(micros)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    return Wall(monkeypatch)


@pytest.fixture
def eva(stack: Stack) -> Principal:
    person = made(stack, "eva", "reader")
    credentials.set_password(stack, stack.owner, person.id, GOOD)
    return person


def enter(stack: Stack) -> str:
    return signin.by_password(stack, "eva", GOOD)[1]


def rows(stack: Stack) -> list[Any]:
    return list(stack.state.read(lambda tx: tx.execute(select(table).order_by(table.c.created_at)).all()))


def test_a_session_lets_in_whoever_signed_in(stack: Stack, eva: Principal) -> None:
    token = enter(stack)
    person, fresh = signin.by_session(stack, token, "care")
    assert (person.id, person.asserted, person.purpose, fresh) == (eva.id, False, "care", None)
    assert person.via == f"session:{rows(stack)[0].family}"
    assert token.encode() not in stored(stack)
    assert entries(stack, "access.signin")[-1] == {
        "actor": eva.id,
        "by": "password",
        "session": rows(stack)[0].family,
    }


def test_it_ends_when_not_used_and_after_its_time(stack: Stack, eva: Principal, wall: Wall) -> None:
    token = enter(stack)
    wall.on(61 * MINUTE)
    with refused(Code.UNAUTHENTICATED):
        signin.by_session(stack, token)
    token, began = enter(stack), wall.ahead
    for _ in range(100):
        wall.on(16 * MINUTE)
        if wall.ahead - began >= 12 * 60 * MINUTE:
            break
        fresh = signin.by_session(stack, token)[1]
        assert fresh
        token = fresh
    with refused(Code.UNAUTHENTICATED):
        signin.by_session(stack, token)
    assert wall.ahead - began < 13 * 60 * MINUTE


def test_the_token_changes_and_the_old_one_serves_for_a_moment(stack: Stack, eva: Principal, wall: Wall) -> None:
    token = enter(stack)
    wall.on(16 * MINUTE)
    person, fresh = signin.by_session(stack, token)
    assert fresh
    assert fresh != token
    assert signin.by_session(stack, token) == (person, None)
    assert signin.by_session(stack, fresh) == (person, None)


def test_a_copied_token_ends_the_whole_session(stack: Stack, eva: Principal, wall: Wall) -> None:
    token, other = enter(stack), enter(stack)
    wall.on(16 * MINUTE)
    fresh = signin.by_session(stack, token)[1]
    wall.on(sessions.GRACE + 1_000_000)
    with refused(Code.UNAUTHENTICATED):
        signin.by_session(stack, token)
    assert fresh
    with refused(Code.UNAUTHENTICATED):
        signin.by_session(stack, fresh)
    assert signin.by_session(stack, other)[0].id == eva.id
    assert len(entries(stack, "access.session.reuse")) == 1
    assert [told["reason"] for told in entries(stack, "access.refused")] == ["reused", "ended"]


def test_side_by_side_requests_get_one_successor(stack: Stack, eva: Principal, wall: Wall) -> None:
    token = enter(stack)
    wall.on(16 * MINUTE)
    found: list[str | None] = []
    ready = threading.Barrier(8)

    def ask() -> None:
        ready.wait()
        found.append(signin.by_session(stack, token)[1])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len([one for one in found if one]) == 1
    assert len(rows(stack)) == 2


def test_rights_are_those_of_the_moment(stack: Stack, eva: Principal) -> None:
    token = enter(stack)
    people.change(stack, stack.owner, eva.id, Change(roles=frozenset({"auditor"})))
    assert signin.by_session(stack, token)[0].roles == {"auditor"}


def test_ending_one_and_all(stack: Stack, eva: Principal) -> None:
    first, second, third = enter(stack), enter(stack), enter(stack)
    mine = signin.by_session(stack, first)[0]
    at = time.time_ns() // 1000
    listed = sessions.listing(stack, mine, eva.id, at)
    assert len(listed) == 3
    sessions.end(stack, mine, mine.via.partition(":")[2])
    with refused(Code.UNAUTHENTICATED):
        signin.by_session(stack, first)
    assert len(sessions.listing(stack, stack.owner, eva.id, at)) == 2
    assert sessions.end_all(stack, stack.owner, eva.id) == 2
    for token in (second, third):
        with refused(Code.UNAUTHENTICATED):
            signin.by_session(stack, token)
    assert len(entries(stack, "access.session.end")) == 2


def test_nobody_ends_or_lists_what_is_not_theirs(stack: Stack, eva: Principal) -> None:
    enter(stack)
    ben = made(stack, "ben", "reader")
    credentials.set_password(stack, stack.owner, ben.id, GOOD)
    other = me(stack, "ben")
    family = rows(stack)[0].family
    for attempt in (
        lambda: sessions.end(stack, other, family),
        lambda: sessions.end_all(stack, other, eva.id),
        lambda: sessions.listing(stack, other, eva.id, 0),
        lambda: sessions.listing(stack, eva, eva.id, 0),  # asserted only
    ):
        with refused(Code.FORBIDDEN):
            attempt()
    with refused(Code.NOT_FOUND):
        sessions.end(stack, stack.owner, "s_none")


def test_signing_out(stack: Stack, eva: Principal) -> None:
    token = enter(stack)
    signin.sign_out(stack, token)
    signin.sign_out(stack, token)
    signin.sign_out(stack, "avs_nonsense")
    with refused(Code.UNAUTHENTICATED):
        signin.by_session(stack, token)
    assert len(entries(stack, "access.signout")) == 1


def test_long_ended_rows_are_swept(stack: Stack, eva: Principal) -> None:
    enter(stack)
    stack.state.write(lambda tx: tx.execute(update(table).values(expires_at=1)))
    enter(stack)
    assert len(rows(stack)) == 1
