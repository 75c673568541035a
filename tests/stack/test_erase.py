"""Erasure: found in every store before, in none after; proofs hold; nothing comes back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conftest import take_in

from avouch.errors import AvouchError, Code
from avouch.ledger.verify import verify
from avouch.records import Principal
from avouch.stack import audit, erase, vouchers
from avouch.stack.ask import ask
from avouch.stack.backup import backup
from avouch.stack.replay import replay
from avouch.stack.restore import restore
from avouch.stack.stack import Stack

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
