"""The estimate is not below what real tokenizers make of a text, and not far above."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from avouch.adapters.onnx_embedder import PACKAGE
from avouch.generate.tokens import estimate, of_messages
from avouch.records import Message

CLINICAL = (
    "In suspected sepsis, give the first dose of intravenous antibiotics within 1 hour; measure lactate (mmol/L).",
    "Ferric carboxymaltose: max. 1,000 mg iron (20 mL) per infusion, up to 15 mg/kg; not in Hb < 7 g/dL.",
    "TNF-α, IL-6 and eGFR <30 mL/min/1.73 m²: reduce to 2.5 mg b.i.d. (CYP3A4, P-gp; see SmPC §4.2).",
    "Pembrolizumab, nivolumab and ipilimumab may cause immune-mediated thyroiditis, hypophysitis or colitis.",
    "| Drug | Dose | Route |\n|---|---|---|\n| heparin | 5000 IU | s.c. |\n| enoxaparin | 40 mg | s.c. |\n",
)


ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """30,000 pieces: language models have several times as many, and make fewer tokens."""
    spec = find_spec(PACKAGE)
    assert spec and spec.submodule_search_locations
    made = Tokenizer.from_file(f"{spec.submodule_search_locations[0]}/model/tokenizer.json")
    made.no_padding()
    made.no_truncation()
    return made


@pytest.mark.parametrize(
    "text", [*CLINICAL, (ROOT / "README.md").read_text(), (ROOT / "docs" / "policy.md").read_text()]
)
def test_it_is_no_less_and_not_far_more_than_pieces(tokenizer: Tokenizer, text: str) -> None:
    count = len(tokenizer.encode(text, add_special_tokens=False).ids)
    assert count <= estimate(text) <= 2.2 * count


@given(st.text(max_size=200))
def test_it_grows_with_the_text(text: str) -> None:
    assert 0 <= estimate(text) <= max(len(text.encode("utf-8", "surrogatepass")), 0)
    assert estimate(text) <= estimate(text + "x") and estimate("") == 0
    assert not text.strip() or estimate(text) > 0


def test_long_texts_take_no_time() -> None:
    began = time.process_time()
    assert estimate("The dose is 5 mg. " * 6000) > 30_000
    assert time.process_time() - began < 1


def test_messages_have_marks_around_them() -> None:
    assert of_messages([Message("user", "dose")]) > estimate("dose")
