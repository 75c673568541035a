"""Compartments: what lies in one is found by its members only, by words and by vectors, at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection

from avouch.errors import AvouchError, Code
from avouch.ingest.discover import Options
from avouch.lake import documents
from avouch.records import Answer, Classification, Metadata, Principal, Version
from avouch.stack import people, reading
from avouch.stack.ask import ask
from avouch.stack.compartments import change, memberships
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

QUESTION = "What was the potassium of the patient?"
RECORDS = {
    "one.md": ("patient/1", "The potassium of the first patient was 5.9 mmol/L in the morning."),
    "two.md": ("patient/2", "The potassium of the second patient was 3.1 mmol/L in the morning."),
    "guide.md": ("", "Potassium above 6.0 mmol/L is treated at once."),
}


@pytest.fixture
def records(tmp_path: Path, stack: Stack) -> Path:
    folder = tmp_path / "records"
    folder.mkdir()
    for name, (compartment, text) in RECORDS.items():
        front = f"compartment: {compartment}\n" if compartment else ""
        (folder / name).write_text(f"---\nlabels: [staff]\nclassification: internal\n{front}---\n{text}\n")
    ingest(stack, stack.owner, folder, Options(Metadata(), {}))
    return folder


def keys(answer: Answer) -> set[str]:
    return {passage.document_key for passage in answer.passages}


@pytest.mark.usefixtures("records")
def test_members_find_it_and_nobody_else(stack: Stack, ann: Principal) -> None:
    assert keys(ask(stack, ann, QUESTION)) == {"guide.md"}
    change(stack, stack.owner, ann.id, join=["patient/1"])
    assert keys(ask(stack, ann, QUESTION)) == {"guide.md", "one.md"}
    change(stack, stack.owner, ann.id, join=["patient/2"], leave=["patient/1"])
    assert keys(ask(stack, ann, QUESTION)) == {"guide.md", "two.md"}
    assert memberships(stack, ann.id).compartments == ("patient/2",)


@pytest.mark.usefixtures("records")
def test_membership_is_not_enough_without_label_and_clearance(stack: Stack) -> None:
    bob = people.add(stack, "bob-out", frozenset({"other"}), Classification.RESTRICTED, frozenset({"reader"}))
    change(stack, stack.owner, bob.id, join=["patient/1"])
    assert not ask(stack, bob, "What was the potassium?").passages


def test_the_names_of_compartments_are_sealed(stack: Stack, ann: Principal) -> None:
    change(stack, stack.owner, ann.id, join=["canary-compartment"])
    stack.state.flush()
    for path in (stack.home.state, stack.home.state.with_name("state.db-wal")):
        assert not path.exists() or b"canary-compartment" not in path.read_bytes()


def test_what_cannot_be_is_refused(stack: Stack, ann: Principal) -> None:
    with pytest.raises(AvouchError) as error:
        change(stack, stack.owner, ann.id, leave=["nowhere"])
    assert error.value.code is Code.NOT_FOUND
    with pytest.raises(AvouchError) as error:
        change(stack, ann, ann.id, join=["patient/1"])
    assert error.value.code is Code.FORBIDDEN
    with pytest.raises(AvouchError) as error:
        change(stack, stack.owner, ann.id)
    assert error.value.code is Code.INPUT_INVALID


@pytest.mark.usefixtures("records")
def test_a_slow_reader_brings_no_membership_back(stack: Stack, ann: Principal) -> None:
    """A reader that began before somebody left still sees them inside; whoever comes after does not."""
    change(stack, stack.owner, ann.id, join=["patient/1"])
    (record,) = {one.document_id for one in ask(stack, ann, QUESTION).passages if one.document_key == "one.md"}
    inside, left = threading.Event(), threading.Event()

    def slow(tx: Connection) -> list[Version]:
        found = documents.versions_of(tx, record)
        inside.set()
        assert left.wait(20)
        return reading.sees(stack, tx, ann, found)

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(stack.state.read, slow)
        assert inside.wait(20)
        change(stack, stack.owner, ann.id, leave=["patient/1"])
        assert keys(ask(stack, ann, QUESTION)) == {"guide.md"}
        left.set()
        assert reader.result()
    assert keys(ask(stack, ann, QUESTION)) == {"guide.md"}
    with pytest.raises(AvouchError, match="NOT_FOUND"):
        reading.document(stack, ann, record)
