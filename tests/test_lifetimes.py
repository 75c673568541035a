"""The lifetimes of the settings: what is said, and that a mistake is an error and not a default."""

from __future__ import annotations

from pathlib import Path

import pytest

from avouch import config
from avouch.errors import AvouchError, Code
from avouch.lifetimes import Lifetime
from avouch.records import Classification

WHOLE = """
[[retention]]
days = 365

[[retention]]
class = "restricted"
days = 30

[[retention]]
purpose = ""
days = 0

[[retention]]
class = "restricted"
purpose = "litigation"
days = "forever"
"""


def load(folder: Path, text: str) -> config.Settings:
    (folder / "avouch.toml").write_text(text)
    return config.load(folder)


def test_lifetimes_as_they_are_told(tmp_path: Path) -> None:
    assert load(tmp_path, "").retention == ()
    assert load(tmp_path, WHOLE).retention == (
        Lifetime(365),
        Lifetime(30, Classification.RESTRICTED),
        Lifetime(0, None, ""),
        Lifetime(None, Classification.RESTRICTED, "litigation"),
    )


@pytest.mark.parametrize(
    "text",
    [
        'retention = "yes"',
        "retention = [1]",
        "[[retention]]",
        "[[retention]]\ndays = -1",
        "[[retention]]\ndays = 40000",
        "[[retention]]\ndays = true",
        "[[retention]]\ndays = 1.5",
        '[[retention]]\ndays = "never"',
        '[[retention]]\ndays = 1\nclass = "secret"',
        "[[retention]]\ndays = 1\nclass = 1",
        "[[retention]]\ndays = 1\npurpose = 1",
        "[[retention]]\ndays = 1\nclas = 'public'",
        "[[retention]]\ndays = 1\n[[retention]]\ndays = 2",
    ],
)
def test_mistakes_are_errors(tmp_path: Path, text: str) -> None:
    with pytest.raises(AvouchError) as error:
        load(tmp_path, text)
    assert error.value.code is Code.CONFIG_INVALID
