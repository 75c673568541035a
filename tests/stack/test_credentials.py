"""Passwords and keys: what is stored, who may hand them out, when they count no more."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update
from tests.stack.test_people import NONE, PUBLIC, entries, made, refused

from avouch.adapters import argon2_hash
from avouch.errors import Code
from avouch.lake import keyring
from avouch.lake import principals as rows
from avouch.lake.schema import api_keys, principals
from avouch.records import Principal
from avouch.stack import credentials, keys, people, signin
from avouch.stack.stack import Stack
from avouch.stack.throttle import Throttle

GOOD = "correct horse battery"


def me(stack: Stack, name: str, password: str = GOOD) -> Principal:
    """Somebody as their session knows them."""
    return signin.by_password(stack, name, password)[0]


def stored(stack: Stack) -> bytes:
    """Every byte of the state database on disk."""
    stack.state.flush()
    return b"".join(path.read_bytes() for path in stack.home.root.glob("state.db*"))


def change(stack: Stack, key_id: str, **values: Any) -> None:
    stack.state.write(lambda tx: tx.execute(update(api_keys).where(api_keys.c.id == key_id).values(values)))


@pytest.mark.parametrize(
    "bad", ["short", "aaaaaaaaaaaaaaaa", "abababababababab", "x" * 1001, "", "annabella-annabella"]
)
def test_weak_passwords_are_refused(stack: Stack, bad: str) -> None:
    person = made(stack, "annabella-ann", "reader")
    with refused(Code.INPUT_INVALID):
        credentials.set_password(stack, stack.owner, person.id, bad)


def test_a_service_has_no_password(stack: Stack) -> None:
    with refused(Code.INPUT_INVALID):
        credentials.set_password(stack, stack.owner, made(stack, "svc", kind="service").id, GOOD)


def test_the_hash_is_argon2id_over_a_secret_of_the_keyring(stack: Stack) -> None:
    ann = made(stack, "ann", "reader")
    credentials.set_password(stack, stack.owner, ann.id, GOOD)
    encoded = stack.state.read(lambda tx: rows.row_of(tx, ann.id)).password
    assert encoded.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not argon2_hash.matches(encoded, GOOD.encode())
    assert credentials.matches(stack, encoded, GOOD)
    ring = stack.ring
    stack.use(replace(ring, digest=keyring.new_key("dk", "")))
    assert not credentials.matches(stack, encoded, GOOD)
    stack.use(ring)
    assert GOOD.encode() not in stored(stack)


def test_composed_and_decomposed_characters_are_one_password(stack: Stack) -> None:
    ann = made(stack, "ann", "reader")
    credentials.set_password(stack, stack.owner, ann.id, "Gr\u00fcner Tee um acht")
    assert me(stack, "ann", "Gru\u0308ner Tee um acht").id == ann.id


def test_who_sets_whose_password(stack: Stack) -> None:
    ann, ben, admin = made(stack, "ann", "reader"), made(stack, "ben", "reader"), made(stack, "adm", "admin")
    credentials.set_password(stack, admin, ann.id, GOOD)
    with refused(Code.FORBIDDEN):
        credentials.set_password(stack, admin, stack.owner.id, GOOD)
    with refused(Code.FORBIDDEN):
        credentials.set_password(stack, ben, ann.id, GOOD)
    with refused(Code.FORBIDDEN):
        credentials.set_password(stack, ann, ann.id, GOOD + "!")  # asserted: a name proves nothing
    mine = me(stack, "ann")
    with refused(Code.UNAUTHENTICATED):
        credentials.set_password(stack, mine, ann.id, GOOD + "!", "wrong old password")
    credentials.set_password(stack, mine, ann.id, GOOD + "!", GOOD)
    assert me(stack, "ann", GOOD + "!").id == ann.id
    assert [told["actor"] for told in entries(stack, "access.password")] == [admin.id, ann.id]


def test_the_old_password_cannot_be_guessed(stack: Stack) -> None:
    ann = made(stack, "ann", "reader")
    credentials.set_password(stack, stack.owner, ann.id, GOOD)
    mine = me(stack, "ann")
    stack.throttle = Throttle(per_name=3)
    for _ in range(3):
        with refused(Code.UNAUTHENTICATED):
            credentials.set_password(stack, mine, ann.id, GOOD + "!", "guess")
    with refused(Code.RATE_LIMITED):
        credentials.set_password(stack, mine, ann.id, GOOD + "!", GOOD)
    assert [told["reason"] for told in entries(stack, "access.refused")] == ["old"] * 3


def test_a_new_password_ends_the_sessions(stack: Stack) -> None:
    ann = made(stack, "ann", "reader")
    credentials.set_password(stack, stack.owner, ann.id, GOOD)
    _, token = signin.by_password(stack, "ann", GOOD)
    credentials.set_password(stack, stack.owner, ann.id, GOOD + "!")
    with refused(Code.UNAUTHENTICATED):
        signin.by_session(stack, token)


def test_an_old_hash_is_made_anew_at_sign_in(stack: Stack) -> None:
    ann = made(stack, "ann", "reader")
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
    old = weak.hash(credentials.peppered(stack, GOOD))
    where = principals.c.id == ann.id
    stack.state.write(lambda tx: tx.execute(update(principals).where(where).values(password=old)))
    assert me(stack, "ann").id == ann.id
    fresh = stack.state.read(lambda tx: rows.row_of(tx, ann.id)).password
    assert fresh != old
    assert not argon2_hash.outdated(fresh)
    assert me(stack, "ann").id == ann.id


def test_a_key_is_shown_once_and_stored_as_a_keyed_digest(stack: Stack) -> None:
    ann = made(stack, "ann", "reader")
    key, token = credentials.create_key(stack, stack.owner, ann.id, "laptop", frozenset({"ask"}))
    assert re.fullmatch(rf"avk_{key.id[2:]}_[A-Za-z0-9_-]{{43}}", token)
    assert abs(key.expires_at - key.created_at - 90 * credentials.DAY) < 1
    kept = stored(stack)
    assert token.encode() not in kept
    assert token.split("_", 2)[2].encode() not in kept
    told = entries(stack, "access.key.create")[-1]
    assert (told["key"], told["principal"], told["scopes"], told["days"]) == (key.id, ann.id, ["ask"], 90)
    assert "label" not in told
    found = signin.by_key(stack, token)
    assert (found.id, found.asserted, found.via, found.scopes) == (ann.id, False, f"key:{key.id}", frozenset({"ask"}))


def test_keys_outlive_a_new_master_key_and_not_another_ring(stack: Stack) -> None:
    ann = made(stack, "ann", "reader")
    _, token = credentials.create_key(stack, stack.owner, ann.id, "laptop")
    keys.rotate(stack, stack.owner, "master")
    assert signin.by_key(stack, token).id == ann.id
    stack.use(replace(stack.ring, digest=keyring.new_key("dk", "")))
    with refused(Code.UNAUTHENTICATED):
        signin.by_key(stack, token)


@pytest.mark.parametrize(
    ("label", "scopes", "days"),
    [
        ("", NONE, 90),
        ("x" * 101, NONE, 90),
        ("a\nb", NONE, 90),
        ("ok", frozenset({"fly"}), 90),
        ("ok", NONE, 0),
        ("ok", NONE, 366),
    ],
)
def test_what_cannot_be_a_key(stack: Stack, label: str, scopes: frozenset[str], days: int) -> None:
    with refused(Code.INPUT_INVALID):
        credentials.create_key(stack, stack.owner, stack.owner.id, label, scopes, days)


def test_who_makes_whose_keys(stack: Stack) -> None:
    ann, ben, admin = made(stack, "ann", "reader"), made(stack, "ben", "reader"), made(stack, "adm", "admin")
    credentials.create_key(stack, admin, ann.id, "one")
    for actor, target in ((admin, stack.owner), (ben, ann), (ann, ann)):
        with refused(Code.FORBIDDEN):
            credentials.create_key(stack, actor, target.id, "two")
    credentials.set_password(stack, stack.owner, ann.id, GOOD)
    mine = me(stack, "ann")
    _, token = credentials.create_key(stack, mine, ann.id, "three")
    with refused(Code.FORBIDDEN):
        credentials.create_key(stack, signin.by_key(stack, token), ann.id, "a key makes no keys")
    with refused(Code.FORBIDDEN):
        credentials.create_key(stack, made(stack, "north-adm", "admin", tenant="north"), ann.id, "two")
    people.disable(stack, stack.owner, ann.id)
    with refused(Code.FORBIDDEN):
        credentials.create_key(stack, stack.owner, ann.id, "four")


def test_a_scoped_key_does_only_its_acts(stack: Stack) -> None:
    admin, ann = made(stack, "adm", "admin"), made(stack, "ann", "reader")
    _, token = credentials.create_key(stack, stack.owner, admin.id, "script", frozenset({"principal"}))
    holder = signin.by_key(stack, token)
    people.add(stack, "by-key", NONE, PUBLIC, frozenset({"reader"}), actor=holder)
    with refused(Code.FORBIDDEN):
        credentials.create_key(stack, holder, ann.id, "laptop")
    assert entries(stack, "access.refused")[-1]["scoped"] is True


def test_keys_end_by_time_and_by_hand(stack: Stack) -> None:
    ann = made(stack, "ann", "reader")
    past = time.time_ns() // 1000 - 1
    for values in ({"expires_at": past}, None):
        key, token = credentials.create_key(stack, stack.owner, ann.id, "laptop")
        assert signin.by_key(stack, token).id == ann.id
        if values:
            change(stack, key.id, **values)
        else:
            credentials.revoke_key(stack, stack.owner, key.id)
        with refused(Code.UNAUTHENTICATED):
            signin.by_key(stack, token)
    assert [told["reason"] for told in entries(stack, "access.refused")] == ["expired", "revoked"]
    first = stack.state.read(
        lambda tx: tx.execute(select(api_keys.c.revoked_at).where(api_keys.c.id == key.id)).scalar()
    )
    credentials.revoke_key(stack, stack.owner, key.id)
    again = stack.state.read(
        lambda tx: tx.execute(select(api_keys.c.revoked_at).where(api_keys.c.id == key.id)).scalar()
    )
    assert first == again
    with refused(Code.NOT_FOUND):
        credentials.revoke_key(stack, stack.owner, "k_none")


def test_use_is_noted_at_most_once_a_minute(stack: Stack) -> None:
    key, token = credentials.create_key(stack, stack.owner, made(stack, "ann", "reader").id, "laptop")

    def used() -> int | None:
        return credentials.keys(stack, stack.owner, key.principal_id)[0].used_at

    assert used() is None
    signin.by_key(stack, token)
    first = used()
    assert first
    signin.by_key(stack, token)
    assert used() == first
    change(stack, key.id, used_at=first - 61_000_000)
    signin.by_key(stack, token)
    assert (used() or 0) > first
    assert people.accounts(stack, stack.owner)[0].seen_at == used()


def test_keys_are_listed_to_who_may_know(stack: Stack) -> None:
    ann, ben, north = (
        made(stack, "ann", "reader"),
        made(stack, "ben", "reader"),
        made(stack, "n", "admin", tenant="north"),
    )
    for person in (ann, ben, north):
        credentials.create_key(stack, stack.owner, person.id, "laptop")
    assert len(credentials.keys(stack, stack.owner)) == 3
    assert {key.principal_id for key in credentials.keys(stack, north)} == {north.id}
    assert credentials.keys(stack, north, ann.id) == []
    with refused(Code.FORBIDDEN):
        credentials.keys(stack, ben, ann.id)
    first = credentials.keys(stack, stack.owner, limit=1)
    assert len(credentials.keys(stack, stack.owner, after=first[0].id)) == 2
