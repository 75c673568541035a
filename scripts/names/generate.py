"""Training texts with marked names, from frames of our own and pools of names; the seed decides all."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

from organisations import Organisations
from people import People
from places import Places
from plain import fillers
from pools import LOCALES, Draw, Pools
from words import FUNCTION, Words

FRAMES = [
    line.replace("\\n", "\n")
    for line in Path(__file__).with_name("frames.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
_SLOT = re.compile(r"\{(\w+)\}")
_TITLES = ("Mr.", "Mrs.", "Ms.", "Dr.", "Mr", "Mrs", "Ms", "Dr", "Miss", "Prof.", "Professor", "Doctor", "Sister")

_WORD = re.compile(r"(?<![\w{'’<@])[^\W\d_]+(?![\w}'’>@])")
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
    """Fills frames. ``texts(n)`` gives n texts."""

    def __init__(self, seed: int, tokenizer: Path) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - not a secret
        self.stray = 0.0
        self.draw = draw = Draw(self.dice, Pools(seed, tokenizer))
        self.words = Words(draw)
        people = People(draw)
        places = Places(draw, people)
        organisations = Organisations(draw, people, places, self.words)
        self.slots: dict[str, tuple[Callable[[], str], str]] = {
            "person": (people.person, "PERSON"),
            "first": (people.first, "PERSON"),
            "last": (people.last, "PERSON"),
            "titled": (people.called, "PERSON"),
            "place": (places.place, "PLACE"),
            "country": (lambda: draw.dice.choice(draw.pools.country), "PLACE"),
            "state": (lambda: draw.dice.choice(draw.pools.state), "PLACE"),
            "org": (organisations.organisation, "ORGANISATION"),
            "university": (organisations.university, "ORGANISATION"),
            "hospital": (organisations.hospital, "ORGANISATION"),
            "address": (places.address, "ADDRESS"),
            "street": (places.street, "ADDRESS"),
        } | {name: (make, "") for name, make in fillers(draw, people, self.words).items()}

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
        self.draw.locale = dice.choice(LOCALES) if dice.random() < 0.75 else dice.choice(("en_US", "en_GB", "en_IN"))
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
        return _WORD.sub(
            lambda hit: self.words.other(hit.group()) if self.dice.random() < self.stray else hit.group(), said
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
                parts.append(self.words.frequent())
            elif chance < 0.80:
                parts.append(self.words.learned())
            elif chance < 0.87:
                parts.append(f"{{{dice.choice(_PLAIN)}}}")
            elif chance < 0.95:
                parts.append(dice.choice((self.words.frequent, self.words.frequent, self.words.learned))().capitalize())
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
