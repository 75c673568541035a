"""A claim is supported only where a cited span holds it word for word."""

from __future__ import annotations

import pytest

from avouch.answer.check import check
from avouch.records import Citation, Fate, Verdict


def citation(quote: str) -> Citation:
    return Citation("d", "v", "key", "title", 0, 0, len(quote), quote, Fate.LIVE)


@pytest.mark.parametrize(
    ("text", "quotes", "verdict"),
    [
        ("20 seconds", ["applied for 20 seconds."], Verdict.SUPPORTED),
        ("20 seconds", ["elsewhere", "20 seconds"], Verdict.SUPPORTED),
        ("30 seconds", ["applied for 20 seconds."], Verdict.UNSUPPORTED),
        ("20  seconds", ["applied for 20 seconds."], Verdict.UNSUPPORTED),
        ("20 seconds", ["20 sec", "onds"], Verdict.UNSUPPORTED),
        ("20 seconds", [], Verdict.UNSUPPORTED),
        ("", ["anything"], Verdict.UNSUPPORTED),
        (" \n", [" \n"], Verdict.UNSUPPORTED),
    ],
)
def test_verdicts(text: str, quotes: list[str], verdict: Verdict) -> None:
    claim = check(text, tuple(citation(quote) for quote in quotes))
    assert claim.verdict is verdict
    assert claim.text == text
