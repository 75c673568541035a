"""Signing in at a real OpenID provider through the service's own routes: out, back, and a session in a cookie."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.oidc.provider import MISSING, REDIRECT, person_signs_in, provider

from avouch.faces.http.app import create
from avouch.issuers import Grants, Issuer
from avouch.records import Classification
from avouch.stack.stack import Stack

GRANTS = {"cardiology": Grants(frozenset({"cardiology"}), frozenset({"reader"}), Classification.CONFIDENTIAL)}
API = "/api/v1"


def test_out_to_the_provider_and_back_with_a_session(stack: Stack, tmp_path: Path) -> None:
    with provider(False) as idp:
        if idp is None:
            pytest.skip(MISSING)
        secret = tmp_path / "client"
        secret.write_text(idp.secret)
        issuer = Issuer(
            idp.issuer,
            client_id="avouch",
            client_secret_file=str(secret),
            redirect_uri=REDIRECT,
            scope="openid profile groups",
            claim="groups",
            values=GRANTS,
            provision=True,
        )
        stack.settings = replace(stack.settings, issuers=(issuer,))
        with TestClient(create(stack), base_url="https://testserver", follow_redirects=False) as browser:
            out = browser.get(f"{API}/auth/oidc/login")
            assert out.status_code == 302 and out.headers["location"].startswith(idp.issuer)
            idp.groups(eva=["cardiology"])
            answer = person_signs_in(out.headers["location"], "eva")

            stranger = TestClient(browser.app, base_url="https://testserver", follow_redirects=False)
            refused = stranger.get(f"{API}/auth/oidc/callback", params=answer)
            assert refused.status_code == 401 and refused.json()["code"] == "UNAUTHENTICATED"

            back = browser.get(f"{API}/auth/oidc/callback", params=answer)
            assert back.status_code == 303
            told = back.headers["set-cookie"]
            assert "__Host-avouch=" in told and "HttpOnly" in told and "Secure" in told and "SameSite=lax" in told
            assert browser.get(f"{API}/documents").status_code == 200
            same_site = {"Sec-Fetch-Site": "same-origin"}
            assert browser.post(f"{API}/auth/signout", headers=same_site).status_code == 204
            assert browser.get(f"{API}/documents").status_code == 401
