"""An answer as text: marks, sources, and nothing in it that a document made active."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from avouch.faces.http.openai.completion import Extension, Written
from avouch.faces.vouched import Vouched, parts, shown, vouched
from avouch.records import Answer, Citation, Claim, Fate, Reason, Verdict


def cited(version: str, page: int, title: str = "Sepsis", warning: str = "") -> Citation:
    return Citation("d_1", version, f"{version}.md", title, page, 3, 9, "quoted", Fate.LIVE, warning)


def answer(*claims: tuple[str, tuple[Citation, ...]], **more: object) -> Vouched:
    made = tuple(Claim(text, citations, Verdict.SUPPORTED, written=True) for text, citations in claims)
    told: dict[str, object] = {"passages": (), "nearest": (), "snapshot": 7, "as_of": "a", "known_until": "k", **more}
    return vouched(Answer("Q?", not claims, made, voucher_id="a_1", **told))  # type: ignore[arg-type]


QUOTED = Answer("Q?", False, (), (), (), 7, "a", "k", "a_1")
TWO = (("First.", (cited("v_1", 1), cited("v_2", 0))), ("Second.", (cited("v_1", 1), cited("v_1", 2))))


def test_citations_of_one_page_share_a_mark() -> None:
    told = answer(*TWO, warnings=("Sepsis: superseded",))
    assert [[one.mark for one in claim.citations] for claim in told.claims] == [[1, 2], [1, 3]]
    assert parts(told) == [
        "First. [1][2]",
        " Second. [1][3]",
        "\n\nNote: Sepsis: superseded\n\nSources:\n- [1] Sepsis (v_1.md), page 1\n- [2] Sepsis (v_2.md)\n"
        "- [3] Sepsis (v_1.md), page 2\n\nVoucher: a_1",
    ]


def test_a_quote_is_told_with_what_it_stands_under() -> None:
    row, head = cited("v_1", 0), replace(cited("v_1", 0), quote="Drug | eGFR\nbelow 30")
    told = vouched(replace(QUOTED, claims=(Claim("Meropenem | 500 mg", (row, head), Verdict.SUPPORTED),)))
    assert parts(told)[0] == "Meropenem | 500 mg (under: Drug | eGFR below 30) [1]"
    assert [one.quote for one in told.claims[0].citations] == ["quoted", "Drug | eGFR\nbelow 30"]


def test_what_was_withheld_is_counted_and_never_repeated() -> None:
    reasons = (Reason("number", Verdict.CONTRADICTED, "90 stands nowhere"), Reason("unit", Verdict.PARTLY, "ml"))
    held = Claim("Give 90 ml.", (cited("v_9", 0),), Verdict.CONTRADICTED, reasons, written=True)
    told = answer(*TWO, model="local", withheld=(held, held))
    assert [(one.verdict, one.checks) for one in told.withheld] == [("contradicted", ["number", "unit"])] * 2
    assert "2 sentences were withheld, which the sources do not support (number, unit)" in "".join(parts(told))
    assert "90" not in told.model_dump_json() + "".join(parts(told))


def test_a_quote_in_a_models_place_says_why() -> None:
    told = "".join(parts(answer(*TWO, degraded="model", notes=("local: it rests",))))
    assert told.startswith("First. [1][2]")
    assert "Note: this is quoted, no model wrote it (local: it rests)" in told
    assert "".join(parts(answer(degraded="model"))).startswith("No answer: what you may see does not support one.")


def test_without_an_answer_it_says_why_and_what_is_near() -> None:
    told = "".join(parts(answer(nearest=("Iron", "Hands"))))
    assert told.startswith("No answer: what you may see does not support one. Nearest documents: Iron; Hands.")
    assert "".join(parts(answer(degraded="time"))).startswith("No answer: the time for it was over.")


@pytest.mark.parametrize(
    "text",
    [
        "![x](http://evil.example/p.png)",
        "[1]: http://evil.example/1",
        "[a][b] [b]:http://evil.example",
        "<img src=http://evil.example>",
        "a </p><script>x</script> <!-- <?php",
        "line\n\n[1]: http://evil.example",
        "[x]\n(http://evil.example)",
    ],
)
def test_markdown_of_a_document_becomes_nothing_active(text: str) -> None:
    for told in (
        "".join(parts(answer((text, (cited("v_1", 0, title=text),)), warnings=(text,)))),
        "".join(parts(answer(nearest=(text,)))),
    ):
        assert not re.search(r"\]\(|\]:|<[a-zA-Z/!?]", told)
        assert not re.search(r"\](?!\[\d+\])\[(?!\d+\])", told)
    assert shown("p <0.05, x < y, [1] a") == "p <0.05, x < y, [1] a"


def count(text: str) -> int:
    return len(text.split())


def written(most: int | None) -> Written:
    extension = Extension(**answer(*TWO).model_dump(), ignored=[])
    return Written.of("avouch", extension, "one two three", count, most)


def test_whole_claims_are_left_out_with_their_sources() -> None:
    whole = written(None)
    total = whole.usage.completion_tokens
    assert (whole.finish, total) == ("stop", count("".join(whole.pieces)))
    assert written(total) == whole
    cut = written(total - 1)
    assert (cut.finish, cut.pieces[0]) == ("length", "First. [1][2]")
    assert "Second" not in "".join(cut.pieces) and "[3]" not in "".join(cut.pieces)
    assert cut.extension == whole.extension
    assert count("".join(cut.pieces)) == cut.usage.completion_tokens <= total - 1
    nothing = written(1)
    assert (nothing.finish, nothing.pieces, nothing.usage.completion_tokens) == ("length", [], 0)
    assert nothing.usage.prompt_tokens == nothing.usage.total_tokens == 3
