"""The one way in: every failure is the same error, none floods the ledger, no success is more than it should be."""

from __future__ import annotations

import json
import statistics
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update
from tests.stack.test_credentials import GOOD
from tests.stack.test_people import entries, made, refused
from tests.stack.test_sessions import MINUTE, Wall, eva, wall

from avouch.adapters.jwt_bearer import Bearer
from avouch.errors import AvouchError, Code
from avouch.lake.schema import principals
from avouch.ledger import log
from avouch.records import Principal
from avouch.stack import credentials, people, signin
from avouch.stack.stack import Stack
from avouch.stack.throttle import KEPT, Throttle

_ = (eva, wall)
HOSTILE = [
    "",
    "x" * 100_000,
    "\ud800",
    "a\x00b",
    "eva' OR 1=1 --",
    "%",
    "avk_",
    "avs_" + "é" * 43,
    "a.b.c",
    "..",
    "ẞ\u202e",
]


def size(stack: Stack) -> int:
    return stack.state.read(log.size)


def edit(stack: Stack, statement: Any) -> None:
    stack.state.write(lambda tx: tx.execute(statement))


def message(attempt: Any) -> dict[str, Any]:
    with pytest.raises(AvouchError) as error:
        attempt()
    return error.value.record()


def test_every_failure_is_one_error(stack: Stack, eva: Principal) -> None:
    gone = made(stack, "gone", "reader")
    credentials.set_password(stack, stack.owner, gone.id, GOOD)
    people.disable(stack, stack.owner, gone.id)
    made(stack, "no-password", "reader")
    key, token = credentials.create_key(stack, stack.owner, eva.id, "laptop")
    credentials.revoke_key(stack, stack.owner, key.id)
    told = [
        message(lambda: signin.by_password(stack, "eva", "wrong password here")),
        message(lambda: signin.by_password(stack, "nobody", GOOD)),
        message(lambda: signin.by_password(stack, "gone", GOOD)),
        message(lambda: signin.by_password(stack, "no-password", GOOD)),
        message(lambda: signin.by_key(stack, token)),
        message(lambda: signin.by_key(stack, f"avk_{'0' * 20}_{'a' * 43}")),
        message(lambda: signin.by_session(stack, "avs_" + "a" * 43)),
        message(lambda: signin.by_bearer(stack, "e30.e30.e30")),
        message(lambda: signin.by_oidc(stack, {"sub": "x"}, "https://idp.example.org")),
    ]
    assert all(one == told[0] for one in told)
    assert told[0]["status"] == 401
    assert [one["reason"] for one in entries(stack, "access.refused")] == [
        "password",
        "unknown",
        "disabled",
        "password",
        "revoked",
        "unknown",
        "unknown",
        "algorithm",
        "issuer",
    ]


def test_the_account_counts_even_where_its_credentials_do(stack: Stack, eva: Principal) -> None:
    _, key = credentials.create_key(stack, stack.owner, eva.id, "laptop")
    _, session = signin.by_password(stack, "eva", GOOD)
    where = principals.c.id == eva.id
    for alter in (update(principals).where(where).values(status="disabled"), delete(principals).where(where)):
        edit(stack, alter)
        for attempt in (lambda: signin.by_key(stack, key), lambda: signin.by_session(stack, session)):
            with refused(Code.UNAUTHENTICATED):
                attempt()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_input_is_refused_like_any_other(stack: Stack, eva: Principal, text: str) -> None:
    for attempt in (
        lambda: signin.by_password(stack, text, GOOD),
        lambda: signin.by_password(stack, "eva", text),
        lambda: signin.by_key(stack, text),
        lambda: signin.by_session(stack, text),
        lambda: signin.by_jwt(stack, text),
        lambda: signin.by_bearer(stack, text),
    ):
        with refused(Code.UNAUTHENTICATED):
            attempt()
    signin.sign_out(stack, text)


