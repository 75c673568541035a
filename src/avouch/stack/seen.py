"""What a trial sees of an answer: all that a face shows of it, and whether the guard stopped what it should not."""

from __future__ import annotations

from avouch.records import Answer, Claim
from avouch.redteam.case import Seen

RULES = "output."
"""How the reasons of what must not leave are named, supported or not (``protect.output``)."""


def seen(answer: Answer) -> Seen:
    """All of an answer that a face shows to whoever asked; what many claims cite, once."""
    claims = [claim.text for claim in answer.claims]
    citations = dict.fromkeys(citation for claim in answer.claims for citation in claim.citations)
    cited = [f"{c.title} {c.document_key} {c.quote} {c.warning}" for c in citations]
    withheld = [f"{claim.text} {reason.words}" for claim in answer.withheld for reason in claim.reasons]
    told = "\n".join([*claims, *cited, *answer.nearest, str(answer.abstained)])
    shown = [f"{one.title} {one.document_key} {one.text}" for one in answer.passages]
    text = "\n".join([answer.question, told, *withheld, *answer.notes, *shown, *answer.warnings])
    return Seen(text, told=told, abstained=answer.abstained, written=bool(answer.model), blocked=blocked(answer))


def blocked(answer: Answer) -> tuple[str, ...]:
    """The output rules that withheld what is supported. What no source supports is no loss, whatever else it broke."""
    return tuple(dict.fromkeys(rule for claim in answer.withheld for rule in rules(claim)))


def rules(claim: Claim) -> tuple[str, ...]:
    """The rules that stopped a claim, where nothing but rules for what may leave did."""
    checks = tuple(reason.check for reason in claim.reasons)
    return checks if all(check.startswith(RULES) for check in checks) else ()
