"""Names of drugs, genes and diseases as a corpus writes them, by shape; to swap one for another of its kind."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable

SHAPES = {
    "drug": re.compile(
        r"(?<![\w-])(?:[A-Za-z]{3,}(?:mab|nib|prazole|sartan|statin|olol|pril|cillin|mycin|floxacin|azole|vir|parin|xaban|gliptin"
        r"|gliflozin|tide|platin|taxel|rubicin|setron|triptan|oxetine|azepam|idone|apine|lukast|cept|limus|trexate|ciclib|parib)"
        r"|aspirin|metformin|insulin|warfarin|ibuprofen|heparin|morphine|digoxin|prednisone|tamoxifen|lithium|caffeine)(?![\w-])"
    ),
    "gene": re.compile(r"(?<![\w-])(?:[A-Z]{2,5}\d{1,2}[A-Z]?|[A-Z]{3,4}-?\d|p\d\d|[A-Z][a-z]{2,3}\d{1,2})(?![\w-])"),
    "disease": re.compile(
        r"(?<![\w-])[a-z]{3,}(?:itis|oma|osis|emia|opathy|trophy|plegia|philia|algia|epsy|betes|asthma)(?![\w-])"
        r"|(?<![\w-])(?:asthma|cancer|stroke|migraine|autism|schizophrenia|hypertension|obesity|epilepsy|malaria|influenza)(?![\w-])"
    ),
}
NOT_NAMES = frozenset(
    "diagnosis prognosis apoptosis mitosis chromosome analysis homeostasis hypothesis basis symptoms metastasis".split()
)


class Names:
    """Names by kind, each as often as it was seen at least twice."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts: dict[str, Counter[str]] = {kind: Counter() for kind in SHAPES}
        for text in texts:
            for kind, shape in SHAPES.items():
                counts[kind].update(match.group() for match in shape.finditer(text))
        self.known = {
            kind: sorted(name for name, n in count.items() if n >= 3 and name.lower() not in NOT_NAMES)
            for kind, count in counts.items()
        }

    def inside(self, text: str) -> list[tuple[str, str]]:
        """Names in a text, with their kind."""
        return [
            (match.group(), kind)
            for kind, shape in SHAPES.items()
            for match in shape.finditer(text)
            if match.group().lower() not in NOT_NAMES
        ]

    def other(self, kind: str, old: str, forbidden: str, chance: random.Random) -> str | None:
        """Another name of the kind that a text does not hold, not even in part."""
        low = forbidden.lower()
        for _ in range(20):
            name = chance.choice(self.known[kind])
            if name.lower() not in low and name.lower()[:4] != old.lower()[:4]:
                return name.capitalize() if old[0].isupper() and old[1:].islower() else name
        return None
