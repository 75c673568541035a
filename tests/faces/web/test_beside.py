"""An answer's page shows with a quote what it stands under."""

from __future__ import annotations

from typing import Any

from avouch.faces.web.answer.answers import claim

ONE = {"verdict": "supported", "citations": [{"document": "d", "version": "v"}, {"document": "d", "version": "v"}]}
TOLD = {
    "/claims/0": "Meropenem | 500 mg",
    "/claims/0/citations/0": {"quote": "Meropenem | 500 mg", "title": "Doses"},
    "/claims/0/citations/1": {"quote": "Drug | eGFR below 30", "title": "Doses"},
}


def test_a_row_is_shown_with_its_heads() -> None:
    cited: dict[str, dict[str, Any]] = {}
    found = claim(0, ONE, TOLD, cited)
    rows = [["Drug", "eGFR below 30"], ["Meropenem", "500 mg"]]
    assert (found["leads"], found["parts"]) == ([], [{"kind": "table", "rows": rows, "headed": True}])
    assert [span["anchor"] for span in cited["v"]["spans"]] == ["q1-1", "q1-2"]


def test_what_may_not_be_read_is_not_shown() -> None:
    found = claim(0, ONE, {}, {})
    assert (found["leads"], found["parts"]) == ([], [])


def test_what_a_model_wrote_stands_under_nothing() -> None:
    found = claim(0, {**ONE, "written": True}, TOLD, {})
    assert (found["leads"], found["parts"]) == ([], [{"kind": "text", "text": "Meropenem | 500 mg"}])


def test_items_are_a_list_under_the_line_that_leads_to_it() -> None:
    told = {"/claims/0": "below 8: 0 units\n- 8 to 12: 4 units", "/claims/0/citations/1": {"quote": "Scale:"}}
    found = claim(0, ONE, told, {})
    assert found["leads"] == ["Scale:"]
    assert found["parts"] == [{"kind": "list", "items": ["below 8: 0 units", "8 to 12: 4 units"]}]
