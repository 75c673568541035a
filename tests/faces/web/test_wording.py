"""Words for people where the API has words for programs, and cut texts that say so."""

from __future__ import annotations

import re

from avouch.errors import Code
from avouch.faces.web.answer.answers import nearest
from avouch.faces.web.draw import cut, figure, laid
from avouch.faces.web.proof.kinds import links
from avouch.faces.web.signin import word
from avouch.faces.web.wording import worded


def test_a_wrong_field_is_told_in_words() -> None:
    def told(detail: str) -> str:
        return str(worded({"detail": detail})["detail"])

    assert (
        told("path.voucher_id: string_pattern_mismatch") == "the voucher in the address is not written as it has to be"
    )
    assert told("body.days: int_parsing; body.label: missing") == "“days” is no whole number; “label” is missing"
    assert told("a page of another origin sent this request") == "a page of another origin sent this request"


def test_no_page_sends_anybody_to_a_command_line() -> None:
    for code in Code:
        assert "avouch " not in worded({"code": code.name, "todo": code.value.todo})["todo"], code
    assert worded({"code": "FORBIDDEN", "todo": "Ask an admin."})["todo"] == "Ask an admin."


def test_what_comes_nearest_is_told_once_and_has_words() -> None:
    def passage(title: str, quote: str) -> dict[str, str]:
        return {"title": title, "quote": quote}

    found = nearest(
        [
            passage("A", "| --- | 12 |"),
            passage("A", "Give the first dose within one hour."),
            passage(" a ", "Give the second dose within two hours."),
            passage("B", "Page 3"),
            {"title": "C"},
        ]
    )
    assert [one["quote"] for one in found] == ["Give the first dose within one hour."]


def test_what_is_cut_says_so() -> None:
    assert cut("short", 10) == "short"
    assert cut("one two three four", 12) == "one two…"
    assert cut("x" * 40, 12) == "x" * 11 + "…"
    assert [figure(one) for one in (3.0, 1234.56, 0.123, 12.34)] == ["3", "1,235", "0.12", "12.3"]


def test_a_purpose_is_spelt_with_the_letters_that_there_are() -> None:
    assert [word(one) for one in ("Pflege für Zoë", "Größe", "看護", "Emergency!", "a" * 60)] == [
        "pflege-fuer-zoe",
        "groesse",
        "",
        "",
        "a" * 40,
    ]


def test_only_who_may_open_a_page_is_led_there() -> None:
    body = {
        "document": "d_00000000000000000000",
        "person": "p_00000000000000000000",
        "answer": "a_00000000000000000000",
    }
    led = {one: bool(address) for address, one in links(body, frozenset({"audit"}))[0]}
    assert led == {body["answer"]: True, body["person"]: False, body["document"]: False}
    assert all(address for address, _ in links(body, frozenset({"audit", "search", "principal"}))[0])
    assert re.fullmatch(r"/library/d_0+", links(body, frozenset({"search"}))[0][2][0])


def test_a_row_of_a_table_reads_as_one_and_loses_no_word() -> None:
    told = laid("Doses\n| Drug | Dose |\n|---|---|\n| <b>x</b> | 5 mg | ")
    assert "Drug · Dose\n" in told and "&lt;b&gt;x&lt;/b&gt; · 5 mg · " in told and "|" not in told
    assert "a | b" in laid("run a | b")
