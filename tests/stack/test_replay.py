"""Replay: the same bytes from what was recorded, or where it differs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import take_in

from avouch.errors import AvouchError, Code
from avouch.records import Claim, Principal, Verdict
from avouch.stack.ask import ask
from avouch.stack.keys import rotate
from avouch.stack.replay import found_otherwise, replay
from avouch.stack.search import search
from avouch.stack.stack import Stack
from avouch.stack.withdraw import withdraw

HANDS = "How long is alcohol hand rub applied?"


def test_the_same_at_once_after_other_acts_and_after_reopening(stack: Stack, ann: Principal, library: Path) -> None:
    take_in(stack, library)
    answer = ask(stack, ann, HANDS)
    assert replay(stack, stack.owner, answer.voucher_id).verdict == "same"
    (library / "hand.md").write_text("# Hands\n\nAlcohol hand rub is applied for 30 seconds.\n")
    take_in(stack, library)
    withdraw(stack, stack.owner, answer.claims[0].citations[0].document_id, wrong=True)
    rotate(stack, stack.owner, "master")
    rotate(stack, stack.owner, "signing")
    again = replay(stack, stack.owner, answer.voucher_id)
    assert again.verdict == "same", again.notes
    stack.close()
    with Stack.open(stack.home.root) as reopened:
        assert replay(reopened, reopened.owner, answer.voucher_id).verdict == "same"


def test_after_a_rebuild_the_search_is_not_run_again(stack: Stack, ann: Principal, library: Path) -> None:
    take_in(stack, library)
    answer = ask(stack, ann, HANDS)
    stack.shelf.rebuild()
    told = replay(stack, stack.owner, answer.voucher_id)
    assert told.verdict == "same"
    assert any("not run again" in note for note in told.notes)


def test_changed_content_differs(stack: Stack, ann: Principal, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(stack, library)
    answer = ask(stack, ann, HANDS)
    text = stack.store.text

    def forged(*about: object) -> str:
        return text(*about).replace("20 seconds", "99 seconds")  # type: ignore[arg-type]

    monkeypatch.setattr(stack.store, "text", forged)
    told = replay(stack, stack.owner, answer.voucher_id)
    assert told.verdict == "differs"
    assert any("/claims/0" in note for note in told.notes)


def test_what_is_judged_otherwise_is_told_with_both_verdicts(
    stack: Stack, ann: Principal, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(stack, library)
    answer = ask(stack, ann, HANDS)
    monkeypatch.setattr("avouch.stack.replay.check.check", lambda text, cited: Claim(text, cited, Verdict.UNSUPPORTED))
    told = replay(stack, stack.owner, answer.voucher_id)
    assert told.verdict == "differs"
    assert "/claims/0 was supported then and is unsupported now" in told.notes


def test_what_is_found_otherwise_is_told_passage_by_passage(
    stack: Stack, ann: Principal, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(stack, library)
    answer = ask(stack, ann, HANDS)

    def without_the_first(*told: Any) -> Any:
        found = search(*told)
        return replace(found, hits=found.hits[1:])

    monkeypatch.setattr("avouch.stack.replay.search", without_the_first)
    told = replay(stack, stack.owner, answer.voucher_id)
    assert told.verdict == "differs"
    assert told.notes[0] == "/passages/0 is not found now"


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ([1, 3], ["/passages/1 is not found now"]),
        ([1, 2, 3, 4], ["1 passage found now was not found then"]),
        ([4, 5, 3], [*(f"/passages/{n} is not found now" for n in (0, 1)), "2 passages found now were not found then"]),
        ([3, 2, 1], ["the search finds the same passages in another order"]),
    ],
)
def test_a_difference_in_words(now: list[int], told: list[str]) -> None:
    assert found_otherwise([1, 2, 3], now) == told


def test_an_abstention_replays_too(stack: Stack, ann: Principal, library: Path) -> None:
    take_in(stack, library)
    answer = ask(stack, ann, "Which comet was seen in the year 1066?")
    assert answer.abstained
    assert replay(stack, stack.owner, answer.voucher_id).verdict == "same"


def test_an_unknown_voucher(stack: Stack) -> None:
    with pytest.raises(AvouchError) as error:
        replay(stack, stack.owner, "a_none")
    assert error.value.code is Code.NOT_FOUND


def test_a_home_may_be_closed_and_opened_in_one_process(stack: Stack, ann: Principal, library: Path) -> None:
    take_in(stack, library)
    stack.close()
    with Stack.open(stack.home.root) as again:
        (library / "hand.md").write_text("# Hands\n\nAlcohol hand rub is applied for 30 seconds.\n")
        take_in(again, library)
        assert "30 seconds" in ask(again, ann, HANDS).claims[0].text
