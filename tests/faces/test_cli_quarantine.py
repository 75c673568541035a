"""`avouch quarantine` and `avouch retention` as a user runs them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.conftest import PAGES
from tests.faces.test_cli import Shell
from tests.stack.test_quarantine import ORDER, POISON

ASKED = "How often are gauze bandages changed?"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder: Path = tmp_path_factory.mktemp("cli")
    (folder / "library").mkdir()
    for name, text in {**PAGES, "bandage.md": POISON}.items():
        (folder / "library" / name).write_text(text)
    made = Shell(folder / "home")
    made.run("init")
    told = made.run("ingest", str(folder / "library"), "--labels", "staff", "--class", "internal")
    assert "1 chunks give orders" in told
    for name, roles in (("ann", "reader"), ("cora", "curator")):
        made.run("principal", "add", name, "--groups", "staff", "--clearance", "internal", "--roles", roles)
    return made


def test_a_curator_looks_and_decides(shell: Shell) -> None:
    (one,) = json.loads(shell.run("quarantine", "list", "--as", "cora", "--json"))
    row = str(one["row"])
    assert "bandage.md" in shell.run("quarantine", "list", "--as", "cora")
    assert ORDER in shell.run("quarantine", "show", row, "--as", "cora")
    assert "FORBIDDEN" in shell.run("quarantine", "list", "--as", "ann", code=1)
    assert "INPUT_INVALID" in shell.run("quarantine", "release", "--as", "cora", code=2)
    assert "INPUT_INVALID" in shell.run("quarantine", "list", "--standing", "gone", code=2)
    told = shell.run("quarantine", "release", row, "--reason", "for training", "--as", "cora")
    assert "1 chunks are found from now on" in told
    assert "nothing is marked" in shell.run("quarantine", "list", "--as", "cora")
    told = shell.run("quarantine", "confirm", row, "--as", "cora")
    assert "1 chunks stay out for good" in told
    assert "confirmed" in shell.run("quarantine", "list", "--standing", "all", "--as", "cora")


def test_retention_runs_by_the_settings_and_heeds_holds(shell: Shell) -> None:
    assert "kept for good" in shell.run("retention", "run")
    told = shell.run("ask", "How long is alcohol hand rub applied?", "--as", "ann")
    (voucher,) = set(re.findall(r"a_[0-9a-f]{20}", told))
    (shell.home / "avouch.toml").write_text("[[retention]]\ndays = 0\n")
    assert voucher in shell.run("retention", "hold", voucher, "--reason", "a case")
    assert voucher in shell.run("retention", "holds")
    assert "0 answers" in shell.run("retention", "run", "--dry-run")
    shell.run("retention", "unhold", voucher)
    assert "nothing is under a hold" in shell.run("retention", "holds")
    assert "1 answers" in shell.run("retention", "run", "--dry-run")
    told = shell.run("retention", "run")
    assert "1 answers" in told
    assert "content is kept for 0 days" in told
    assert "erased" in shell.run("replay", voucher)
