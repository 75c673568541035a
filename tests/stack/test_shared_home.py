"""Several processes on one home: no entry lost, doubled or forked, whoever is killed; what one erases all let go of."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, func, select
from tests.conftest import take_in
from tests.postgres import Cluster

from avouch.errors import AvouchError, Code
from avouch.lake import documents, schema
from avouch.ledger import log
from avouch.records import Classification, Principal
from avouch.stack import batch, people, pipeline
from avouch.stack.ask import ask
from avouch.stack.audit import audit
from avouch.stack.erase import erase
from avouch.stack.keys import rotate
from avouch.stack.stack import Stack
from avouch.stack.status import status
from avouch.stack.withdraw import withdraw

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, postgres: Cluster) -> Path:
    """A home on PostgreSQL, not yet made."""
    folder = tmp_path / "home"
    folder.mkdir()
    settings = f'state = "{postgres.url}"\nstate_schema = "{postgres.schema()}"\nbatch_documents = 5\n'
    (folder / "avouch.toml").write_text(settings)
    return folder


def reader(stack: Stack) -> Principal:
    """A person who may see the library, the same in every process."""
    try:
        return people.find(stack, "ann")
    except AvouchError:
        return people.add(stack, "ann", frozenset({"staff"}), Classification.INTERNAL, frozenset({"reader"}))


@pytest.fixture
def pair(home: Path) -> Iterator[tuple[Stack, Stack]]:
    """One home opened twice, as two processes have it."""
    with Stack.create(home) as one, Stack.open(home) as two:
        yield one, two


class Server:
    """A server process and what it acknowledged."""

    def __init__(self, home: Path, name: str, *more: str) -> None:
        command = [sys.executable, str(Path(__file__).with_name("server_process.py")), str(home), name, *more]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "AVOUCH_THREADS": "1"}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        )
        self.lines: list[str] = []
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    def listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.endswith("\n"):
                self.lines.append(line.strip())

    def wait(self, what: str, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not any(line.startswith(what) for line in self.lines):
            assert time.monotonic() < until, f"no {what!r}: {self.lines[-5:]}"
            assert self.process.poll() is None or self.thread.is_alive(), self.lines[-5:]
            time.sleep(0.02)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.end()

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.end()
        assert self.process.returncode == 0
        assert self.lines[-1] == "closed"

    def end(self) -> None:
        self.process.wait(60)
        self.thread.join()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()


def corpus(folder: Path, pages: int) -> Path:
    folder.mkdir()
    for n in range(pages):
        (folder / f"{n:03d}.md").write_text(f"# Page {n}\n\nThe number of page {n} is {n * 7919}.\n")
    return folder


def acknowledged(servers: list[Server], kind: str) -> list[str]:
    return [line.partition(" ")[2] for server in servers for line in server.lines if line.startswith(f"{kind} ")]


def is_whole(home: Path, servers: list[Server]) -> None:
    """The ledger verifies, is dense, and holds every acknowledged act exactly once."""
    with Stack.open(home) as stack:
        assert audit(stack, []).valid
        rows = stack.state.read(lambda tx: list(tx.execute(select(log.entries.c.seq, log.entries.c.kind)).all()))
        assert sorted(row.seq for row in rows) == list(range(len(rows)))
        kinds = Counter(row.kind for row in rows)
        answers = stack.state.read(lambda tx: dict(tx.execute(select(schema.answers.c.id, schema.answers.c.seq)).all()))
        people = stack.state.read(lambda tx: list(tx.execute(select(schema.principals.c.name)).scalars()))
        told = acknowledged(servers, "ask")
        assert set(told) <= set(answers)
        assert len(told) == len(set(told))
        assert len(set(answers.values())) == len(answers) == kinds["ask"]
        added = Counter(people)
        assert all(added[name] == 1 for name in acknowledged(servers, "add"))
        assert kinds["principal.add"] == len(people) - 1  # the owner came with the home
        assert status(stack, deep=True)["whole"]


def killed_and_restarted(home: Path, files: Path, kills: int, seed: int) -> list[Server]:
    """Three servers, one of which ingests; at random one is killed and another started in its place."""
    draw, done = random.Random(seed), []
    running = [Server(home, "a0", "ingest", str(files)), Server(home, "b0"), Server(home, "c0")]
    for server in running:
        server.wait("ready")
    for n in range(kills):
        time.sleep(draw.uniform(0.3, 1.5))
        which = draw.randrange(len(running))
        running[which].kill()
        done.append(running[which])
        running[which] = Server(home, f"{'abc'[which]}{n + 1}", "ingest", str(files))
        running[which].wait("ready")
    for server in running:
        server.wait("ask")
    for server in running:
        server.stop()
    return [*done, *running]


def test_three_processes_one_killed(home: Path, library: Path, tmp_path: Path) -> None:
    with Stack.create(home) as stack:
        take_in(stack, library)
        reader(stack)
    servers = killed_and_restarted(home, corpus(tmp_path / "files", 20), 1, 1)
    assert len(acknowledged(servers, "ask")) > 3
    is_whole(home, servers)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_three_processes_killed_again_and_again(home: Path, library: Path, tmp_path: Path, seed: int) -> None:
    with Stack.create(home) as stack:
        take_in(stack, library)
        reader(stack)
    servers = killed_and_restarted(home, corpus(tmp_path / "files", 60), 8, seed)
    is_whole(home, servers)
    with Stack.open(home) as stack:
        take_in(stack, tmp_path / "files")
        found = ask(stack, reader(stack), "What is the number of page 59?")
        assert any(str(59 * 7919) in passage.text for passage in found.passages)
        spans = stack.shelf.generation.spans["version"]
        assert len(set(spans[spans >= 0].tolist())) == stack.state.read(live)


def live(tx: Connection) -> int:
    query = select(func.count()).select_from(schema.versions).where(schema.versions.c.rows > 0)
    return int(tx.execute(query).scalar_one())


def test_a_home_by_url_is_made_once_and_found(home: Path, tmp_path: Path) -> None:
    with pytest.raises(AvouchError) as missing:
        Stack.open(home)
    assert missing.value.code is Code.HOME_MISSING
    Stack.create(home).close()
    other = tmp_path / "other"
    other.mkdir()
    (other / "avouch.toml").write_text((home / "avouch.toml").read_text())
    for folder in (home, other):
        with pytest.raises(AvouchError) as there:
            Stack.create(folder)
        assert there.value.code is Code.HOME_EXISTS
    assert not (other / "keys" / "keyring.json").exists()
    assert not (home / "state.db").exists()
    with Stack.open(home) as stack:
        assert audit(stack, []).valid


def test_an_act_of_one_is_seen_by_the_other(pair: tuple[Stack, Stack], library: Path) -> None:
    one, two = pair
    take_in(one, library)
    found = ask(two, reader(two), "How long is alcohol hand rub applied?")
    assert "20 seconds" in found.claims[0].text
    withdraw(one, one.owner, found.claims[0].citations[0].document_id, wrong=False)
    again = ask(two, reader(two), "How long is alcohol hand rub applied?")
    assert not any("20 seconds" in claim.text for claim in again.claims)


def test_a_process_whose_clock_is_behind_serves_nothing_that_ended(
    pair: tuple[Stack, Stack], library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = pair
    take_in(one, library)
    document = ask(two, reader(two), "How long is alcohol hand rub applied?").claims[0].citations[0].document_id
    withdraw(one, one.owner, document, wrong=True)
    hour = 3_600_000_000_000
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() - hour)
    found = ask(two, reader(two), "How long is alcohol hand rub applied?")
    assert not any(passage.document_id == document for passage in found.passages)
    found = ask(two, reader(two), "When is the first antibiotic dose given?")
    assert "1 hour" in found.claims[0].text


def test_one_ingest_at_a_time(home: Path, library: Path) -> None:
    with (home / "avouch.toml").open("a") as settings:
        settings.write("busy_seconds = 0.2\n")
    with Stack.create(home) as one, Stack.open(home) as two:
        with one.alone("ingest"):
            with pytest.raises(AvouchError) as busy:
                take_in(two, library)
            assert (busy.value.code, busy.value.retryable) == (Code.INGEST_BUSY, True)
        assert take_in(two, library).added == len(list(library.iterdir()))


def test_an_ingest_that_lost_its_lock_records_nothing(
    pair: tuple[Stack, Stack], postgres: Cluster, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = pair

    def cut(*_: object) -> None:
        """End the session that holds the lock, as a server that was restarted does."""
        with psycopg.connect(postgres.url, autocommit=True) as admin:
            query = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid IN "
            admin.execute(query + "(SELECT pid FROM pg_stat_activity WHERE state = 'idle')")

    stored = batch.store

    def store_then_cut(*told: Any) -> Any:
        made = stored(*told)
        cut()
        return made

    monkeypatch.setattr(pipeline, "store", store_then_cut)
    with pytest.raises(AvouchError) as lost:
        take_in(one, library)
    assert lost.value.code is Code.STATE_UNAVAILABLE
    assert two.state.read(live) == 0
    monkeypatch.undo()
    assert take_in(two, library).added == 4
    assert audit(two, []).valid


def test_what_one_erases_no_other_serves(
    pair: tuple[Stack, Stack], library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("avouch.stack.erase.OTHERS_SECONDS", 120.0)
    one, two = pair
    (library / "canary.md").write_text("# Zyxwvutine\n\nThe dose of zyxwvutine is 77 mg on every third day.\n")
    take_in(one, library)
    found = ask(two, reader(two), "What is the dose of zyxwvutine?")
    passage = next(p for p in found.passages if "77 mg" in p.text)
    rows = [passage.row]
    blob = one.state.read(lambda tx: documents.versions_of(tx, passage.document_id))[0].text_blob
    assert two.store.cached((blob,)) == 1
    assert two.shelf.generation.held(rows) == 1
    certificate = erase(one, one.owner, passage.document_id)
    assert certificate.proven, certificate
    assert "indexes of other processes" in {seen.store for seen in certificate.stores}
    assert two.shelf.generation.held(rows) == 0
    assert two.shelf.generation.text.count([0, 1, 2, 3, 4]) == 4
    assert two.store.cached((blob,)) == 0
    with pytest.raises(AvouchError) as gone:
        two.state.read(lambda tx: two.store.text(tx, passage.document_id, blob))
    assert gone.value.code is Code.ERASED
    again = ask(two, reader(two), "What is the dose of zyxwvutine?")
    assert not any("77" in p.text for p in again.passages)
    for path in two.home.root.rglob("*"):
        assert not path.is_file() or b"zyxwvutine" not in path.read_bytes(), path


def test_the_index_of_a_process_that_died_is_removed_by_an_erasure(home: Path, library: Path) -> None:
    with Stack.create(home) as one:
        take_in(one, library)
        reader(one)
        server = Server(home, "a")
        server.wait("ready")
        server.kill()
        left = home / "index" / "2"
        assert left.is_dir()
        document = ask(one, reader(one), "How long is alcohol hand rub applied?").passages[0].document_id
        certificate = erase(one, one.owner, document)
        assert certificate.proven, certificate
        assert not left.exists()


def test_a_slot_is_taken_again_and_not_made_anew(home: Path, library: Path) -> None:
    with Stack.create(home) as one:
        take_in(one, library)
        assert one.shelf.root == home / "index" / "1"
    made = (home / "index" / "1" / "g000001").stat().st_ino
    with Stack.open(home) as again, Stack.open(home) as other:
        assert again.shelf.generation.number == 1
        assert other.shelf.root == home / "index" / "2"
    assert (home / "index" / "1" / "g000001").stat().st_ino == made


@pytest.mark.parametrize("kind", ["master", "signing"])
def test_keys_that_one_rotates_the_other_takes_up(pair: tuple[Stack, Stack], library: Path, kind: str) -> None:
    one, two = pair
    take_in(one, library)
    ask(two, reader(two), "How long is alcohol hand rub applied?")
    rotate(one, one.owner, kind)
    (library / "new.md").write_text("# New\n\nThe new page says that a walk takes 12 minutes.\n")
    take_in(two, library)
    assert two.ring.master[-1] == one.ring.master[-1]
    assert two.ring.signing[-1] == one.ring.signing[-1]
    with Stack.open(one.home.root) as third:
        assert "12 minutes" in ask(third, reader(third), "How long does a walk take?").claims[0].text
        assert audit(third, []).valid


def test_keys_that_were_not_copied_stop_everything(pair: tuple[Stack, Stack], tmp_path: Path) -> None:
    """A server with an older copy of the keys would wrap new content with a key that nobody keeps."""
    one, two = pair
    copied = tmp_path / "keys"
    shutil.copytree(one.home.keys, copied)
    two.home.keys = copied
    rotate(one, one.owner, "master")
    with pytest.raises(AvouchError) as refused:
        people.add(two, "late", frozenset(), Classification.PUBLIC, frozenset({"reader"}))
    assert refused.value.code is Code.KEY_MISSING
    assert audit(one, []).valid
