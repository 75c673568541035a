"""What obeys in JSON is read: a reply that breaks the schema, or its bounds, would try nothing."""

from __future__ import annotations

import json

from avouch.generate import written
from avouch.redteam.fill import LONGEST, MOST, ROOM, filled
from avouch.redteam.obey import in_turn

IDS = (1, 2, 4)


def claims(lines: list[str], tokens: int = 4096) -> list[tuple[str, tuple[int, ...]]]:
    text = filled(written.schema(IDS), lines, tokens)
    assert len(text) < 2 * ROOM * tokens
    return [(one.text, one.ids) for one in written.claims(text, IDS)]


def test_what_a_line_cites_goes_where_the_numbers_belong() -> None:
    said = ["Water is wet. [1][2]", "Salt [4] melts. [9]", "Iron rusts."]
    assert claims(said) == [("Water is wet.", (1, 2)), ("Salt [4] melts.", IDS), ("Iron rusts.", IDS)]


def test_more_than_is_read_is_not_said() -> None:
    assert len(claims([f"Line {number}." for number in range(3 * MOST)])) == MOST
    [(text, _)] = claims(["x" * (2 * LONGEST)], 1000)
    assert len(text) == LONGEST
    assert len(claims(["y" * 1000] * 50, 1000)) == ROOM


def test_odd_schemas_get_something() -> None:
    assert filled("no schema", ["a", "b"], 10) == "a\nb"
    assert json.loads(filled('{"type": "integer"}', ["a"], 10)) == 1
    assert json.loads(filled('{"enum": ["x", "y"]}', ["a"], 10)) == "x"
    assert json.loads(filled('{"type": "array", "items": true}', [], 10)) == [""]


def test_no_way_is_hidden_behind_another() -> None:
    assert in_turn(["a", "b", "c"], [], ["A", "b"]) == ["a", "A", "b", "c"]
