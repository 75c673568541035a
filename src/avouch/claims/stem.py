"""Words to the form that they are compared by: spelling variants folded, endings taken off.

``key`` takes off inflection only; ``akin`` sees through derivation too, so that *inhibits* and *inhibition* meet.
Keys are for comparing two texts treated alike, not for reading.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_IRREGULAR = dict(
    pair.split(":")
    for pair in """
    men:man women:woman children:child mice:mouse feet:foot teeth:tooth people:person shown:show found:find
    led:lead given:give gave:give taken:take took:take seen:see saw:see known:know knew:know made:make
    grew:grow grown:grow rose:rise risen:rise fell:fall fallen:fall chosen:choose chose:choose began:begin
    begun:begin became:become held:hold kept:keep brought:bring lost:lose bound:bind written:write
    wrote:write driven:drive drove:drive arose:arise arisen:arise came:come went:go gone:go done:do did:do
    does:do has:have had:have is:be are:be was:be were:be been:be being:be am:be died:die dying:die dies:die
    lying:lie better:good best:good worse:bad worst:bad data:datum criteria:criterion bacteria:bacterium
    fungi:fungus nuclei:nucleus loci:locus stimuli:stimulus phenomena:phenomenon mitochondria:mitochondrion
    vertebrae:vertebra metastases:metastasis diagnoses:diagnosis analyses:analysis analyzes:analyze
    hypotheses:hypothesis bases:basis crises:crisis stenoses:stenosis thromboses:thrombosis prostheses:prosthesis
    indices:index matrices:matrix appendices:appendix larvae:larva halves:half lives:life wives:wife leaves:leaf
    stood:stand understood:understand meant:mean sought:seek thought:think built:build spent:spend
    left:left used:use using:use uses:use caused:cause causing:cause causes:cause species:species series:series
    paid:pay told:tell said:say sent:send met:meet fed:feed worn:wear wore:wear broke:break broken:break
    drew:draw drawn:draw    hidden:hide spoke:speak spoken:speak felt:feel sold:sell himself:he herself:she an:a
    """.split()
)
_SPELLING = (
    (re.compile(r"ae|oe"), "e"),
    (re.compile(r"(?<=[a-z]{2})our(?=$|s$|al|ed$|ing|abl|a?ble|ist|less|ful|ite)"), "or"),
    (re.compile(r"ys(?=(?:e[drs]?|ing)$)"), "yz"),
    (re.compile(r"(?<=[a-z]{3}[^aeiou])is(?=(?:e[drs]?|ing|ation|ations)$)|(?<=[a-z]{4})ilis(?=e|a|i)"), "iz"),
    (re.compile(r"(?<=[a-z][aeiou])ll(?=(?:ed|ing|er|ers)$)"), "l"),
    (re.compile(r"(?<=[a-z]{2}[bt])re(?=s?$|d$)"), "er"),
    (re.compile(r"gramme(?=s?$)"), "gram"),
    (re.compile(r"sulph"), "sulf"),
    (re.compile(r"leuco"), "leuko"),
)
_PLURAL = re.compile(r"(?:(?<=[a-z]{2})ies|(?<=(?:ss|sh|ch|.x|zz))es|(?<=[^suiy'])s|(?<=[aeo]y)s)$")
_ED = re.compile(r"(?:ed|ing)$")
_VOWEL = re.compile(r"[aeiouy]")
_ENDINGS = frozenset(
    """
    ion ation ition tion sion ization izing iz ing ed er or ers ment ness ful fulness less ly y iti ity ality ability
    ibility abl abli ibl al ally
    ial ic ical ically ively iv ativ itiv ativly ator atory ory ary ar ant ent anc enc ancy ency anci enci ous ously
    ious ist istic ism
    ur ure ate at atic ated ating age ag ship hood ward wise th en ent i s es e is us um ally ily fy ify igenic
    genic igenesis genesis
    ific ification eutic ine tic ative ive ance ence able ible eous uous ual itary ularly ular er ivity ivly lly er
    est
    """.split()
)
SHORTEST = 4
_APART = frozenset(
    map(frozenset, (("ous", "ic"), ("e", "or"), ("e", "er"), ("ite", "at"), ("it", "at"), ("it", "id"), ("at", "id")))
)
"""Endings that name different things: *nitrous* and *nitric*, *consignee* and *consignor*, *sulfite* and *sulfate*."""


_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi o pi rho sigma sigma tau upsilon"
        " phi chi psi omega".split(),
        strict=True,
    )
)
_ALIKE = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοАВЕКМНОРСТХаеорсух", "ABEZHIKMNOPTYXoABEKMHOPCTXaeopcyx")
_LATIN = re.compile(r"[A-Za-z]{2}")


def folded(text: str) -> str:
    """Compatibility forms composed, accents off, lower case: µ and μ, ﬁ and fi, É and e are one. Greek
    letters by name (*TNF-α* is *TNF-alpha*); letters of other scripts that look Latin inside Latin words, Latin."""
    if text.isascii():
        return text.lower()
    if _LATIN.search(text):
        text = text.translate(_ALIKE)
    low = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
    return "".join(_GREEK.get(c, c) for c in low)


@lru_cache(50_000)
def key(word: str) -> str:
    """A folded word without its inflection, in one spelling. Words of digits and letters stay as they are."""
    word = word.partition("'")[0] or word
    if not word.isascii() or not word.isalpha() or len(word) < 3:
        return _IRREGULAR.get(word, word)
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for pattern, into in _SPELLING:
        word = pattern.sub(into, word)
    if len(word) > 3:
        word = _PLURAL.sub(lambda m: "y" if m.group() == "ies" else "", word)
    if len(word) > 4 and _ED.search(word) and _VOWEL.search(_ED.sub("", word)):
        stem = _ED.sub("", word)
        if len(stem) > 2:
            word = stem[:-1] if stem[-1] == stem[-2] and stem[-1] not in "lsz" else stem
    return word[:-1] if len(word) > 4 and word[-1] == "e" else word


def akin(one: str, other: str) -> bool:
    """Whether two keys differ by derivational endings alone: *inhibit* and *inhibition*."""
    most = min(len(one), len(other))
    at = 0
    while at < most and one[at] == other[at]:
        at += 1
    if (
        at < SHORTEST
        or frozenset((one[at:], other[at:])) in _APART
        or (one[:at][-1:] == "e" and parties(one[at:], other[at:]))
    ):
        return False
    return any(
        (one[n:] in _ENDINGS or not one[n:]) and (other[n:] in _ENDINGS or not other[n:])
        for n in range(at, max(SHORTEST, at - 2) - 1, -1)
    )


def parties(one: str, other: str) -> bool:
    """Whether a stem in *-e(e)* is told from one in *-er*: *employee* and *employer*."""
    return {one, other} == {"", "r"}


_ENDS_GREEK = re.compile(r"(?<=.)(?:alpha|beta|gamma|delta|kappa|epsilon)$")


def with_letter(stem: str) -> str:
    """A key that ends in a Greek letter, with the Latin one that people write for it (*IFN-γ*, *IFNg*); or nothing."""
    found = _ENDS_GREEK.search(stem)
    return stem[: found.start() + 1] if found else ""
