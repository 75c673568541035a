"""`avouch policy` and `avouch access why|who-can` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conftest import PAGES
from tests.faces.test_cli import Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "library").mkdir()
    for name in ("hand.md", "leave.md"):
        (folder / "library" / name).write_text(PAGES[name])
    made = Shell(folder / "home")
    made.run("init")
    made.run("ingest", str(folder / "library"), "--labels", "staff", "--class", "internal")
    made.run("principal", "add", "ann", "--groups", "staff", "--clearance", "internal")
    made.run("principal", "add", "bea", "--roles", "admin")
    return made


def ids(shell: Shell) -> dict[str, str]:
    return {one["key"]: one["id"] for one in shell.json("documents", "list")}


@pytest.mark.slow
def test_from_the_shipped_policy_to_ones_own_and_back(shell: Shell, tmp_path: Path) -> None:
    leave = ids(shell)["leave.md"]
    shell.run("policy", "show", "--to", str(tmp_path))
    own = '@id("see.leave") permit (principal, action == Action::"see", resource is Document)'
    (tmp_path / "leave.cedar").write_text(f'{own} when {{ resource.labels.contains("hr") }};\n')
    shell.run("policy", "test", str(tmp_path), code=1)
    shell.run("policy", "propose", str(tmp_path))
    refused = shell.run("policy", "activate", "1", "--as", "bea", code=1)
    assert "POLICY_TEST_FAILED" in refused
    (tmp_path / "cases.yaml").write_text("- {resource: {labels: [hr]}, expect: allow, by: [see.leave]}\n")
    shell.run("policy", "propose", str(tmp_path))
    assert "SEPARATION_OF_DUTIES" in shell.run("policy", "activate", "2", code=1)
    told = shell.json("policy", "activate", "2", "--as", "bea")
    assert "see.leave" in told["diff"]
    why = shell.json("access", "why", "ann", leave)
    assert (why["allowed"], why["by"], why["policy"]) == (True, ["see.leave"], 2)
    assert "see.leave" in shell.run("policy", "diff", "0", "2")
    shell.run("policy", "activate", "0", "--as", "bea")
    assert [one["number"] for one in shell.json("policy", "list") if one["in_force"]] == [0]


def test_why_and_who_can_in_words(shell: Shell) -> None:
    found = ids(shell)
    assert "by see.labels" in shell.run("access", "why", "ann", found["hand.md"])
    denied = shell.run("access", "why", "ann", found["leave.md"])
    assert "nothing permits it" in denied
    assert "does not fit" in denied
    reach = shell.json("access", "who-can", found["hand.md"])
    assert (reach[0]["allowed"], reach[0]["principals"]) == (True, ["ann"])
    assert "ann" in shell.run("access", "who-can", found["hand.md"], "--purpose", "care")


def test_a_bad_policy_is_one_clear_error(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.cedar").write_text('@id("x") permit (principal, action, resource == Document::"d_1");')
    done = shell.run("policy", "test", str(tmp_path), "--json", code=1)
    assert json.loads(done[: done.index("\n}") + 2])["error"]["code"] == "POLICY_NAMES_DOCUMENT"
    assert "PATH_MISSING" in shell.run("policy", "propose", str(tmp_path / "none"), code=1)
