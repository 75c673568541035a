"""Training texts with marked names, from frames of our own and pools of names; the seed decides all."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import clinic
from clinic import DISEASES, DRUGS, EPONYMS, GENES, HEADINGS, NATIONS, PROCEDURES, STEMS, SYMPTOMS, TESTS
from pools import LOCALES, Pools

FRAMES = [
    line.replace("\\n", "\n")
    for line in Path(__file__).with_name("frames.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
_SLOT = re.compile(r"\{(\w+)\}")
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_TITLES = ("Mr.", "Mrs.", "Ms.", "Dr.", "Mr", "Mrs", "Ms", "Dr", "Miss", "Prof.", "Professor", "Doctor", "Sister")
_PARTICLES = ("van", "van der", "von", "de", "de la", "del", "di", "da", "dos", "bin", "al-", "el", "le", "Mac", "O'")
_TYPES = (
    "Street Road Avenue Lane Drive Close Way Boulevard Court Place Square Terrace Crescent Hill Park St. Rd. Ave Ave. "
    "Blvd Ln Dr. Ct St Rd Pl Highway Parkway Row Gardens Mews Walk Grove Circle Trail Nagar Marg"
).split()
_FOREIGN = (
    "Rua {}", "Via {}", "Calle {}", "rue {}", "rue de {}", "Avenida {}", "ul. {}", "Piazza {}", "{}straße",
    "{}strasse", "{}gade", "{}gatan", "{} utca", "{} u.", "{} út", "{}weg", "{}laan", "{}straat", "{}vej", "{}tie",
    "{}katu", "{}gata", "{}veien", "{} tér", "Strada {}", "{} iela", "{} g.", "Cours {}", "place {}", "Av. {}",
    "R {}", "C/ {}", "{}platz", "{}allee", "Am {}", "Na {}", "V {}", "{}ova", "{}ska", "{} cesta", "trg {}", "{}ntie",
    "{}plein", "{}stræti", "{}gasse", "Chemin {}", "Quai {}", "{} caddesi", "Jalan {}", "{}", "{} {}",
)  # fmt: skip
_UNITS = (
    "Apt. {}",
    "Apt {}",
    "Suite {}",
    "Flat {}",
    "Unit {}",
    "#{}",
    "Floor {}",
    "Room {}",
    "Ste. {}",
    "Apartment {}",
)
_CORPORATE = "Inc Inc. Ltd Ltd. LLC PLC Corp. Group GmbH AG S.A. AB Oy Holdings Partners & Co. Pty".split()
_TRADES = (
    "Software Systems Labs Health Bank Insurance Foods Motors Energy Analytics Technologies Media Records Airlines "
    "Pharmaceuticals Logistics Research Consulting Networks Studios Press Capital Data Solutions Digital Robotics "
    "Industries Foundation Association Institute Society Council Trust Pharmacy Supermarket University"
).split()

_WORD = re.compile(r"(?<![\w{'’<@])[^\W\d_]+(?![\w}'’>@])")
FUNCTION = (
    "the a an of to in on at by for from with without about as into after before during over under between through "
    "and or but nor so yet if when while because since until although than then that which who whom whose what "
    "where why how i you he she it we they me him her us them my your his its our their this these those there here "
    "is are was were be been being am do does did done has have had having will would can could may might must "
    "shall should not no yes also just only very too more most some any each every all both few many much other "
    "another such own same again once ever never always often still already even now today yesterday tomorrow well "
    "okay ok yeah um uh mm-hmm hey oh ah hm wow right so like really maybe perhaps please thanks sorry good great "
    "fine let get got go going gone come came say said tell told see saw seen know knew think thought want need "
    "feel felt take took taken make made give gave use used find found try keep put start stop help show look ask "
    "work call seem become leave left mean means hear"
).split()
_FUNCTION = frozenset(FUNCTION)
MARKS = (
    "-", "–", "(a)", "(b)", "1.", "2)", "*", "•", "/", "&", "%", "mg", "mL", "mmHg", "cm", "kg", "b.i.d.", "p.r.n.",
    "q.d.", "L5-S1", "C4-C5", "T12", "2+", "x2", "H&P", "I", "II", "IV", "P T", "E R", "E D", "M D", "C T", "O2",
    "U.S.", "a.m.", "p.m.", "e.g.", "i.e.", "etc.", "vs.", "gon na", "wan na", "n't", "'s", "'re", "don't", "I'm",
    "it's", "can't", "ma'am", "sir", "miss", "mom", "dad", "grandmother", "SSN", "NHS", "MRN", "DOB", "NPI", "DEA",
    "PAN", "Aadhaar", "ABHA", "MBI", "N/A", "C'mon", "Let's", "haven't", "they've", "What's", "ג€“", "ן¿½", "â€“",
    "Ã©", "�", "WNL", "ER", "ICU", "BP", "HR", "501(c)", "USA Today", "PIN", "ATM", "IBAN", "SMS", "FAQ", "CEO", "IT",
    "TV", "ID", "€", "\"", "“", "”", "...", "…", "?!", "Bot:", "User:", "Agent:", "System:", "Q:", "A:", "Re:",
    "Fwd:", "Note:", "1st", "2nd", "10 x 5 cm", "5'10\"", "98.6", "120/80", "G2 P1", "#3", "24/7", "c", "d", "x",
    "n.", "&amp;", "Â",
)  # fmt: skip
_PLAIN = (
    "n", "n", "date", "year", "weekday", "month", "drug", "Drug", "disease", "symptom", "test", "procedure", "eponym",
    "gene", "nationality", "job", "Job", "Heading", "HEADING", "Abbr", "phone", "card", "iban", "ssn", "ip", "url",
    "email", "clock", "word", "heading", "disease", "symptom", "drug", "Word", "Word",
)  # fmt: skip
_NAMED = (
    ("person", "by with Mr. and dear named for is to from of told called Name: son producer Dr says wrote".split()),
    ("person", "by with singer and teacher author for is to from of not called said says asked".split()),
    ("first", "hi with my and dear named for is to from hello told called wife brother".split()),
    ("last", "Mrs. Mr. and Dr. dr. surname for by professor doctor family captain early".split()),
    ("place", "in from to near of at around city through toward for and between the".split()),
    ("country", "in from to of across throughout and for that the how".split()),
    ("org", "at from for by with and of the joined company bank sued became her our".split()),
    ("org", "at from for by with and of the joined company later using via on their".split()),
    ("address", "at to from is address Address: in near on live located home".split()),
    ("street", "on at along to corner near of in".split()),
    ("hospital", "at from to by the in".split()),
    ("university", "at from to by the joined".split()),
)

Marked = tuple[str, list[tuple[int, int, str]]]
"""A text and the spans in it: start, end, label."""


class Maker:
    """Fills frames. ``made(n)`` yields n texts."""

    def __init__(self, seed: int, tokenizer: Path) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - not a secret
        self.pools = Pools(seed, tokenizer)
        self.stray = 0.0
        self.locale = "en_US"
        self.slots: dict[str, tuple[Callable[[], str], str]] = {
            "person": (self.person, "PERSON"),
            "first": (self.first, "PERSON"),
            "last": (self.last, "PERSON"),
            "titled": (self.called, "PERSON"),
            "place": (self.place, "PLACE"),
            "country": (lambda: self.dice.choice(self.pools.country), "PLACE"),
            "state": (lambda: self.dice.choice(self.pools.state), "PLACE"),
            "org": (self.organisation, "ORGANISATION"),
            "university": (self.university, "ORGANISATION"),
            "hospital": (self.hospital, "ORGANISATION"),
            "address": (self.address, "ADDRESS"),
            "street": (self.street, "ADDRESS"),
        } | {name: (make, "") for name, make in self._plain().items()}

    def texts(self, count: int) -> list[Marked]:
        return [self.text() for _ in range(count)]

    def text(self) -> Marked:
        """One to three frames, in one style of capitals."""
        dice = self.dice
        self.stray = dice.choice((0.0, 0.0, 0.15, 0.4, 0.8))
        count = dice.choices((1, 2, 3), (0.55, 0.3, 0.15))[0]
        pieces = [self.salad() if dice.random() < 0.45 else self.fill(dice.choice(FRAMES)) for _ in range(count)]
        if dice.random() < 0.06:
            pieces = [self.scattered()]
        text, spans = "", []
        for piece, marks in pieces:
            if text:
                text += dice.choice((" ", " ", "\n", "\n\n"))
            spans += [(start + len(text), end + len(text), label) for start, end, label in marks]
            text += piece
        if "\n" in text and dice.random() < 0.12:
            text, spans = _quoted(text, spans, dice.choice((">", "> ", "| ", "  ", "\t", "* ")))
        style = dice.random()
        if style < 0.07:
            text = _same_length(text, str.lower)
        elif style < 0.10:
            text = _same_length(text, str.upper)
        return text, spans

    def fill(self, frame: str) -> Marked:
        """A frame with its slots filled; names of one frame mostly come from one country."""
        dice = self.dice
        self.locale = dice.choice(LOCALES) if dice.random() < 0.75 else dice.choice(("en_US", "en_GB", "en_IN"))
        text, spans, at = "", [], 0
        for slot in _SLOT.finditer(frame):
            text += self.strayed(frame[at : slot.start()])
            at = slot.end()
            make, label = self.slots[slot.group(1)]
            said = make()
            if slot.group(1) == "titled" and dice.random() < 0.9:
                text += dice.choice(_TITLES) + " "
            odd = dice.random() if label else 1.0
            if odd < 0.05:
                said = _same_length(said, str.lower)
            elif odd < 0.10:
                said = _same_length(said, str.upper)
            if label:
                spans.append((len(text), len(text) + len(said), label))
            text += said
        return text + self.strayed(frame[at:]), spans

    def strayed(self, said: str) -> str:
        """Some words replaced by others, or the network would learn the frames by heart."""
        if not self.stray:
            return said
        return _WORD.sub(lambda hit: self.other(hit.group()) if self.dice.random() < self.stray else hit.group(), said)

    def other(self, word: str) -> str:
        made = self.dice.choice(FUNCTION) if word.lower() in _FUNCTION or self.dice.random() < 0.1 else self.frequent()
        return made.capitalize() if word[0].isupper() else made

    def frequent(self) -> str:
        """A word, the more frequent the likelier."""
        words = self.pools.vocabulary
        return words[int(len(words) * self.dice.random() ** 2.5)]

    def learned(self) -> str:
        """A rare word, or one of medicine, or one that could be."""
        dice, chance = self.dice, self.dice.random()
        if chance < 0.45:
            return dice.choice(self.pools.rare)
        if chance < 0.65:
            return dice.choice(clinic.SPOKEN)
        return (
            dice.choice(clinic.ROOTS)
            + (dice.choice(clinic.ROOTS) if chance > 0.93 else "")
            + dice.choice(clinic.ENDINGS)
        )

    def salad(self) -> Marked:
        """Words in no order with a name or none in between: the name itself must tell."""
        dice = self.dice
        parts: list[str] = []
        for _ in range(dice.randint(3, 22)):
            chance = dice.random()
            if chance < 0.40:
                parts.append(dice.choice(FUNCTION))
            elif chance < 0.68:
                parts.append(self.frequent())
            elif chance < 0.80:
                parts.append(self.learned())
            elif chance < 0.87:
                parts.append(f"{{{dice.choice(_PLAIN)}}}")
            elif chance < 0.95:
                parts.append(dice.choice((self.frequent, self.frequent, self.learned))().capitalize())
            else:
                parts.append(dice.choice(MARKS))
        for _ in range(dice.choices((0, 1, 2, 3), (0.35, 0.4, 0.2, 0.05))[0]):
            slot, before = dice.choice(_NAMED)
            at = dice.randint(0, len(parts))
            name = f"{{{slot}}}" + dice.choice(("", "", "", "", ",", "'s", ".", ":"))
            parts[at:at] = [dice.choice(before), name] if dice.random() < 0.5 else [name]
        spoken = dice.random() < 0.2
        glue = " , " if spoken else ", "
        said = "".join(part + (glue if dice.random() < 0.07 else " ") for part in parts).rstrip(", ")
        said = said if said.startswith("{") or spoken else said[:1].upper() + said[1:]
        stray, self.stray = self.stray, 0.0
        made = self.fill(said + dice.choice((" .", " ?") if spoken else (".", ".", "?", "!", "", ":")))
        self.stray = stray
        return made

    def scattered(self) -> Marked:
        """A form or a list: lines of one name each."""
        slots = ("person", "org", "place", "address", "country", "Words", "phone", "Heading", "date", "job", "email")
        return self.fill("\n".join(f"{{{self.dice.choice(slots)}}}" for _ in range(self.dice.randint(2, 6))))

    # names of people
    def first(self) -> str:
        if self.dice.random() < 0.15:
            return self.pools.coin_first.coin(self.dice)
        return self.dice.choice(self.pools.first[self.locale])

    def last(self) -> str:
        dice = self.dice
        chance = dice.random()
        if chance < 0.15:
            return self.pools.coin_last.coin(dice)
        if chance < 0.18:
            return self.pools.coin_last.coin(dice)[:6] + dice.choice(self.pools.endings)
        name = dice.choice(self.pools.last[self.locale])
        if chance < 0.21:
            name += "-" + dice.choice(self.pools.last[self.locale])
        elif chance < 0.24:
            particle = dice.choice(_PARTICLES)
            name = particle + ("" if particle[-1] in "-'c" else " ") + name
        return name

    def person(self) -> str:
        dice, chance = self.dice, self.dice.random()
        if chance < 0.66:
            return f"{self.first()} {self.last()}"
        if chance < 0.78:
            return f"{self.first()} {dice.choice('ABCDEFGHJKLMNPRSTW')}{dice.choice(('.', '.', ''))} {self.last()}"
        if chance < 0.84:
            return f"{self.first()} {self.first()} {self.last()}"
        if chance < 0.87:
            return f"{self.last()}, {self.first()}"
        if chance < 0.90:
            return f"{dice.choice('ABCDEFGHJKLMNPRSTW')}. {self.last()}"
        if chance < 0.92:
            return f"{self.first()} {self.last()} {self.last()}"
        return self.first()

    def called(self) -> str:
        return self.last() if self.dice.random() < 0.5 else f"{self.first()} {self.last()}"

    # places
    def place(self) -> str:
        dice, chance = self.dice, self.dice.random()
        if chance < 0.45:
            return dice.choice(self.pools.world)
        if chance < 0.70:
            return dice.choice(self.pools.city[self.locale])
        if chance < 0.88:
            return dice.choice(self.pools.country)
        if chance < 0.94:
            return dice.choice(self.pools.state)
        return self.pools.coin_place.coin(dice)

    def city(self) -> str:
        dice, chance = self.dice, self.dice.random()
        if chance < 0.2:
            return self.pools.coin_place.coin(dice)
        return dice.choice(self.pools.city[self.locale] if chance < 0.6 else self.pools.world)

    def street(self) -> str:
        dice, chance = self.dice, self.dice.random()
        if chance < 0.3:
            return dice.choice(self.pools.street[self.locale])
        stem = self.pools.coin_street.coin(dice) if chance < 0.55 else dice.choice((self.last, self.city, self.first))()
        if chance < 0.8:
            return f"{stem} {dice.choice(_TYPES)}"
        form = dice.choice(_FOREIGN)
        return form.format(stem, dice.choice(_TYPES)) if form.count("{}") == 2 else form.format(stem)

    def number(self) -> str:
        dice = self.dice
        made = str(dice.randint(1, 10 ** dice.randint(1, 5)))
        chance = dice.random()
        if chance < 0.06:
            return made + dice.choice("abcABC")
        return f"{made}{dice.choice('/-')}{dice.randint(1, 20)}" if chance < 0.12 else made

    def address(self) -> str:
        """Street and number, then perhaps a unit, a town, a region or country and a code, in some order."""
        dice = self.dice
        street, number = self.street(), self.number()
        chance = dice.random()
        if chance > 0.98:
            post = (
                f"{dice.choice(('FPO', 'APO', 'DPO'))} {dice.choice(('AA', 'AE', 'AP'))} {dice.randint(10000, 99999)}"
            )
            first = (
                f"USNS {self.last()}",
                f"USCGC {self.last()}",
                f"PSC {number}, Box {number}",
                f"Unit {number} Box {number}",
            )
            return f"{dice.choice(first)}\n{post}"
        line = f"{number} {street}"
        if chance < 0.3:
            line = f"{street}{dice.choice((' ', ' ', ', '))}{number}"
        elif chance < 0.42:
            line = f"{self.number()} {street} {number}"
        if dice.random() < 0.04:
            line = f"P.O. Box {number}"
        if dice.random() < 0.04:
            line = dice.choice(("House No. ", "Plot No ", "H.No. ", "Flat ")) + line
        gap = dice.choice((", ", ", ", "\n", "\n ", " ", "\n\n ", ",\n"))
        if dice.random() < 0.35:
            unit = dice.choice(_UNITS).format(self.number())
            line += dice.choice((" ", " ", ", ", gap)) + unit
        if dice.random() < 0.25:
            return line
        code = self.code()
        town = self.city()
        if dice.random() < 0.25:
            town = f"{code} {town}"
            code = ""
        rest = [town]
        if dice.random() < 0.55:
            region = dice.choice((self.pools.country, self.pools.country, self.pools.state, self.pools.state_code))
            rest.append(dice.choice(region))
        end = dice.choice((", ", gap, " ")).join(rest) if gap != ", " else ", ".join(rest)
        if code and dice.random() < 0.7:
            end += dice.choice((" ", " ", ", ", gap)) + code
        return line + gap + end

    def code(self) -> str:
        dice = self.dice
        letter = lambda: dice.choice("ABDEFGHJLNPQRSTUWXYZ")  # noqa: E731
        forms = (
            lambda: f"{dice.randint(1000, 99999)}",
            lambda: f"{dice.randint(10000, 99999)}",
            lambda: f"{letter()}{letter()}{dice.randint(1, 99)} {dice.randint(1, 9)}{letter()}{letter()}",
            lambda: f"{dice.randint(100, 999)} {dice.randint(10, 99)}",
            lambda: f"{dice.randint(10000, 99999)}-{dice.randint(100, 9999)}",
            lambda: f"{letter()}{dice.randint(1, 9)}{letter()} {dice.randint(1, 9)}{letter()}{dice.randint(1, 9)}",
            lambda: f"{dice.randint(100000, 999999)}",
        )
        return dice.choice(forms)()

    # organisations
    def organisation(self) -> str:
        dice, chance = self.dice, self.dice.random()
        if chance < 0.22:
            said = dice.choice(self.pools.company[self.locale])
            return (
                said
                if said.count(",") == 0 or dice.random() < 0.2
                else said.split(",")[0] + " " + dice.choice(_CORPORATE)
            )
        if chance < 0.28:
            return f"{self.last()}{dice.choice(('-', '-', ' & ', ' and '))}{self.last()}"
        stem = dice.choice((self.last, self.coined, self.coined, self.heading, self.city))()
        if chance < 0.50:
            return f"{stem} {dice.choice(_CORPORATE)}"
        if chance < 0.74:
            return f"{stem} {dice.choice(_TRADES)}"
        if chance < 0.80:
            return f"{stem} {dice.choice(_TRADES)} {dice.choice(_CORPORATE)}"
        if chance < 0.84:
            return f"{self.coined()}{dice.choice(('.com', '.io', 'soft', 'tech', 'Net', 'Labs', 'ify', 'ly'))}"
        if chance < 0.88:
            return "".join(dice.choices("ABCDEFGHIKLMNOPRSTUVW", k=dice.randint(3, 4)))
        return self.university() if chance < 0.90 else self.coined()

    def coined(self) -> str:
        """A brand: two halves of common words run together, or a coined one."""
        dice = self.dice
        if dice.random() < 0.4:
            return self.pools.coin_place.coin(dice)
        head, tail = dice.choice(self.pools.common), dice.choice(self.pools.common)
        made = head[:1].upper() + head[1:5]
        return made + (tail.title() if dice.random() < 0.3 else tail[-4:])

    def university(self) -> str:
        place = self.city()
        forms = ("University of {}", "{} University", "{} State University", "{} College", "Technical University of {}")
        return self.dice.choice(forms).format(place)

    def hospital(self) -> str:
        dice = self.dice
        forms = (
            "{} Hospital",
            "{} General Hospital",
            "{} Medical Center",
            "St. {}'s Hospital",
            "{} Clinic",
            "{} Health Centre",
            "{} Children's Hospital",
            "{} Memorial Hospital",
            "Royal {} Infirmary",
        )
        return dice.choice(forms).format(dice.choice((self.city, self.last, self.first))())

    # what is no name
    def heading(self) -> str:
        dice = self.dice
        words = HEADINGS if dice.random() < 0.3 else self.pools.buzz if dice.random() < 0.3 else self.pools.common
        if dice.random() < 0.35:
            words = self.pools.rare
        return dice.choice(words).capitalize()

    def drug(self) -> str:
        dice = self.dice
        if dice.random() < 0.5:
            return dice.choice(DRUGS)
        return (dice.choice(self.pools.rare)[:4] + dice.choice(STEMS)).lower()

    def words(self) -> str:
        dice = self.dice
        return " ".join(
            dice.choice(self.pools.rare if dice.random() < 0.25 else self.pools.common).lower()
            for _ in range(dice.randint(2, 9))
        )

    def _plain(self) -> dict[str, Callable[[], str]]:
        dice, pools = self.dice, self.pools

        def pick(words: tuple[str, ...] | list[str]) -> Callable[[], str]:
            return lambda: dice.choice(words)

        def upper(make: Callable[[], str]) -> Callable[[], str]:
            return lambda: (lambda said: said[:1].upper() + said[1:])(make())

        def digits(form: str) -> str:
            return re.sub("#", lambda _: str(dice.randint(0, 9)), form)

        phones = ("###-###-####", "(###) ###-####", "+## ### ### ####", "#### ### ####", "0### ######", "## ### ###")
        dates = (
            lambda: f"{dice.randint(1, 12)}/{dice.randint(1, 28)}/{dice.randint(1930, 2026)}",
            lambda: f"{dice.randint(1930, 2026)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
            lambda: f"{dice.choice(_MONTHS)} {dice.randint(1, 28)}, {dice.randint(1930, 2026)}",
            lambda: f"{dice.randint(1, 28)} {dice.choice(_MONTHS)} {dice.randint(1930, 2026)}",
        )
        made: dict[str, Callable[[], str]] = {
            "date": lambda: dice.choice(dates)(),
            "weekday": pick(_DAYS),
            "month": pick(_MONTHS),
            "year": lambda: str(dice.randint(1900, 2030)),
            "clock": lambda: f"{dice.randint(1, 12)}{dice.choice((' pm', ' a.m.', ':30', ':15 PM'))}",
            "n": lambda: str(dice.randint(1, 10 ** dice.randint(1, 4))),
            "phone": lambda: digits(dice.choice(phones)),
            "card": lambda: digits(dice.choice(("################", "#### #### #### ####", "##############"))),
            "iban": lambda: digits("GB##ABCD##############"),
            "ssn": lambda: digits("###-##-####"),
            "ip": lambda: digits("1##.##.##.#"),
            "email": lambda: (
                f"{self.first().lower()}{dice.choice(('.', '', '_'))}{self.last().lower()}@{self.coined().lower()}.com"
            ),
            "url": lambda: f"https://www.{self.coined()}.{dice.choice(('com', 'de', 'org', 'se'))}/",
            "sex": pick(("male", "female", "man", "woman", "boy", "girl", "gentleman", "lady", "M", "F")),
            "job": lambda: dice.choice(pools.job).lower(),
            "Job": pick(pools.job),
            "nationality": pick(NATIONS),
            "disease": pick(DISEASES),
            "symptom": pick(SYMPTOMS),
            "drug": self.drug,
            "test": pick(TESTS),
            "procedure": pick(PROCEDURES),
            "eponym": pick(EPONYMS),
            "gene": pick(GENES),
            "heading": lambda: self.heading().lower(),
            "Heading": self.heading,
            "HEADING": lambda: self.heading().upper(),
            "Word": self.heading,
            "word": pick(pools.common),
            "words": self.words,
            "Abbr": lambda: "".join(dice.choices("ABCDEFGHIKLMNOPRSTUVW", k=dice.randint(2, 4))),
        }
        for name in ("disease", "symptom", "drug", "test", "procedure", "eponym", "words"):
            made[name.capitalize()] = upper(made[name])
        return made


def _quoted(text: str, spans: list[tuple[int, int, str]], mark: str) -> Marked:
    """Each line with a mark in front, as in answers to mails."""
    before = [0]
    for c in text:
        before.append(before[-1] + (c == "\n"))
    lead = len(mark)
    moved = [(a + lead * (before[a] + 1), b + lead * (before[b] + 1), label) for a, b, label in spans]
    return mark + text.replace("\n", "\n" + mark), moved


def _same_length(text: str, turn: Callable[[str], str]) -> str:
    """Upper or lower case, but only where a letter stays one letter: spans must still hold."""
    return "".join(turned if len(turned := turn(c)) == 1 else c for c in text)
