"""Names and what else they are called: from a pack's dictionary, and as the texts themselves define them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from avouch.canon import canonical, digest
from avouch.claims.stem import folded, key
from avouch.claims.tokens import WORD, Token

Phrase = tuple[str, ...]
LONGEST_NAME = 6  # words
_DEFINED = re.compile(r"\(\s*([^\W\d_][\w/αβγδκ-]{1,11}?)s?\s*(?:[,;][^()]{0,60})?\)")
_REVERSED = re.compile(r"\b([A-Z][\w-]{1,9})\s*\(([^()]{6,80})\)")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Lexicon:
    """``groups``: for each name (as a phrase of keys) the number of its meaning; ``names`` of each meaning.

    Two names of one meaning stand for each other; a name of another meaning does not.
    """

    groups: Mapping[Phrase, int] = field(default_factory=dict)
    names: Mapping[int, tuple[Phrase, ...]] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Names what verdicts depend on; empty where there are no names."""
        told = sorted([" ".join(name), meaning] for name, meaning in self.groups.items())
        return digest(canonical(told)) if told else ""

    @classmethod
    def of(cls, synonyms: Iterable[Sequence[str]]) -> Lexicon:
        """From lists of names that mean the same. A name of two meanings stands for the first."""
        groups: dict[Phrase, int] = {}
        names: dict[int, tuple[Phrase, ...]] = {}
        for number, alike in enumerate(synonyms):
            for name in alike:
                spoken = phrase(name)
                if spoken and len(spoken) <= LONGEST_NAME and spoken not in groups:
                    groups[spoken] = number
                    names[number] = (*names.get(number, ()), spoken)
        return cls(groups, names)

    def found(self, keys: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        """Names in a text: where each begins, where it ends, which meaning; the longest at each place."""
        if not self.groups:
            return
        for at in range(len(keys)):
            for length in range(min(LONGEST_NAME, len(keys) - at), 0, -1):
                group = self.groups.get(tuple(keys[at : at + length]))
                if group is not None:
                    yield at, at + length, group
                    break


def phrase(name: str) -> Phrase:
    """A name as a phrase of keys."""
    return tuple(key(folded(word)) for word in _WORD.findall(name))


def definitions(text: str) -> list[tuple[str, Phrase]]:
    """Abbreviations that a text defines, with their long form: *tumour necrosis factor (TNF)*, and reversed.

    Source: the letters of the short form begin, or follow in, words of the long form (Schwartz and Hearst 2003).
    """
    found = []
    for match in _DEFINED.finditer(text):
        long = longest(match[1], _WORD.findall(text[max(match.start() - 120, 0) : match.start()]))
        if long:
            whole = match[1].replace("-", "")
            shorts = [short for short in dict.fromkeys((whole, match[1].partition("-")[0])) if len(short) > 1]
            found += [(key(folded(short)), phrase(" ".join(long))) for short in shorts]
    for match in _REVERSED.finditer(text):
        words = _WORD.findall(match[2])
        if longest(match[1], words) == words:
            found.append((key(folded(match[1].replace("-", ""))), phrase(match[2])))
    return found


def longest(short: str, words: Sequence[str]) -> list[str]:
    """The last of ``words`` whose letters spell ``short``, beginning at the beginning of a word."""
    letters = [letter for letter in folded(short) if letter.isalnum()]
    if not 2 <= len(letters) <= 10 or not short[:1].isalnum() or not any(c.isupper() for c in short):
        return []
    low = [folded(word) for word in words]
    if len(letters) > 2 and [word[:1] for word in low[-len(letters) :]] == letters:
        return list(words[-len(letters) :])
    at, n = len(words) - 1, len(letters) - 1
    inside = len(low[at]) - 1 if low else 0
    while n >= 0 and at >= 0 and len(words) - at <= 2 * len(letters) + 2:
        place = low[at].rfind(letters[n], 0, inside + 1)
        if n == 0:
            place = 0 if low[at][:1] == letters[0] and inside >= 0 else -1
        if place < 0:
            at -= 1
            inside = len(low[at]) - 1 if at >= 0 else 0
            continue
        inside, n = place - 1, n - 1
        if n < 0:
            return list(words[at:]) if len(words) - at > 1 or len(words[at]) > len(letters) else []
        if inside < 0:
            at -= 1
            inside = len(low[at]) - 1 if at >= 0 else 0
    return []


def name_like(token: Token, begins: bool) -> bool:
    """Whether a token is shaped like a name: capitals inside, digits in a word, Greek letters; a capital at
    the beginning says so only where the sentence does not begin there."""
    if token.kind != WORD or len(token.text) < 2:
        return False
    if token.text.isascii() and token.text.isalpha() and token.text.islower():
        return False
    inner = token.text[1:]
    mixed = any(c.isupper() or c.isdigit() for c in inner) or any("α" <= c <= "ω" for c in token.text)
    return mixed or (token.text[0].isupper() and not begins)
