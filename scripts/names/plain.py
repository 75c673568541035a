"""What stands in slots that are no names: dates, numbers, words of medicine."""

from __future__ import annotations

import re
from collections.abc import Callable

from clinic import DISEASES, EPONYMS, GENES, NATIONS, PROCEDURES, SYMPTOMS, TESTS
from people import People
from pools import Draw
from words import Words

_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def fillers(draw: Draw, people: People, words: Words) -> dict[str, Callable[[], str]]:
    """What fills a slot that is no name, by the slot's name."""
    dice, pools = draw.dice, draw.pools

    def pick(among: tuple[str, ...] | list[str]) -> Callable[[], str]:
        return lambda: dice.choice(among)

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
            f"{people.first().lower()}{dice.choice(('.', '', '_'))}{people.last().lower()}@{words.coined().lower()}.com"
        ),
        "url": lambda: f"https://www.{words.coined()}.{dice.choice(('com', 'de', 'org', 'se'))}/",
        "sex": pick(("male", "female", "man", "woman", "boy", "girl", "gentleman", "lady", "M", "F")),
        "job": lambda: dice.choice(pools.job).lower(),
        "Job": pick(pools.job),
        "nationality": pick(NATIONS),
        "disease": pick(DISEASES),
        "symptom": pick(SYMPTOMS),
        "drug": words.drug,
        "test": pick(TESTS),
        "procedure": pick(PROCEDURES),
        "eponym": pick(EPONYMS),
        "gene": pick(GENES),
        "heading": lambda: words.heading().lower(),
        "Heading": words.heading,
        "HEADING": lambda: words.heading().upper(),
        "Word": words.heading,
        "word": pick(pools.common),
        "words": words.words,
        "Abbr": lambda: "".join(dice.choices("ABCDEFGHIKLMNOPRSTUVW", k=dice.randint(2, 4))),
    }
    for name in ("disease", "symptom", "drug", "test", "procedure", "eponym", "words"):
        made[name.capitalize()] = upper(made[name])
    return made
