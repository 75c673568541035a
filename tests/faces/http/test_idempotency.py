"""Repeated requests: one run, one answer."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.faces.http.world import QUESTION, World

from avouch.errors import AvouchError, Code
from avouch.faces.http import problem
from avouch.lake.principals import Change
from avouch.lake.schema import idempotency, sealed
from avouch.policy.closed import Closed
from avouch.records import Classification
from avouch.stack import compartments, credentials, idempotent, people


def asks(world: World) -> int:
    return len(world.get("/ledger/entries?limit=1000&kind=ask", "owner").json()["items"])


def test_the_same_request_is_answered_once(world: World) -> None:
    before = asks(world)
    told = [world.post("/ask", {"question": QUESTION}, **{"idempotency-key": "one"}) for _ in range(3)]
    assert len({one.content for one in told}) == 1
    assert [one.headers.get("idempotency-replayed") for one in told] == [None, "true", "true"]
    assert asks(world) == before + 1


def test_another_request_or_principal_is_not_the_same(world: World) -> None:
    key = {"idempotency-key": "two"}
    first = world.post("/ask", {"question": QUESTION}, **key).json()
    other = world.post("/ask", {"question": QUESTION + "?"}, **key)
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_MISMATCH")
    theirs = world.post("/ask", {"question": QUESTION}, "curator", **key).json()
    assert theirs["voucher_id"] != first["voucher_id"]


def test_with_other_rights_or_another_purpose_it_is_another_request(world: World) -> None:
    """What was answered under rights that somebody no longer has, or for another purpose, is not told again."""
    stack = world.stack
    none, staff = frozenset[str](), frozenset({"staff"})
    person = people.add(stack, "ida", staff, Classification.INTERNAL, frozenset({"reader"}))
    whole = credentials.create_key(stack, stack.owner, person.id, "whole")[1]
    narrow = credentials.create_key(stack, stack.owner, person.id, "narrow", scopes=frozenset({"verify"}))[1]

    def send(token: str = whole, purpose: str = "") -> Any:
        headers = {"authorization": f"Bearer {token}", "idempotency-key": "rights", "avouch-purpose": purpose}
        told = world.client.post("/api/v1/ask", json={"question": QUESTION}, headers=headers)
        return told.json() if told.status_code == 200 else told.json()["code"]

    def change(**told: Any) -> None:
        people.change(stack, stack.owner, person.id, Change(**told))

    before, first = asks(world), send()
    assert send() == first
    assert send(purpose="research") == "IDEMPOTENCY_MISMATCH"
    assert send(narrow) == "IDEMPOTENCY_MISMATCH"
    change(groups=none)
    assert send() == "IDEMPOTENCY_MISMATCH"
    change(groups=staff, clearance=Classification.PUBLIC)
    assert send() == "IDEMPOTENCY_MISMATCH"
    change(clearance=Classification.INTERNAL, roles=frozenset({"reviewer"}))
    assert send() == "IDEMPOTENCY_MISMATCH"
    change(roles=none)
    assert send() == "IDEMPOTENCY_MISMATCH"
    change(roles=frozenset({"reader"}))
    assert send() == first
    assert asks(world) == before + 1


def test_what_a_compartment_holds_is_told_again_to_its_members_only(world: World) -> None:
    stack, key = world.stack, {"idempotency-key": "member"}
    person = world.people["reader", "default"]
    compartments.change(stack, stack.owner, person.id, join=["file-9"])
    first = world.post("/ask", {"question": QUESTION}, **key)
    assert world.post("/ask", {"question": QUESTION}, **key).content == first.content
    compartments.change(stack, stack.owner, person.id, leave=["file-9"])
    assert world.post("/ask", {"question": QUESTION}, **key).json()["code"] == "IDEMPOTENCY_MISMATCH"


def test_what_the_policy_no_longer_lets_somebody_do_is_not_told_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = world.spare["default"].pop()
    asked: tuple[tuple[str, Any], ...] = ("/ask", {"question": QUESTION}), (f"/documents/{document}/withdraw", {})
    for path, body in asked:
        assert world.post(path, body, "curator", **{"idempotency-key": path}).status_code == 200
    monkeypatch.setattr(world.stack.in_force, "_pinned", Closed("shut for a test"))
    told = [world.post(path, body, "curator", **{"idempotency-key": path}).json()["code"] for path, body in asked]
    assert told == ["IDEMPOTENCY_MISMATCH", "FORBIDDEN"]


def test_requests_at_the_same_time_run_once(world: World) -> None:
    before, found = asks(world), []

    def send() -> None:
        found.append(world.post("/ask", {"question": QUESTION}, **{"idempotency-key": "three"}))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.status_code for one in found} == {200}
    assert len({one.json()["voucher_id"] for one in found}) == 1
    assert asks(world) == before + 1


def test_what_was_refused_may_be_sent_again(world: World) -> None:
    key = {"idempotency-key": "four"}
    assert world.post("/ask", {"question": "?"}, **key).json()["code"] == "QUESTION_EMPTY"
    assert world.post("/ask", {"question": "?", "x": 1}, **key).json()["code"] == "INPUT_INVALID"
    assert world.post("/ask", {"question": QUESTION}, **key).status_code == 200


def test_what_was_done_before_it_failed_is_not_done_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error after the commit is the answer to a repeat as well; one before it, or a refusal, frees the key."""
    stack, key, document = world.stack, {"idempotency-key": "late"}, world.spare["default"].pop()
    path = f"/documents/{document}/withdraw"

    def broken() -> None:
        raise AvouchError(Code.STATE_UNAVAILABLE, "it broke")

    assert world.post(path, {}, "reader", **key).status_code == 403
    assert world.post(path, {}, "reader", **key).headers.get("idempotency-replayed") is None
    with monkeypatch.context() as patch:
        patch.setattr(stack.shelf, "refresh", broken)
        late = world.post(path, {}, "curator", **key)
        early = world.post("/ask", {"question": QUESTION}, **key)
    assert [one.status_code for one in (late, early)] == [503, 503]
    again = world.post(path, {}, "curator", **key)
    assert (again.status_code, again.content, again.headers["content-type"]) == (503, late.content, problem.MEDIA)
    assert again.headers["idempotency-replayed"] == "true"
    assert world.post("/ask", {"question": QUESTION}, **key).status_code == 200


