"""Sign-in at a real OpenID provider: the whole flow, and each thing that must not work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.oidc.provider import MISSING, REDIRECT, Provider, person_signs_in, provider
from tests.stack.test_people import NONE, entries, made, refused

from avouch.adapters.issuer_keys import IssuerKeys, fetch
from avouch.adapters.oidc_login import OidcLogin
from avouch.errors import Code
from avouch.issuers import Grants, Issuer
from avouch.records import Classification
from avouch.stack import oidc, people, signin
from avouch.stack.stack import Stack

VALUES = {
    "cardiology": Grants(frozenset({"cardiology"}), frozenset({"reader"}), Classification.CONFIDENTIAL),
    "night": Grants(frozenset({"night"}), frozenset({"on-call"}), Classification.INTERNAL),
    "north": Grants(tenant="north"),
}


@pytest.fixture(scope="module", params=[False, True], ids=["userinfo", "id-token"])
def idp(request: pytest.FixtureRequest) -> Iterator[Provider]:
    with provider(request.param) as running:
        if running is None:
            pytest.skip(MISSING)
        yield running


@pytest.fixture
def issuer(idp: Provider, tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    secret = tmp_path_factory.mktemp("secret") / "client"
    secret.write_text(idp.secret + "\n")
    return Issuer(
        idp.issuer,
        client_id="avouch",
        client_secret_file=str(secret),
        redirect_uri=REDIRECT,
        scope="openid profile groups",
        claim="groups",
        values=VALUES,
        provision=True,
    )


def signs_in(idp: Provider, url: str, login: str, *groups: str) -> dict[str, str]:
    idp.groups(**{login: list(groups)})
    return person_signs_in(url, login)


def trusting(stack: Stack, issuer: Issuer) -> Stack:
    """The stack with an issuer in its settings."""
    stack.settings = replace(stack.settings, issuers=(issuer,))
    for name in ("logins", "bearer"):
        stack.__dict__.pop(name, None)
    return stack


def test_a_person_signs_in_and_has_what_their_claims_bring(stack: Stack, idp: Provider, issuer: Issuer) -> None:
    trusting(stack, issuer)
    url, cookie = oidc.begin(stack)
    assert "code_challenge_method=S256" in url
    person, token = oidc.finish(stack, cookie, signs_in(idp, url, "eva", "cardiology", "night", "unheard-of"), "care")
    assert (person.name, person.roles) == ("eva", frozenset({"reader", "on-call"}))
    assert person.groups == {"cardiology", "night"}
    assert (person.clearance, person.asserted, person.purpose) == (Classification.CONFIDENTIAL, False, "care")
    assert signin.by_session(stack, token)[0].id == person.id
    assert [told["by"] for told in entries(stack, "access.signin")] == ["oidc"]

    url, cookie = oidc.begin(stack, issuer.issuer)
    again, _ = oidc.finish(stack, cookie, signs_in(idp, url, "eva", "night"))
    assert (again.id, again.groups, again.clearance) == (person.id, frozenset({"night"}), Classification.INTERNAL)
    assert entries(stack, "principal.change")[-1]["groups_removed"] == 1

    url, cookie = oidc.begin(stack)
    bare, _ = oidc.finish(stack, cookie, signs_in(idp, url, "eva"))
    assert (bare.id, bare.groups, bare.roles, bare.clearance) == (person.id, NONE, NONE, Classification.PUBLIC)


def test_whoever_is_not_added_is_not_let_in(stack: Stack, idp: Provider, issuer: Issuer) -> None:
    trusting(stack, replace(issuer, provision=False))
    made(stack, "eva", "owner")  # the same name is not the same person
    url, cookie = oidc.begin(stack)
    with refused(Code.UNAUTHENTICATED):
        oidc.finish(stack, cookie, signs_in(idp, url, "eva", "cardiology"))
    assert entries(stack, "access.refused")[-1]["reason"] == "unlinked"


def test_a_linked_person_is_that_person(stack: Stack, idp: Provider, issuer: Issuer) -> None:
    trusting(stack, replace(issuer, provision=False, claim="", values={}))
    ann = made(stack, "ann", "curator")
    people.link(stack, stack.owner, ann.id, issuer.issuer, "eva")
    url, cookie = oidc.begin(stack)
    person, _ = oidc.finish(stack, cookie, signs_in(idp, url, "eva", "cardiology"))
    assert (person.id, person.roles) == (ann.id, frozenset({"curator"}))


def test_a_response_is_good_for_its_own_sign_in_only(stack: Stack, idp: Provider, issuer: Issuer) -> None:
    trusting(stack, issuer)
    url, cookie = oidc.begin(stack)
    _, other = oidc.begin(stack)
    query = signs_in(idp, url, "eva", "cardiology")
    wrong: list[tuple[str, dict[str, str]]] = [
        (other, query),
        (cookie, {**query, "state": "x"}),
        (cookie, {**query, "iss": "https://evil.example.org"}),
        (cookie, {name: value for name, value in query.items() if name != "iss"}),
        (cookie, {**query, "code": "x" * 43}),
        (cookie, {**query, "code": ""}),
        (cookie, {"state": query["state"], "iss": query["iss"], "error": "access_denied"}),
        (cookie, {}),
        (cookie[:-4] + "AAAA", query),
        ("", query),
        ("é", query),
    ]
    stack.throttle.told = 100
    for held, told in wrong:
        with refused(Code.UNAUTHENTICATED):
            oidc.finish(stack, held, told)
    reasons = [told["reason"] for told in entries(stack, "access.refused")]
    assert reasons == [
        "state",
        "state",
        "issuer",
        "issuer",
        "code",
        "denied",
        "denied",
        "state",
        "state",
        "state",
        "state",
    ]
    assert oidc.finish(stack, cookie, query)[0].name == "eva"
    with refused(Code.UNAUTHENTICATED):
        oidc.finish(stack, cookie, query)  # the provider takes a code once


def test_a_sign_in_must_be_finished_soon(
    stack: Stack, idp: Provider, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting(stack, issuer)
    url, cookie = oidc.begin(stack)
    query = signs_in(idp, url, "eva")
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + 601 * 10**9)
    with refused(Code.UNAUTHENTICATED):
        oidc.finish(stack, cookie, query)
    assert entries(stack, "access.refused")[-1]["reason"] == "expired"


def test_nonce_verifier_and_audience_are_checked(idp: Provider, issuer: Issuer) -> None:
    login = OidcLogin(issuer)
    started = login.start()
    query = signs_in(idp, started.url, "eva")
    assert login.finish(replace(started, verifier="x" * 64), query, time.time()) == "code"
    started = login.start()
    query = signs_in(idp, started.url, "eva")
    assert login.finish(replace(started, nonce="x" * 64), query, time.time()) == "nonce"
    started = login.start()
    query = signs_in(idp, started.url, "eva")
    assert login.finish(started, query, time.time() + 7 * 24 * 3600) == "expired"


def test_people_of_another_tenant_by_their_claims(stack: Stack, idp: Provider, issuer: Issuer) -> None:
    trusting(stack, issuer)
    url, cookie = oidc.begin(stack)
    person, _ = oidc.finish(stack, cookie, signs_in(idp, url, "nora", "north", "night"))
    assert person.tenant == "north"
    url, cookie = oidc.begin(stack)
    with refused(Code.UNAUTHENTICATED):
        oidc.finish(stack, cookie, signs_in(idp, url, "nora", "night"))
    assert entries(stack, "access.refused")[-1]["reason"] == "tenant"


def test_a_provider_that_says_it_is_another_is_refused(issuer: Issuer) -> None:
    def lying(url: str) -> Any:
        return {**fetch(url), "issuer": issuer.issuer + "/"}

    with refused(Code.PROVIDER_FAILED):
        OidcLogin(issuer, IssuerKeys(issuer, lying)).start()

    def elsewhere(url: str) -> Any:
        return {**fetch(url), "authorization_endpoint": "http://login.example.org/auth"}

    with refused(Code.PROVIDER_FAILED):
        OidcLogin(issuer, IssuerKeys(issuer, elsewhere)).start()


def test_a_provider_that_is_not_there(stack: Stack) -> None:
    nowhere = Issuer("http://127.0.0.1:9", client_id="avouch", redirect_uri=REDIRECT)
    with refused(Code.PROVIDER_FAILED):
        oidc.begin(trusting(stack, nowhere))
    with refused(Code.NOT_FOUND):
        oidc.begin(stack, "https://other.example.org")
