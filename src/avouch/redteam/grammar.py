"""Texts from small grammars: a symbol is replaced by one of its alternatives until none is left."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from avouch.errors import AvouchError, Code

Grammar = Mapping[str, Sequence[str]]
_SYMBOL = re.compile(r"\{([A-Za-z_]+)\}")
_RULE = re.compile(r"(\w+): ?(.*)")
_DEPTH = 12


@cache
def grammar(name: str) -> Grammar:
    """The grammar in ``grammars/NAME.txt``: symbol to alternatives. INPUT_INVALID where it is not one.

    ``symbol: one | two`` or ``symbol:`` and lines that begin with ``- ``; quotes keep spaces at the ends,
    ``\\n`` is a line break, ``#`` begins a remark.
    """
    rules: dict[str, list[str]] = {}
    symbol = ""
    for number, line in enumerate(
        files("avouch.redteam").joinpath("grammars", f"{name}.txt").read_text("utf-8").split("\n")
    ):
        if not line or line.startswith("#"):
            continue
        if line.startswith("- ") and symbol:
            rules[symbol].append(_alternative(line[2:]))
            continue
        named = _RULE.fullmatch(line)
        if not named:
            raise AvouchError(
                Code.INPUT_INVALID, f"grammars/{name}.txt, line {number + 1}: neither rule nor alternative"
            )
        symbol = named.group(1)
        rules[symbol] = [_alternative(one) for one in named.group(2).split(" | ")] if named.group(2) else []
    return rules


def _alternative(said: str) -> str:
    said = said.strip()
    quoted = len(said) >= 2 and said[0] == said[-1] == '"' and '"' not in said[1:-1]
    return (said[1:-1] if quoted else said).replace("\\n", "\n")


def expand(rng: random.Random, rules: Grammar, symbol: str, fixed: Mapping[str, str] | None = None) -> str:
    """One text of ``symbol``. What ``fixed`` names stays the same throughout: the topic of a page.

    A number written ``{n}`` is drawn from 2 to 30. INPUT_INVALID for a symbol that is not there, or rules
    that never end.
    """
    return _expand(rng, rules, symbol, fixed or {}, 0)


def _expand(rng: random.Random, rules: Grammar, symbol: str, fixed: Mapping[str, str], depth: int) -> str:
    if symbol in fixed:
        return fixed[symbol]
    if symbol == "n":
        return str(rng.randint(2, 30))
    if symbol not in rules or depth > _DEPTH:
        raise AvouchError(Code.INPUT_INVALID, f"grammar: {symbol} is not a symbol, or never ends")
    chosen = rng.choice(rules[symbol])
    return _SYMBOL.sub(lambda found: _expand(rng, rules, found.group(1), fixed, depth + 1), chosen)
