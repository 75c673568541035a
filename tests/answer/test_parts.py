"""A part of a question that nothing was found for is named; of ordinary questions nothing is."""

from __future__ import annotations

import pytest
from tests.answer.passages import words

from avouch.answer.parts import missed, parts

STOPS = {"what", "is", "the", "and", "who", "it", "how", "much", "of", "for", "a", "does", "do", "in", "are", "when"}
SAID = set(words("Ibuprofen 400 mg three times daily with food. Sepsis is recognised by lactate."))


def told(question: str) -> list[str]:
    return [question[span.start : span.end] for span in parts(question)]


def unsaid(question: str) -> list[str]:
    terms = [word for word in dict.fromkeys(words(question)) if word not in STOPS]
    return [question[span.start : span.end] for span in missed(question, terms, SAID, words)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How is meropenem dosed, and how much insulin?", ["How is meropenem dosed", "how much insulin"]),
        ("What is sepsis? Who treats it?", ["What is sepsis", "Who treats it"]),
        ("Is ibuprofen safe and does it help?", ["Is ibuprofen safe", "does it help"]),
        ("Which drugs treat pain and fever?", ["Which drugs treat pain and fever"]),
        ("ibuprofen and food", ["ibuprofen and food"]),
        ("??", []),
    ],
)
def test_the_parts_of_a_question(question: str, expected: list[str]) -> None:
    assert told(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the ibuprofen dose and who invented it?", ["who invented it"]),
        ("What is sepsis? Who treats malaria?", ["Who treats malaria"]),
        ("What is ibuprofen and how much is the maximum dose?", []),
        ("How is sepsis recognised and what is lactate?", []),
        ("Is malaria treated and who invented it?", []),
        ("What is malaria?", []),
        ("Does ibuprofen help in malaria?", []),
    ],
)
def test_what_nothing_was_found_for(question: str, expected: list[str]) -> None:
    assert unsaid(question) == expected
