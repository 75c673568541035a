"""The log on a real database: an entry exists if and only if its act does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from avouch.adapters.sqlite_state import SqliteState
from avouch.errors import AvouchError, Code
from avouch.ledger import log, merkle


@pytest.fixture
def state(tmp_path: Path) -> Iterator[SqliteState]:
    state = SqliteState(tmp_path / "state.db")
    state.write(lambda tx: log.metadata.create_all(tx))
    yield state
    state.close()


def append(state: SqliteState, ledger: log.Log, fail: bool = False) -> int:
    def act(tx: Connection) -> int:
        entry = ledger.append(tx, "test", "p_1", {"n": 1}, ledger.now(tx))
        if fail:
            raise ValueError("the act failed after its entry")
        return entry.seq

    return state.write(act, ledger.forget)


def whole(state: SqliteState) -> bytes:
    """The stored tree's root, after holding every inclusion proof against it."""

    def query(tx: Connection) -> bytes:
        node, size = log.node_reader(tx), log.size(tx)
        root = merkle.root(node, size)
        for row in log.scan(tx):
            path = merkle.inclusion(node, row.seq, size)
            assert merkle.root_from_inclusion(merkle.leaf_hash(row.leaf), row.seq, size, path) == root
        return root

    return state.read(query)


def test_appends_are_dense_and_proven(state: SqliteState) -> None:
    ledger = log.Log()
    assert [append(state, ledger) for _ in range(20)] == list(range(20))
    whole(state)


def test_a_failed_act_leaves_no_entry(state: SqliteState) -> None:
    ledger = log.Log()
    append(state, ledger)
    for _ in range(3):
        with pytest.raises(ValueError, match="after its entry"):
            append(state, ledger, fail=True)
        append(state, ledger)
    assert state.read(log.size) == 4
    whole(state)


def test_concurrent_acts_and_failures(state: SqliteState) -> None:
    ledger = log.Log()
    got: list[int] = []

    def work(worker: int) -> None:
        for n in range(25):
            if (n + worker) % 4 == 0:
                with pytest.raises(ValueError, match="after its entry"):
                    append(state, ledger, fail=True)
            else:
                got.append(append(state, ledger))

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(len(got)))
    assert state.read(log.size) == len(got)
    whole(state)


def test_a_log_goes_on_after_reopening(state: SqliteState) -> None:
    for n in range(9):
        assert append(state, log.Log()) == n
    whole(state)


def test_a_clock_that_goes_back_does_not_turn_time_back(state: SqliteState, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = log.Log()
    append(state, ledger)
    before = state.read(log.last_time)
    monkeypatch.setattr("time.time_ns", lambda: 1_000_000_000)
    append(state, ledger)
    assert state.read(log.last_time) == before


def test_a_missing_node_is_named(state: SqliteState) -> None:
    ledger = log.Log()
    for _ in range(4):
        append(state, ledger)
    state.write(lambda tx: tx.execute(log.nodes.delete().where(log.nodes.c.level == 1)))
    with pytest.raises(AvouchError) as error:
        state.read(lambda tx: merkle.inclusion(log.node_reader(tx), 0, 4))
    assert error.value.code is Code.LEDGER_BROKEN
