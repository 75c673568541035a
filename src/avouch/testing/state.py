"""What every State must do.

class TestMine(StateSuite):
    def open(self, folder): return MyState(...)
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, func, insert, select

from avouch.errors import AvouchError, Code
from avouch.ports import State

METADATA = MetaData()
NUMBERS = Table("numbers", METADATA, Column("n", Integer, primary_key=True, autoincrement=False))


class StateSuite:
    """All or nothing, one writer at a time, readers see what was committed, durable when ``write`` returns."""

    def open(self, folder: Path) -> State:
        raise NotImplementedError

    @pytest.fixture
    def state(self, tmp_path: Path) -> Iterator[State]:
        made = self.open(tmp_path)
        made.write(lambda tx: METADATA.create_all(tx))
        yield made
        made.close()

    def add(self, tx: Connection, n: int) -> int:
        tx.execute(insert(NUMBERS), {"n": n})
        return n

    def numbers(self, state: State) -> list[int]:
        query = select(NUMBERS.c.n).order_by(NUMBERS.c.n)
        return list(state.read(lambda tx: tx.execute(query).scalars().all()))

    def test_what_was_written_is_read_and_stays(self, state: State, tmp_path: Path) -> None:
        assert state.write(lambda tx: self.add(tx, 7)) == 7
        assert self.numbers(state) == [7]

    def test_an_error_undoes_the_act_and_reaches_the_caller(self, state: State) -> None:
        undone: list[int] = []

        def bad(tx: Connection) -> None:
            self.add(tx, 1)
            raise LookupError("bad")

        with pytest.raises(LookupError):
            state.write(bad, lambda: undone.append(1))
        assert self.numbers(state) == []
        assert undone == [1]

    def test_what_the_engine_reports_is_coded_and_quotes_nothing(self, state: State) -> None:
        """Of a read as of a write: faces tell a code, and know no engine."""
        bad = "SELECT 'zyxwvutine' FROM nowhere"
        for run in (state.read, state.write):
            with pytest.raises(AvouchError) as error:
                run(lambda tx: tx.exec_driver_sql(bad).all())
            assert "zyxwvutine" not in str(error.value)
        assert self.numbers(state) == []

    def test_concurrent_acts_are_all_there_or_all_undone(self, state: State) -> None:
        def act(tx: Connection, n: int) -> None:
            self.add(tx, n)
            if n % 5 == 0:
                raise LookupError(str(n))

        def work(start: int) -> None:
            for n in range(start, start + 20):
                try:
                    state.write(lambda tx, n=n: act(tx, n))  # type: ignore[misc]
                except LookupError:
                    assert n % 5 == 0

        threads = [threading.Thread(target=work, args=(start,)) for start in range(0, 160, 20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert self.numbers(state) == [n for n in range(160) if n % 5]

    def test_a_read_is_one_state(self, state: State) -> None:
        """Two queries of one read agree, whatever is written between them."""
        state.write(lambda tx: self.add(tx, 1))
        count = select(func.count()).select_from(NUMBERS)

        def twice(tx: Connection) -> tuple[int, int]:
            first = int(tx.execute(count).scalar_one())
            writer = threading.Thread(target=lambda: state.write(lambda w: self.add(w, 2)))
            writer.start()
            writer.join()
            return first, int(tx.execute(count).scalar_one())

        assert state.read(twice) == (1, 1)
        assert self.numbers(state) == [1, 2]

    def test_a_write_that_comes_too_late_is_refused(self, tmp_path: Path) -> None:
        """What threads write while the state is closed is there, or they are told that it is not; none waits."""
        done: list[int] = []
        refused: list[Code] = []
        state = self.open(tmp_path)
        state.write(lambda tx: METADATA.create_all(tx))

        def work(start: int) -> None:
            for n in itertools.count(start, 8):
                try:
                    done.append(state.write(lambda tx, n=n: self.add(tx, n)))  # type: ignore[misc]
                except AvouchError as error:
                    refused.append(error.code)
                    return

        threads = [threading.Thread(target=work, args=(start,), daemon=True) for start in range(8)]
        for thread in threads:
            thread.start()
        until = time.monotonic() + 30.0
        while len(done) < 16 and time.monotonic() < until:
            time.sleep(0.01)
        state.close()
        for thread in threads:
            thread.join(30.0)
        assert refused == [Code.STOPPING] * 8
        state.close()
        again = self.open(tmp_path)
        assert self.numbers(again) == sorted(done)
        again.close()
