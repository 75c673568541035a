"""Who may be added, changed and shut out, by whom; and that each is an entry without a name in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from avouch.errors import AvouchError, Code
from avouch.lake.principals import Change
from avouch.ledger import log
from avouch.records import Classification, Principal
from avouch.stack import credentials, people, signin
from avouch.stack.stack import Stack

PUBLIC, NONE = Classification.PUBLIC, frozenset[str]()


def refused(code: Code) -> Any:
    return pytest.raises(AvouchError, match=f"^{code.name}:")


def made(stack: Stack, name: str, *roles: str, tenant: str = "default", kind: str = "person") -> Principal:
    return people.add(stack, name, NONE, PUBLIC, frozenset(roles), tenant=tenant, kind=kind)


def entries(stack: Stack, kind: str) -> list[dict[str, Any]]:
    """The bodies of all entries of a kind, with their actors."""
    rows = stack.state.read(lambda tx: list(log.scan(tx)))
    told = [(json.loads(row.leaf), json.loads(row.body)) for row in rows]
    return [{"actor": leaf["actor"], **body} for leaf, body in told if leaf["kind"] == kind]


def test_a_principal_is_as_it_was_added(stack: Stack) -> None:
    one = people.add(
        stack,
        "north-svc",
        frozenset({"b", "a"}),
        Classification.RESTRICTED,
        frozenset({"reader"}),
        None,
        "north",
        "service",
    )
    found = people.find(stack, "north-svc")
    assert (found.id, found.tenant, found.kind, found.asserted) == (one.id, "north", "service", True)
    assert (found.groups, found.clearance) == (frozenset({"a", "b"}), Classification.RESTRICTED)
    told = entries(stack, "principal.add")[-1]
    assert told["principal"] == one.id
    assert "north-svc" not in json.dumps(told)


@pytest.mark.parametrize(
    ("name", "roles", "tenant", "kind", "groups"),
    [
        ("", (), "default", "person", ()),
        ("two words", (), "default", "person", ()),
        ("x" * 101, (), "default", "person", ()),
        ("a\x00b", (), "default", "person", ()),
        ("ok", ("wizard",), "default", "person", ()),
        ("ok", (), "Not A Tenant", "person", ()),
        ("ok", (), "", "person", ()),
        ("ok", (), "default", "robot", ()),
        ("ok", (), "default", "person", ("",)),
        ("ok", (), "default", "person", ("x" * 201,)),
        ("ok", (), "default", "person", ("a\nb",)),
    ],
)
def test_what_cannot_be_a_principal(
    stack: Stack, name: str, roles: tuple[str, ...], tenant: str, kind: str, groups: tuple[str, ...]
) -> None:
    size = stack.state.read(log.size)
    with refused(Code.INPUT_INVALID):
        people.add(stack, name, frozenset(groups), PUBLIC, frozenset(roles), tenant=tenant, kind=kind)
    assert stack.state.read(log.size) == size


def test_a_name_is_given_once_in_all_tenants(stack: Stack) -> None:
    made(stack, "ann", "reader")
    with refused(Code.PRINCIPAL_EXISTS):
        made(stack, "ann", "reader", tenant="north")


def test_who_may_add(stack: Stack) -> None:
    admin, reader = made(stack, "adm", "admin"), made(stack, "rea", "reader")
    people.add(stack, "by-admin", NONE, PUBLIC, frozenset({"reader"}), actor=admin)
    with refused(Code.FORBIDDEN):
        people.add(stack, "by-reader", NONE, PUBLIC, frozenset({"reader"}), actor=reader)
    with refused(Code.FORBIDDEN):
        people.add(stack, "elsewhere", NONE, PUBLIC, frozenset({"reader"}), actor=admin, tenant="north")
    with refused(Code.FORBIDDEN):
        people.add(stack, "crowned", NONE, PUBLIC, frozenset({"owner"}), actor=admin)
    with refused(Code.FORBIDDEN):
        made(stack, "crowned", "owner", tenant="north")
    assert {one.principal.name for one in people.accounts(stack, stack.owner)} == {"owner", "adm", "rea", "by-admin"}
    assert [told["actor"] for told in entries(stack, "access.refused")] == [
        reader.id,
        admin.id,
        admin.id,
        stack.owner.id,
    ]


def test_a_change_holds_at_once_and_says_what_it_was(stack: Stack) -> None:
    ann = people.add(stack, "ann", frozenset({"staff"}), PUBLIC, frozenset({"reader"}))
    told = Change(frozenset({"staff", "icu"}), frozenset({"curator"}), Classification.INTERNAL)
    people.change(stack, stack.owner, ann.id, told)
    found = people.find(stack, "ann")
    assert (found.groups, found.roles, found.clearance) == (told.groups, told.roles, told.clearance)
    body = entries(stack, "principal.change")[-1]
    assert (body["roles_added"], body["roles_removed"]) == (["curator"], ["reader"])
    assert (body["groups_added"], body["groups_removed"], body["clearance"]) == (1, 0, "internal")
    assert "icu" not in json.dumps(body)


def test_an_omitted_part_stays(stack: Stack) -> None:
    ann = people.add(stack, "ann", frozenset({"staff"}), Classification.INTERNAL, frozenset({"reader"}))
    people.change(stack, stack.owner, ann.id, Change(roles=frozenset()))
    found = people.find(stack, "ann")
    assert (found.groups, found.roles, found.clearance) == (ann.groups, NONE, Classification.INTERNAL)


def test_nobody_raises_themselves_and_only_owners_make_owners(stack: Stack) -> None:
    admin, other = made(stack, "adm", "admin"), made(stack, "oth", "reader")
    for target, told in (
        (admin, Change(clearance=Classification.RESTRICTED)),
        (other, Change(roles=frozenset({"owner"}))),
    ):
        with refused(Code.FORBIDDEN):
            people.change(stack, admin, target.id, told)
    with refused(Code.FORBIDDEN):
        people.change(stack, admin, stack.owner.id, Change(roles=NONE))
    with refused(Code.FORBIDDEN):
        people.disable(stack, admin, stack.owner.id)
    with refused(Code.FORBIDDEN):
        people.link(stack, admin, stack.owner.id, "https://idp.example.org", "mallory")
    people.change(stack, stack.owner, other.id, Change(roles=frozenset({"owner"})))
    assert people.find(stack, "oth").roles == {"owner"}


def test_the_owner_of_the_home_stays(stack: Stack) -> None:
    second = made(stack, "second", "owner")
    for actor in (stack.owner, second):
        for attempt in (
            lambda who=actor: people.disable(stack, who, stack.owner.id),
            lambda who=actor: people.change(stack, who, stack.owner.id, Change(roles=frozenset({"admin"}))),
        ):
            with refused(Code.INPUT_INVALID):
                attempt()
    people.disable(stack, stack.owner, second.id)
    assert people.find(stack, "owner").roles == {"owner"}


def test_who_is_disabled_is_out_and_what_let_them_in_is_gone(stack: Stack) -> None:
    ann = made(stack, "ann", "reader")
    credentials.set_password(stack, stack.owner, ann.id, "correct horse battery")
    _, token = signin.by_password(stack, "ann", "correct horse battery")
    _, key = credentials.create_key(stack, stack.owner, ann.id, "laptop")
    people.disable(stack, stack.owner, ann.id)
    with refused(Code.UNAUTHENTICATED):
        signin.by_session(stack, token)
    with refused(Code.UNAUTHENTICATED):
        signin.by_key(stack, key)
    with refused(Code.FORBIDDEN):
        people.find(stack, "ann")
    people.enable(stack, stack.owner, ann.id)
    assert people.find(stack, "ann").id == ann.id
    for attempt in (lambda: signin.by_session(stack, token), lambda: signin.by_key(stack, key)):
        with refused(Code.UNAUTHENTICATED):
            attempt()
    assert entries(stack, "principal.disable")[-1]["keys"] == 1


def test_a_subject_belongs_to_one_principal(stack: Stack) -> None:
    ann, ben = made(stack, "ann", "reader"), made(stack, "ben", "reader")
    people.link(stack, stack.owner, ann.id, "https://idp.example.org", "s-1")
    with refused(Code.PRINCIPAL_EXISTS):
        people.link(stack, stack.owner, ben.id, "https://idp.example.org", "s-1")
    people.link(stack, stack.owner, ben.id, "https://other.example.org", "s-1")
    assert "s-1" not in json.dumps(entries(stack, "principal.link"))


def test_accounts_page_in_order_and_by_tenant(stack: Stack) -> None:
    for name in ("c", "a", "b"):
        made(stack, name, "reader")
    made(stack, "n", "reader", tenant="north")
    north = made(stack, "north-admin", "admin", tenant="north")
    first = people.accounts(stack, stack.owner, limit=2)
    rest = people.accounts(stack, stack.owner, after=first[-1].principal.name)
    assert [one.principal.name for one in first + rest] == ["a", "b", "c", "n", "north-admin", "owner"]
    assert [one.principal.name for one in people.accounts(stack, north)] == ["n", "north-admin"]
    with refused(Code.FORBIDDEN):
        people.accounts(stack, people.find(stack, "a"))
