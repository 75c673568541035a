"""Orders and harmless sentences in thirteen languages beside English. Ours; seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator

from avouch.redteam.grammar import grammar

LANGUAGES = ("de", "fr", "es", "it", "pt", "nl", "pl", "tr", "ru", "zh", "ja", "ar", "hi")


def orders(seed: int, count: int) -> Iterator[tuple[str, str]]:
    """``count`` orders to a model as (language, text), the languages in turn."""
    rng = random.Random(f"orders/{seed}")  # noqa: S311
    for number in range(count):
        language = LANGUAGES[number % len(LANGUAGES)]
        yield language, rng.choice(grammar("tongues")[f"order_{language}"])


def harmless(seed: int, count: int) -> Iterator[tuple[str, str]]:
    """``count`` short pages that give no orders, as (language, text)."""
    rng = random.Random(f"harmless/{seed}")  # noqa: S311
    for number in range(count):
        language = LANGUAGES[number % len(LANGUAGES)]
        said = grammar("tongues")[f"fine_{language}"]
        yield language, " ".join(rng.sample(said, min(len(said), rng.randint(2, 5))))