def test_an_unknown_name_takes_as_long_as_a_wrong_password(stack: Stack, eva: Principal) -> None:
    stack.throttle = Throttle(per_name=1000)

    def took(name: str) -> float:
        started = time.perf_counter()
        with refused(Code.UNAUTHENTICATED):
            signin.by_password(stack, name, "wrong password here")
        return time.perf_counter() - started

    took("eva")
    pairs = [(took("eva"), took("nobody")) for _ in range(7)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert 0.4 < known / unknown < 2.5


def test_guessing_is_slowed_by_name_and_by_address(stack: Stack, eva: Principal, wall: Wall) -> None:
    stack.throttle = Throttle(per_name=3, per_address=5)
    for _ in range(3):
        with refused(Code.UNAUTHENTICATED):
            signin.by_password(stack, "eva", "wrong password here", address="192.0.2.1")
    with pytest.raises(AvouchError) as error:
        signin.by_password(stack, "eva", GOOD, address="192.0.2.2")
    assert error.value.code is Code.RATE_LIMITED
    assert 0 < (error.value.retry_after or 0) <= 60
    for name in ("one", "two"):
        with refused(Code.UNAUTHENTICATED):
            signin.by_password(stack, name, GOOD, address="192.0.2.1")
    with refused(Code.RATE_LIMITED):
        signin.by_password(stack, "three", GOOD, address="192.0.2.1")
    wall.on(61 * 1_000_000)
    assert signin.by_password(stack, "eva", GOOD, address="192.0.2.1")[0].id == eva.id


def test_failures_do_not_flood_the_ledger(stack: Stack, eva: Principal, wall: Wall) -> None:
    before = size(stack)
    for number in range(200):
        for token in ("nonsense", f"avk_{number:020x}_{'a' * 43}"):
            with refused(Code.UNAUTHENTICATED):
                signin.by_key(stack, token)
    assert size(stack) == before + 5
    wall.on(2 * MINUTE)
    with refused(Code.UNAUTHENTICATED):
        signin.by_key(stack, "nonsense")
    told = entries(stack, "access.refused")
    assert size(stack) == before + 7
    assert sum(one["count"] for one in told) == 401
    assert {one["actor"] for one in told} == {"anonymous"}


def test_what_was_only_counted_is_told_at_the_end(tmp_path: Path) -> None:
    with Stack.create(tmp_path / "home") as stack:
        for _ in range(20):
            with refused(Code.UNAUTHENTICATED):
                signin.by_key(stack, "nonsense")
    with Stack.open(tmp_path / "home") as stack:
        told = entries(stack, "access.refused")
        assert sum(one["count"] for one in told) == 20
        assert told[-1]["reason"] == "repeated"


def test_the_throttle_is_bounded_and_right_among_threads() -> None:
    throttle = Throttle(per_name=10**9)

    def fail(start: int) -> None:
        for number in range(5_000):
            throttle.failed(start, name=f"{start}-{number}")

    threads = [threading.Thread(target=fail, args=(one,)) for one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(throttle._windows) == KEPT
    for _ in range(1000):
        throttle.tell(0, "x")
    assert throttle.untold(0) == {}
    assert throttle.untold(61_000_000) == {"x": 995}


def test_the_clock_going_back_lets_nobody_wait_for_ever() -> None:
    throttle = Throttle(per_name=1)
    throttle.failed(10**15, name="eva")
    assert throttle.wait(10**15, name="eva") == 60
    assert throttle.wait(10**15 - 10 * MINUTE, name="eva") == 0


@pytest.mark.parametrize("bad", ["Care", "two words", "x" * 41, "care\n", "-care"])
def test_a_purpose_is_a_word(stack: Stack, eva: Principal, bad: str) -> None:
    with refused(Code.INPUT_INVALID):
        signin.by_password(stack, "eva", GOOD, bad)


def test_the_purpose_of_an_emergency_needs_one(stack: Stack, eva: Principal) -> None:
    _, token = credentials.create_key(stack, stack.owner, eva.id, "laptop")
    assert signin.by_key(stack, token, "care").purpose == "care"
    with refused(Code.FORBIDDEN):
        signin.by_key(stack, token, "emergency")


def test_uses_of_a_key_are_no_entries(stack: Stack, eva: Principal) -> None:
    _, token = credentials.create_key(stack, stack.owner, eva.id, "laptop")
    before = size(stack)
    for _ in range(5):
        signin.by_bearer(stack, token)
    assert size(stack) == before


def test_a_service_comes_by_issuer_and_subject(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    service = made(stack, "svc", "reader", kind="service")
    people.link(stack, stack.owner, service.id, "https://idp.example.org", "s-1")

    class Checked:
        def check(self, token: str, now: float) -> Bearer | str:
            return Bearer("https://" + json.loads(token)[0], json.loads(token)[1], frozenset({"ask"}))

    monkeypatch.setitem(stack.__dict__, "bearer", Checked())
    found = signin.by_jwt(stack, '["idp.example.org", "s-1"]')
    assert (found.id, found.via, found.scopes) == (service.id, "jwt:https://idp.example.org", frozenset({"ask"}))
    for token in ('["other.example.org", "s-1"]', '["idp.example.org", "s-2"]'):
        with refused(Code.UNAUTHENTICATED):
            signin.by_jwt(stack, token)
    people.disable(stack, stack.owner, service.id)
    with refused(Code.UNAUTHENTICATED):
        signin.by_jwt(stack, '["idp.example.org", "s-1"]')
