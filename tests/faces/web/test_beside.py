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
    assert claim(0, ONE, TOLD, cited)["under"] == ["Drug | eGFR below 30"]
    assert [span["anchor"] for span in cited["v"]["spans"]] == ["q1-1", "q1-2"]


def test_what_may_not_be_read_is_not_shown() -> None:
    assert claim(0, ONE, {}, {})["under"] == []


def test_what_a_model_wrote_stands_under_nothing() -> None:
    assert claim(0, {**ONE, "written": True}, TOLD, {})["under"] == []
