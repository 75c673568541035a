"""What every TextIndex must do.

class TestMine(TextIndexSuite):
    def open(self, folder): return MyIndex(folder)
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from avouch.ports import TextIndex
from avouch.records import FOREVER, Moment, TextRow, TextScope

NOW = TextScope((0, 1, 2), Moment(100, 100))


def row(number: int, text: str, version: int = 0, class_id: int = 0, **times: int) -> TextRow:
    """A chunk that holds always, unless said otherwise."""
    always = {
        "recorded": 1,
        "ended": FOREVER,
        "world_from": -(2**40),
        "valid_to": FOREVER,
        "ended_at": FOREVER,
    }
    return TextRow(row=number, version=version, class_id=class_id, title="", text=text, **(always | times))


def holds(chunk: TextRow, scope: TextScope) -> bool:
    """The definition of ``TextScope``, word for word."""
    snapshot, at = scope.moment.snapshot, scope.moment.at
    known = chunk.recorded <= snapshot and chunk.world_from <= at < chunk.valid_to
    member = chunk.compartment in scope.compartments
    seen = chunk.class_id in scope.classes or chunk.class_id in (scope.inside if member else scope.outside)
    held = chunk.ended > snapshot or at < chunk.ended_at
    return seen and known and held and chunk.row not in scope.hidden


HOSTILE = (
    "",
    "   ",
    "AND OR NOT",
    'title:"alpha" AND (row:[0 TO *])',
    "alpha^1000 -beta +gamma",
    "*",
    "/.*/",
    "\\",
    '"',
    "row:1",
    "\x00\x01",
    "\ud7ff💥‮",
    "a" * 5000,
    "IN [a b]",
    "{ } [ ] ( ) ~ ! ? :",
)


class TextIndexSuite:
    """Finds by words, only inside the scope, the same after reopening; takes out what was dropped."""

    def open(self, folder: Path) -> TextIndex:
        raise NotImplementedError

    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[TextIndex]:
        made = self.open(tmp_path / "text")
        yield made
        made.close()

    def find(self, index: TextIndex, question: str, scope: TextScope = NOW, k: int = 10) -> list[int]:
        return [int(found) for found in index.search(index.analyse(question), scope, k)[0]]

    def fill(self, index: TextIndex, rows: Sequence[TextRow]) -> None:
        index.add(rows)
        index.commit()

    def test_empty(self, index: TextIndex) -> None:
        assert self.find(index, "anything") == [] and len(index) == 0

    def test_the_rarer_word_and_the_shorter_text_win(self, index: TextIndex) -> None:
        texts = ["heparin dose", "heparin dose " + "filler " * 30, "heparin", "warfarin dose", "dose"]
        self.fill(index, [row(i, text) for i, text in enumerate(texts)])
        assert self.find(index, "warfarin dose")[0] == 3
        found, scores = index.search(index.analyse("heparin dose"), NOW, 10)
        assert found[0] == 0 and (np.diff(scores) <= 0).all() and (scores > 0).all()

    def test_nothing_is_seen_before_the_commit(self, index: TextIndex) -> None:
        index.add([row(0, "alpha")])
        assert self.find(index, "alpha") == []
        index.commit()
        assert self.find(index, "alpha") == [0]

    def test_the_scope_is_what_it_says(self, index: TextIndex) -> None:
        edges = list(itertools.product((1, 5), (5, 9, FOREVER), (-7, 0, 5), (5, 9, FOREVER), (5, 8, FOREVER)))
        chunks = [
            row(i, "alpha", i, i % 3, recorded=r, ended=e, world_from=w, valid_to=v, ended_at=a)
            for i, (r, e, w, v, a) in enumerate(edges)
        ]
        self.fill(index, chunks)
        for snapshot, at in itertools.product((0, 1, 4, 5, 8, 9, 50), (-8, -7, 0, 4, 5, 7, 8, 9)):
            for classes in ((0, 1, 2), (1,), (0, 7), ()):
                scope = TextScope(classes, Moment(snapshot, at))
                wanted = [chunk.row for chunk in chunks if holds(chunk, scope)]
                assert self.find(index, "alpha", scope, len(chunks)) == wanted

    def test_compartments_divide_the_classes_that_hang_on_them(self, index: TextIndex) -> None:
        chunks = [
            row(i, "alpha", i, class_id, compartment=compartment)
            for i, (class_id, compartment) in enumerate(itertools.product((0, 1, 2), (0, 1, 2, 70_000)))
        ]
        self.fill(index, chunks)
        sets = ((), (0,), (1,), (0, 2))
        for classes, inside, outside in itertools.product(sets, sets, sets):
            for compartments in ((), (1,), (2, 70_000)):
                scope = TextScope(classes, Moment(100, 100), inside, outside, compartments)
                wanted = [chunk.row for chunk in chunks if holds(chunk, scope)]
                assert self.find(index, "alpha", scope, len(chunks)) == wanted

    def test_hidden_rows_are_not_found_and_change_no_score(self, index: TextIndex) -> None:
        self.fill(index, [row(i, "alpha beta" if i % 2 else "alpha", i, i % 3) for i in range(9)])
        plain = dict(zip(*index.search(("alpha",), NOW, 9), strict=True))
        hidden = TextScope(NOW.classes, NOW.moment, hidden=(0, 3, 8, 500))
        shown = dict(zip(*index.search(("alpha",), hidden, 9), strict=True))
        assert shown == {number: score for number, score in plain.items() if number not in (0, 3, 8)}

    def test_a_scope_adds_nothing_to_a_score(self, index: TextIndex) -> None:
        self.fill(index, [row(0, "alpha"), row(1, "alpha beta", class_id=1, ended=5, ended_at=5)])
        wide = dict(zip(*index.search(("alpha",), TextScope((0, 1), Moment(2, 2)), 9), strict=True))
        narrow = dict(zip(*index.search(("alpha",), TextScope((0,), Moment(100, 100)), 9), strict=True))
        assert set(narrow) == {0} and narrow[0] == wide[0]

    def test_score_agrees_with_search(self, index: TextIndex) -> None:
        self.fill(index, [row(i, "alpha " * (i + 1) + "beta" * (i % 2)) for i in range(6)])
        terms = index.analyse("alpha beta")
        rows, scores = index.search(terms, NOW, 10)
        order = np.argsort(rows)
        again, same = index.score(terms, [5, 4, 3, 2, 1, 0, 77])
        assert again.tolist() == rows[order].tolist()
        np.testing.assert_array_equal(same, scores[order])

    @pytest.mark.parametrize("k", [1, 3, 10])
    def test_ties_come_by_row(self, index: TextIndex, k: int) -> None:
        for start in (60, 30, 0):  # in several commits, the later rows first
            self.fill(index, [row(start + i, "alpha beta", version=start) for i in range(30)])
        assert self.find(index, "alpha", k=k) == list(range(k))

    @pytest.mark.parametrize("question", HOSTILE, ids=range(len(HOSTILE)))
    def test_a_question_is_words_and_no_syntax(self, index: TextIndex, question: str) -> None:
        self.fill(index, [row(0, "alpha"), row(1, "gamma", class_id=9)])
        assert set(self.find(index, question)) <= {0}
        self.fill(index, [row(2, question + " alpha")])
        assert 2 in self.find(index, "alpha")

    def test_a_dropped_version_is_gone_and_may_come_back_changed(self, index: TextIndex) -> None:
        self.fill(index, [row(0, "alpha", version=7), row(1, "alpha", version=8)])
        index.drop([7])
        index.add([row(0, "alpha", version=7, ended=50, ended_at=50)])
        index.commit()
        assert self.find(index, "alpha") == [1]
        assert self.find(index, "alpha", TextScope((0,), Moment(49, 100))) == [0, 1]
        index.drop([8])
        index.commit()
        assert self.find(index, "alpha") == []

    def test_what_was_committed_is_there_after_opening(self, tmp_path: Path) -> None:
        index = self.open(tmp_path)
        self.fill(index, [row(0, "alpha")])
        index.add([row(1, "alpha")])
        index.close()
        again = self.open(tmp_path)
        assert self.find(again, "alpha") == [0] and len(again) == 1
        again.close()

    def test_a_broken_append_can_be_taken_back(self, index: TextIndex) -> None:
        self.fill(index, [row(i, "alpha", version=i) for i in range(5)])
        index.add([replace(row(9, "alpha"), version=9)])
        index.drop_rows_from(3)
        index.commit()
        assert self.find(index, "alpha") == [0, 1, 2]

    def test_count_knows_what_the_files_know(self, index: TextIndex) -> None:
        self.fill(index, [row(i, "alpha", version=i // 2) for i in range(6)])
        assert index.count([0, 2]) == 4 and index.count([55]) == 0
        index.drop([0])
        index.commit()
        assert index.count([0]) in (0, 2)  # 2 where the terms are still in a file

    def test_weights_fall_with_frequency(self, index: TextIndex) -> None:
        self.fill(index, [row(i, "common" + " rare" * (i == 0)) for i in range(9)])
        weights = index.weights("common rare unknown")
        assert sorted(weights, key=weights.__getitem__) == ["common", "rare", "unknown"]
        _, scores = index.search(("common", "rare"), NOW, 9)
        assert 0 < scores[0] <= index.self_score(("common", "rare"))
