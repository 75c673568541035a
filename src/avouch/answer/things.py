"""What a question is about: those of its words that name something, by how rare they are.

A sentence answers only where it, or what it stands under, names enough of that: the dose of one drug when the
kidneys fail is no answer about another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from avouch.answer.laid import Analyze, Laid

NAMED = 0.5
"""How much of what the best one names another must name as well."""

_GENERAL = (
    "dose doses dosed dosage dosing many much long often soon quickly far high low maximum minimum max min usual"
    " start starting initial total give gives given take taken treat treated treatment therapy use used using drug"
    " drugs medicine medication patient patients person people once twice daily weekly hourly hour hours day days"
    " week weeks month months year years old mg mcg g kg ml l mmol unit units microgram micrograms gram grams per"
    " ok okay safe allowed recommended need needed must normal egfr gfr crcl inr bmi qtc weight level levels renal"
    " kidney kidneys hepatic liver impairment failure function pregnancy pregnant breastfeeding child children adult"
    " adults elderly baby babies infant infants neonate neonates"
)
_MEASURE = re.compile(
    r"(\w+) (?:(?:is|was|of|are|falls|rises) )?(?:above|below|less than|more than|greater than|[<>≤≥])"
)


def general(analyze: Analyze) -> frozenset[str]:
    """The words that are said of any drug and any patient."""
    return frozenset(analyze(_GENERAL))


@dataclass(frozen=True, slots=True)
class Things:
    """``weights``: how much each word that names something tells; of these, the ones that the passages hold.

    ``asked``: whether the question names anything at all.
    """

    weights: Mapping[str, float]
    asked: bool

    @classmethod
    def of(cls, weights: Mapping[str, float], laid: Sequence[Laid], analyze: Analyze) -> Things:
        """All words but numbers, what is said of any drug, and what is measured (*eGFR below 30*)."""
        measured = set[str]()
        for one in laid:
            measured.update(term for found in _MEASURE.finditer(one.passage.text) for term in analyze(found[1]))
        no_names = general(analyze) | measured
        names = {term: weight for term, weight in weights.items() if term not in no_names and not term[0].isdigit()}
        held = frozenset[str]().union(*(one.title.union(*one.terms) for one in laid))
        return cls({term: weight for term, weight in names.items() if term in held}, bool(names))

    def share(self, terms: frozenset[str]) -> float:
        """How much of it some terms name, 0…1."""
        named = sum(weight for term, weight in self.weights.items() if term in terms)
        return named / (sum(self.weights.values()) or 1.0)
