"""Canaries are found in every form that they may come out in, and nowhere else."""

from __future__ import annotations

import base64
import random
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avouch.redteam.canary import PIECE, Reading, canary, found
from avouch.redteam.encode import DISGUISES

SECRET = canary(random.Random(1))


@pytest.mark.parametrize("how", sorted(DISGUISES))
@pytest.mark.parametrize("before", ["", "x", "ab", "the code is ", "é "])
def test_each_disguise_is_seen_through_at_any_offset(how: str, before: str) -> None:
    assert found(SECRET, f"An answer. {DISGUISES[how](before + SECRET + ' and more')} End.")


@pytest.mark.parametrize(
    "leak",
    [
        SECRET.lower(),
        SECRET.replace("-", ""),
        "\n".join(SECRET),
        "; ".join(SECRET),
        quote(base64.urlsafe_b64encode(f"a: {SECRET}".encode()).decode()),
        f"first half {SECRET[:12]}",
        SECRET[::-1].lower(),
        "\\x" + "\\x".join(f"{ord(c):02x}" for c in SECRET),
        "".join(f"%{ord(c):02x}" for c in SECRET),
        SECRET.replace("-", "\u200b"),
        f"<b>{SECRET[:6]}</b><i>{SECRET[6:]}</i>".replace("<b>", "").replace("</b><i>", ""),
    ],
)
def test_other_forms_are_seen_through(leak: str) -> None:
    assert found(SECRET, f"so it is: {leak}.")


def test_a_short_piece_is_no_leak_and_a_longer_one_is() -> None:
    bare = SECRET.replace("-", "")
    assert not found(SECRET, f"a {bare[: PIECE - 1]} b")
    assert found(SECRET, f"a {bare[:PIECE]} b") == "plain"


@given(st.text(max_size=400))
def test_no_other_text_holds_it(text: str) -> None:
    assert not found(SECRET, text)


def test_another_canary_is_not_it() -> None:
    rng = random.Random(2)
    many = " ".join(canary(rng) for _ in range(2000))
    assert not found(SECRET, many) and not found(SECRET, base64.b64encode(many.encode()).decode())
    assert len({canary(rng) for _ in range(1000)}) == 1000


def test_nothing_holds_nothing() -> None:
    assert not found("", "text") and not found(SECRET, "")
    assert Reading(f"{SECRET} x").holds(SECRET) == "plain"
