"""The golden files: their bytes, and what the verifier says of each."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from avouch.errors import AvouchError
from avouch.ledger.verify import verify

GOLDEN = Path(__file__).parent.parent / "golden"
KEY = (GOLDEN / "key.txt").read_text().strip()
ANCHOR = (GOLDEN / "anchor.note").read_text()
FORKED = (GOLDEN / "fork-anchor.note").read_text()


def test_golden_files_are_made_byte_for_byte() -> None:
    spec = importlib.util.spec_from_file_location("make", GOLDEN / "make.py")
    assert spec and spec.loader
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    for name, data in make.files().items():
        assert (GOLDEN / name).read_bytes() == data, name


@pytest.mark.parametrize("name", ["log.jsonl", "voucher.json", "voucher-erased.json"])
def test_what_is_whole_verifies(name: str) -> None:
    report = verify((GOLDEN / name).read_bytes(), KEY, ANCHOR)
    assert report.valid, report.checks


@pytest.mark.parametrize(
    ("name", "broken", "says"),
    [
        ("log-flipped-body", 3, "body of entry 3 is not the one"),
        ("log-flipped-leaf", 0, "does not match the checkpoint of 5 entries"),
        ("log-dropped", 3, "entry 3 is missing or out of order"),
        ("log-reordered", 3, "entry 3 is missing or out of order"),
        ("log-truncated", 8, "log was cut: it has 8 entries"),
        ("log-fork", None, None),
    ],
)
def test_a_tampered_log_names_the_first_broken_entry(name: str, broken: int | None, says: str | None) -> None:
    report = verify((GOLDEN / f"{name}.jsonl").read_bytes(), KEY)
    assert report.broken == broken
    assert report.valid == (broken is None)
    assert says is None or says.lower() in report.checks[0].text.lower()


def test_a_fork_verifies_alone_and_not_against_the_anchor() -> None:
    forked = (GOLDEN / "log-fork.jsonl").read_bytes()
    alone = verify(forked, KEY)
    assert alone.valid
    assert any("never rewritten" in check.text for check in alone.checks)
    assert not verify(forked, KEY, ANCHOR).valid


def test_another_key_is_refused() -> None:
    other = (GOLDEN / "log-other-key.jsonl").read_bytes()
    assert verify(other).valid
    assert not verify(other, KEY).valid


@pytest.mark.parametrize(
    ("name", "failing"),
    [
        ("voucher-quote", {"content", "claim"}),
        ("voucher-body", {"body"}),
        ("voucher-time", {"inclusion"}),
        ("voucher-path", {"inclusion"}),
        ("voucher-checkpoint", {"inclusion", "proof"}),
        ("voucher-key", {"proof"}),
    ],
)
def test_a_tampered_voucher_says_what_fails(name: str, failing: set[str]) -> None:
    report = verify((GOLDEN / f"{name}.json").read_bytes())
    assert {check.name for check in report.checks if check.ok is False} == failing
    assert not report.valid


def test_a_voucher_against_a_forked_anchor() -> None:
    report = verify((GOLDEN / "voucher.json").read_bytes(), KEY, FORKED)
    assert any(check.name == "anchor" and check.ok is False and "FORK" in check.text for check in report.checks)


def test_every_flipped_byte_of_a_voucher_is_found() -> None:
    whole = (GOLDEN / "voucher.json").read_bytes()
    missed = []
    for at in range(len(whole) - 1):
        bad = bytearray(whole)
        bad[at] ^= 1
        try:
            if verify(bytes(bad), KEY, ANCHOR).valid:
                missed.append(at)
        except AvouchError:
            continue
    shown = whole[min(missed) - 30 : min(missed) + 30] if missed else b""
    assert not missed, (len(missed), shown)
