"""The page about clients names every parameter, where it belongs."""

from __future__ import annotations

from pathlib import Path

import pytest

from avouch.errors import AvouchError, Code
from avouch.faces.http.openai.parameters import HEEDED, REFUSED, WITHOUT_EFFECT, without_effect

ROOT = Path(__file__).resolve().parents[3]


def test_every_parameter_is_in_the_table_with_what_becomes_of_it() -> None:
    page = (ROOT / "docs" / "clients.md").read_text()
    rows = [line.split(" | ") for line in page[page.index("### Every parameter") :].splitlines() if line[:3] == "| `"]
    told = {name.strip("`| "): row[1] for row in rows for name in row[0].split(", ")}
    for name in WITHOUT_EFFECT:
        assert told[name].startswith("no effect"), name
    for name in REFUSED:
        assert told[name].startswith("refused"), name
    for name in HEEDED:
        assert not told[name].startswith(("refused", "no effect")), name
    assert {name for name in told if "." not in name} == {*WITHOUT_EFFECT, *REFUSED, *HEEDED}


@pytest.mark.parametrize(("name", "value"), [("top_logprobs", False), ("logprobs", 0), ("tools", {}), ("stop", ["a"])])
def test_what_only_looks_like_nothing_is_refused(name: str, value: object) -> None:
    with pytest.raises(AvouchError) as raised:
        without_effect({name: value})
    assert raised.value.code is Code.INPUT_INVALID
