"""Claims made false by rule. Knows nothing of the checker: the lists here are its own.

Each mutator gives a changed sentence, or None where it finds nothing to change.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from claims.names import Names

Mutator = Callable[[str, random.Random], "str | None"]
NUMBER = re.compile(r"(?<![\w.,/-])\d+(?:[.,]\d+)?(?![\w]|[.,/-]\d)")
WORDED = "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty".split()
UNITS = (
    ("mg", "g", "kg", "μg", "ng"),
    ("ml", "L"),
    ("mL", "L", "μL"),
    ("hours", "days", "weeks", "months", "years"),
    ("hour", "day", "week", "month", "year"),
    ("minutes", "hours", "days"),
    ("h", "min"),
    ("cm", "mm", "μm"),
    ("mm", "cm"),
    ("nM", "mM", "μM"),
    ("kDa", "Da"),
    ("kb", "bp", "Mb"),
    ("%", " mg"),
    ("percent", "per mille"),
)
COMPARED = (
    ("<", ">"),
    (">", "<"),
    ("≥", "<"),
    ("≤", ">"),
    ("more than", "less than"),
    ("less than", "more than"),
    ("greater than", "less than"),
    ("at least", "at most"),
    ("up to", "at least"),
    ("over", "under"),
    ("approximately", "more than"),
    ("about", "less than"),
    ("fewer than", "more than"),
    ("within", "after"),
)
TURNED = """
increase decrease|increased decreased|increases decreases|increasing decreasing|higher lower|high low
reduced increased
reduces increases|reduction increase|decreased increased|decrease increase|improved worsened|improves worsens
upregulated downregulated|up-regulated down-regulated|before after|after before|more less|superior inferior
activates inhibits|inhibits activates|inhibition activation|activation inhibition|inhibitor activator
positive negative|negative positive|early late|upper lower|larger smaller|longer shorter|gain loss|loss gain
agonist antagonist|antagonist agonist|sensitive resistant|resistance sensitivity|stimulates suppresses
elevated reduced
enhances impairs|enhanced impaired|promotes prevents|induces suppresses|most least|worse better|above below
acute chronic
suppresses stimulates|lower higher|low high|downregulated upregulated|presence absence|rare common|common rare
benign malignant
""".replace("\n", "|").split("|")
GENERAL = (
    ("some", "all"),
    ("most", "all"),
    ("many", "all"),
    ("several", "all"),
    ("a few", "all"),
    ("a subset of", "all"),
    ("the majority of", "all"),
    ("often", "always"),
    ("usually", "always"),
    ("sometimes", "always"),
    ("frequently", "always"),
    ("rarely", "never"),
    ("commonly", "always"),
)
AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|can|may|should|will|could|does|did)\b(?! not|n't| no\b)(?= [a-z])"
)
PLAIN = """
showed show|shows show|demonstrated demonstrate|reduced reduce|reduces reduce|improved improve|improves improve
increased increase
increases increase|inhibits inhibit|inhibited inhibit|causes cause|caused cause|encodes encode|binds bind
regulates regulate
plays play|leads lead|led lead|requires require|required require|prevents prevent|targets target
activates activate|induces induce
suggests suggest|contributes contribute|promotes promote|provides provide|occurs occur|affects affect|found find
includes include
""".replace("\n", "|").split("|")
DENIED = (
    (r"\b(is|are|was|were|has|have|had|do|does|did|can|could|may|should|would|will) not\b", r"\1"),
    (r"\bcannot\b", "can"),
    (r"\bno (?=[a-z])", ""),
    (r"\bwithout\b", "with"),
    (r"\bfail(ed|s)? to\b", r"managed to"),
    (r"\bnot (?=[a-z])", ""),
    (r"\black of\b", "abundance of"),
    (r"\bneither\b(.*)\bnor\b", r"both\1and"),
    (r"\bnever\b", ""),
)
MONTHS = "January February March April May June July August September October November December".split()
ADDED = (
    "and is recommended as first-line therapy in all guidelines",
    "and should be avoided during pregnancy",
    "and was withdrawn from the market in several countries",
    "which was confirmed in a randomized trial of elderly patients",
    "and significantly improves overall survival",
    "but increases the risk of serious infections",
    "and is mainly expressed in the liver",
    "especially in children with kidney failure",
    "and this effect lasts for several years",
    "which makes it the treatment of choice",
    "and has been approved by regulators worldwide",
    "and the cost of treatment is covered by most insurers",
)


def number(text: str, chance: random.Random) -> str | None:
    """Another number in the place of one, written in digits or in words."""
    places = [match.span() for match in NUMBER.finditer(text)]
    if places:
        start, end = chance.choice(places)
        old = text[start:end]
        digits = list(old)
        at = chance.choice([n for n, c in enumerate(digits) if c.isdigit()])
        lead = "123456789" if at == 0 and len(old) > 1 and old[1].isdigit() else "0123456789" if at else "123456789"
        digits[at] = chance.choice([c for c in lead if c != digits[at]])
        return text[:start] + "".join(digits) + text[end:]
    spoken = [m for m in re.finditer(r"\b[a-z]+\b", text) if m.group() in WORDED]
    if not spoken:
        return None
    match = chance.choice(spoken)
    other = chance.choice([word for word in WORDED if word != match.group()])
    return text[: match.start()] + other + text[match.end() :]


def unit(text: str, chance: random.Random) -> str | None:
    found = []
    for family in UNITS:
        for match in re.finditer(
            rf"(?<=\d)([ -]?)({'|'.join(map(re.escape, family[:1] if family[0] == '%' else family))})(?![\w/])", text
        ):
            other = chance.choice([name for name in family if name != match[2]])
            found += [(match, other)]
    if not found:
        return None
    match, other = chance.choice(found)
    return text[: match.start(2)] + other + text[match.end() :]


def comparator(text: str, chance: random.Random) -> str | None:
    found = [(m, new) for old, new in COMPARED for m in re.finditer(rf"(?<!\w){re.escape(old)}(?= ?\d)", text)]
    if not found:
        return None
    match, new = chance.choice(found)
    return text[: match.start()] + new + text[match.end() :]


def negation_in(text: str, chance: random.Random) -> str | None:
    made = [text[: m.end()] + " not" + text[m.end() :] for m in AUXILIARY.finditer(text)]
    for pair in PLAIN:
        if not pair:
            continue
        old, base = pair.split()
        helper = "does" if old.endswith("s") else "did"
        for m in re.finditer(rf"(?<=[a-zA-Z0-9)] ){old}\b(?! by| in | with| to )", text):
            before = text[: m.start()].rstrip().rpartition(" ")[2].lower()
            if before not in (
                "is",
                "are",
                "was",
                "were",
                "been",
                "be",
                "has",
                "have",
                "had",
                "the",
                "of",
                "and",
                "with",
                "a",
                "to",
                "which",
                "not",
                "in",
                "as",
            ):
                made.append(f"{text[: m.start()]}{helper} not {base}{text[m.end() :]}")
    return chance.choice(made) if made else None


def negation_out(text: str, chance: random.Random) -> str | None:
    made = [new for old, into in DENIED if (new := re.sub(old, into, text, count=1)) != text]
    return re.sub(r"  +", " ", chance.choice(made)) if made else None


def direction(text: str, chance: random.Random) -> str | None:
    found = []
    for pair in TURNED:
        if pair:
            old, new = pair.split()
            found += [(m, new) for m in re.finditer(rf"(?<![\w-]){old}(?![\w-])", text, re.I)]
    if not found:
        return None
    match, new = chance.choice(found)
    if match.group()[0].isupper():
        new = new.capitalize()
    return text[: match.start()] + new + text[match.end() :]


def generalised(text: str, chance: random.Random) -> str | None:
    found = [
        (m, new)
        for old, new in GENERAL
        for m in re.finditer(rf"\b{old}\b", text, re.I)
        if not (old == "most" and re.match(r".*\b(the|a|one of the|its|is|are|was)\s$", text[: m.start()], re.I | re.S))
    ]
    if not found:
        return None
    match, new = chance.choice(found)
    return text[: match.start()] + (new.capitalize() if match.group()[0].isupper() else new) + text[match.end() :]


def date(text: str, chance: random.Random) -> str | None:
    found = [
        (m, str(int(m.group()) + chance.choice((-11, -3, -1, 1, 2, 7))))
        for m in re.finditer(r"(?<![\w.-])(?:19|20)\d\d(?![\w-])", text)
    ]
    for month in MONTHS:
        if month != "May":
            found += [
                (m, chance.choice([other for other in MONTHS if other != month]))
                for m in re.finditer(rf"\b{month}\b", text)
            ]
    if not found:
        return None
    match, new = chance.choice(found)
    return text[: match.start()] + new + text[match.end() :]


def certain(text: str, chance: random.Random) -> str | None:
    made = [
        new
        for old, into in (
            (r"\b(may|might|could) be\b", "is"),
            (r"\b(may|might|could) have\b", "has"),
            (r"\bpossibly ", ""),
            (r"\b(may|might) (?=[a-z]+ )", "does "),
        )
        if (new := re.sub(old, into, text, count=1)) != text
    ]
    return chance.choice(made) if made else None


def added(text: str, chance: random.Random) -> str | None:
    return f"{text.rstrip('.')}, {chance.choice(ADDED)}."


def exchanged_numbers(text: str, chance: random.Random) -> str | None:
    """Two numbers of one unit, exchanged."""
    places = list(re.finditer(r"(?<![\w.,/-])\d+(?:\.\d+)?(?= ?%| ?mg| years| weeks| months| patients)", text))
    pairs = [
        (a, b)
        for n, a in enumerate(places)
        for b in places[n + 1 :]
        if a.group() != b.group() and text[a.end() :][:4] == text[b.end() :][:4]
    ]
    if not pairs or "respectively" in text:
        return None
    a, b = chance.choice(pairs)
    return text[: a.start()] + b.group() + text[a.end() : b.start()] + a.group() + text[b.end() :]


GROUPS = """
children adults|adults children|women men|men women|male female|female male|mice humans|humans mice|human mouse
infants adolescents|mothers fathers
liver kidney|kidney liver|heart lung|lung heart|brain spleen|breast prostate|skin bone|muscle liver|blood urine
bone skin|hepatic renal|renal hepatic
cardiac pulmonary|pulmonary cardiac|plasma urine|neurons hepatocytes|bacterial viral|viral bacterial
oral intravenous|intravenous oral|weekly daily|daily weekly
""".replace("\n", "|").split("|")
WHOLE = ("It is not true that ", "There is no evidence that ", "Studies have ruled out that ")
CAUSED = (
    ("is associated with", "causes"),
    ("are associated with", "cause"),
    ("was associated with", "caused"),
    ("were associated with", "caused"),
    ("is linked to", "causes"),
    ("correlates with", "causes"),
)


def group(text: str, chance: random.Random) -> str | None:
    """Another population, organ, route or rhythm."""
    found = [
        (m, pair.split()[1])
        for pair in GROUPS
        if pair
        for m in re.finditer(rf"(?<![\w-]){pair.split()[0]}(?![\w-])", text)
    ]
    if not found:
        return None
    match, new = chance.choice(found)
    return text[: match.start()] + new + text[match.end() :]


def tenfold(text: str, chance: random.Random) -> str | None:
    """A number ten times as large, or a tenth of it."""
    places = list(NUMBER.finditer(text))
    if not places:
        return None
    match = chance.choice(places)
    value = float(match.group().replace(",", ""))
    if not value or 1900 <= value < 2100:
        return None
    return text[: match.start()] + f"{value * chance.choice((10, 0.1)):.10g}" + text[match.end() :]


def denied(text: str, chance: random.Random) -> str | None:
    first = text.split(" ", 1)[0]
    if first not in (
        "The",
        "These",
        "This",
        "A",
        "An",
        "In",
        "Most",
        "Some",
        "There",
        "It",
        "Treatment",
        "Patients",
        "Mutations",
    ):
        return None
    return chance.choice(WHOLE) + text[0].lower() + text[1:]


def causal(text: str, chance: random.Random) -> str | None:
    made = [text.replace(old, new, 1) for old, new in CAUSED if old in text]
    return chance.choice(made) if made else None


def of_passage(names: Names, passage: str) -> Mutator:
    """A name in the place of another of its kind, that stands elsewhere in what is cited, not in the sentence."""

    def change(text: str, chance: random.Random) -> str | None:
        here, there = names.inside(text), names.inside(passage)
        found = [
            (old, new)
            for old, kind in here
            for new, other in there
            if kind == other and new.lower()[:4] != old.lower()[:4] and new.lower() not in text.lower()
        ]
        if not found:
            return None
        old, new = chance.choice(found)
        return re.sub(rf"(?<![\w-]){re.escape(old)}(?![\w-])", lambda _: new, text)

    return change


def named(names: Names, forbidden: str) -> Mutator:
    """A name in the place of another of its kind, that what is cited does not hold."""

    def change(text: str, chance: random.Random) -> str | None:
        found = names.inside(text)
        if not found:
            return None
        old, kind = chance.choice(found)
        new = names.other(kind, old, forbidden + " " + text, chance)
        return None if new is None else re.sub(rf"(?<![\w-]){re.escape(old)}(?![\w-])", lambda _: new, text)

    return change


MUTATORS: dict[str, Mutator] = {
    "number": number,
    "unit": unit,
    "comparator": comparator,
    "negation put in": negation_in,
    "negation taken out": negation_out,
    "direction": direction,
    "some to all": generalised,
    "date": date,
    "doubt taken out": certain,
    "numbers exchanged": exchanged_numbers,
    "clause added": added,
    "group": group,
    "ten times": tenfold,
    "denied as a whole": denied,
    "association to cause": causal,
}
