"""Incremental ingest: unchanged, changed, gone, bad, duplicate; two times; strict defaults."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.conftest import staff, take_in

from avouch.errors import AvouchError, Code
from avouch.ingest.discover import Options
from avouch.lake import documents, schema
from avouch.records import Classification, Fate, Principal
from avouch.stack.ask import ask
from avouch.stack.evaluate import retrieval
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack
from avouch.stack.withdraw import withdraw


def many(folder: Path, count: int) -> Path:
    folder.mkdir(exist_ok=True)
    for n in range(count):
        (folder / f"p{n:02d}.md").write_text(f"# Page {n}\n\nRoom {n} is painted in shade {n * n + 7}.\n")
    return folder


def test_a_second_run_finds_nothing_to_do(stack: Stack, library: Path) -> None:
    first, second = take_in(stack, library), take_in(stack, library)
    assert (first.added, first.unchanged) == (4, 0)
    assert (second.added, second.changed, second.unchanged, second.chunks) == (0, 0, 4, 0)


def test_changed_metadata_alone_is_a_new_version(stack: Stack, library: Path) -> None:
    take_in(stack, library)
    report = ingest(stack, stack.owner, library, Options())
    assert report.changed == 4


def test_what_is_gone_is_withdrawn(stack: Stack, ann: Principal, tmp_path: Path) -> None:
    folder = many(tmp_path / "many", 20)
    take_in(stack, folder)
    (folder / "p05.md").unlink()
    report = take_in(stack, folder)
    assert (report.withdrawn, report.awaiting) == (1, 0)
    found = ask(stack, ann, "What shade is room 5 painted in?")
    assert all(passage.document_key != "p05.md" for passage in found.passages)


def test_it_comes_back_as_a_new_version(stack: Stack, ann: Principal, tmp_path: Path) -> None:
    folder = many(tmp_path / "many", 20)
    take_in(stack, folder)
    text = (folder / "p05.md").read_text()
    (folder / "p05.md").unlink()
    take_in(stack, folder)
    (folder / "p05.md").write_text(text)
    assert take_in(stack, folder).changed == 1
    found = ask(stack, ann, "What shade is room 5 painted in?")
    one = next(passage for passage in found.passages if passage.document_key == "p05.md")
    held = stack.state.read(lambda tx: documents.versions_of(tx, one.document_id))
    assert [version.fate for version in held] == [Fate.WITHDRAWN, Fate.LIVE]


def test_an_unmounted_share_does_not_empty_the_library(stack: Stack, ann: Principal, tmp_path: Path) -> None:
    folder = many(tmp_path / "many", 20)
    take_in(stack, folder)
    for path in list(folder.iterdir()):
        path.unlink()
    report = take_in(stack, folder)
    assert (report.withdrawn, report.awaiting) == (0, 20)
    assert ask(stack, ann, "What shade is room 5 painted in?").passages
    assert take_in(stack, folder, confirmed=True).withdrawn == 20
    assert not ask(stack, ann, "What shade is room 5 painted in?").passages
    shutil.rmtree(folder)
    with pytest.raises(AvouchError) as error:
        take_in(stack, folder)
    assert error.value.code is Code.PATH_MISSING


def test_a_bad_file_stops_nothing_and_withdraws_nothing(stack: Stack, ann: Principal, library: Path) -> None:
    take_in(stack, library)
    (library / "hand.md").write_bytes(b"")
    (library / "broken.pdf").write_bytes(b"%PDF-1.7\nnot really")
    (library / "new.md").write_text("# New\n\nThe new page speaks of turquoise umbrellas.\n")
    report = take_in(stack, library)
    assert (report.added, report.withdrawn) == (1, 0)
    assert {problem.key: problem.code for problem in report.problems} == {
        "hand.md": "FILE_EMPTY",
        "broken.pdf": "PARSE_FAILED",
    }
    assert "20 seconds" in ask(stack, ann, "How long is alcohol hand rub applied?").claims[0].text


def test_what_lies_in_an_unreadable_container_is_not_gone(stack: Stack, ann: Principal, tmp_path: Path) -> None:
    folder = many(tmp_path / "many", 30)
    lines = [f'{{"_id": "r{n}", "text": "Locker {n} holds parcel {n * n + 3}."}}' for n in range(2)]
    (folder / "lockers.jsonl").write_text("\n".join(lines))
    assert take_in(stack, folder).added == 32
    (folder / "lockers.jsonl").write_text(lines[0] + '\n{"_id": "r1", "text": "Locker 1 ho')
    report = take_in(stack, folder)
    assert (report.withdrawn, len(report.problems)) == (0, 1)
    assert "parcel 4" in ask(stack, ann, "Which parcel does locker 1 hold?").claims[0].text


def test_every_run_is_a_line_of_a_table(stack: Stack, library: Path) -> None:
    take_in(stack, library)
    take_in(stack, library)
    (library / "hand.md").write_text("# Hands\n\nAlcohol hand rub is applied for 25 seconds.\n")
    take_in(stack, library)
    told = stack.tables.read("runs", ("row", "added", "changed", "unchanged"))
    assert [told[name].tolist() for name in ("added", "changed", "unchanged")] == [[4, 0], [0, 1], [0, 3]]


def test_another_model_is_refused(stack: Stack, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(stack, library)
    stack.state.write(lambda tx: schema.set_fact(tx, "model", "sha256:other"))
    stack.close()
    with Stack.open(stack.home.root) as again, pytest.raises(AvouchError) as error:
        ask(again, again.owner, "How long is hand rub applied?")
    assert error.value.code is Code.MODEL_CHANGED


def test_what_says_nothing_gets_the_strictest(stack: Stack, tmp_path: Path) -> None:
    folder = many(tmp_path / "many", 1)
    ingest(stack, stack.owner, folder, Options())
    only = stack.state.read(lambda tx: documents.listing(tx, "", 10))[0].current
    assert (only.labels, only.classification) == (frozenset({"owner"}), Classification.RESTRICTED)


def test_valid_to_the_past_has_expired(stack: Stack, ann: Principal, tmp_path: Path) -> None:
    page = (
        "---\nvalid_from: 2024-01-01\nvalid_to: 2024-07-01\n---\n# Summer\n\nThe fountain runs from 08:00 to 20:00.\n"
    )
    (tmp_path / "fountain.md").write_text(page)
    take_in(stack, tmp_path / "fountain.md")
    question = "When does the fountain run?"
    assert ask(stack, ann, question).abstained
    then = ask(stack, ann, question, "2024-03-01")
    assert "08:00" in then.claims[0].text
    assert any("expired" in warning for warning in then.warnings)
    assert ask(stack, ann, question, "2024-08-01").abstained


def test_progress_is_told(stack: Stack, library: Path) -> None:
    told: list[tuple[int, int, str]] = []
    ingest(stack, stack.owner, library, Options(), lambda done, total, note: told.append((done, total, note)))
    assert told[-1][0] == 4


def test_every_document_id_and_key_in_a_beir_corpus(stack: Stack, tmp_path: Path) -> None:
    folder = tmp_path / "beir"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text(
        '{"_id": "a1", "title": "Kiwi", "text": "The kiwi is a flightless bird of New Zealand."}\n'
        '{"_id": "a2", "title": "Emu", "text": "The emu is a tall bird of Australia."}\n'
    )
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "Which bird cannot fly?"}\n')
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta1\t1\n")
    report = ingest(stack, stack.owner, folder, Options())
    assert (report.added, len(report.problems)) == (2, 0)
    found = {quality.mode: quality for quality in retrieval(stack, stack.owner, folder)}
    assert found["hybrid"].ndcg_at_10 == 1.0


def test_what_was_withdrawn_as_wrong_stays_out_until_it_is_mended(stack: Stack, ann: Principal, tmp_path: Path) -> None:
    folder = many(tmp_path / "many", 3)
    take_in(stack, folder)
    asked = "What shade is room 1 painted in?"
    document = next(one.document_id for one in ask(stack, ann, asked).passages if one.document_key == "p01.md")
    withdraw(stack, stack.owner, document, wrong=True)
    for options in (staff(), Options()):  # declared otherwise, it is as wrong as before
        report = ingest(stack, stack.owner, folder, options)
        assert [(one.key, one.code) for one in report.problems] == [("p01.md", "REVOKED")]
        assert all(one.document_id != document for one in ask(stack, ann, asked).passages)
    (folder / "p01.md").write_text("Room 1 is painted in a shade called mended.\n")
    assert not take_in(stack, folder).problems
    assert any("mended" in one.text for one in ask(stack, ann, asked).passages)


def test_what_cannot_be_written_down_is_one_line_and_stops_nothing(
    stack: Stack, ann: Principal, tmp_path: Path
) -> None:
    folder = many(tmp_path / "many", 3)
    (folder / "rows.csv").write_text("id,text,valid_to\na,A lamp is lit.,9999-12-31\nb,A bell is rung.,2090-01-01\n")
    (folder / "lines.jsonl").write_text('{"id": "c", "title": "\\ud800", "text": "A door is shut."}\n')
    report = take_in(stack, folder)
    assert report.added >= 4
    assert all(one.code == "METADATA_INVALID" for one in report.problems)
