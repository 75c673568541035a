"""What may leave, what is taken out, and what blocks; findings never repeat the content."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avouch.protect.entity import Kind
from avouch.protect.output import WORDS, Declared, RuleId, Source, check
from avouch.records import Classification

PUBLIC, INTERNAL, CONFIDENTIAL, RESTRICTED = Classification
SOURCE = Source("Patient Anna Rossi, MRN 0012345, was given 500 mg. See https://guide.example.org/iron.", CONFIDENTIAL)

PLAIN = Declared()


def rules(
    text: str, question: str = "", declared: Declared = PLAIN, reader: Classification = RESTRICTED
) -> list[RuleId]:
    return [finding.rule for finding in check(text, reader, [SOURCE], question, declared)]


def test_a_faithful_answer_leaves() -> None:
    text = "Anna Rossi (MRN 0012345) was given 500 mg."
    assert check(text, CONFIDENTIAL, [SOURCE], "What was given?") == []


def test_a_source_above_the_readers_clearance_blocks() -> None:
    findings = check("500 mg.", INTERNAL, [SOURCE], "")
    assert [one.rule for one in findings] == [RuleId.CLEARANCE]


@pytest.mark.parametrize(
    "identifier", ["MRN 0099999", "SSN 219-09-9999", "NHS 943 476 5919", "b@example.org", "card 4111111111111111"]
)
def test_anothers_identifier_blocks(identifier: str) -> None:
    findings = check(f"Anna Rossi has {identifier}.", RESTRICTED, [SOURCE], "")
    assert RuleId.IDENTIFIER in [one.rule for one in findings]


def test_an_identifier_of_the_question_or_in_another_spelling_leaves() -> None:
    assert rules("His NHS number is 9434765919.", "Whose is NHS 943 476 5919?") == []
    assert rules("Anna Rossi has MRN: 0012345.") == []


def test_anothers_name_is_found() -> None:
    text = "The patient, Mr. Rajesh Venkataraman, was given 500 mg."
    findings = check(text, RESTRICTED, [SOURCE], "")
    assert [one.rule for one in findings] == [RuleId.NAME]


def test_secrets_block_even_where_a_source_holds_them() -> None:
    key = "AKIA" + "Q7RTM2PXKLW4ZJ3N"
    findings = check(f"The key is {key}.", RESTRICTED, [Source(f"key {key}", INTERNAL)], "")
    assert RuleId.SECRET in [one.rule for one in findings]


def test_links_leave_by_the_allow_list_alone() -> None:
    text = "See https://guide.example.org/iron and https://evil.example/iron."
    assert rules(text).count(RuleId.LINK) == 2
    assert rules(text, declared=Declared(hosts=frozenset({"guide.example.org"}))) == [RuleId.LINK]
    assert rules(text, declared=Declared(hosts=frozenset({"*.example.org"}))) == [RuleId.LINK]
    assert rules(text, declared=Declared(hosts=frozenset({"example.org"}))).count(RuleId.LINK) == 2
    assert rules("http://badexample.org", declared=Declared(hosts=frozenset({"*.example.org"}))) == [RuleId.LINK]


def test_a_cited_link_leaves_only_where_that_is_declared() -> None:
    text = "See https://guide.example.org/iron."
    assert rules(text, declared=Declared(cited_links=True)) == []
    assert rules("See https://guide.example.org/iron?d=secret", declared=Declared(cited_links=True)) == [RuleId.LINK]
    assert rules("![](https://guide.example.org/iron)", declared=Declared(cited_links=True)) == [RuleId.IMAGE]


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "data:text/html,x", "ftp://guide.example.org/", "mailto:a@guide.example.org"]
)
def test_other_schemes_never_leave(target: str) -> None:
    declared = Declared(hosts=frozenset({"guide.example.org", ""}), cited_links=True)
    assert RuleId.LINK in rules(f"[x]({target})", target, declared)


def test_a_poisoned_source_does_not_open_other_schemes() -> None:
    for target in ("javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://evil.example/x"):
        poisoned = Source(f"Click [here]({target}).", PUBLIC)
        found = check(f"Click [here]({target}).", PUBLIC, [poisoned], "", Declared(cited_links=True))
        assert target == "//evil.example" or RuleId.LINK in [one.rule for one in found], target


PARTS = st.sampled_from(
    [
        *(
            "https://evil.example/x",
            "//evil.example",
            "www.evil.example",
            "[x](",
            "![x](",
            ")",
            "[x]",
            "(",
            "[1]: ",
            "\n",
            " ",
        ),
        *(
            "<a href=",
            "<img src=",
            ">",
            "'",
            '"',
            "&#104;ttps://evil.example",
            "\u200b",
            "javascript:alert(1)",
            "data:,x",
            "\\",
        ),
        *("evil[.]example", "see", "https://good.example/", "]", "[", "!", "/x?d=secret", "hxxp://evil.example"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PARTS, max_size=9).map("".join))
def test_no_address_gets_past(text: str) -> None:
    """However it is put together: where a browser would find the address, a rule finds it."""
    declared = Declared(hosts=frozenset({"good.example"}))
    if re.search(r"https?://evil\.example(?![a-z])", text):
        assert check(text, RESTRICTED, [], "", declared, []) != []


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/x",
        "?to=https://evil.example",
        "?to=https%3A%2F%2Fevil.example",
        "?u=https%253a%252f%252fevil",
    ],
)
def test_an_approved_host_that_may_send_on_is_not_enough(onward: str) -> None:
    hosts = frozenset({"guide.example.org"})
    assert rules("https://guide.example.org/a?page=2#b:c", declared=Declared(hosts)) == []
    assert rules(f"https://guide.example.org/{onward}", declared=Declared(hosts)) == [RuleId.LINK]


def test_images_need_leave_and_a_host() -> None:
    text = "![x](https://guide.example.org/p.png)"
    hosts = frozenset({"guide.example.org"})
    assert rules(text, declared=Declared(hosts)) == [RuleId.IMAGE]
    assert rules(text, declared=Declared(hosts, images=True)) == []
    assert rules(text, declared=Declared(images=True)) == [RuleId.IMAGE]


@pytest.mark.parametrize(
    ("text", "form", "right"),
    [
        ('{"a": 1}', "json", True),
        ('{"a": 1', "json", False),
        ("[" * 200_000, "json", False),
        ("plain", "text", True),
        ("# head", "text", False),
        ("<b>bold</b>", "text", False),
        ("# head", "markdown", True),
        ("bell \x07", "markdown", False),
        ("plain", "unknown", False),
    ],
)
def test_form(text: str, form: str, right: bool) -> None:
    declared = Declared(form=form, longest=1_000_000)
    assert (RuleId.FORMAT in [one.rule for one in check(text, RESTRICTED, [], "", declared, [])]) is not right


def test_length() -> None:
    assert rules("x" * 11, declared=Declared(longest=10)) == [RuleId.LENGTH]


def test_every_rule_has_words_that_say_nothing_of_the_content() -> None:
    assert set(WORDS) == set(RuleId)
    text = "SSN 219-09-9999 https://evil.example/x AKIA" + "Q7RTM2PXKLW4ZJ3N"
    for finding in check(text, PUBLIC, [SOURCE], ""):
        assert not set(finding.words.split()) & set(text.split())
        assert text[finding.start : finding.end] not in repr(finding)


def test_kinds_that_block_are_direct_ones() -> None:
    from avouch.protect.output import _NUMBERED

    assert Kind.US_SSN in _NUMBERED and Kind.MRN in _NUMBERED and Kind.PERSON not in _NUMBERED
