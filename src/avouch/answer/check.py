"""The check of a claim against the spans that it cites. A quoted claim must stand there word for word."""

from __future__ import annotations

from avouch.records import Citation, Claim, Verdict


def check(text: str, citations: tuple[Citation, ...]) -> Claim:
    """The claim with its verdict: supported where one of its cited spans holds it verbatim."""
    held = bool(text.strip()) and any(text in citation.quote for citation in citations)
    return Claim(text, citations, Verdict.SUPPORTED if held else Verdict.UNSUPPORTED)
