"""A claim against what it cites: supported, partly, unsupported or contradicted, with the reasons in words.

Deterministic: the same texts give the same verdict, in whatever order spans are cited.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from avouch.claims import (
    amounts,
    cells,
    certainty,
    characters,
    direction,
    frames,
    markers,
    naming,
    owners,
    parties,
    placing,
    polarity,
    quantifiers,
    replaced,
    roles,
    support,
    together,
)
from avouch.claims.align import Alignment, window
from avouch.claims.cited import order, verbatim
from avouch.claims.lexicon import Lexicon
from avouch.claims.reading import Reading, read
from avouch.claims.report import unframed
from avouch.claims.tokens import LONGEST
from avouch.records import Reason, Vectors, Verdict
from avouch.segment import sentences

Embed = Callable[[Sequence[str]], Vectors]
"""Texts to unit vectors, float32 of shape (len(texts), dimensions)."""
Entails = Callable[[Sequence[str], str], Sequence[tuple[float, float, float]]]
"""Premises and one hypothesis to probabilities that each entails it, says nothing of it, contradicts it."""

FEW = 3
"""Words of a claim that states something; fewer have to stand in the source on end."""
LONGEST_CLAIM, MOST_ITEMS = 1_500, 120
"""Characters, and words with content, of a claim; a longer one is refused without work."""
SEEN = 16  # sentences, of all that is cited, that a claim is held against
CLEAR, HOPELESS = 0.92, 0.3  # coverage beyond which likeness is not asked for
PENALTY = {Verdict.CONTRADICTED: 0.08, Verdict.UNSUPPORTED: 0.12, Verdict.PARTLY: 0.45}
ENTAILED, AGAINST, ALIGNED = 0.5, 0.5, 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """One claim, the spans that it cites, and what those stand under (title, headings)."""

    claim: str
    cited: tuple[str, ...]
    heads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """``score``: 0…1, how sure it is that the claim is supported."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    score: float


def check(
    claim: str,
    cited: Sequence[str],
    heads: Sequence[str],
    lexicon: Lexicon,
    embed: Embed | None,
    entails: Entails | None = None,
) -> Checked:
    """The verdict on one claim. Never raises for any text; no cited span is unsupported."""
    return check_all([Asked(claim, tuple(cited), tuple(heads))], lexicon, embed, entails)[0]


def check_all(
    asked: Sequence[Asked], lexicon: Lexicon, embed: Embed | None, entails: Entails | None = None
) -> list[Checked]:
    """The verdicts on the claims of one answer; what is cited more than once is read once, and embedded once."""
    read_once: dict[str, Reading] = {}
    parts_once: dict[str, list[str]] = {}
    held = [examine(one, lexicon, read_once, parts_once) for one in asked]
    return [case.verdict(like, entails) for case, like in zip(held, likeness(held, embed), strict=True)]


@dataclass(slots=True)
class Case:
    """A claim with all that was found on it. ``said`` is None where the verdict stands already."""

    asked: Asked
    early: Checked | None
    found: Alignment | None = None
    said: support.Support | None = None
    reasons: tuple[Reason, ...] = ()

    def verdict(self, like: float | None, entails: Entails | None) -> Checked:
        if self.early is not None or self.said is None or self.found is None:
            return self.early or Checked(Verdict.UNSUPPORTED, (), 0.0)
        likely = support.probability(self.said, like)
        reasons = [*self.reasons, *support.check(self.said, likely)]
        if entails is not None:
            reasons, likely = entailed(self, entails, reasons, likely)
        return settle(self.said, tuple(reasons), likely)


def examine(asked: Asked, lexicon: Lexicon, read_once: dict[str, Reading], parts_once: dict[str, list[str]]) -> Case:
    """All checks that need no model."""

    def once(text: str) -> Reading:
        if text not in read_once:
            read_once[text] = read(text, lexicon)
        return read_once[text]

    if len(asked.claim) > LONGEST_CLAIM:
        return Case(asked, refused("support", "The claim is too long to be checked."))
    for span in asked.cited:
        if span not in parts_once:
            parts_once[span] = parted(span)
    spans = [parts_once[span] for span in asked.cited]
    parts = sorted({text for span in spans for text in span})
    if not parts:
        return Case(asked, refused("citation", "The claim cites nothing."))
    whole = once(unframed(asked.claim).strip())
    if verbatim(asked.claim, asked.cited, spans, parts):
        return Case(asked, Checked(Verdict.SUPPORTED, (), 1.0))
    if not any(support.weight(item) for item in whole.items):
        return Case(asked, refused("support", "The claim says nothing that can be checked."))
    if odd := tuple(characters.check(asked.claim, asked.cited + asked.heads)):
        return Case(asked, Checked(Verdict.UNSUPPORTED, odd, 0.0))
    source = [once(part) for part in sorted({text for span in spans for text in cells.told(span)})]
    if whole.flat and any(whole.flat == one.flat for one in source):
        return Case(asked, Checked(Verdict.SUPPORTED, (), 1.0))
    if len(asked.claim.split()) < FEW and not any(f" {whole.flat} " in f" {one.flat} " for one in source):
        return Case(asked, refused("support", "The claim is a few words, and the source does not say them on end."))
    heads = [once(head) for head in sorted(set(asked.heads)) if head.strip()]
    defined = definitions(whole, [*source, *heads])
    if len(whole.items) > MOST_ITEMS or len(whole.tokens) > 2 * MOST_ITEMS:
        return Case(asked, refused("support", "The claim is too long to be checked."))
    held = window(nearest(whole, source), defined)
    held.before.update(order(held.sentences, spans))
    found = Alignment(whole, held)
    known = naming.Known([*source, *heads], defined)
    reasons = [
        *direction.check(found),
        *amounts.check(found),
        *owners.check(found),
        *polarity.check(found),
        *certainty.check(found),
        *quantifiers.check(found),
        *naming.check(found, known),
        *naming.rhythms(found, known),
        *placing.exchanged(found),
        *placing.misplaced(found),
        *markers.check(found),
        *roles.check(found),
        *parties.check(found),
        *frames.check(found),
        *replaced.check(found),
        *together.check(found),
    ]
    return Case(asked, None, found, support.support(found), tuple(dict.fromkeys(reasons)))


