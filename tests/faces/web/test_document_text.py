"""The text of a document in its parts, two versions line by line, the band of a page: without a browser."""

from __future__ import annotations

import random
import time
from typing import Any

from avouch.faces.web.answer import pictured
from avouch.faces.web.library import compare as library_compare
from avouch.faces.web.library import text as document_text

MARKDOWN = """# Sepsis

First line of prose that goes on and is broken only by the width of its page, so
the rest of it belongs to it.

## Doses

- 5 mg
- 10 mg
  at night

| Drug | Dose |
|---|---|
| A | 5 mg |

1. First
2. Second
"""


def headed(text: str, *titles: str) -> list[dict[str, Any]]:
    return [
        {"start": text.index(title), "end": text.index(title) + len(title), "level": at}
        for at, title in enumerate(titles, 1)
    ]


def test_a_text_is_told_in_its_parts() -> None:
    found = document_text.parts(MARKDOWN, headed(MARKDOWN, "Sepsis", "Doses"))
    assert [one["kind"] for one in found] == ["heading", "text", "heading", "list", "table", "list"]
    assert (found[0]["text"], found[0]["level"], found[2]["level"]) == ("Sepsis", 2, 3)
    assert "its page, so the rest of it" in found[1]["text"]
    assert found[3]["items"] == ["5 mg", "10 mg\nat night"]
    assert found[4] == {"kind": "table", "rows": [["Drug", "Dose"], ["A", "5 mg"]], "headed": True}
    assert found[5]["items"] == ["1. First", "2. Second"]


def test_lines_of_a_record_stay_lines() -> None:
    told = "name: Glucose, with a long description of what it is and where it is kept\nstrength: 20 %"
    assert document_text.parts(told, []) == [{"kind": "text", "text": told}]


def test_no_word_of_any_text_is_lost() -> None:
    draw = random.Random(5)
    pieces = ["word", " ", "\n", "\n\n", "- ", "| ", "1. ", "# ", "---", "ä", "x: ", "\t", "a" * 70]
    for _ in range(500):
        text = "".join(draw.choice(pieces) for _ in range(draw.randrange(60)))
        found = str(document_text.parts(text, []))
        assert found.count("word") == text.count("word"), text
    assert document_text.parts("", []) == []
    assert document_text.parts("text", [{"start": 2, "end": 99, "level": 1}]) == [{"kind": "text", "text": "text"}]


def test_a_difference_is_marked_word_by_word_and_what_stayed_is_folded() -> None:
    same = [f"line {n}" for n in range(20)]
    rows = library_compare.difference([*same, "Give 5 mg twice a day."], [*same, "Give 10 mg twice a day.", "New."])
    changed = [row for row in rows if row["kind"] == "changed"]
    assert [piece for piece in changed[0]["left"] if piece[1]] == [("5", True)]
    assert [piece for piece in changed[0]["right"] if piece[1]] == [("10", True)]
    assert (changed[1]["left"], changed[1]["right"]) == ([], [("New.", True)])
    folded = library_compare.folded(rows)
    assert folded[0]["kind"] == "folded"
    assert len(folded[0]["rows"]) == 20 - library_compare.KEPT
    assert [row["kind"] for row in folded[1:]] == ["same", "same", "changed", "changed"]


def test_both_sides_of_a_difference_are_whole() -> None:
    draw = random.Random(7)
    for _ in range(200):
        left, right = ([draw.choice("abc def ghi").strip() or "x" for _ in range(draw.randrange(8))] for _ in "ab")
        rows = library_compare.difference(left, right)
        for side, lines in (("left", left), ("right", right)):
            told = ["".join(text for text, _ in row[side]) for row in rows if row[side]]
            assert told == lines


def test_texts_that_are_hard_to_compare_are_compared_in_time() -> None:
    draw, most = random.Random(3), library_compare.LINES
    pairs = [
        ([f"a {n} dose" for n in range(most)], [f"b {n} dose" for n in range(most)]),
        ([draw.choice("ab") for _ in range(most)], [draw.choice("ab") for _ in range(most)]),
        ([draw.choice("ab") for _ in range(300)], [draw.choice("ab") for _ in range(300)]),
        (["a b " * 500 + str(n) for n in range(most)], ["b a " * 500 + str(n) for n in range(most)]),
    ]
    for left, right in pairs:
        begun = time.process_time()
        assert library_compare.difference(left, right)
        assert time.process_time() - begun < 10


def test_a_band_holds_its_boxes_and_stays_on_the_page() -> None:
    for y in (0.0, 0.02, 0.7, 1.38):
        page = {"ratio": 1.41, "boxes": [{"x": 0.1, "y": y, "width": 0.2, "height": 0.02}]}
        told = pictured.band(page)
        assert told["top"] >= 0
        assert told["top"] <= y
        assert y + 0.02 <= told["top"] + told["height"] <= 1.4101
        assert told["height"] >= pictured.LEAST
        assert 0 <= told["left"] <= 0.1
        assert 0.3 <= told["left"] + told["width"] <= 1
    small = pictured.band({"ratio": 0.2, "boxes": [{"x": 0.1, "y": 0.1, "width": 0.2, "height": 0.02}]})
    assert (small["top"], small["height"]) == (0.0, 0.2)


def test_lines_made_to_be_slow_are_not() -> None:
    begun = time.process_time()
    for line in ("-" * 90_000 + "x", "|" * 90_000 + "\n" + "-" * 90_000 + "x|", "# " * 45_000, "\n \n" * 30_000):
        document_text.parts(line, [])
    assert time.process_time() - begun < 2
