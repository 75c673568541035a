"""The state on PostgreSQL, held to its port, and what is its alone: turns, lost connections, locks."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Column, Connection, LargeBinary, MetaData, String, Table, delete, insert, select
from tests.postgres import MISSING, Cluster, cluster

from avouch.adapters import postgres_state
from avouch.adapters.postgres_state import PostgresState
from avouch.errors import AvouchError, Code
from avouch.ledger import log, merkle
from avouch.ports import State
from avouch.testing.state import METADATA, NUMBERS, StateSuite


class TestPostgres(StateSuite):
    @pytest.fixture(autouse=True)
    def _cluster(self, postgres: Cluster) -> None:
        self.cluster, self.schema = postgres, postgres.schema()

    def open(self, folder: Path) -> State:
        return PostgresState(self.cluster.url, self.schema)


@pytest.fixture
def pair(postgres: Cluster) -> Iterator[tuple[PostgresState, PostgresState]]:
    """Two states of one home, as two processes have them."""
    schema = postgres.schema()
    both = PostgresState(postgres.url, schema), PostgresState(postgres.url, schema)
    yield both
    for state in both:
        state.close()


def add(tx: Connection, n: int) -> int:
    tx.execute(insert(NUMBERS), {"n": n})
    return n


def numbers(state: PostgresState) -> list[int]:
    return state.read(lambda tx: list(tx.execute(select(NUMBERS.c.n).order_by(NUMBERS.c.n)).scalars()))


def append(state: PostgresState, ledger: log.Log, body: int) -> int:
    def act(tx: Connection) -> int:
        seq = ledger.next_seq(tx)
        ledger.append(tx, "test", "p_1", {"n": body}, ledger.now(tx))
        if body % 7 == 0:
            raise LookupError(str(body))
        return seq

    return state.write(act, ledger.forget)


def test_two_writers_make_one_log(pair: tuple[PostgresState, PostgresState]) -> None:
    """Interleaved acts of two writers, some of them failing: dense, and the tree is that of the entries."""
    pair[0].write(lambda tx: log.metadata.create_all(tx))
    ledgers = log.Log(), log.Log()
    seqs: list[int] = []

    def work(which: int, start: int) -> None:
        for body in range(start, start + 40):
            try:
                seqs.append(append(pair[which], ledgers[which], body))
            except LookupError:
                assert body % 7 == 0

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(work, n % 2, n * 100) for n in range(6)]:
            done.result()
    assert len(seqs) == sum(body % 7 > 0 for n in range(6) for body in range(n * 100, n * 100 + 40))
    assert sorted(seqs) == list(range(len(seqs)))
    is_one_log(pair[0], len(seqs))


def is_one_log(state: PostgresState, size: int) -> None:
    """Dense, and the stored tree is that of the entries: every inclusion proof holds."""

    def query(tx: Connection) -> None:
        node = log.node_reader(tx)
        root = merkle.root(node, size)
        rows = list(log.scan(tx))
        assert [row.seq for row in rows] == list(range(size))
        for row in rows:
            path = merkle.inclusion(node, row.seq, size)
            assert merkle.root_from_inclusion(merkle.leaf_hash(row.leaf), row.seq, size, path) == root

    state.read(query)


class Proxy:
    """Stands between a state and the server, and breaks connections when told to.

    ``at_commit``: "question" breaks before the server has heard COMMIT, "answer" after. ``open``: whether
    new connections are let through.
    """

    def __init__(self, port: int) -> None:
        self.port_of_server, self.at_commit, self.open = port, "", True
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            if not self.open:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.port_of_server))
            self.pairs.append((client, server))
            for source, to, asks in ((client, server, True), (server, client, False)):
                threading.Thread(target=self.pass_on, args=(source, to, asks), daemon=True).start()

    def pass_on(self, source: socket.socket, to: socket.socket, asks: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if asks and self.at_commit and b"\x0bCOMMIT\x00" in data:
                    how, self.at_commit = self.at_commit, ""
                    source.shutdown(socket.SHUT_RDWR)
                    if how == "answer":
                        to.sendall(data)
                        time.sleep(0.2)
                    break
                to.sendall(data)
        for one in (source, to):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """Break every connection there is."""
        for pair in self.pairs:
            for one in pair:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
        self.pairs.clear()


@pytest.fixture
def proxied(postgres: Cluster) -> Iterator[tuple[PostgresState, Proxy]]:
    proxy = Proxy(postgres.port)
    state = PostgresState(f"postgresql://avouch@127.0.0.1:{proxy.port}/postgres", postgres.schema())
    state.write(lambda tx: METADATA.create_all(tx))
    yield state, proxy
    proxy.open = True
    state.close()
    proxy.socket.close()
    proxy.cut()


def test_a_connection_that_broke_while_it_lay_idle_is_replaced(proxied: tuple[PostgresState, Proxy]) -> None:
    state, proxy = proxied
    assert numbers(state) == []
    proxy.cut()
    state.write(lambda tx: add(tx, 1))
    proxy.cut()
    assert numbers(state) == [1]


def test_a_connection_that_breaks_in_an_act_undoes_it(proxied: tuple[PostgresState, Proxy]) -> None:
    state, proxy = proxied
    undone: list[int] = []

    def act(tx: Connection) -> None:
        add(tx, 1)
        proxy.cut()
        add(tx, 2)

    with pytest.raises(AvouchError) as error:
        state.write(act, lambda: undone.append(1))
    assert (error.value.code, error.value.retryable) == (Code.STATE_UNAVAILABLE, True)
    assert undone
    assert numbers(state) == []
    state.write(lambda tx: add(tx, 3))
    assert numbers(state) == [3]


def test_a_commit_whose_answer_is_lost_was_made(proxied: tuple[PostgresState, Proxy]) -> None:
    """The caller hears that its act is there, because the server is asked."""
    state, proxy = proxied
    proxy.at_commit = "answer"
    assert state.write(lambda tx: add(tx, 1)) == 1
    assert proxy.at_commit == ""
    state.write(lambda tx: add(tx, 2))
    assert numbers(state) == [1, 2]


def test_a_commit_that_the_server_never_heard_was_not_made(proxied: tuple[PostgresState, Proxy]) -> None:
    state, proxy = proxied
    proxy.at_commit = "question"
    undone: list[int] = []
    with pytest.raises(AvouchError) as error:
        state.write(lambda tx: add(tx, 1), lambda: undone.append(1))
    assert error.value.code is Code.STATE_UNAVAILABLE
    assert undone == [1]
    state.write(lambda tx: add(tx, 2))
    assert numbers(state) == [2]


def test_a_commit_of_which_nobody_knows_is_said_to_be_unknown(
    proxied: tuple[PostgresState, Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    state, proxy = proxied
    monkeypatch.setattr(postgres_state, "SETTLE_SECONDS", 0.5)

    def act(tx: Connection) -> None:
        add(tx, 1)
        proxy.at_commit, proxy.open = "answer", False

    with pytest.raises(AvouchError) as error:
        state.write(act)
    assert (error.value.code, error.value.retryable) == (Code.STATE_UNKNOWN, False)
    proxy.open = True
    state.write(lambda tx: add(tx, 2))
    assert numbers(state) == [1, 2]


def test_a_log_goes_on_after_every_kind_of_break(proxied: tuple[PostgresState, Proxy]) -> None:
    """What one writer remembers of the tree is never that of a commit that was not made."""
    state, proxy = proxied
    ledger = log.Log()
    state.write(lambda tx: log.metadata.create_all(tx))
    made = 0
    for round_, how in enumerate(("", "question", "answer", "", "question", "question", "answer") * 2):
        proxy.at_commit = how
        try:
            append(state, ledger, round_ * 7 + 1)
            made += 1
        except AvouchError as error:
            assert (how, error.code) == ("question", Code.STATE_UNAVAILABLE)
    is_one_log(state, made)
    assert made == 8


def test_a_server_that_crashes_and_comes_back(tmp_path: Path) -> None:
    """Acts fail with a coded error while it is away, and go on by themselves afterwards."""
    with cluster() as own:
        if own is None:
            pytest.skip(MISSING)
        state = PostgresState(own.url, "crash")
        state.write(lambda tx: METADATA.create_all(tx))
        state.write(lambda tx: add(tx, 1))
        own.stop("immediate")
        for use in (state.write, state.read):
            with pytest.raises(AvouchError) as error:
                use(lambda tx: add(tx, 2))
            assert error.value.code is Code.STATE_UNAVAILABLE
        own.start()
        state.write(lambda tx: add(tx, 3))
        assert numbers(state) == [1, 3]
        state.close()


def test_a_lock_ends_with_its_process(postgres: Cluster) -> None:
    schema = postgres.schema()
    state = PostgresState(postgres.url, schema)
    code = (
        "import sys, time; from avouch.adapters.postgres_state import PostgresState\n"
        f"with PostgresState({postgres.url!r}, {schema!r}).alone('ingest', 5):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    assert child.stdout.readline() == "held\n"
    with pytest.raises(AvouchError) as busy, state.alone("ingest", 0.2):
        pass
    assert busy.value.code is Code.INGEST_BUSY
    child.kill()
    child.wait()
    child.stdout.close()
    with state.alone("ingest", 10) as still:
        state.write(still)
    with pytest.raises(AvouchError) as lost:
        for _ in range(100):  # the server lets go of a session that ended when it gets to it
            state.write(still)
            time.sleep(0.1)
    assert lost.value.code is Code.STATE_UNAVAILABLE
    state.close()


def test_a_stalled_writer_does_not_hold_up_the_others(pair: tuple[PostgresState, PostgresState]) -> None:
    """A process that is stopped in the middle of an act loses its transaction, not the home."""
    one, two = pair
    one.write(lambda tx: METADATA.create_all(tx))
    inside, asleep = threading.Event(), threading.Event()

    def slow(tx: Connection) -> None:
        tx.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '300ms'")
        add(tx, 1)
        inside.set()
        asleep.wait(30)

    lost: list[AvouchError] = []

    def stalled() -> None:
        try:
            one.write(slow)
        except AvouchError as error:
            lost.append(error)

    thread = threading.Thread(target=stalled)
    thread.start()
    assert inside.wait(30)
    two.write(lambda tx: add(tx, 2))
    asleep.set()
    thread.join()
    assert [error.code for error in lost] == [Code.STATE_UNAVAILABLE]
    assert numbers(two) == [2]


def test_errors_say_nothing_of_what_was_written(proxied: tuple[PostgresState, Proxy], postgres: Cluster) -> None:
    state, _ = proxied
    state.write(lambda tx: add(tx, 424242))
    with pytest.raises(AvouchError) as error:
        state.write(lambda tx: add(tx, 424242))
    assert "424242" not in str(error.value)
    with pytest.raises(AvouchError) as refused:
        PostgresState("postgresql://avouch:geheim@127.0.0.1:1/postgres", "t")
    assert refused.value.code is Code.STATE_UNAVAILABLE
    assert "geheim" not in str(refused.value)
    for url, schema in (("postgresql://:::", "t"), (postgres.url, "a b"), (postgres.url, "")):
        with pytest.raises(AvouchError) as wrong:
            PostgresState(url, schema)
        assert wrong.value.code is Code.CONFIG_INVALID


def test_deleted_bytes_are_in_no_row_and_in_no_file(postgres: Cluster) -> None:
    """After a flush: not in the table's file on disk either."""
    state = PostgresState(postgres.url, postgres.schema())
    needle = os.urandom(32)
    table = Table("data_keys", MetaData(), Column("wrapped", LargeBinary))
    state.write(lambda tx: table.create(tx))
    state.write(lambda tx: tx.execute(insert(table), {"wrapped": needle}))
    assert state.occurrences(needle) == 1
    state.write(lambda tx: tx.execute(delete(table)))
    state.flush()
    assert state.occurrences(needle) == 0
    path = state.read(lambda tx: tx.exec_driver_sql("SELECT pg_relation_filepath('data_keys')").scalar_one())
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        admin.execute("CHECKPOINT")
    assert needle not in (postgres.folder / "data" / path).read_bytes()
    state.close()


def test_a_nul_in_a_text_is_no_error(postgres: Cluster) -> None:
    state = PostgresState(postgres.url, postgres.schema())
    table = Table("texts", MetaData(), Column("text", String))
    state.write(lambda tx: table.create(tx))
    state.write(lambda tx: tx.execute(insert(table), {"text": "a\x00b é"}) and None)
    state.write(lambda tx: tx.execute(insert(table), [{"text": f"{n}\x00"} for n in range(9)]) and None)
    found = state.read(lambda tx: tx.execute(select(table.c.text).where(table.c.text == "a\x00b é")).scalars().all())
    assert found == ["a\ufffdb é"]
    state.close()
