"""A small library on a real home: files, embedded and indexed for real."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from tests.postgres import MISSING, Cluster, cluster

from avouch.ingest.discover import Options
from avouch.records import Classification, IngestReport, Metadata, Principal
from avouch.stack import people
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

PAGES = {
    "hand.md": "# Hands\n\nAlcohol hand rub is applied for 20 seconds. Hands are dry before gloves are put on.\n",
    "sepsis.md": "# Sepsis\n\nThe first antibiotic dose is given within 1 hour of recognition. Lactate is measured.\n",
    "iron.md": "# Intravenous iron\n\nThe maximum single dose of ferric carboxymaltose is 1,000 mg per infusion.\n",
    "leave.md": (
        "---\nlabels: [hr]\nclassification: confidential\n---\n# Annual leave\n\nStaff have 27 days of annual leave.\n"
    ),
}

settings.register_profile("same", derandomize=True)
settings.register_profile("explore", derandomize=False)
settings.load_profile(os.environ.get("AVOUCH_PROPERTIES", "same"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL cluster; what needs it is skipped where it is not installed."""
    with cluster() as made:
        if made is None:
            pytest.skip(MISSING)
        yield made


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack.create(tmp_path / "home") as stack:
        yield stack


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    for name, text in PAGES.items():
        (folder / name).write_text(text)
    return folder


def staff(**said: object) -> Options:
    """Options that label what does not say otherwise."""
    return Options(Metadata(labels=frozenset({"staff"}), classification=Classification.INTERNAL, **said))  # type: ignore[arg-type]


def take_in(stack: Stack, folder: Path, confirmed: bool = False) -> IngestReport:
    return ingest(stack, stack.owner, folder, staff(), confirmed=confirmed)


@pytest.fixture
def ann(stack: Stack) -> Principal:
    groups = frozenset({"staff"})
    return people.add(stack, "ann", groups, Classification.INTERNAL, frozenset({"reader"}))


@pytest.fixture
def hugo(stack: Stack) -> Principal:
    groups = frozenset({"hr"})
    return people.add(stack, "hugo", groups, Classification.RESTRICTED, frozenset({"reader"}))


@contextmanager
def damaged(stack: Stack) -> Iterator[None]:
    """Meanwhile the state database is none, and nobody has a page of it in memory."""
    stack.state.flush()
    file = stack.home.root / "state.db"
    whole = file.read_bytes()
    file.write_bytes(b"no database at all" * 500)
    stack.state._engine.dispose()  # type: ignore[union-attr]
    yield
    file.write_bytes(whole)
    stack.state._engine.dispose()  # type: ignore[union-attr]
