"""What English words do in a statement: those that carry nothing, those that say the same, those that are
opposites. All of it is general prose, of science at most; names come from a ``Lexicon``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files

from avouch.claims.english import FAMILIES, NAMING, OPPOSITES
from avouch.claims.stem import akin, folded, key


def keys(words: str | Iterable[str]) -> frozenset[str]:
    """The keys of words."""
    return frozenset(key(folded(word)) for word in (words.split() if isinstance(words, str) else words))


LIGHT = keys(
    """
    a an the this that these those it its they them their he his she her him we our us you your i my me one
    is are was were be been being am do does did has have had having will would shall should can could may might must
    of in on at by for from to into onto with within without over under between among amongst through
    throughout during per via upon about against across along around toward towards as than then so such and or but
    nor if while whereas although though because since when where which who whom whose what how why whether that
    there here also both either neither not no n't t s also however therefore thus hence moreover furthermore
    additionally indeed respectively overall further namely including include includes included eg ie etc vs versus
    et al e g well very quite rather just even still yet again already thereby therein only more most less least
    much many some any all each every other another same own too up down out off above below before after until
    cannot due
    objective objectives background purpose aim aims methods method results result conclusion conclusions introduction
    discussion
    importance setting design interpretation findings finding
    first second third currently recently previously finally now today subsequently
    """
)
"""Words without content of their own; those among them that can turn a statement have checks of their own."""

PREFIXES = (
    ("hyper", "hypo"),
    ("up", "down"),
    ("pre", "post"),
    ("over", "under"),
    ("intra", "extra"),
    ("intra", "inter"),
    ("homo", "hetero"),
    ("pro", "anti"),
    ("macro", "micro"),
    ("in", "ex"),
    ("mono", "poly"),
    ("endo", "exo"),
    ("tachy", "brady"),
    ("uni", "bi"),
    ("sub", "super"),
    ("intra", "post"),
)
_LOOKS_UNDONE = re.compile(
    r"ir(?:radiat|rit)|in(?:form|vest|hibit|tak|fect|flam|put|stanc|door|creas|fus|hal|ject|vad|vas|vent|sight|bor)|un(?:it|der|til)"
    r"|dis(?:eas|play|cover|pos|charg|cuss|tanc|tinct|pers|order|tribut|sect)|im(?:port|press|prov|plant|pact|port|mun|plicat|ag)|mis(?:s|tak)|non[ae]$"
)
UNDOING = ("un", "in", "im", "ir", "il", "non", "dis", "mis", "a")


def family(stem: str) -> tuple[int, ...]:
    """The families that a key belongs to."""
    return _families().get(stem, ())


@cache
def _families() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for number, line in enumerate([*FAMILIES, *NAMING]):
        for stem in keys(line):
            found[stem] = (*found.get(stem, ()), number)
    return found


def poles(stem: str) -> frozenset[int]:
    """The sides that a key is on: 2n and 2n + 1 are opposites."""
    return _poles().get(stem, frozenset())


@cache
def _poles() -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for number, line in enumerate(OPPOSITES):
        for side, words in enumerate(line.split("|")):
            for stem in keys(words):
                found[stem] = found.get(stem, frozenset()) | {2 * number + side}
    return found


@cache
def _ordinary() -> dict[str, tuple[str, ...]]:
    """Keys of words that name nothing, by their first four letters."""
    found: dict[str, tuple[str, ...]] = {}
    words = files("avouch.claims").joinpath("ordinary.txt").read_text("utf-8").split()
    for stem in [*words, *(stem for line in FAMILIES for stem in keys(line))]:
        found[stem[:4]] = (*found.get(stem[:4], ()), stem)
    return found


@lru_cache(50_000)
def turns(stem: str) -> tuple[str, ...]:
    """What a key would be with the opposite prefix."""
    found = []
    for one, other in PREFIXES:
        for mine, theirs in ((one, other), (other, one)):
            if stem.startswith(mine) and len(stem) - len(mine) > 2:
                found.append(theirs + stem[len(mine) :])
    return tuple(found)


def undoes(prefix: str, rest: str) -> bool:
    """Whether a prefix turns a word round: *un-* does in *unaffected*, *in-* does not in *inform*."""
    if len(rest) < 4 or _LOOKS_UNDONE.match(prefix + rest):
        return False
    return prefix != "a" or rest.endswith(("ic", "ical", "al", "ous", "ically"))


@lru_cache(50_000)
def ordinary(stem: str) -> bool:
    """Whether a key is a word of general prose, or made from one; what is not is taken for a name."""
    if stem in LIGHT or len(stem) < 3:
        return True
    bucket = _ordinary().get(stem[:4], ())
    if stem in bucket or any(akin(stem, other) for other in bucket):
        return True
    return any(
        stem.startswith(prefix) and len(stem) - len(prefix) > 3 and ordinary(stem[len(prefix) :])
        for prefix in ("un", "non", "re", "dis", "co", "inter", "over", "under", "out", "mis", "pre")
    )
