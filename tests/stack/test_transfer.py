"""A home on PostgreSQL and in a bucket does what a local one does; a backup of either restores onto the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import take_in
from tests.object_store import bucket, server
from tests.postgres import Cluster

from avouch.errors import AvouchError, Code
from avouch.ledger.verify import verify
from avouch.records import Classification
from avouch.stack import people
from avouch.stack.ask import ask
from avouch.stack.audit import audit, export
from avouch.stack.backup import backup
from avouch.stack.collect import collect
from avouch.stack.erase import erase
from avouch.stack.restore import restore
from avouch.stack.stack import Stack
from avouch.stack.status import status

QUESTION = "How long is alcohol hand rub applied?"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with server() as made:
        yield made


@pytest.fixture
def remote(tmp_path: Path, postgres: Cluster, endpoint: str) -> Path:
    """The folder of a home on PostgreSQL and in a bucket, not yet made."""
    place, folder = bucket(endpoint), tmp_path / "remote"
    folder.mkdir()
    lines = {
        "state": postgres.url,
        "state_schema": postgres.schema(),
        "storage": place.url,
        "storage_endpoint": place.endpoint,
        "storage_region": place.region,
    }
    (folder / "avouch.toml").write_text("".join(f'{name} = "{value}"\n' for name, value in lines.items()))
    return folder


def answers(stack: Stack) -> bool:
    try:
        person = people.find(stack, "ann")
    except AvouchError:
        person = people.add(stack, "ann", frozenset({"staff"}), Classification.INTERNAL, frozenset({"reader"}))
    return any("20 seconds" in passage.text for passage in ask(stack, person, QUESTION).passages)


def test_a_home_without_local_files(remote: Path, library: Path, tmp_path: Path) -> None:
    """Ingest, ask, erase, collect, verify: nothing but keys, settings, index and models in the folder."""
    with Stack.create(remote) as stack:
        take_in(stack, library)
        assert answers(stack)
        assert take_in(stack, library).unchanged == 4
        document = ask(stack, people.find(stack, "ann"), QUESTION).passages[0].document_id
        certificate = erase(stack, stack.owner, document)
        assert certificate.proven, certificate
        assert any("bucket" in text for text in certificate.unseen)
        assert not answers(stack)
        stack.store.blobs.put("ab" * 32, b"an orphan")
        assert collect(stack, stack.owner).blobs == 1
        assert status(stack, deep=True)["whole"]
        export(stack, tmp_path / "log.jsonl")
        assert verify((tmp_path / "log.jsonl").read_bytes()).valid
    left = {path.name for path in remote.iterdir()}
    assert left <= {"avouch.toml", "keys", "index", "models", "lock", "uploads"}, left


def test_a_home_with_its_content_in_a_bucket_only(remote: Path, library: Path) -> None:
    told = (remote / "avouch.toml").read_text().splitlines(keepends=True)
    (remote / "avouch.toml").write_text("".join(line for line in told if not line.startswith("state")))
    with Stack.create(remote) as stack:
        take_in(stack, library)
        assert answers(stack)
        assert erase(stack, stack.owner, ask(stack, people.find(stack, "ann"), QUESTION).passages[0].document_id).proven
    (remote / "state.backup").write_bytes(b"left by a backup that was killed")
    with Stack.open(remote) as stack:
        assert not answers(stack)
    assert not (remote / "state.backup").exists()
    assert (remote / "state.db").exists()
    assert not (remote / "blobs").exists()


def test_a_local_home_moves_to_shared_engines_and_back(remote: Path, library: Path, tmp_path: Path) -> None:
    with Stack.create(tmp_path / "local") as local:
        take_in(local, library)
        assert answers(local)
        size = status(local)["entries"]
        home_id, keys = local.id, local.home.keys
        backup(local, local.owner, tmp_path / "one.tar")
    restore(remote, tmp_path / "one.tar", keys)
    with Stack.open(remote) as moved:
        assert moved.id == home_id
        assert audit(moved, []).valid
        assert answers(moved)
        (library / "new.md").write_text("# New\n\nThe new page says that a walk takes 12 minutes.\n")
        assert take_in(moved, library).added == 1
        assert status(moved, deep=True)["entries"] > size
        backup(moved, moved.owner, tmp_path / "two.tar")
        with pytest.raises(AvouchError) as there:
            restore(remote, tmp_path / "one.tar", keys)
        assert there.value.code is Code.HOME_EXISTS
    back = tmp_path / "back"
    restore(back, tmp_path / "two.tar", keys)
    assert "state" not in (back / "avouch.toml").read_text()
    with Stack.open(back) as again:
        assert (again.state.shared, again.id) == (False, home_id)
        assert audit(again, []).valid
        assert answers(again)
        assert status(again, deep=True)["whole"]
        assert take_in(again, library).unchanged == 5
