"""Names: whatever a claim names must stand somewhere in what is cited, or in what that stands under."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from avouch.claims import words
from avouch.claims.align import Alignment
from avouch.claims.reading import Item, Reading
from avouch.claims.stem import akin, folded, key, with_letter
from avouch.records import Reason, Verdict

_ENDINGS = ("ing", "ed", "iz")


RHYTHMS = {
    key(folded(word)): frozenset(told.split()) | words.keys(told)
    for word, told in {
        "hourly": "hourly hour",
        "daily": "daily aday perday eachday everyday every24hours diurnal oncedaily atday day/",
        "nightly": "nightly anight atnight pernight eachnight everynight",
        "weekly": "weekly aweek perweek eachweek everyweek every7days",
        "monthly": "monthly amonth permonth eachmonth everymonth",
        "yearly": "yearly ayear peryear eachyear everyyear annual annually every12months",
        "annually": "yearly ayear peryear eachyear everyyear annual annually every12months",
    }.items()
}


SPANS = {
    key(word): words.keys(f"{word} {word}s {adverb} per{word}") | {word} | {more}
    for word, adverb, more in (
        ("hour", "hourly", "60minute"),
        ("day", "daily", "24hour"),
        ("week", "weekly", "7day"),
        ("month", "monthly", "30day"),
        ("year", "yearly", "12month"),
    )
}
"""Spans of time, and the words that tell of one: *a month* is not said where nothing is of months."""


class Known:
    """All words that what is cited and its heads hold, joined ones included."""

    def __init__(self, sentences: Sequence[Reading], defined: Sequence[tuple[str, tuple[str, ...]]]) -> None:
        self.keys: set[str] = set()
        self.groups: set[int] = set()
        for sentence in sentences:
            keys = [token.key for token in sentence.tokens if token.kind != "mark"]
            self.keys.update(keys)
            for length in (2, 3, 4):
                self.keys.update("".join(keys[at : at + length]) for at in range(len(keys) - length + 1))
            self.groups.update(group for _, _, group in sentence.meanings)
        for short, long in defined:
            if short in self.keys:
                self.keys.update(long)
            if set(long) <= self.keys:
                self.keys.add(short)
        self.keys.update(latin for key in tuple(self.keys) if (latin := with_letter(key)))
        self.stems: dict[str, list[str]] = {}
        for one in self.keys:
            self.stems.setdefault(one[:4], []).append(one)
        self.families = {number for key in self.keys for number in words.family(key)}

    def has(self, item: Item) -> bool:
        key = item.key
        return (
            key in self.keys
            or any(akin(key, other) for other in self.stems.get(key[:4], ()))
            or any(number in self.families for number in words.family(key))
        )


def check(found: Alignment, known: Known) -> Iterator[Reason]:
    """A reason for each name of the claim that stands nowhere."""
    claim = found.claim
    meant = {at for first, last, group in claim.meanings if group in known.groups for at in range(first, last)}
    missed: set[int] = set()
    for i, item in enumerate(claim.items):
        if item.quantity is not None or item.light or i in found.pairs or item.at in meant or known.has(item):
            continue
        if found.turned[i] or not (item.named or foreign(item)):
            continue
        missed.add(item.at)
        yield Reason("name", Verdict.UNSUPPORTED, f"“{item.text}” stands nowhere in what is cited.")
    for first, last in joined(claim):
        name = "".join(token.key for token in claim.tokens[first:last])
        if not missed & set(range(first, last)) and not meant & set(range(first, last)) and name not in known.keys:
            text = "-".join(token.text for token in claim.tokens[first:last])
            yield Reason("name", Verdict.UNSUPPORTED, f"“{text}” stands nowhere in what is cited.")


def rhythms(found: Alignment, known: Known) -> Iterator[Reason]:
    """*Daily* where nothing is said of a day."""
    for item in found.claim.items:
        if item.quantity is None and item.key in SPANS and not SPANS[item.key] & known.keys:
            yield Reason("unit", Verdict.UNSUPPORTED, f"“{item.text}” stands nowhere in what is cited.")
        told = RHYTHMS.get(item.key)
        if told and not told & known.keys:
            yield Reason("frequency", Verdict.UNSUPPORTED, f"“{item.text}” stands nowhere in what is cited.")


def foreign(item: Item) -> bool:
    """Whether a word is no word of general prose: taken for a name."""
    if item.key.isalpha() and item.key.isascii():
        shaped = item.text.islower() and item.text.endswith(_ENDINGS)
        return not (shaped or words.ordinary(item.key) or any(words.ordinary(key(one)) for one in manner(item.text)))
    return len(item.key) > 1


def manner(word: str) -> list[str]:
    """What a word in *-ly* may be made from: *visually*, *simply*, *basically*, *readily*."""
    if not word.islower() or not word.endswith("ly"):
        return []
    return [word[:-2], word[:-1] + "e", word[:-4] if word.endswith("ally") else word[:-2], word[:-3] + "y"]


def joined(claim: Reading) -> Iterator[tuple[int, int]]:
    """Names of several parts (*IL-6*, *PD-L1*, *5-HT*): where their tokens begin and end."""
    at, found = 0, claim.tokens
    while at < len(found):
        end = at + 1
        while end < len(found) and found[end].glued and found[end].kind != "mark" and found[at].kind != "mark":
            end += 1
        parts = found[at:end]
        digits = any(c.isdigit() for token in parts for c in token.text)
        letters = any(token.text[0].isalpha() and any(c.isupper() for c in token.text) for token in parts)
        if 1 < len(parts) <= 4 and digits and letters:
            yield at, end
        at = end
