"""Erasure: found in every store before, in none after; proofs hold; nothing comes back."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.conftest import take_in

from avouch.errors import AvouchError, Code
from avouch.generate.cache import Entry
from avouch.lake import documents
from avouch.ledger.verify import verify
from avouch.records import Fate, Principal
from avouch.stack import audit, erase, keys, vouchers
from avouch.stack.ask import ask
from avouch.stack.backup import backup
from avouch.stack.batch import store
from avouch.stack.replay import replay
from avouch.stack.restore import restore
from avouch.stack.stack import Stack
from avouch.stack.withdraw import withdraw

CANARY = "zyxwvutine"
PAGE = f"# Secret {CANARY}\n\nThe dose of {CANARY} is 77 mg on every third day.\n"
QUESTION = f"What is the dose of {CANARY}?"


@pytest.fixture
def filled(stack: Stack, library: Path) -> Path:
    (library / f"{CANARY}.md").write_text(PAGE)
    take_in(stack, library)
    return library


def everything(home: Path) -> dict[str, bytes]:
    """Every file of a home but the keys."""
    return {str(p.relative_to(home)): p.read_bytes() for p in home.rglob("*") if p.is_file() and "keys" not in p.parts}


def test_it_is_gone_from_every_store_and_every_file(stack: Stack, ann: Principal, filled: Path) -> None:
    answer = ask(stack, ann, QUESTION)
    document = answer.claims[0].citations[0].document_id
    found = erase.erase(stack, stack.owner, document)
    assert all(seen.before > 0 for seen in found.stores), found.stores
    assert all(seen.after == 0 for seen in found.stores), found.stores
    assert found.proven
    for name, data in everything(stack.home.root).items():
        assert CANARY.encode() not in data, name
    after = ask(stack, ann, QUESTION)
    assert all(passage.document_id != document for passage in after.passages)
    assert not any("77 mg" in claim.text for claim in after.claims)
    assert audit.audit(stack, []).valid


def test_the_voucher_of_an_erased_answer_still_verifies(stack: Stack, ann: Principal, filled: Path) -> None:
    answer = ask(stack, ann, QUESTION)
    erase.erase(stack, stack.owner, answer.claims[0].citations[0].document_id)
    told, gone = vouchers.export(stack, answer.voucher_id)
    assert gone
    assert "77 mg" not in json.dumps(told)
    report = verify(json.dumps(told).encode(), str(stack.signer.key))
    assert report.valid
    assert any(check.name == "erased" for check in report.checks)
    again = replay(stack, stack.owner, answer.voucher_id)
    assert again.verdict == "erased"
    assert any(answer.claims[0].citations[0].document_id in note for note in again.notes)


def test_the_file_is_not_taken_in_again(stack: Stack, ann: Principal, filled: Path) -> None:
    erase.erase(stack, stack.owner, ask(stack, ann, QUESTION).claims[0].citations[0].document_id)
    report = take_in(stack, filled)
    assert [problem.code for problem in report.problems] == ["ERASED"]
    assert report.added == report.changed == 0


def test_erasing_twice_and_what_is_not_there(stack: Stack, ann: Principal, filled: Path) -> None:
    document = ask(stack, ann, QUESTION).claims[0].citations[0].document_id
    erase.erase(stack, stack.owner, document)
    for which, code in ((document, Code.ERASED), ("d_none", Code.NOT_FOUND)):
        with pytest.raises(AvouchError) as error:
            erase.erase(stack, stack.owner, which)
        assert error.value.code is code


def test_a_kill_in_the_middle_is_finished_at_the_next_opening(
    stack: Stack, ann: Principal, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = ask(stack, ann, QUESTION).claims[0].citations[0].document_id

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(erase, "finish", killed)
        with pytest.raises(KeyboardInterrupt):
            erase.erase(stack, stack.owner, document)
    stack.close()
    with Stack.open(stack.home.root) as again:
        for name, data in everything(again.home.root).items():
            assert CANARY.encode() not in data, name
        assert list(again.store.blobs.names())
        assert again.tables.count("chunks", [v.ordinal for v in erase.versions_of(again, document)]) == 0


def test_a_restored_backup_does_not_bring_it_back(stack: Stack, ann: Principal, filled: Path, tmp_path: Path) -> None:
    kept = ask(stack, ann, "How long is alcohol hand rub applied?")
    document = ask(stack, ann, QUESTION).claims[0].citations[0].document_id
    backup(stack, stack.owner, tmp_path / "backup.tar")
    erase.erase(stack, stack.owner, document)
    stack.close()
    told = restore(tmp_path / "again", tmp_path / "backup.tar", stack.home.keys)
    assert told.erased == (document,)
    with Stack.open(tmp_path / "again") as again:
        assert "20 seconds" in ask(again, ann, "How long is alcohol hand rub applied?").claims[0].text
        assert not any("77 mg" in claim.text for claim in ask(again, ann, QUESTION).claims)
        replayed = replay(again, again.owner, kept.voucher_id)
        assert replayed.verdict == "erased"  # what it saw, though not what it cited
        assert all(note.startswith("/passages") for note in replayed.notes if document in note)
        assert audit.audit(again, []).valid
        for name, data in everything(again.home.root).items():
            assert CANARY.encode() not in data, name


def test_a_damaged_backup_is_refused(stack: Stack, filled: Path, tmp_path: Path) -> None:
    backup(stack, stack.owner, tmp_path / "backup.tar")
    data = bytearray((tmp_path / "backup.tar").read_bytes())
    data[len(data) // 2] ^= 255
    (tmp_path / "backup.tar").write_bytes(data)
    with pytest.raises(AvouchError) as error:
        restore(tmp_path / "again", tmp_path / "backup.tar", stack.home.keys)
    assert error.value.code is Code.BACKUP_INVALID
    assert not (tmp_path / "again" / "state.db").exists()


def test_a_backup_without_its_keys_is_refused(stack: Stack, filled: Path, tmp_path: Path) -> None:
    backup(stack, stack.owner, tmp_path / "backup.tar")
    with pytest.raises(AvouchError) as error:
        restore(tmp_path / "again", tmp_path / "backup.tar", None)
    assert error.value.code is Code.KEY_MISSING


# what goes wrong on the way


def document_of(stack: Stack, ann: Principal) -> str:
    return ask(stack, ann, QUESTION).claims[0].citations[0].document_id


def served(stack: Stack, ann: Principal) -> bool:
    return any(CANARY in passage.text for passage in ask(stack, ann, QUESTION).passages)


def failing(*told: object, **named: object) -> None:
    raise AvouchError(Code.STORAGE_UNAVAILABLE, "the store does not answer")


def lose(stack: Stack, document_id: str) -> None:
    """The text of a document is lost, as by a disk."""
    (version,) = erase.versions_of(stack, document_id)
    stack.store.blobs.delete(version.text_blob)
    stack.store._texts.clear()


def test_no_ingest_runs_meanwhile(stack: Stack, ann: Principal, filled: Path) -> None:
    document = document_of(stack, ann)
    stack.settings = replace(stack.settings, busy_seconds=0.05)
    with stack.alone("ingest"), pytest.raises(AvouchError) as error:
        erase.erase(stack, stack.owner, document)
    assert error.value.code is Code.INGEST_BUSY and served(stack, ann)


def test_a_version_of_what_was_erased_is_not_recorded(
    stack: Stack, ann: Principal, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a lock was lost: the transaction itself looks."""
    document = document_of(stack, ann)
    (filled / f"{CANARY}.md").write_text(PAGE + "\nMore of it.\n")

    def meanwhile(*told: object) -> object:
        erase.finish(stack, erase.versions_of(stack, document))
        stack.state.write(lambda tx: documents.blank(tx, document, 3))
        return store(*told)  # type: ignore[arg-type]

    monkeypatch.setattr("avouch.stack.pipeline.store", meanwhile)
    with pytest.raises(AvouchError, match="ERASED"):
        take_in(stack, filled)
    assert all(version.fate is Fate.ERASED for version in erase.versions_of(stack, document))


