"""Templates are plain, whole, versioned; the digest is of all of one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.generate.made import model

from avouch.errors import AvouchError, Code
from avouch.generate.frame import failures
from avouch.generate.template import Template, fitting, read, shipped
from avouch.records import Grammar

PLAIN = """name: mine
version: 3
form: marks

== system
Cite. The mark is {{mark}}.

== user
{{passages}}
Question: {{question}}

== case one
{"question": "Why?", "passages": ["Because."], "user_has": ["Because.", "Question: Why?"]}
"""


@pytest.mark.parametrize("one", shipped(), ids=lambda one: one.id)
def test_shipped_templates_keep_their_own_cases(one: Template) -> None:
    assert len(one.cases) >= 3 and failures(one, model()) == []
    assert "{{" not in one.system.replace("{{mark}}", "")


def test_a_template_of_ones_own() -> None:
    made = read(PLAIN)
    assert (made.id, made.form, made.cases[0].name) == ("mine@3", "marks", "one")
    assert failures(made, model()) == []
    wrong = replace(made.cases[0], user_has=("Nothing.",), system_has=("mark is {{",), lacks=("Question",))
    assert failures(replace(made, cases=(wrong,)), model()) == [
        "one: the system message lacks 'mark is {{'",
        "one: the user message lacks 'Nothing.'",
        "one: 'Question' stands in a message",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("name: mine", "name: Mine"),
        ("name: mine\n", ""),
        ("version: 3", "version: 0"),
        ("version: 3", "version: ³"),
        ("form: marks", "form: free"),
        ("form: marks", "form: marks\nmore: 1"),
        ("{{passages}}", ""),
        ("{{passages}}", "{{passages}}{{passages}}"),
        ("{{question}}", "{{ question }}"),
        ("{{question}}", "{{question.name}}"),
        ("{{mark}}", ""),
        ("{{mark}}", "{{mark}} {{passages}}"),
        ("{{mark}}", "{{mark}} {{question}}"),
        ("== system", "== sytem"),
        ("== user", "== system"),
        ("Cite.", "Cite. {% for x in y %}{{"),
        ("== case one", "== one"),
        ("== case one", "== case"),
        ('"question": "Why?"', '"question": 5'),
        ('["Because."]', '"Because."'),
        ('["Because."]', "[]"),
        ('["Because."]', "[5]"),
        ('"user_has"', '"name"'),
        ('"user_has"', '"has"'),
        ('{"question"', '"question"'),
        ("Cite.", "x" * 60_000),
        ("Cite.", "\0"),
    ],
)
def test_what_a_template_may_not_be(before: str, after: str) -> None:
    assert PLAIN.count(before) == 1
    with pytest.raises(AvouchError) as caught:
        read(PLAIN.replace(before, after))
    assert caught.value.code is Code.TEMPLATE_INVALID


def test_line_ends_do_not_count() -> None:
    assert read(PLAIN.replace("\n", "\r\n")) == read(PLAIN)


def test_every_part_is_in_the_digest() -> None:
    made = read(PLAIN)
    other_cases = (replace(made.cases[0], question="Who?"),)
    changes = {"name": "its", "version": 4, "form": "claims", "system": "{{mark}}", "user": "x", "cases": other_cases}
    digests = {replace(made, **{name: value}).digest for name, value in changes.items()}  # type: ignore[arg-type]
    assert len(digests | {made.digest}) == len(changes) + 1


def test_the_form_follows_from_what_the_server_can() -> None:
    templates = {one.form: one for one in shipped()}
    assert fitting(templates, Grammar.NONE).form == "marks"
    assert fitting(templates, Grammar.JSON_OBJECT).form == fitting(templates, Grammar.JSON_SCHEMA).form == "claims"
    with pytest.raises(AvouchError):
        fitting({}, Grammar.NONE)