def test_what_was_cut_short_is_not_guessed(world: World) -> None:
    stack, person = world.stack, world.people["reader", "default"]
    world.post("/ask", {"question": QUESTION}, **{"idempotency-key": "five"})
    claim = idempotent.Claim.of(stack, person, "five", "")
    cut = update(idempotency).where(idempotency.c.digest == claim.digest).values(status=idempotent.RUNNING)
    stack.state.write(lambda tx: tx.execute(cut))
    told = world.post("/ask", {"question": QUESTION}, **{"idempotency-key": "five"})
    assert (told.status_code, told.json()["code"]) == (409, "IDEMPOTENCY_UNKNOWN")


def test_after_a_day_a_key_is_new(world: World) -> None:
    stack, person = world.stack, world.people["reader", "default"]
    first = world.post("/ask", {"question": QUESTION}, **{"idempotency-key": "six"}).json()
    claim = idempotent.Claim.of(stack, person, "six", "")
    old = time.time_ns() // 1000 - idempotent.DAY - 1
    aged = update(idempotency).where(idempotency.c.digest == claim.digest).values(created_at=old)
    stack.state.write(lambda tx: tx.execute(aged))
    again = world.post("/ask", {"question": QUESTION}, **{"idempotency-key": "six"}).json()
    assert again["voucher_id"] != first["voucher_id"]
    name = select(sealed.c.data).where(sealed.c.name == idempotent.PREFIX + claim.digest)
    (kept,) = stack.state.read(lambda tx: tx.execute(name).scalars().all())
    assert QUESTION.encode() not in kept


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb"])
def test_a_key_that_is_none(world: World, key: str) -> None:
    told = world.post("/ask", {"question": QUESTION}, **{"idempotency-key": key})
    assert (told.status_code, told.json()["code"]) == (400, "INPUT_INVALID")


def test_secrets_uploads_and_events_are_not_kept(world: World) -> None:
    key = {"idempotency-key": "seven"}
    assert world.post("/access/keys", {"label": "x"}, "owner", **key).status_code == 400
    assert world.post("/ask", {"question": QUESTION}, accept="text/event-stream", **key).status_code == 400
    files: Any = {"files": ("a.md", b"# A\n\nText.\n")}
    told = world.client.post("/api/v1/sources/x/files", files=files, headers=world.headers("curator", **key))
    assert told.status_code == 400


def test_an_answer_kept_after_an_erasure_has_no_text(world: World) -> None:
    stack, person = world.stack, world.people["reader", "default"]
    claim = idempotent.Claim.of(stack, person, "eight", "asked")
    assert idempotent.claim(stack, claim) is None
    document = world.spare["default"].pop()
    assert world.post(f"/documents/{document}/erase", {"confirm": True}, "owner").status_code == 200
    idempotent.keep(stack, claim, idempotent.Kept(200, "application/json", b"it may quote what was erased"))
    name = select(sealed.c.name).where(sealed.c.name == idempotent.PREFIX + claim.digest)
    assert stack.state.read(lambda tx: tx.execute(name).first()) is None
