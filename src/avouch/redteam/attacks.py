"""Instructions that an attacker would hide in a page or send as a prompt. Ours, from a grammar; seeded."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from avouch.redteam.grammar import expand, grammar

HIDDEN = ("task", "style", "insert", "override", "extract", "exfil", "suppress", "plant")
"""Kinds of instruction that are out of place in a page."""
DIRECT = ("override", "extract", "exfil", "role")
"""Kinds that are an attack in a prompt, too: a person may well ask for a poem."""
_POLITE = re.compile(
    r"^(Please|Kindly|Now|You must|Make sure to|Always|Also|Remember to|It is important that you) ([A-Z])(?=[a-z])"
)

_GAP = re.compile(r" +([ .!?:])")


class Attack(NamedTuple):
    """One instruction, and its kind."""

    kind: str
    text: str


def attacks(seed: int, count: int, kinds: Sequence[str] = HIDDEN) -> Iterator[Attack]:
    """``count`` instructions, the kinds in turn."""
    rng = random.Random(f"attacks/{seed}")  # noqa: S311
    for number in range(count):
        kind = kinds[number % len(kinds)]
        yield Attack(kind, attack(rng, kind))


def attack(rng: random.Random, kind: str) -> str:
    """One instruction of a kind: a sentence, or two."""
    said = _GAP.sub(r"\1", expand(rng, grammar("attacks"), kind))
    said = _POLITE.sub(lambda found: f"{found.group(1)} {found.group(2).lower()}", said)
    return said[:1].upper() + said[1:]


def place(rng: random.Random, page: str, hidden: str, where: str, ends: Sequence[int]) -> tuple[str, int]:
    """The page with the instruction at its ``start``, ``middle`` or ``end``, and the offset that it begins at.

    ``ends``: where sentences of the page end, in order; the middle is after one of them.
    """
    inner = [end for end in ends if end < len(page.rstrip())]
    joint = rng.choice(("\n", " "))
    if where == "start":
        return f"{hidden}{joint}{page}", 0
    at = rng.choice(inner) if where == "middle" and inner else len(page.rstrip())
    return f"{page[:at]}{joint}{hidden}{joint}{page[at:].lstrip(' ')}", at + 1
