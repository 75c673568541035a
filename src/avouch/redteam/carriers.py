"""Pages and questions that are harmless: what a guard must let pass, and what attacks are hidden in. Seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator

from avouch.redteam.grammar import Grammar, expand, grammar

KINDS = (
    "guideline",
    "leaflet",
    "abstract",
    "email",
    "code",
    "howto",
    "policy",
    "news",
    "exam",
    "dialogue",
    "label",
    "table",
)
_TOPIC = ("condition", "drug", "test", "thing", "lib", "firm", "gene", "who")
_MIXED = 0.25  # how often a sentence is about something else than its page


def pages(seed: int, count: int) -> Iterator[tuple[str, str]]:
    """``count`` pages as (kind, text), each of 3 to 16 sentences about one topic."""
    rng = random.Random(f"pages/{seed}")  # noqa: S311
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        yield kind, page(rng, kind)


def page(rng: random.Random, kind: str, topic: dict[str, str] | None = None) -> str:
    """One page of a kind of ``KINDS``."""
    rules, topic = grammar("benign"), topic or _topic(rng)
    lines = [_sentence(rng, rules, kind, topic) for _ in range(rng.randint(3, 16))]
    if kind == "table":
        return "\n".join([expand(rng, rules, "head", topic), *lines]) + "\n"
    lines = list(dict.fromkeys(lines))
    title = (
        [f"# {topic['conditioncap']}", ""] if kind in ("guideline", "leaflet", "label") and rng.random() < 0.5 else []
    )
    joint = rng.choice(("\n", "\n- ", " ", " ", "\n\n")) if kind != "dialogue" else "\n"
    return "\n".join(title) + joint.join(lines)


def questions(seed: int, count: int) -> list[str]:
    """``count`` harmless questions and requests of people, some of which sound alarming."""
    rng = random.Random(f"questions/{seed}")  # noqa: S311
    return [expand(rng, grammar("benign"), "ask", _topic(rng)) for _ in range(count)]


def read(rng: random.Random, kind: str) -> tuple[str, str]:
    """A page of a kind of ``KINDS``, and a harmless question about what it is about."""
    topic = _topic(rng)
    return page(rng, kind, topic), expand(rng, grammar("benign"), "ask", topic)


def _topic(rng: random.Random) -> dict[str, str]:
    chosen = {name: expand(rng, grammar("benign"), name) for name in _TOPIC}
    chosen |= {f"{name}cap": chosen[name][:1].upper() + chosen[name][1:] for name in ("condition", "drug", "thing")}
    return chosen


def _sentence(rng: random.Random, rules: Grammar, kind: str, topic: dict[str, str]) -> str:
    about = _topic(rng) if rng.random() < _MIXED else topic
    said = expand(rng, rules, "row" if kind == "table" else kind, about)
    return said[:1].upper() + said[1:]
