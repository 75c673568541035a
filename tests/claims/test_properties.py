"""What holds of every claim, whatever the text."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from avouch.claims.check import check, parted
from avouch.claims.lexicon import Lexicon
from avouch.claims.split import split
from avouch.records import Verdict

NONE = Lexicon()
WORDS = st.sampled_from(
    "the patients aspirin IL-6 reduced risk of stroke by 12 % in 2019 not 5 mg 0.25 g p<0.05 and (n = 24) mice TNF-α"
    " twice daily 3–5 weeks however, at least 7 COVID-19 versus 95% CI 1.2 to 3.4 showed no effect on 10^9/L".split()
)
SENTENCE = st.lists(WORDS, min_size=3, max_size=25).map(lambda words: "Trial " + " ".join(words) + ".")
SPAN = st.lists(SENTENCE, min_size=1, max_size=4).map(" ".join)


@given(SPAN, st.data())
@settings(max_examples=150, deadline=None)
def test_a_verbatim_sentence_is_supported(span: str, data: st.DataObject) -> None:
    sentence = data.draw(st.sampled_from(parted(span)))
    assert check(sentence, [span], [], NONE, None).verdict is Verdict.SUPPORTED


@given(SENTENCE, st.lists(SENTENCE, max_size=2), st.data())
@settings(max_examples=250, deadline=None)
def test_a_changed_digit_is_never_supported(sentence: str, others: list[str], data: st.DataObject) -> None:
    places = [match.start() for match in re.finditer(r"\d", sentence)]
    if not places:
        return
    at = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != sentence[at]]))
    changed = sentence[:at] + digit + sentence[at + 1 :]
    if changed in others:
        return
    verdict = check(changed, [" ".join([sentence, *others])], [], NONE, None).verdict
    assert verdict is not Verdict.SUPPORTED, changed


@given(SENTENCE, st.lists(SPAN, min_size=2, max_size=4), st.randoms())
@settings(max_examples=80, deadline=None)
def test_the_order_of_what_is_cited_does_not_matter(claim: str, spans: list[str], chance: object) -> None:
    shuffled = list(spans)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert check(claim, spans, [], NONE, None) == check(claim, shuffled, [], NONE, None)


@given(st.text(max_size=300), st.lists(st.text(max_size=300), max_size=3), st.lists(st.text(max_size=40), max_size=2))
@settings(max_examples=200, deadline=None)
@example("5" * 400, ["5" * 400 + "1"], [])
@example("10^" + "9" * 50 + " cells", ["1e" + "9" * 50], ["q0h"])
@example("every 0 hours", ["once every 0 days"], [])
@example("½ of ⅓ \ud800", ["\udfff"], [])
def test_no_text_raises(claim: str, cited: list[str], heads: list[str]) -> None:
    assert 0 <= check(claim, cited, heads, NONE, None).score <= 1
    for written in split(claim):
        assert written.text


@pytest.mark.parametrize(
    "hostile",
    [
        "(" * 100_000,
        "[1]" * 33_000,
        "((a)" * 25_000,
        "a " * 50_000,
        "1 " * 50_000,
        "5 mg/kg/" * 12_000,
        "not " * 25_000,
        "every other " * 8_000,
        "IL-6-" * 20_000,
        "one hundred and " * 6_000,
        "| a " * 25_000,
        "*a " * 33_000,
        "x10" * 30_000,
        "A (B) " * 16_000,
        "1,234," * 16_000,
        "-" * 100_000,
    ],
)
def test_hostile_input_takes_little_time(hostile: str) -> None:
    started = time.process_time()
    check(hostile, [hostile], [hostile], NONE, None)
    check(hostile[:19_000], ["The dose is 5 mg.", hostile[:19_000]], [], NONE, None)
    split(hostile)
    assert time.process_time() - started < 10
