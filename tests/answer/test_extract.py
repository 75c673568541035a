"""The quotation: verbatim, in reading order, nothing twice, and no fragment."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from tests.answer.passages import embed, passage, words

from avouch.answer.extract import CLAIMS, EMBEDDED, Extract, extract
from avouch.answer.sentence import LONG
from avouch.records import Passage, Vectors

QUESTION = "How long is alcohol hand rub applied?"
WEIGHTS = {"long": 1.0, "alcohol": 3.0, "hand": 2.0, "rub": 3.0, "applied": 2.0}


def picked(*passages: Passage, question: str = QUESTION) -> Extract:
    weights = dict.fromkeys(words(question), 1.0) if question != QUESTION else WEIGHTS
    return extract(embed([question])[0], weights, passages, words, embed)


def texts(found: Extract) -> list[str]:
    return [sentence.text for sentence in found.chosen]


LINES = st.lists(
    st.text(st.sampled_from("abc hand rub 20.\n#-*|:?é「。"), max_size=60)
    | st.sampled_from(["Alcohol hand rub is applied for 20 seconds.", "## How long\n", "- hand rub: 20 s\n", "\n\n"]),
    max_size=12,
)


@given(st.lists(LINES, min_size=1, max_size=4), st.integers(0, 1000))
def test_every_sentence_stands_where_it_is_cited(parts: list[list[str]], start: int) -> None:
    passages = [passage(" ".join(lines), start, 1.0 - n / 10, f"d{n}") for n, lines in enumerate(parts)]
    found = picked(*passages)
    assert len(found.chosen) <= CLAIMS
    for sentence in found.chosen:
        source = passages[sentence.passage]
        assert source.text[sentence.start - start : sentence.end - start] == sentence.text
        assert sentence.text.strip() == sentence.text


@given(st.lists(LINES, min_size=1, max_size=4))
def test_a_passages_sentences_keep_their_order_and_do_not_overlap(parts: list[list[str]]) -> None:
    found = picked(*(passage(" ".join(lines), fused=1.0 - n / 10) for n, lines in enumerate(parts)))
    for before, after in zip(found.chosen, found.chosen[1:], strict=False):
        assert before.passage != after.passage or before.end <= after.start
    visited = [sentence.passage for sentence in found.chosen]
    assert len(set(visited)) == sum(a != b for a, b in zip(visited, [None, *visited], strict=False))


def test_the_sentence_that_answers_comes_alone() -> None:
    told = "Wash hands with soap when soiled. Alcohol hand rub is applied for 20 seconds. The ward is cleaned daily."
    assert texts(picked(passage(told))) == ["Alcohol hand rub is applied for 20 seconds."]


def test_the_same_sentence_of_two_documents_is_quoted_once() -> None:
    told = "Alcohol hand rub is applied for 20 seconds."
    found = picked(passage(told), passage(told, fused=0.9, document="copy"))
    assert texts(found) == [told]
    assert found.chosen[0].passage == 0


def test_a_sentence_inside_a_longer_one_is_not_repeated() -> None:
    short = "Alcohol hand rub is applied for 20 seconds."
    longer = "Alcohol hand rub is applied for 20 seconds on dry hands."
    assert len(picked(passage(short), passage(longer, fused=0.9)).chosen) == 1


def test_rows_of_other_figures_are_no_duplicates() -> None:
    rows = [
        "Glucose below 8 mmol/L: 0 units",
        "Glucose 8 to 12 mmol/L: 4 units",
        "Glucose 12 to 16 mmol/L: 6 units",
    ]
    told = "# Insulin\n\nSliding scale:\n\n" + "".join(f"- {row}\n" for row in rows)
    said = " ".join(texts(picked(passage(told), question="How many units of insulin for a glucose of 10 mmol/L?")))
    assert all(row in said for row in rows)
    assert sorted(rows, key=said.index) == rows


def test_headings_questions_and_scraps_are_no_answers() -> None:
    told = "# How long is alcohol hand rub applied\n\nHow long is alcohol hand rub applied?\n\nHand rub"
    assert picked(passage(told)).chosen == ()


def test_list_items_are_quoted_without_their_marker() -> None:
    told = "Steps:\n\n- Alcohol hand rub is applied for 20 seconds.\n- Jewellery is removed first.\n"
    assert texts(picked(passage(told)))[0] == "Alcohol hand rub is applied for 20 seconds."


def test_a_record_is_quoted_with_its_fields() -> None:
    told = "name: Digoxin antibody\nlocation: Refrigerator F3\nform: Powder for infusion"
    found = picked(passage(told), question="Where is digoxin antibody stored?")
    assert texts(found) == [told]


def test_nothing_to_quote() -> None:
    assert picked() == Extract((), 0.0, 0.0)
    assert picked(passage("")) == Extract((), 0.0, 0.0)
    assert picked(passage("alcohol hand rub " * LONG)).chosen == ()


def test_few_sentences_are_embedded() -> None:
    asked: list[int] = []

    def counting(told: Sequence[str]) -> Vectors:
        asked.append(len(told))
        return embed(told)

    many = [
        passage(" ".join(f"Hand rub number {n} {i} is here." for i in range(40)), fused=1 - n / 20) for n in range(9)
    ]
    extract(embed([QUESTION])[0], WEIGHTS, many, words, counting)
    assert sum(asked) <= EMBEDDED
