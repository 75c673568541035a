"""The class that a text is raised to by what was found in it and by the labels of its source.

Nothing here lowers a class: the result is never below what was declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from avouch.protect.entity import Entity, Kind
from avouch.records import Classification

HEALTH = frozenset({Kind.MRN, Kind.UK_NHS, Kind.IN_ABHA, Kind.US_MBI})
NATIONAL = frozenset(
    {Kind.US_SSN, Kind.US_ITIN, Kind.UK_NINO, Kind.IN_AADHAAR, Kind.IN_PAN, Kind.PASSPORT, Kind.LICENCE}
)
MONEY = frozenset({Kind.CREDIT_CARD, Kind.IBAN, Kind.ACCOUNT})
REACH = frozenset({Kind.EMAIL, Kind.PHONE, Kind.ADDRESS})
BORN = frozenset({Kind.BIRTH_DATE})
TRAITS = frozenset({Kind.BIRTH_DATE, Kind.DATE, Kind.AGE, Kind.POSTCODE, Kind.GROUP})

NAMED = 0.85
"""From here on a name alone raises: nine in ten of the true ones, and 3 in 100 biomedical passages."""
_ALONG = 0.5


@dataclass(frozen=True, slots=True)
class Rule:
    """Any of ``kinds`` at ``score`` or above and, where there are some, any of ``along`` (at .5): ``to``, because."""

    kinds: frozenset[Kind]
    to: Classification
    because: str
    along: frozenset[Kind] = frozenset()
    score: float = 0.6


RULES = (
    Rule(frozenset({Kind.SECRET}), Classification.RESTRICTED, "it holds a key, token or password"),
    Rule(HEALTH, Classification.RESTRICTED, "it holds a patient's number"),
    Rule(NATIONAL, Classification.RESTRICTED, "it holds a person's official number"),
    Rule(MONEY, Classification.RESTRICTED, "it holds a card or account number"),
    Rule(BORN, Classification.RESTRICTED, "it holds a person and a date of birth", frozenset({Kind.PERSON})),
    Rule(BORN, Classification.CONFIDENTIAL, "it holds a date of birth"),
    Rule(REACH, Classification.CONFIDENTIAL, "it says who somebody is and how to reach them", frozenset({Kind.PERSON})),
    Rule(frozenset({Kind.ADDRESS}), Classification.CONFIDENTIAL, "it holds a postal address"),
    Rule(frozenset({Kind.EMAIL, Kind.PHONE}), Classification.INTERNAL, "it holds a telephone number or mail address"),
    Rule(frozenset({Kind.PERSON}), Classification.CONFIDENTIAL, "it names a person and tells of them", TRAITS, NAMED),
    Rule(frozenset({Kind.PERSON}), Classification.INTERNAL, "it names a person", score=NAMED),
    Rule(frozenset({Kind.US_DEA, Kind.US_NPI}), Classification.INTERNAL, "it holds a prescriber's number"),
    Rule(frozenset({Kind.IP, Kind.MAC}), Classification.INTERNAL, "it holds the address of a device"),
)  # fmt: skip
LABELS: Mapping[str, Classification] = {
    "phi": Classification.RESTRICTED,
    "patient": Classification.RESTRICTED,
    "clinical-record": Classification.RESTRICTED,
    "secret": Classification.RESTRICTED,
    "pii": Classification.CONFIDENTIAL,
    "personal": Classification.CONFIDENTIAL,
    "hr": Classification.CONFIDENTIAL,
    "finance": Classification.CONFIDENTIAL,
    "internal": Classification.INTERNAL,
}


@dataclass(frozen=True, slots=True)
class Raised:
    """``reasons`` in words, the strictest first, without anything of the content; empty where nothing was raised."""

    classification: Classification
    reasons: tuple[str, ...] = ()


def classify(
    found: Iterable[Entity],
    declared: Classification | None,
    labels: Iterable[str] = (),
    rules: Sequence[Rule] = RULES,
    by_label: Mapping[str, Classification] = LABELS,
) -> Raised:
    """The class to raise to. Nothing declared is the strictest class: free text that nobody classified."""
    if declared is None:
        return Raised(Classification.RESTRICTED, ("nobody has classified it",))
    best: dict[Kind, float] = {}
    for entity in found:
        best[entity.kind] = max(entity.score, best.get(entity.kind, 0.0))
    reasons: list[tuple[Classification, str]] = []
    for rule in rules:
        near = any(best.get(kind, 0.0) >= _ALONG for kind in rule.along)
        if any(best.get(kind, 0.0) >= rule.score for kind in rule.kinds) and (near or not rule.along):
            reasons.append((rule.to, rule.because))
    known = sorted({label.lower() for label in labels} & by_label.keys())
    reasons += [(by_label[label], f"its source is labelled {label}") for label in known]
    raising = sorted({reason for reason in reasons if reason[0] > declared}, key=lambda reason: (-reason[0], reason[1]))
    return Raised(raising[0][0] if raising else declared, tuple(because for _, because in raising))
