"""The command line as a user runs it: the installed program, its own process, real files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PAGES

from avouch.faces.cli.ask import lines

AVOUCH = Path(sys.executable).parent / "avouch"


class Shell:
    """Runs `avouch` on one home."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *words: str, code: int = 0) -> str:
        env = {**os.environ, "AVOUCH_HOME": str(self.home), "COLUMNS": "200"}
        done = subprocess.run([str(AVOUCH), *words], capture_output=True, text=True, env=env, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "library").mkdir()
    for name, text in PAGES.items():
        (folder / "library" / name).write_text(text)
    made = Shell(folder / "home")
    made.run("init")
    made.run("ingest", str(folder / "library"), "--labels", "staff", "--class", "internal")
    made.run("principal", "add", "ann", "--groups", "staff", "--clearance", "internal")
    return made


QUESTION = ("ask", "How long is alcohol hand rub applied?", "--as", "ann")


def test_ask_prints_claims_with_their_sources(shell: Shell) -> None:
    told = shell.run(*QUESTION, "--explain")
    assert "20 seconds" in told
    assert "hand.md" in told
    assert "visible by" in told


def test_each_row_and_item_has_its_own_line() -> None:
    assert lines("A rub is\napplied.\n- for  20 s\n| a | b") == "A rub is applied.\n- for 20 s\n| a | b"


def test_ask_json_has_the_fields_promised(shell: Shell) -> None:
    told = shell.json(*QUESTION)
    assert told["abstained"] is False
    cited = told["claims"][0]["citations"][0]
    assert {"document_id", "version_id", "start", "end", "quote"} <= set(cited)
    assert {"document_id", "score"} <= set(told["passages"][0])
    assert isinstance(told["snapshot"], int)
    assert told["voucher_id"]
    assert told["timings"]


def test_a_voucher_is_exported_verified_and_refused_when_forged(shell: Shell, tmp_path: Path) -> None:
    voucher = shell.json(*QUESTION)["voucher_id"]
    shell.run("ledger", "checkpoint", "--to", str(tmp_path / "anchor"))
    key = shell.json("key", "list")["verifier"]
    file = tmp_path / "voucher.json"
    file.write_text(shell.run("voucher", "export", voucher))
    lone = Shell(tmp_path / "nowhere")
    told = lone.run("verify", str(file), "--key", key, "--anchor", str(tmp_path / "anchor"))
    assert "VALID" in told
    file.write_text(file.read_text().replace("20 seconds", "90 seconds"))
    assert "NOT VALID" in lone.run("verify", str(file), code=1)
    assert "same" in shell.run("replay", voucher)
    assert "20 seconds" in shell.run("voucher", "show", voucher)


def test_documents_are_listed_shown_withdrawn_and_erased(shell: Shell) -> None:
    found = {one["key"]: one["id"] for one in shell.json("documents", "list")}
    assert set(found) == set(PAGES)
    assert "1,000 mg" in shell.run("documents", "show", found["iron.md"], "--text")
    assert "1,000 mg" in shell.json("documents", "show", found["iron.md"], "--text")["text"]
    assert shell.json("documents", "versions", found["iron.md"])[0]["fate"] == "live"
    assert shell.json("documents", "withdraw", found["iron.md"], "--wrong")["fate"] == "revoked"
    told = shell.json("documents", "erase", found["sepsis.md"], "--yes")
    assert told["proven"] is True
    assert "ERASED" in shell.run("documents", "erase", found["sepsis.md"], "--yes", code=1)


def test_a_raised_class_is_told_and_a_person_has_the_last_word(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "wards").mkdir()
    (tmp_path / "wards" / "note.md").write_text("# Note\n\nMRN: 0012345 has a cough.\n")
    words = ("ingest", str(tmp_path / "wards"), "--labels", "staff", "--class", "internal")
    assert "the class of 1 documents was raised: 1 × it holds a patient's number" in shell.run(*words)
    document = next(one["id"] for one in shell.json("documents", "list") if one["key"] == "note.md")
    told = shell.run("documents", "show", document)
    assert "restricted (declared internal)" in told
    assert "raised: it holds a patient's number" in told
    current = shell.json("documents", "show", document)["current"]
    assert (current["classification"], current["declared"]) == ("restricted", "internal")
    assert shell.json(*words, "--class-reviewed")["changed"] == 1
    assert "internal (reviewed)" in shell.run("documents", "show", document)
    assert [one["class_reviewed"] for one in shell.json("documents", "versions", document)] == [False, True]


def test_the_ledger_is_verified_and_exported(shell: Shell, tmp_path: Path) -> None:
    assert "VALID" in shell.run("ledger", "verify")
    shell.run("ledger", "export", "--to", str(tmp_path / "log.jsonl"))
    assert "VALID" in shell.run("verify", str(tmp_path / "log.jsonl"))


def test_keys_rotate_and_a_backup_is_restored(shell: Shell, tmp_path: Path) -> None:
    shell.run("key", "rotate", "master")
    shell.run("key", "rotate", "signing")
    shell.run("key", "export", "--to", str(tmp_path / "keys"))
    shell.run("backup", str(tmp_path / "backup.tar"))
    again = Shell(tmp_path / "again")
    again.run("restore", str(tmp_path / "backup.tar"), "--keys", str(tmp_path / "keys"))
    assert "20 seconds" in again.run(*QUESTION)
    assert again.json("status", "--deep")["whole"] is True


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("ask", "anything", "--as", "nobody"), 1, "PRINCIPAL_UNKNOWN"),
        (("ask", " "), 2, "QUESTION_EMPTY"),
        (("ask", "hand rub", "--as-of", "last week"), 2, "TIME_INVALID"),
        (("ingest", "/no/such/place"), 1, "PATH_MISSING"),
        (("ingest", ".", "--class", "secret"), 2, "INPUT_INVALID"),
        (("ingest", ".", "--map", "nonsense"), 2, "INPUT_INVALID"),
        (("voucher", "export", "a_none"), 1, "NOT_FOUND"),
        (("documents", "show", "d_none"), 1, "NOT_FOUND"),
        (("verify", "/no/such/file"), 1, "PATH_MISSING"),
        (("init",), 1, "HOME_EXISTS"),
        (("nonsense",), 2, "No such command"),
        (("ask",), 2, "Missing argument"),
    ],
)
def test_what_goes_wrong_has_a_code_and_says_what_to_do(
    shell: Shell, words: tuple[str, ...], code: int, says: str
) -> None:
    told = shell.run(*words, code=code)
    assert says in told
    assert "Traceback" not in told


def test_an_error_is_a_record_too(shell: Shell) -> None:
    told = shell.run("ask", "anything", "--as", "nobody", "--json", code=1)
    assert json.loads(told[: told.rindex("}") + 1])["error"]["code"] == "PRINCIPAL_UNKNOWN"


def test_the_home_may_be_named_anywhere(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "unused")
    home = str(tmp_path / "other")
    shell.run("init", "--home", home)
    assert json.loads(shell.run("status", f"--home={home}", "--json"))["entries"] == 1
    assert json.loads(shell.run("--home", home, "status", "--json"))["entries"] == 1


def test_no_home(tmp_path: Path) -> None:
    assert "HOME_MISSING" in Shell(tmp_path / "none").run("status", code=1)
