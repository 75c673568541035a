"""`avouch redteam` as people use it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.faces.test_cli import Shell

from avouch.stack.stack import Stack


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    home: Path = tmp_path_factory.mktemp("attacked") / "home"
    Stack.create(home).close()
    return Shell(home)


def test_a_run_that_is_too_small_fails_and_is_kept(shell: Shell) -> None:
    told = shell.run("redteam", "run", "--suite", "benign", "--count", "1", code=1)
    assert "benign" in told
    assert "at least 5 are needed" in told
    assert "trial 1" in told
    found = shell.json("redteam", "list")
    assert [one["passed"] for one in found["trials"]] == [False]
    assert "failed" in found["standing"]
    report = shell.json("redteam", "report")
    assert report["report"]["suites"][0]["suite"] == "benign"
    assert report["signature"]


def test_what_cannot_be_tried_is_said(shell: Shell) -> None:
    assert "NOT_FOUND" in shell.run("redteam", "run", "--model", "nobody", code=1)
    assert "INPUT_INVALID" in shell.run("redteam", "run", "--model", "m", "--prompt", "p", code=2)
    assert "NOT_FOUND" in shell.run("redteam", "run", "--suite", "none", code=1)
