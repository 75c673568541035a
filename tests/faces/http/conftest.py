"""One served home for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from tests.faces.http.world import World, make, populate

from avouch.faces.http.app import create


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("http")
    stack, app = make(folder, create)
    with stack, TestClient(app, raise_server_exceptions=False) as client:
        made = World(stack, app, client, folder)
        populate(made)
        yield made
