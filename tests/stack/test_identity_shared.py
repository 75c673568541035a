"""Two servers on one home in PostgreSQL: what one does to people and credentials holds for the other at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.postgres import Cluster
from tests.stack.test_credentials import GOOD
from tests.stack.test_people import entries, made, refused
from tests.stack.test_sessions import MINUTE, Wall, wall

from avouch.errors import Code
from avouch.lake.principals import Change
from avouch.stack import access, credentials, emergency, people, sessions, signin
from avouch.stack.audit import audit
from avouch.stack.stack import Stack

_ = wall


@pytest.fixture
def servers(tmp_path: Path, postgres: Cluster) -> Iterator[list[Stack]]:
    home = tmp_path / "home"
    home.mkdir()
    (home / "avouch.toml").write_text(f'state = "{postgres.url}"\nstate_schema = "{postgres.schema()}"\n')
    with ExitStack() as opened:
        yield [opened.enter_context(Stack.create(home)), opened.enter_context(Stack.open(home))]


def test_what_one_server_ends_the_other_refuses(servers: list[Stack]) -> None:
    one, other = servers
    eva = made(one, "eva", "on-call")
    credentials.set_password(one, one.owner, eva.id, GOOD)
    _, session = signin.by_password(other, "eva", GOOD)
    key, token = credentials.create_key(one, one.owner, eva.id, "laptop")
    assert signin.by_session(one, session)[0].id == signin.by_key(other, token).id == eva.id
    people.change(one, one.owner, eva.id, Change(roles=frozenset({"on-call", "curator"})))
    assert "curator" in signin.by_session(other, session)[0].roles
    grant = emergency.begin(one, people.find(one, "eva"), "unconscious, allergy unknown")
    assert signin.by_key(other, token).emergency == grant.id
    assert [told["kind"] for told in emergency.notices(other, other.owner)] == ["access.emergency.begin"]
    assert emergency.reason(other, other.owner, grant.id) == "unconscious, allergy unknown"
    credentials.revoke_key(other, other.owner, key.id)
    with refused(Code.UNAUTHENTICATED):
        signin.by_key(one, token)
    people.disable(one, one.owner, eva.id)
    with refused(Code.UNAUTHENTICATED):
        signin.by_session(other, session)
    assert access.review(other, other.owner).principals == 2
    assert audit(one, []).valid


def test_a_token_has_one_successor_whoever_is_asked(servers: list[Stack], wall: Wall) -> None:
    eva = made(servers[0], "eva", "reader")
    credentials.set_password(servers[0], servers[0].owner, eva.id, GOOD)
    _, token = signin.by_password(servers[0], "eva", GOOD)
    wall.on(16 * MINUTE)
    found: list[str | None] = []
    ready = threading.Barrier(8)

    def ask(stack: Stack) -> None:
        ready.wait()
        found.append(signin.by_session(stack, token)[1])

    threads = [threading.Thread(target=ask, args=(servers[number % 2],)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len([one for one in found if one]) == 1
    wall.on(sessions.GRACE + 1_000_000)
    with refused(Code.UNAUTHENTICATED):
        signin.by_session(servers[1], token)
    fresh = next(one for one in found if one)
    with refused(Code.UNAUTHENTICATED):
        signin.by_session(servers[0], fresh)
    assert len(entries(servers[0], "access.session.reuse")) == 1
