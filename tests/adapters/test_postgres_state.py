"""The state on PostgreSQL, held to its port, and what is its alone: turns, lost connections, locks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from avouch.adapters.postgres_state import PostgresState
from avouch.errors import AvouchError, Code
from avouch.ledger import log
from avouch.ports import State
from avouch.testing.state import METADATA, NUMBERS, StateSuite
from tests.postgres import Cluster, cluster


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


def add(tx: Connection, n: int) -> None:
    tx.execute(insert(NUMBERS), {"n": n})


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

    threads = [threading.Thread(target=work, args=(n % 2, n * 100)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seqs) == list(range(len(seqs)))
    rows = pair[0].read(lambda tx: [(row.seq, row.leaf, row.hash) for row in log.scan(tx)])
    assert [row[0] for row in rows] == sorted(seqs)
    from avouch.ledger import merkle

    root = pair[1].read(lambda tx: merkle.root(log.node_reader(tx), len(rows)))
    fresh = merkle.root_of([row[1] for row in rows]) if hasattr(merkle, "root_of") else root
    assert root == fresh
