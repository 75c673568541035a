"""Sentences: exact spans, and the borders that a reader would draw."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avouch.segment import sentences

PIECES = st.sampled_from(
    ["Dr. ", "e.g. ", "The dose is 0.5 mg. ", "\n", "\n\n", "- item", "| a | b |", "1. ", "# ", " ", "\t",
     "\u00a0", "?!", "(p < 0.05).", "”", "...", "。", "E. coli ", "A",
     "x", "Fig. 2", "key: value", "[12] ", "\u2028", "😀", "e\u0301"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join))


def split(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text, 0, len(text))]


@given(TEXTS, st.integers(0, 50), st.integers(0, 400))
def test_spans_are_exact_ordered_and_complete(text: str, start: int, length: int) -> None:
    start, end = min(start, len(text)), min(start + length, len(text))
    spans = sentences(text, start, end)
    covered = "".join(text[span.start : span.end] for span in spans)
    assert "".join(covered.split()) == "".join(text[start:end].split())
    assert all(start <= span.start < span.end <= end for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    assert all(text[span.start : span.end] == text[span.start : span.end].strip() for span in spans)


@pytest.mark.parametrize(
    "text",
    [
        "Dr. A. B. Smith et al. (2019) gave 0.5 mg, i.e. half of it.",
        "Doses (e.g. 5 mg vs. 10 mg) are in Fig. 2 and Ref. 14.",
        "E. coli and S. aureus grew in approx. 3 of 10 samples.",
        "The level was < 0.05 mg/L (see www.example.org/a.b for more).",
        "Give p.o. or i.v. fluids at 2.5 mL/kg.",
        "He was seen at St. Mary's at 8 a.m. on Monday.",
        "No. 5 is given.",
        "Growth of 4 L. monocytogenes strains was seen by L. Smith.",
        "- a rash that begins\nwithin a day: it itches",
        "Give it twice, max. 4 g and at first Min. 1 g a day.",
        "1. The nurse gives 20 g of glucose.",
        "a line that the page\nwidth has broken in two\nplaces, with Names in it.",
        "A long-\nterm treatment is given to every patient in the ward\nWest.",
    ],
)
def test_one_sentence(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    "parts",
    [
        ["The dose is 5 mg.", "Give it twice."],
        ["Lactate was 2 mmol/L.", "Procalcitonin was normal."],
        ["She drank 3 L.", "Then she slept."],
        ["Is it safe?", "Yes!", "Ask first."],
        ["It is vitamin C.", "The other is hepatitis B.", "Patients recover."],
        ["(See the notes.)", "“Stop now.”", "They did."],
        ["It binds p53.", "p53 then acts.", "mRNA follows."],
        ["Cells died.[12]", "Others lived.[3,4]", "End."],
        ["Seen in 2009.", "12 patients died."],
        ["We used 5 mg etc.", "The rest was kept."],
        ["药物有效。", "剂量为5毫克。"],
    ],
)
def test_several_sentences(parts: list[str]) -> None:
    joint = "" if parts[0].endswith("。") else " "
    assert split(joint.join(parts)) == parts


def test_a_line_that_leads_into_the_next_list_ends_the_one_before() -> None:
    parts = ["Stop at once for:", "- rash", "- fever", "Tell the ward of:", "- itching"]
    assert split("\n".join(parts)) == parts


@pytest.mark.parametrize(
    "lines",
    [
        ["# Heading", "Text of it."],
        ["- one item", "- another. ", "* third"],
        ["| a. B | c |", "|---|---|", "| 1. D | 2 |"],
        ["Drug | Dose", "Aspirin | 75 mg. Daily"],
        ["name: Enoxaparin", "strength: 40 mg in 0.4 mL"],
        ["Key points", "Sepsis is an emergency, and every minute counts."],
        ["Title", "=====", "Text."],
        ["Drug Dose Route", "Paracetamol 1 g oral", "Enoxaparin 40 mg s.c."],
        ["First paragraph", "", "second paragraph"],
    ],
)
def test_line_breaks_that_were_meant(lines: list[str]) -> None:
    assert split("\n".join(lines)) == [line.strip() for line in lines if line]


def test_without_bounds_all_of_the_text_is_meant() -> None:
    text = "One. Two."
    assert sentences(text) == sentences(text, 0, len(text))
    assert sentences(text, 5) == sentences(text, 5, len(text))


def test_a_stop_without_words_is_no_sentence() -> None:
    assert split(". The dose is 5 mg. And twice.") == [". The dose is 5 mg.", "And twice."]


def test_sentences_run_together_as_in_abstracts() -> None:
    assert split("with lupus (SLE).METHODS: Sixty patients.") == ["with lupus (SLE).", "METHODS: Sixty patients."]


@pytest.mark.parametrize(
    "unit", ["The dose is 5 mg. ", "a", ". ", "\n", "- x\n", "A. ", "(" * 10, "| a ", "e.g. ", "...", ".)", "b) "]
)
def test_time_is_linear(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.process_time()
        sentences(text, 0, len(text))
        return time.process_time() - start

    assert seconds(1_600_000) < 100 * max(seconds(100_000), 0.01)