def definitions(claim: Reading, source: Sequence[Reading]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Abbreviations as the source defines them; as the claim does, only where the source has the short form
    alone: what a claim redefines is not believed."""
    found = dict.fromkeys(one for reading in source for one in reading.defines)
    shorts = {short for short, _ in found}
    for short, long in claim.defines:
        initials = "".join(word[0] for word in long)
        if short not in shorts and initials.startswith(short[:2]) and len(initials) <= len(short) + 1:
            found[short, long] = None
    return tuple(found)


def parted(span: str) -> list[str]:
    """The sentences of a cited span."""
    text = span[:LONGEST]
    return [text[one.start : one.end] for one in sentences(text)]


def nearest(claim: Reading, source: Sequence[Reading]) -> list[Reading]:
    """The sentences that share most with the claim, as they are ordered."""
    if len(source) <= SEEN:
        return list(source)
    mine = {item.key for item in claim.items if not item.light}
    ranked = sorted(range(len(source)), key=lambda n: (-len(mine & set(source[n].keys)), source[n].text))
    return [source[n] for n in sorted(ranked[:SEEN])]


def likeness(held: Sequence[Case], embed: Embed | None) -> list[float | None]:
    """For claims that words do not settle, the cosine with the nearest of their sentences."""
    open_ = [
        case for case in held if case.said is not None and HOPELESS <= case.said.covered <= CLEAR and not case.reasons
    ]
    if embed is None or not open_:
        return [None] * len(held)
    texts = list(dict.fromkeys(text for case in open_ for text in (case.asked.claim, premise(case))))
    vectors = dict(zip(texts, embed(texts), strict=True))
    return [
        float(vectors[case.asked.claim] @ vectors[premise(case)]) if any(case is one for one in open_) else None
        for case in held
    ]


def premise(case: Case) -> str:
    """The sentence that holds most of the claim."""
    if case.found is None or case.said is None or not case.found.held.sentences:
        return ""
    return case.found.held.sentences[case.said.best].text


def entailed(case: Case, entails: Entails, reasons: list[Reason], likely: float) -> tuple[list[Reason], float]:
    """A model's opinion: it may turn a thin paraphrase into a supported one, or a plausible one down. What
    the other checks found (a number, a name) it cannot overrule."""
    told = entails(case.asked.cited, case.asked.claim)
    best = max((one[0] for one in told), default=0.0)
    worst = max((one[2] for one in told), default=0.0)
    if worst >= AGAINST and worst > best:
        return [*reasons, Reason("entailment", Verdict.CONTRADICTED, "A model reads a contradiction.")], min(
            likely, 1 - worst
        )
    if best >= ENTAILED:
        reasons = [reason for reason in reasons if reason.check != "support"]
        return reasons, max(likely, best)
    return reasons, likely


def settle(said: support.Support, reasons: tuple[Reason, ...], likely: float) -> Checked:
    """From reasons to one verdict, and how sure."""
    verdicts = {reason.verdict for reason in reasons}
    score = likely
    for verdict in verdicts:
        score *= PENALTY[verdict]
    if Verdict.CONTRADICTED in verdicts and max(said.covered, said.aligned) >= ALIGNED:
        return Checked(Verdict.CONTRADICTED, reasons, score)
    if verdicts & {Verdict.UNSUPPORTED, Verdict.CONTRADICTED}:
        return Checked(Verdict.UNSUPPORTED, reasons, score)
    if Verdict.PARTLY in verdicts:
        return Checked(Verdict.PARTLY, reasons, score)
    return Checked(Verdict.SUPPORTED, reasons, score)


def refused(check_: str, words: str) -> Checked:
    return Checked(Verdict.UNSUPPORTED, (Reason(check_, Verdict.UNSUPPORTED, words),), 0.0)
