"""`avouch model`, `prompt`, `budget` and `ask --model` as a user runs them, with a model server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import PAGES
from tests.faces.test_cli import Shell
from tests.model_server import Fake

from avouch.errors import AvouchError
from avouch.faces.cli.budgets import parts_of

TRUE = "Hand rub with alcohol is applied for 20 seconds"
WRONG = "Alcohol hand rub is applied for 90 seconds"
ASKED = "How long is alcohol hand rub applied?"
TEMPLATE = """name: own
version: 1
form: marks
== system
Answer from the passages marked {{mark}}, and cite them by their numbers.
== user
{{passages}}
{{question}}
== case it asks
{"question": "How long?", "passages": ["For 5 s."], "user_has": ["How long?", "For 5 s."]}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Fake]:
    with Fake(f"{TRUE} [1]. {WRONG} [1].") as made:
        yield made


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory, server: Fake) -> Shell:
    """A home with a model in force."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "library").mkdir()
    for name, text in PAGES.items():
        (folder / "library" / name).write_text(text)
    made = Shell(folder / "home")
    made.run("init")
    made.run("ingest", str(folder / "library"), "--labels", "staff", "--class", "internal")
    for name, roles in (("ann", "reader"), ("rita", "reader,reviewer"), ("bea", "admin")):
        made.run("principal", "add", name, "--groups", "staff", "--clearance", "internal", "--roles", roles)
    file = folder / "local.toml"
    file.write_text(
        f'name = "local"\nkind = "openai"\nurl = "{server.url}"\nversion = "1"\nowner = "it"\nreceives = "internal"\n'
        "context = 8000\nprice_in = 0.15\nprice_out = 2.5\ntimeout = 20.5\n"
    )
    assert "model activate local" in made.run("model", "add", str(file))
    assert "RELEASE_UNTRIED" in made.run("model", "activate", "local", "--as", "bea", code=1)
    made.run("model", "activate", "local", "--as", "bea", "--override", "a test")
    return made


def test_a_model_is_listed_and_tried(shell: Shell, server: Fake) -> None:
    [line] = shell.json("model", "list")
    told = line["model"]
    assert (told["name"], line["in_force"], told["price_in"], told["timeout"]) == ("local", True, "0.15", 20.5)
    assert "internal" in shell.run("model", "list")
    assert "local answers" in shell.run("model", "test", "local")
    server.faults.append("status 401")
    assert "MODEL_REFUSED" in shell.run("model", "test", "local", code=1)


def test_an_answer_shows_who_wrote_it_and_what_was_withheld(shell: Shell) -> None:
    told = shell.run("ask", ASKED, "--as", "ann", "--model", "local")
    assert TRUE in told
    assert "written by local" in told
    assert "1 sentence was withheld" in told
    assert "number" in told
    assert WRONG not in told
    assert WRONG in shell.run("ask", ASKED, "--as", "rita")
    assert shell.json("ask", ASKED, "--as", "ann")["withheld"][0]["text"] == ""
    assert "NOT_FOUND" in shell.run("ask", ASKED, "--as", "ann", "--model", "none", code=1)


def test_a_budget_that_is_spent_leaves_the_quoted_answer(shell: Shell) -> None:
    told = shell.json("budget", "set", "--principal", "ann", "--money", "0.000001", "--over", "degrade")
    assert (told["scope"], told["micros"]) == ("principal", 1)
    asked = shell.run("ask", ASKED, "--as", "ann")
    assert "quoted, since no model wrote it" in asked
    assert "20 seconds" in asked
    shell.run("budget", "set", "--principal", "ann", "--tokens", "5", "--minutes", "1.5")
    assert "BUDGET_SPENT" in shell.run("ask", ASKED, "--as", "ann", code=1)
    listed = shell.run("budget", "list")
    assert "principal ann" in listed
    assert "of 1.5" in listed
    [line] = shell.json("budget", "list")
    assert (line["name"], line["tokens"], line["milliseconds"], line["over"]) == ("ann", 5, 90_000, "refuse")
    assert "no longer limited" in shell.run("budget", "set", "--principal", "ann")
    assert shell.json("budget", "list") == []


def test_what_models_did_is_a_table(shell: Shell) -> None:
    shell.run("ask", ASKED, "--as", "ann")
    found = shell.json("model", "activity", "--days", "1")
    [line] = found["whole"]["models"]
    assert (line["model"], found["days"][0]["models"]) == ("local", [line])
    assert line["written"] + line["remembered"] + line["withheld"] + sum(line["fallbacks"].values()) > 0
    told = shell.run("model", "activity")
    assert "local" in told
    assert found["until"] in told
    assert "FORBIDDEN" in shell.run("model", "activity", "--as", "ann", code=1)


def test_what_is_no_budget_is_refused(shell: Shell) -> None:
    assert "INPUT_INVALID" in shell.run("budget", "set", "--tokens", "1", code=2)
    both = shell.run("budget", "set", "--tenant", "default", "--whole-home", "--tokens", "1", code=2)
    assert "name one of" in both


@pytest.mark.parametrize("text", ["much", "nan", "snan", "inf", "1e999999", "1e99", "0.0000001", ""])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(AvouchError, match="INPUT_INVALID"):
        parts_of(text, 1_000_000, "--money")


def test_an_amount_is_exact() -> None:
    assert [parts_of(text, 1_000_000, "") for text in ("12.50", "0.000001", "0")] == [12_500_000, 1, 0]


@pytest.mark.slow
def test_a_template_is_tried_stored_and_put_in_force(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "own.txt"
    file.write_text(TEMPLATE)
    assert "1 cases of own hold" in shell.run("prompt", "test", str(file))
    shell.run("prompt", "add", str(file))
    assert shell.run("prompt", "show", "own").startswith("name: own")
    assert "SEPARATION_OF_DUTIES" in shell.run("prompt", "activate", "own", "--override", "a test", code=1)
    shell.run("prompt", "activate", "own", "--as", "bea", "--override", "a test")
    assert {one["name"] for one in shell.json("prompt", "list") if one["in_force"]} == {"own", "answer-claims"}
    assert "RELEASE_UNTRIED" in shell.run("prompt", "retire", "own", code=1)
    shell.run("prompt", "retire", "own", "--override", "it was worse")
    file.write_text(TEMPLATE.replace("{{question}}\n", ""))
    assert "TEMPLATE_INVALID" in shell.run("prompt", "test", str(file), code=1)


def test_a_file_that_is_no_declaration_is_one_clear_error(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    for text, says in (("name = ", "no TOML"), ('name = "x"\nkind = "magic"', "kind"), ("[model]\n", "model")):
        file.write_text(text)
        refused = shell.run("model", "add", str(file), code=2)
        assert "INPUT_INVALID" in refused
        assert says in refused
    assert "PATH_MISSING" in shell.run("model", "add", str(tmp_path / "none.toml"), code=1)
    file.write_bytes(b"\xff\xfe")
    assert "ENCODING_UNKNOWN" in shell.run("model", "add", str(file), code=1)
    assert "NOT_FOUND" in shell.run("model", "retire", "x", code=1)