def test_who_may_not_learns_and_moves_nothing(stack: Stack, ann: Principal, filled: Path) -> None:
    document = document_of(stack, ann)
    stack.__dict__["shelf"].others = failing  # what is looked into first
    with pytest.raises(AvouchError) as error:
        erase.erase(stack, ann, document)
    assert error.value.code is Code.FORBIDDEN
    with pytest.raises(AvouchError, match=r"FORBIDDEN|NOT_FOUND"):
        erase.erase(stack, replace(ann, tenant="beta"), document)


def test_a_store_that_fails_is_asked_again(
    stack: Stack, ann: Principal, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = document_of(stack, ann)
    with monkeypatch.context() as patch:
        patch.setattr(stack.tables, "delete", failing)
        with pytest.raises(AvouchError, match="STORAGE_UNAVAILABLE"):
            erase.erase(stack, stack.owner, document)
    ordinals = [version.ordinal for version in erase.versions_of(stack, document)]
    assert stack.tables.count("embeddings", ordinals)
    found = erase.erase(stack, stack.owner, document)
    assert not found.proven and all(seen.after == 0 for seen in found.stores)
    assert not stack.tables.count("embeddings", ordinals)
    assert found.snapshot == erase.versions_of(stack, document)[0].erased
    with pytest.raises(AvouchError, match="ERASED"):
        erase.erase(stack, stack.owner, document)


def test_an_erasure_that_did_not_come_about_is_not_replayed(
    stack: Stack, ann: Principal, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = document_of(stack, ann)
    with monkeypatch.context() as patch:
        patch.setattr(documents, "blank", failing)
        with pytest.raises(AvouchError):
            erase.erase(stack, stack.owner, document)
    assert not erase.remembered(stack)
    stack.close()
    with Stack.open(stack.home.root) as again:
        assert served(again, ann) and not again.replayed
        erase.erase(again, again.owner, document)
        assert erase.remembered(again) == [document]


def test_a_restoration_that_is_cut_short_serves_nothing_that_was_erased(
    stack: Stack, ann: Principal, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = document_of(stack, ann)
    backup(stack, stack.owner, tmp_path / "backup.tar")
    erase.erase(stack, stack.owner, document)
    stack.close()

    def killed(*told: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Stack, "open", killed)
        with pytest.raises(KeyboardInterrupt):
            restore(tmp_path / "again", tmp_path / "backup.tar", stack.home.keys)
    with Stack.open(tmp_path / "again") as again:
        assert again.replayed == (document,) and not served(again, ann)


def test_a_backup_of_rotated_keys_needs_those_of_its_time(
    stack: Stack, ann: Principal, filled: Path, tmp_path: Path
) -> None:
    backup(stack, stack.owner, tmp_path / "backup.tar")
    shutil.copytree(stack.home.keys, tmp_path / "copy")
    keys.rotate(stack, stack.owner, "master")
    stack.close()
    with pytest.raises(AvouchError, match=r"KEY_MISSING.*copy of the keys"):
        restore(tmp_path / "again", tmp_path / "backup.tar", stack.home.keys)
    assert not (tmp_path / "again").exists() or not any((tmp_path / "again").iterdir())
    restore(tmp_path / "again", tmp_path / "backup.tar", tmp_path / "copy")
    with Stack.open(tmp_path / "again") as again:
        assert served(again, ann)


def test_one_lost_text_stops_neither_questions_nor_erasures(stack: Stack, ann: Principal, filled: Path) -> None:
    lost = document_of(stack, ann)
    other = ask(stack, ann, "How long is alcohol hand rub applied?").claims[0].citations[0].document_id
    lose(stack, lost)
    assert not served(stack, ann)
    assert erase.erase(stack, stack.owner, other).stores
    stack.close()
    with Stack.open(stack.home.root) as again:
        assert not ask(again, ann, "How long is alcohol hand rub applied?").claims
        assert all(seen.after == 0 for seen in erase.erase(again, again.owner, lost).stores)


def test_a_home_opens_where_an_erasure_cannot_be_finished_yet(
    stack: Stack, ann: Principal, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = document_of(stack, ann)
    with monkeypatch.context() as patch:
        patch.setattr(type(stack.tables), "delete", failing)
        with pytest.raises(AvouchError):
            erase.erase(stack, stack.owner, document)
        stack.close()
        with Stack.open(stack.home.root) as again:
            assert erase.pending(again) == [document] and not served(again, ann)
    with Stack.open(stack.home.root) as last:
        assert not erase.pending(last)


def test_answers_that_were_remembered_are_looked_for_too(stack: Stack, ann: Principal, filled: Path) -> None:
    document = document_of(stack, ann)
    (version,) = erase.versions_of(stack, document)
    stack.answered.put("k", Entry((), "m", frozenset({version.id})))
    seen = {one.store: (one.before, one.after) for one in erase.erase(stack, stack.owner, document).stores}
    assert seen["answers remembered"] == (1, 0)


def test_what_was_withdrawn_is_not_found_after_a_store_failed_once(
    stack: Stack, ann: Principal, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = document_of(stack, ann)
    with monkeypatch.context() as patch:
        patch.setattr(stack.shelf.generation, "reindex", failing)
        with pytest.raises(AvouchError, match="STORAGE_UNAVAILABLE"):
            withdraw(stack, stack.owner, document, wrong=True)
        with pytest.raises(AvouchError, match="STORAGE_UNAVAILABLE"):
            ask(stack, ann, QUESTION)
    assert not served(stack, ann)
