"""One served home for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.clients.served import Served, served


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("clients")) as made:
        yield made
