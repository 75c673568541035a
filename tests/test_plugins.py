"""Parsers come in by entry points, the built-in ones too."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from avouch import plugins
from avouch.errors import AvouchError, Code


def test_built_in_parsers_are_found() -> None:
    assert {"text/plain", "text/markdown", "text/html", "application/pdf"} < set(plugins.parsers())


def test_one_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("mine", "avouch.nowhere:Parser", plugins.PARSERS)
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point])
    with pytest.raises(AvouchError) as caught:
        plugins.parsers.__wrapped__()
    assert caught.value.code is Code.CONFIG_INVALID
    assert "mine" in caught.value.message
