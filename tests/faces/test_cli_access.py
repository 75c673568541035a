"""People, keys, emergencies and the access review on the command line."""

from __future__ import annotations

import subprocess

import pytest
from tests.faces.test_cli import AVOUCH, Shell

from avouch.stack import signin
from avouch.stack.stack import Stack


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    made = Shell(tmp_path_factory.mktemp("access") / "home")
    made.run("init")
    made.run("principal", "add", "doc", "--roles", "on-call", "--groups", "icu")
    return made


@pytest.mark.slow
def test_principals_come_change_and_go(shell: Shell) -> None:
    shell.run("principal", "add", "svc", "--kind", "service", "--tenant", "north")
    shell.run("principal", "change", "svc", "--roles", "curator", "--clearance", "internal")
    told = {one["principal"]["name"]: one for one in shell.json("principal", "list")}
    assert told["svc"]["principal"]["roles"] == ["curator"]
    assert (told["svc"]["principal"]["tenant"], told["svc"]["principal"]["kind"]) == ("north", "service")
    shell.run("principal", "disable", "svc")
    assert {one["principal"]["name"]: one["status"] for one in shell.json("principal", "list")}["svc"] == "disabled"
    assert "FORBIDDEN" in shell.run("ask", "Anything?", "--as", "svc", code=1)
    shell.run("principal", "enable", "svc")
    shell.run("principal", "link", "svc", "--issuer", "https://idp.example.org", "--subject", "s-1")
    assert "INPUT_INVALID" in shell.run("principal", "add", "x", "--roles", "wizard", code=2)


def test_a_key_is_shown_once_and_works_until_it_is_revoked(shell: Shell) -> None:
    told = shell.json("access", "key", "create", "doc", "--label", "laptop", "--scopes", "ask,search", "--days", "7")
    with Stack.open(shell.home) as stack:
        assert signin.by_key(stack, told["token"]).scopes == {"ask", "search"}
    secret = told["token"].split("_", 2)[2]
    assert secret not in shell.run("access", "key", "list")
    (listed,) = shell.json("access", "key", "list", "doc")
    assert listed["id"] == told["key"]["id"]
    shell.run("access", "key", "revoke", listed["id"])
    assert shell.json("access", "key", "list", "doc")[0]["revoked_at"]


@pytest.mark.parametrize("how", [["--stdin"], []])
def test_a_password_is_read_from_input_and_lets_in(shell: Shell, how: list[str]) -> None:
    words = [str(AVOUCH), "--home", str(shell.home), "access", "password", "doc", *how]
    done = subprocess.run(words, input="correct horse battery\n", text=True, capture_output=True, check=True)
    assert "correct" not in done.stdout + done.stderr
    with Stack.open(shell.home) as stack:
        assert signin.by_password(stack, "doc", "correct horse battery")[0].name == "doc"
    (session,) = shell.json("access", "session", "list", "doc")
    shell.run("access", "session", "end", session["id"])
    assert shell.json("access", "session", "list", "doc") == []
    shell.run("access", "session", "end", "doc", "--all")


@pytest.mark.slow
def test_an_emergency_from_its_beginning_to_its_review(shell: Shell) -> None:
    why = "unconscious, allergy unknown"
    assert why not in shell.run("access", "emergency", "begin", "doc", "--reason", why, "--minutes", "5")
    (told,) = shell.json("access", "emergency", "list")
    assert [one["code"] for one in shell.json("access", "review")["findings"]].count("emergency-pending") == 1
    assert "allergy" in shell.run("access", "emergency", "show", told["id"])
    shell.run("access", "emergency", "end", told["id"], "--as", "doc")
    assert "FORBIDDEN" in shell.run("access", "emergency", "review", told["id"], "justified", "--as", "doc", code=1)
    shell.run("access", "emergency", "review", told["id"], "justified")
    assert shell.json("access", "emergency", "list", "--pending") == []
    assert "emergency-pending" not in shell.run("access", "review")
    assert shell.json("access", "emergency", "list")[0]["verdict"] == "justified"
