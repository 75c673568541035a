"""A model's text into claims with their marks."""

from __future__ import annotations

from itertools import pairwise

import pytest

from avouch.claims.split import split


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        (
            "It rose [1]. It fell.[2][3] It stayed [1-3].",
            [("It rose.", (1,)), ("It fell.", (2, 3)), ("It stayed.", (1, 2, 3))],
        ),
        ("It rose. [1] It fell. [2, 3]", [("It rose.", (1,)), ("It fell.", (2, 3))]),
        ("Dr. Ng gave 0.5 g, e.g. to adults [4].", [("Dr. Ng gave 0.5 g, e.g. to adults.", (4,))]),
        ("# Findings\n\nIt rose [1].", [("It rose.", (1,))]),
        ("Findings\n========\nIt rose [1].", [("It rose.", (1,))]),
        (
            "Risks include:\n- bleeding [1]\n- anaemia [2]",
            [("Risks include: bleeding", (1,)), ("Risks include: anaemia", (2,))],
        ),
        ("1. First [1].\n2) Second [2].", [("First.", (1,)), ("Second.", (2,))]),
        ("**Bold** and `code` and [a link](https://x.example/y) [7].", [("Bold and code and a link.", (7,))]),
        ("> Quoted [1].", [("Quoted.", (1,))]),
        ("| Drug | Dose |\n|---|:-:|\n| aspirin | 500 mg [1] |", [("Drug aspirin, Dose 500 mg", (1,))]),
        ("It rose [1,1,2] and [2–3].", [("It rose and.", (1, 2, 3))]),
        ("It rose [^1].", [("It rose.", (1,))]),
        ("Nothing is cited here.", [("Nothing is cited here.", ())]),
        ("In [2019] it rose.", [("In [2019] it rose.", ())]),
        ("", []),
        ("---\n***\n```", []),
        ("[1]", []),
    ],
)
def test_claims_and_marks(text: str, claims: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(one.text, one.marks) for one in split(text)] == claims


def test_places_are_those_of_the_text() -> None:
    text = "It rose [1].  It fell. [2]\nThe end came [3]."
    found = split(text)
    assert [text[one.start : one.end].strip() for one in found] == ["It rose [1].", "It fell. [2]", "The end came [3]."]
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_a_range_without_end_is_cut_off() -> None:
    (one,) = split("It rose [1-999].")
    assert one.marks == tuple(range(1, 22))
