"""An answer as clients of other protocols get it: numbered citations, and a text that is safe to show.

Citations of one page of one version share a number, its *mark*. The text is for people; what a program
relies on are the claims, whose quotes are exactly the spans that they name.
"""

from __future__ import annotations

import re

from pydantic import BaseModel

from avouch.records import Answer, Citation, Claim

ACTIVE = re.compile(r"(?<=\])(?=[(\[:])|(?<=<)(?=[a-zA-Z/!?])")
"""Where Markdown of a document would become a link, an image or a tag."""
NOTHING = "No answer: what you may see does not support one."
LATE = "No answer: the time for it was over. Ask again, or allow more time."


class Cited(BaseModel):
    """A span of a version, in characters of its text, end exclusive. ``fate`` is what has become of the version."""

    mark: int
    document_id: str
    version_id: str
    document_key: str
    title: str
    page: int
    start: int
    end: int
    quote: str
    fate: str
    warning: str


class Ground(BaseModel):
    """What one check found, in words that quote no more than the claim and its source."""

    check: str
    verdict: str
    words: str


class Withheld(BaseModel):
    """A sentence that the checks did not let through: by which, never what it said. Reviewers read it by REST."""

    verdict: str
    checks: list[str]


class Statement(BaseModel):
    """One claim with what supports it. ``written``: by a model, in its own words; else it is quoted: its first citation
    is its own span, those after it are what that stands under."""

    text: str
    citations: list[Cited]
    verdict: str
    reasons: list[Ground]
    written: bool


class Vouched(BaseModel):
    """What an answer rests on. ``nearest``: titles that come nearest where there is no answer.

    ``model`` wrote the claims; empty where they are quoted. ``notes`` say which model was not asked, and why,
    and for which parts of the question nothing was found.
    """

    abstained: bool
    claims: list[Statement]
    model: str
    withheld: list[Withheld]
    notes: list[str]
    nearest: list[str]
    confidence: float
    degraded: str
    snapshot: int
    as_of: str
    known_until: str
    voucher_id: str
    warnings: list[str]


def vouched(answer: Answer) -> Vouched:
    """The record of an answer, its citations numbered in the order in which they come."""
    marks: dict[tuple[str, int], int] = {}

    def cited(one: Citation) -> Cited:
        mark = marks.setdefault((one.version_id, one.page), len(marks) + 1)
        same = ("document_id", "version_id", "document_key", "title", "page", "start", "end", "quote", "warning")
        return Cited(mark=mark, fate=one.fate.value, **{name: getattr(one, name) for name in same})

    def stated(one: Claim) -> Statement:
        return Statement(
            text=one.text,
            citations=list(map(cited, one.citations)),
            verdict=one.verdict.value,
            reasons=[Ground(check=r.check, verdict=r.verdict.value, words=r.words) for r in one.reasons],
            written=one.written,
        )

    return Vouched(
        abstained=answer.abstained,
        claims=list(map(stated, answer.claims)),
        model=answer.model,
        withheld=[Withheld(verdict=one.verdict.value, checks=checks_of(one)) for one in answer.withheld],
        notes=list(answer.notes),
        nearest=list(answer.nearest),
        confidence=answer.confidence,
        degraded=answer.degraded,
        snapshot=answer.snapshot,
        as_of=answer.as_of,
        known_until=answer.known_until,
        voucher_id=answer.voucher_id,
        warnings=list(answer.warnings),
    )


def checks_of(claim: Claim) -> list[str]:
    return sorted({reason.check for reason in claim.reasons})


def parts(told: Vouched) -> list[str]:
    """The text in the pieces that a stream brings it in: each claim with its marks, then what they stand for."""
    spoken = [f"{shown(one.text)}{beside(one)} {marks(one)}" for one in told.claims]
    if not spoken:
        spoken = [LATE if told.degraded == "time" else NOTHING]
        if told.nearest:
            spoken.append(" Nearest documents: " + "; ".join(map(shown, told.nearest)) + ".")
    joined = [one if n == 0 or not told.claims else f" {one}" for n, one in enumerate(spoken)]
    return [*joined, ending(told)]


def beside(one: Statement) -> str:
    """What a quote stands under: without a table's heads nobody can tell its cells."""
    heads = [] if one.written else [shown(cited.quote) for cited in one.citations[1:]]
    return f" (under: {' / '.join(heads)})" if heads else ""


def marks(one: Statement) -> str:
    return "".join(f"[{mark}]" for mark in sorted({cited.mark for cited in one.citations}))


def ending(told: Vouched) -> str:
    """Warnings, sources and the voucher: a list that reads well with Markdown and without."""
    found = {cited.mark: source(cited) for one in told.claims for cited in one.citations}
    notes = [*told.warnings, *left_out(told)]
    blocks = [
        "\n".join(f"Note: {shown(text)}" for text in notes),
        "\n".join(["Sources:", *(f"- [{mark}] {text}" for mark, text in sorted(found.items()))]) if found else "",
        f"Voucher: {told.voucher_id}",
    ]
    return "".join(f"\n\n{block}" for block in blocks if block)


def left_out(told: Vouched) -> list[str]:
    """In words: what was withheld, why no model wrote where one was to, and what of the question has no answer."""
    count, found = len(told.withheld), []
    if count:
        checks = ", ".join(sorted({check for claim in told.withheld for check in claim.checks}))
        what = "1 sentence was" if count == 1 else f"{count} sentences were"
        found.append(f"{what} withheld, which the sources do not support" + (f" ({checks})" if checks else ""))
    if told.degraded == "model":
        found.append("this is quoted, no model wrote it" + (f" ({'; '.join(told.notes)})" if told.notes else ""))
    elif not told.model:
        found += told.notes
    return found


def source(cited: Cited) -> str:
    page = f", page {cited.page}" if cited.page else ""
    return f"{shown(cited.title)} ({shown(cited.document_key)}){page}"


def shown(text: str) -> str:
    """A document's words on one line; nothing in them becomes a link, an image or a tag where Markdown is drawn."""
    return ACTIVE.sub(" ", " ".join(text.split()))
