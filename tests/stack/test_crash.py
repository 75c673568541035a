"""Faults: killed at random points, a torn lake commit, a full disk, a second process, an old or newer home."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select
from tests.conftest import take_in

from avouch.adapters.sqlite_state import SqliteState
from avouch.errors import AvouchError, Code
from avouch.lake import chunks, documents, schema
from avouch.lake.migrate import migrate as migrate_lake
from avouch.records import Principal
from avouch.stack import audit
from avouch.stack.ask import ask
from avouch.stack.collect import collect
from avouch.stack.migrate import migrate
from avouch.stack.stack import Stack
from avouch.stack.status import status

CHILD = """
import sys
from pathlib import Path
from tests.conftest import take_in
from avouch.stack.stack import Stack
with Stack.open(Path(sys.argv[1])) as stack:
    print("ready", flush=True)
    take_in(stack, Path(sys.argv[2]))
    print("done", flush=True)
"""


def corpus(folder: Path, count: int) -> Path:
    folder.mkdir(exist_ok=True)
    for n in range(count):
        words = " ".join(f"word{(n * 7 + k) % 500}" for k in range(40))
        (folder / f"page{n:04d}.md").write_text(f"# Page {n}\n\nThe number of page {n} is {n * 3 + 1}. {words}.\n")
    return folder


def count(tx: Connection) -> tuple[int, int, int]:
    """Documents, versions, and the live chunks of both."""
    documents = tx.execute(select(func.count()).select_from(schema.documents)).scalar() or 0
    versions = tx.execute(select(func.count()).select_from(schema.versions)).scalar() or 0
    rows = tx.execute(select(func.sum(schema.versions.c.rows))).scalar() or 0
    return documents, versions, rows


def is_whole(stack: Stack, expected: int) -> None:
    """Nothing lost, nothing doubled: in the rows, the lake, the index and the ledger."""
    documents, versions, rows = stack.state.read(count)
    assert (documents, versions) == (expected, expected)
    assert audit.audit(stack, []).valid
    spans = stack.shelf.generation.spans
    live = spans["version"][spans["version"] >= 0]
    assert len(live) == rows
    assert len(set(live.tolist())) == expected
    found = ask(stack, stack.owner, f"What is the number of page {expected - 1}?")
    assert len({passage.row for passage in found.passages}) == len(found.passages)
    assert status(stack, deep=True)["whole"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_kill_9_at_random_points_loses_nothing_and_doubles_nothing(tmp_path: Path, seed: int) -> None:
    home, folder = tmp_path / "home", corpus(tmp_path / "files", 120)
    Stack.create(home).close()
    (home / "avouch.toml").write_text("batch_documents = 10\n")
    draw = random.Random(seed)
    for _ in range(3):
        run = [sys.executable, "-c", CHILD, str(home), str(folder)]
        child = subprocess.Popen(run, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
        assert child.stdout
        child.stdout.readline()
        time.sleep(draw.uniform(0.0, 2.5))
        child.send_signal(signal.SIGKILL)
        child.wait()
    with Stack.open(home) as stack:
        report = take_in(stack, folder)
        assert report.added + report.unchanged == 120
        is_whole(stack, 120)
        collect(stack, stack.owner)
        is_whole(stack, 120)
        lake = set(chunks.read(stack.tables)[0].tolist())
        assert len(lake) == stack.state.read(count)[2]


def test_a_crash_between_the_lake_and_the_ledger(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers see only what the ledger knows; the orphans are collected."""
    folder = corpus(tmp_path / "files", 5)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(documents, "record", killed)
        with pytest.raises(KeyboardInterrupt):
            take_in(stack, folder)
    assert stack.state.read(count) == (0, 0, 0)
    assert len(chunks.read(stack.tables)[0]) == 5
    assert ask(stack, stack.owner, "What is the number of page 3?").passages == ()
    assert take_in(stack, folder).added == 5
    is_whole(stack, 5)
    done = collect(stack, stack.owner)
    assert (done.versions, done.blobs > 0) == (5, True)
    is_whole(stack, 5)


def test_a_second_process_is_told_who_holds_the_home(stack: Stack) -> None:
    code = f"from pathlib import Path; from avouch.stack.stack import Stack; Stack.open(Path({str(stack.home.root)!r}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert "HOME_LOCKED" in run.stderr


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    Stack.create(tmp_path / "home").close()
    code = f"from pathlib import Path; from avouch.stack.stack import Stack; import os; Stack.open(Path({str(tmp_path / 'home')!r})); os.kill(os.getpid(), 9)"  # noqa: E501
    subprocess.run([sys.executable, "-c", code], check=False)
    Stack.open(tmp_path / "home").close()


def test_a_full_disk_is_an_error_and_leaves_nothing_half_done(stack: Stack, ann: Principal, library: Path) -> None:
    take_in(stack, library)
    before = stack.state.read(count)
    assert isinstance(stack.state, SqliteState)
    stack.state.limit_pages(stack.state.pages())
    with pytest.raises(AvouchError) as error:
        for n in range(400):
            ask(stack, ann, f"How long is alcohol hand rub applied, for the {n}th time? {'x ' * 800}")
    assert error.value.code is Code.DISK_FULL
    stack.state.limit_pages(2**31)
    assert "20 seconds" in ask(stack, ann, "How long is alcohol hand rub applied?").claims[0].text
    assert stack.state.read(count) == before
    assert audit.audit(stack, []).valid


def test_a_newer_home_says_so(stack: Stack) -> None:
    stack.state.write(lambda tx: schema.set_fact(tx, "schema", "99"))
    stack.close()
    with pytest.raises(AvouchError) as error:
        Stack.open(stack.home.root)
    assert error.value.code is Code.HOME_NEWER


def test_an_older_home_says_what_to_run(stack: Stack) -> None:
    stack.state.write(lambda tx: schema.set_fact(tx, "schema", "0"))
    stack.close()
    with pytest.raises(AvouchError) as error:
        Stack.open(stack.home.root)
    assert error.value.code is Code.HOME_OLDER
    assert "avouch migrate" in error.value.todo


def test_migration_steps_run_in_order_in_one_transaction(stack: Stack) -> None:
    seen: list[int] = []
    now = schema.SCHEMA
    steps = [lambda tx, n=n: seen.append(n) for n in range(1, now + 1)]
    assert stack.state.write(lambda tx: migrate_lake(tx, steps)) == (now, now + 1)
    assert seen == [now]

    def bad(tx: Connection) -> None:
        schema.set_fact(tx, "created", "changed")
        raise ValueError("the step failed")

    with pytest.raises(ValueError, match="the step failed"):
        stack.state.write(lambda tx: migrate_lake(tx, [*steps, bad]))
    assert stack.state.read(lambda tx: (schema.fact(tx, "schema"), schema.fact(tx, "created")))[0] == str(now + 1)
    assert stack.state.read(lambda tx: schema.fact(tx, "created")) != "changed"


def test_migrate_leaves_a_current_home_alone(stack: Stack) -> None:
    stack.close()
    assert migrate(stack.home.root) == (schema.SCHEMA, schema.SCHEMA)
    Stack.open(stack.home.root).close()
