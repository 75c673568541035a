"""What claims bring: only what is mapped, to whom they are about, and never ownership."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from tests.stack.test_people import entries, made, refused

from avouch.errors import Code
from avouch.issuers import Grants, Issuer
from avouch.records import Classification
from avouch.stack import people, signin
from avouch.stack.stack import Stack

ISS = "https://idp.example.org"
ISSUER = Issuer(
    ISS,
    client_id="avouch",
    redirect_uri=ISS,
    claim="groups",
    provision=True,
    values={
        "a": Grants(frozenset({"a"}), frozenset({"reader"}), Classification.INTERNAL),
        "b": Grants(frozenset({"b"}), frozenset({"owner", "wizard"}), Classification.RESTRICTED),
    },
)


@pytest.fixture
def trusting(stack: Stack) -> Stack:
    stack.settings = replace(stack.settings, issuers=(ISSUER,))
    return stack


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (["a"], {"a"}),
        ("a", {"a"}),
        (["a", "b", "c"], {"a", "b"}),
        ([], set()),
        (None, set()),
        ({"a": 1}, set()),
        ([["a"], {"a": 1}, 7, None], set()),
        ("A", set()),
        (["a "], set()),
    ],
)
def test_only_what_is_mapped_counts(trusting: Stack, groups: Any, expected: set[str]) -> None:
    person, _ = signin.by_oidc(trusting, {"sub": "s", "groups": groups}, ISS)
    assert person.groups == expected
    assert not person.roles & {"owner", "wizard"}
    assert person.clearance == max((ISSUER.values[one].clearance for one in expected), default=Classification.PUBLIC)


def test_claims_may_lie_deeper_or_under_an_address(trusting: Stack) -> None:
    for claim, claims in (
        ("realm_access.roles", {"realm_access": {"roles": ["a"]}}),
        ("https://x.example.org/groups", {"https://x.example.org/groups": ["a"]}),
    ):
        trusting.settings = replace(trusting.settings, issuers=(replace(ISSUER, claim=claim),))
        assert signin.by_oidc(trusting, {"sub": claim, **claims}, ISS)[0].groups == {"a"}


@pytest.mark.parametrize("subject", ["", None, 7, ["s"], "x" * 256, "ü", "a\x00b", True])
def test_a_subject_is_a_text(trusting: Stack, subject: Any) -> None:
    with refused(Code.UNAUTHENTICATED):
        signin.by_oidc(trusting, {"sub": subject, "groups": ["a"]}, ISS)
    assert len(people.accounts(trusting, trusting.owner)) == 1


@pytest.mark.parametrize("name", ["owner", "two words", "a\x00b", "", "x" * 101, None, 7, "\u202eevil", "\ud800"])
def test_a_name_that_is_taken_or_none_is_not_used(trusting: Stack, name: Any) -> None:
    person, _ = signin.by_oidc(trusting, {"sub": "s", "preferred_username": name}, ISS)
    assert person.name == person.id
    assert person.id != trusting.owner.id
    assert entries(trusting, "principal.add")[-1]["issuer"] == ISS


def test_an_owner_is_not_changed_by_claims(trusting: Stack) -> None:
    second = made(trusting, "second", "owner")
    people.link(trusting, trusting.owner, second.id, ISS, "s")
    person, _ = signin.by_oidc(trusting, {"sub": "s", "groups": ["a"]}, ISS)
    assert person.roles == {"owner"}
    assert person.groups == set()


def test_nothing_changed_is_no_entry(trusting: Stack) -> None:
    for _ in range(3):
        signin.by_oidc(trusting, {"sub": "s", "groups": ["a"]}, ISS)
    assert entries(trusting, "principal.change") == []
    assert len(entries(trusting, "access.signin")) == 3


def test_two_first_sign_ins_at_once_are_one_person(trusting: Stack) -> None:
    found: list[str] = []
    ready = threading.Barrier(6)

    def enter() -> None:
        ready.wait()
        found.append(signin.by_oidc(trusting, {"sub": "s", "preferred_username": "eva"}, ISS)[0].id)

    threads = [threading.Thread(target=enter) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert len(entries(trusting, "principal.add")) == 1


def test_an_issuer_for_services_lets_no_people_in(trusting: Stack) -> None:
    services = replace(ISSUER, client_id="", audience="x")
    trusting.settings = replace(trusting.settings, issuers=(services,))
    with refused(Code.UNAUTHENTICATED):
        signin.by_oidc(trusting, {"sub": "s"}, ISS)
