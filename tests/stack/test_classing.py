"""The class of what is taken in: raised by what is found, kept by who looked, told wherever it is seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.conftest import staff

from avouch.errors import AvouchError
from avouch.ingest.discover import Options
from avouch.lake import documents
from avouch.lake.raised import Classed
from avouch.lake.schema import raised as table
from avouch.ledger.log import entries
from avouch.records import Classification, Document, IngestReport, Metadata, Principal
from avouch.stack import people, reading
from avouch.stack.ask import ask
from avouch.stack.erase import erase
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

NOTE = "# Ward note\n\nMedical record number is 0012345. Iron is given as an infusion over 30 minutes.\n"
PLAIN = "# Iron\n\nIntravenous iron is given as an infusion over 15 minutes.\n"
BECAUSE = "it holds a patient's number"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "note.md").write_text(NOTE)
    (folder / "iron.md").write_text(PLAIN)
    return folder


def found(stack: Stack, key: str = "note.md") -> tuple[Document, Classed | None]:
    """A document, and how its class came about."""
    everything = stack.state.read(lambda tx: documents.listing(tx, "", 100))
    [one] = [each for each in everything if each.key == key]
    return one, reading.classed(stack, [one.current]).get(one.current.ordinal)


def said(stack: Stack, report: IngestReport) -> dict[str, Any]:
    """What the entry says of the class of each version."""
    query = select(entries.c.body).where(entries.c.seq == report.snapshot)
    body = json.loads(stack.state.read(lambda tx: tx.execute(query).scalar()) or "{}")
    return {one["version"]: one.get("class") for one in body["versions"]}


def test_a_patients_number_raises_the_class_and_is_told_everywhere(stack: Stack, pages: Path) -> None:
    report = ingest(stack, stack.owner, pages, staff())
    note, how = found(stack)
    assert note.current.classification is Classification.RESTRICTED
    assert how == Classed(Classification.INTERNAL, False, (BECAUSE,))
    assert (report.raised, report.because) == (1, {BECAUSE: 1})
    iron, plainly = found(stack, "iron.md")
    assert (iron.current.classification, plainly) == (Classification.INTERNAL, None)
    told = said(stack, report)
    assert told[note.current.id] == {"is": "restricted", "declared": "internal", "because": [BECAUSE]}
    assert told[iron.current.id] is None
    assert "0012345" not in str(told)


def test_who_may_see_the_declared_class_only_does_not_find_it(stack: Stack, pages: Path, ann: Principal) -> None:
    ingest(stack, stack.owner, pages, staff())
    keys = {passage.document_key for passage in ask(stack, ann, "How is iron infused?").passages}
    assert keys == {"iron.md"}
    rich = people.add(stack, "rich", frozenset({"staff"}), Classification.RESTRICTED, frozenset({"reader"}))
    keys = {passage.document_key for passage in ask(stack, rich, "How is iron infused?").passages}
    assert keys == {"iron.md", "note.md"}


def test_a_person_who_looked_has_the_last_word(stack: Stack, pages: Path) -> None:
    ingest(stack, stack.owner, pages, staff())
    (pages / "note.md").write_text(f"---\nclassification: internal\nclass_reviewed: true\n---\n{NOTE}")
    report = ingest(stack, stack.owner, pages, staff())
    note, how = found(stack)
    assert (report.changed, report.unchanged, report.raised) == (1, 1, 0)
    assert note.current.classification is Classification.INTERNAL
    assert how == Classed(Classification.INTERNAL, reviewed=True)
    assert said(stack, report) == {note.current.id: {"is": "internal", "reviewed": True}}
    assert len(stack.state.read(lambda tx: tx.execute(select(table)).all())) == 2, "the older version keeps its reasons"


def test_a_review_is_of_the_class_that_stands_beside_it(stack: Stack, pages: Path) -> None:
    (pages / "note.md").write_text(f"---\nclassification: public\n---\n{NOTE}")
    ingest(stack, stack.owner, pages, staff(class_reviewed=True))
    note, how = found(stack)
    assert note.current.classification is Classification.RESTRICTED
    assert how is not None and how.declared is Classification.PUBLIC
    assert found(stack, "iron.md")[1] == Classed(Classification.INTERNAL, reviewed=True)


def test_a_manifest_may_say_that_a_folder_was_reviewed(stack: Stack, pages: Path) -> None:
    (pages / "avouch.yaml").write_text("defaults:\n  classification: public\n  class_reviewed: yes\n")
    assert ingest(stack, stack.owner, pages, staff()).raised == 0
    assert found(stack)[1] == Classed(Classification.PUBLIC, reviewed=True)


def test_what_is_neither_yes_nor_no_is_refused(stack: Stack, pages: Path) -> None:
    (pages / "note.md").write_text(f"---\nclass_reviewed: perhaps\n---\n{NOTE}")
    report = ingest(stack, stack.owner, pages, staff())
    assert [(one.key, one.code) for one in report.problems] == [("note.md", "METADATA_INVALID")]


def test_what_nobody_classified_stays_the_strictest(stack: Stack, pages: Path) -> None:
    report = ingest(stack, stack.owner, pages, Options(Metadata(class_reviewed=True)))
    assert found(stack)[0].current.classification is Classification.RESTRICTED
    assert (found(stack)[1], report.raised) == (None, 0)


def test_the_title_and_the_name_count(stack: Stack, tmp_path: Path) -> None:
    folder = tmp_path / "named"
    folder.mkdir()
    (folder / "MRN 0012345.md").write_text(PLAIN)
    (folder / "b.md").write_text(f"---\ntitle: Passport no. X1234567\n---\n{PLAIN}")
    assert ingest(stack, stack.owner, folder, staff()).raised == 2


def test_it_is_raised_anew_with_each_version_and_not_twice(stack: Stack, pages: Path) -> None:
    ingest(stack, stack.owner, pages, staff())
    again = ingest(stack, stack.owner, pages, staff())
    assert (again.unchanged, again.raised) == (2, 0)
    (pages / "note.md").write_text(PLAIN)
    assert ingest(stack, stack.owner, pages, staff()).raised == 0
    assert found(stack)[0].current.classification is Classification.INTERNAL, "its declared class, by a new version"


def test_erasing_takes_the_reasons_along(stack: Stack, pages: Path) -> None:
    ingest(stack, stack.owner, pages, staff())
    erase(stack, stack.owner, found(stack)[0].id)
    assert stack.state.read(lambda tx: tx.execute(select(func.count()).select_from(table)).scalar()) == 0


def test_it_can_be_turned_off(tmp_path: Path, pages: Path) -> None:
    home = tmp_path / "off"
    with Stack.create(home):
        pass
    (home / "avouch.toml").write_text('classify = "off"\n')
    with Stack.open(home) as stack:
        assert ingest(stack, stack.owner, pages, staff()).raised == 0
        assert found(stack)[0].current.classification is Classification.INTERNAL
    (home / "avouch.toml").write_text('classify = "maybe"\n')
    with Stack.open(home) as stack, pytest.raises(AvouchError, match="CONFIG_INVALID"):
        ingest(stack, stack.owner, pages, staff())
