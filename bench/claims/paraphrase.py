"""Claims said otherwise by rule, that still hold. Knows nothing of the checker: the lists here are its own."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Paraphrase = Callable[[str, random.Random, str], "str | None"]
COUNTS = dict(
    zip(
        "two three four five six seven eight nine ten twelve twenty".split(),
        (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 20),
        strict=True,
    )
)
SYNONYMS = """
showed demonstrated|shows demonstrates|demonstrated showed|demonstrate show|revealed showed|found observed
observed seen|used employed
using with|important crucial|crucial important|plays has|role function|caused produced|causes leads~to
results~in leads~to
associated~with linked~to|linked~to associated~with|treatment therapy|therapy treatment|drug medication
patients people|individuals people
reduced decreased|reduces decreases|reduction decrease|increased elevated|decreased reduced
effective efficacious|efficacy effectiveness
approximately about|about approximately|numerous many|several multiple|various different|novel new|new novel
required needed|requires needs
identified found|developed designed|evaluated assessed|assessed evaluated|investigated studied|inhibits blocks
including such~as
suggest indicate|suggests indicates|indicate suggest|mainly primarily|primarily mainly|frequently often
often frequently|rapidly quickly
known recognised|called termed|located found|contains includes|leading~to causing|due~to because~of
currently at~present|disorder disease
disease disorder|method approach|approach method|severe serious|risk danger|common frequent|rare uncommon
improved enhanced|mutations variants
death mortality|children~with paediatric~patients~with|adverse~events side~effects|approved licensed
onset beginning|majority~of most~of~the
""".replace("\n", "|").split("|")
SPELLED = """
tumor tumour|tumors tumours|tumour tumor|tumours tumors|anemia anaemia|leukemia leukaemia|hemorrhage haemorrhage
edema oedema|pediatric paediatric
behavior behaviour|randomized randomised|characterized characterised|signaling signalling|estrogen oestrogen
esophageal oesophageal|fetal foetal
hematopoietic haematopoietic|ischemia ischaemia|ischemic ischaemic|center centre|fiber fibre|color colour
analyze analyse|analyzed analysed
localized localised|utilized utilised|diarrhea diarrhoea|anaemia anemia|leukaemia leukemia|paediatric pediatric
signalling signaling|fibers fibres
hypoglycemia hypoglycaemia|hemophilia haemophilia|neutrophil neutrophil|orthopedic orthopaedic
summarize summarise|recognized recognised|hemoglobin haemoglobin
""".replace("\n", "|").split("|")
OPENINGS = re.compile(
    r"^(?:However|Moreover|Furthermore|In addition|Additionally|In conclusion|Here|Recently|Interestingly"
    r"|Therefore|Thus|Finally|Importantly|Notably"
    r"|In summary|In contrast|Overall|Indeed|Also|Currently|Taken together"
    r"|(?:RESULTS?|CONCLUSIONS?|BACKGROUND|OBJECTIVES?|METHODS|PURPOSE|AIMS?)(?:/\w+)?)\s?[,:] ?"
)
SAYING = re.compile(
    r"^(?:(?:Our|These|The|This) (?:results?|data|findings?|study|studies) (?:show|showed|demonstrate|demonstrated"
    r"|reveal|revealed|confirm|confirmed)s? that|(?:Here )?[Ww]e (?:show|found|report|demonstrate|observed) that) "
)
ADVERBS = re.compile(
    r" (?:also|currently|recently|specifically|typically|generally|interestingly|notably|indeed"
    r"|previously|remarkably|strongly|mainly|widely|clearly|further)(?= [a-z])"
)
VERBS = {
    "inhibits": "inhibited",
    "encodes": "encoded",
    "causes": "caused",
    "regulates": "regulated",
    "activates": "activated",
    "induces": "induced",
    "reduces": "reduced",
    "increases": "increased",
    "prevents": "prevented",
    "promotes": "promoted",
    "improves": "improved",
    "targets": "targeted",
    "blocks": "blocked",
    "affects": "affected",
    "mediates": "mediated",
    "suppresses": "suppressed",
    "controls": "controlled",
    "stimulates": "stimulated",
    "characterizes": "characterized",
    "recognizes": "recognized",
}
PREFIXES = (
    "According to the passage, ",
    "It has been reported that ",
    "The evidence shows that ",
    "Notably, ",
    "The authors state that ",
)
RATES = (
    (r"\btwice (?:a day|daily)\b|\bBID\b|\bb\.i\.d\.", "every 12 hours"),
    (r"\bonce (?:a day|daily)\b", "every 24 hours"),
    (r"\bevery 12 (?:h|hours)\b", "twice daily"),
    (r"\bevery 8 (?:h|hours)\b", "three times daily"),
    (r"\bthree times (?:a day|daily)\b", "every 8 hours"),
    (r"\bonce (?:a week|weekly)\b", "every 7 days"),
    (r"\btwice (?:a week|weekly)\b", "two times per week"),
    (r"\bevery (?:2|two) weeks\b", "every 14 days"),
)


def lower(text: str) -> str:
    """Without the sentence's capital, where it is that and not a name's."""
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first[1:].islower() and first.lower() in STARTS else text


STARTS = frozenset(
    "the a an this these those in it its we our there most some many several all both"
    " patients treatment studies results one two three after".split()
)


def units(text: str, chance: random.Random, _: str) -> str | None:
    def equal(match: re.Match[str]) -> str:
        value, unit = float(match[1].replace(",", "")), match[3]
        change = {
            "mg": (1e-3, "g"),
            "g": (1e3, "mg"),
            "kg": (1e3, "g"),
            "weeks": (7, "days"),
            "week": (7, "days"),
            "years": (12, "months"),
            "year": (12, "months"),
            "hours": (60, "minutes"),
            "h": (1, "hours"),
            "days": (24, "hours"),
            "cm": (10, "mm"),
            "mm": (0.1, "cm"),
            "%": (1, " percent"),
            "μg": (1e-3, "mg"),
            "mL": (1, "ml"),
            "ml": (1e-3, "L"),
            "kb": (1000, "bp"),
        }[unit]
        return f"{value * change[0]:.10g}{match[2] if unit != '%' else ''}{change[1]}"

    changed = re.sub(
        r"(?<![\w.,/–-])(\d+(?:[.,]\d+)?)([ -]?)(mg|g|kg|weeks?|years?|hours|h|days|cm|mm|%|μg|mL|ml|kb)"
        r"(?![\w/-]|[ -](?:old|of age))",
        equal,
        text,
        count=1,
    )
    return changed if changed != text and not re.search(r"\d+ ?(?:–|-|to|and|or|,) ?\d", text) else None


def counts(text: str, chance: random.Random, _: str) -> str | None:
    for word, figure in COUNTS.items():
        changed = re.sub(rf"(?<![\w-]){word}(?= [a-z])", str(figure), text, count=1)
        if changed == text:
            changed = re.sub(
                rf"(?<![\w.,/±=<>≥≤~–-] )(?<![\w.,/±=<>≥≤~–-]){figure}(?= [a-z]{{3,}})", word, text, count=1
            )
        if changed != text:
            return changed
    return None


def rates(text: str, chance: random.Random, _: str) -> str | None:
    return next((new for old, into in RATES if (new := re.sub(old, into, text, count=1)) != text), None)


def swapped(pairs: list[str], most: int) -> Paraphrase:
    def change(text: str, chance: random.Random, _: str) -> str | None:
        made, done = text, 0
        for pair in chance.sample([p for p in pairs if p], len([p for p in pairs if p])):
            old, new = (part.replace("~", " ") for part in pair.split())
            changed = re.sub(rf"(?<![\w-]){old}(?![\w-])", new, made, count=1)
            if changed != made:
                made, done = changed, done + 1
            if done == most:
                break
        return made if made != text else None

    return change


def short_form(text: str, chance: random.Random, passage: str) -> str | None:
    """*tumour necrosis factor (TNF)*: one of the two alone; or the other one, where the passage defines it."""
    for match in re.finditer(r"\(([A-Z][A-Za-z0-9-]{1,7})\)", passage):
        short = match[1]
        initials = [c.lower() for c in short if c.isalpha()]
        words = passage[: match.start()].split()[-len(initials) :]
        if len(initials) < 2 or [w[0].lower() for w in words if w] != initials:
            continue
        long = " ".join(words)
        if f"{long} ({short})" in text:
            return text.replace(f"{long} ({short})", chance.choice([long, short]), 1)
        if short in text:
            at = re.search(rf"(?<![\w-]){re.escape(short)}(?![\w-])", text)
            return text[: at.start()] + long + text[at.end() :] if at else None
    return None


def no_brackets(text: str, chance: random.Random, _: str) -> str | None:
    changed = re.sub(r" \([^()]{1,120}\)(?=[ .,;])| \[[^\[\]]{1,60}\](?=[ .,;])", "", text)
    return changed if changed != text and len(changed.split()) > 5 else None


def no_opening(text: str, chance: random.Random, _: str) -> str | None:
    changed = SAYING.sub("", OPENINGS.sub("", text))
    return changed[0].upper() + changed[1:] if changed != text and len(changed.split()) > 5 else None


def no_adverb(text: str, chance: random.Random, _: str) -> str | None:
    changed = ADVERBS.sub("", text)
    return changed if changed != text else None


def no_aside(text: str, chance: random.Random, _: str) -> str | None:
    changed = re.sub(
        r", (?:which|who|an?|the) [^,;:()]{5,90},(?= (?:is|are|was|were|has|have|can|may|inhibits|causes|leads))",
        "",
        text,
        count=1,
    )
    if changed == text:
        changed = re.sub(r",? (?:which|whereas|while|where) [^,;:()]{10,120}\.$", ".", text)
    return changed if changed != text and len(changed.split()) > 6 else None


def front_to_back(text: str, chance: random.Random, _: str) -> str | None:
    """*In A, B.* to *B in A.*"""
    match = re.match(r"((?:In|During|After|For|Among|At|By) [^,;:()]{3,60}), ([^,;:]{15,160})\.$", text)
    if not match:
        return None
    front, rest = match[1], match[2]
    return f"{rest[0].upper()}{rest[1:]} {front[0].lower()}{front[1:]}."


def passive(text: str, chance: random.Random, _: str) -> str | None:
    match = re.match(rf"((?:[\w-]+ ){{0,4}}[\w-]+) ({'|'.join(VERBS)}) ((?:[\w-]+ ){{0,5}}[\w-]+)\.$", text)
    if not match:
        return None
    one, verb, other = match.groups()
    be = "are" if other.rstrip(".").endswith("s") else "is"
    return f"{other[0].upper()}{other[1:]} {be} {VERBS[verb]} by {lower(one)}."


def turned_pair(text: str, chance: random.Random, _: str) -> str | None:
    changed = re.sub(
        r"(?<=[ (])([a-z]{4,}|[A-Z][A-Z0-9-]{2,}) and ([a-z]{4,}|[A-Z][A-Z0-9-]{2,})(?=[,.;)]| in | of | for )",
        r"\2 and \1",
        text,
        count=1,
    )
    return changed if changed != text and "between" not in text and "respectively" not in text else None


def told(text: str, chance: random.Random, _: str) -> str | None:
    return chance.choice(PREFIXES) + lower(text)


PARAPHRASES: dict[str, Paraphrase] = {
    "units": units,
    "numbers in words": counts,
    "rates": rates,
    "one synonym": swapped(SYNONYMS, 1),
    "three synonyms": swapped(SYNONYMS, 3),
    "spelling": swapped(SPELLED, 3),
    "abbreviation": short_form,
    "brackets left out": no_brackets,
    "opening left out": no_opening,
    "adverbs left out": no_adverb,
    "aside left out": no_aside,
    "front to back": front_to_back,
    "passive": passive,
    "pair turned": turned_pair,
    "reported": told,
}
