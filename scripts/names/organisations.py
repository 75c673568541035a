"""Names of organisations."""

from __future__ import annotations

from people import People
from places import Places
from pools import Draw
from words import Words

_CORPORATE = "Inc Inc. Ltd Ltd. LLC PLC Corp. Group GmbH AG S.A. AB Oy Holdings Partners & Co. Pty".split()
_TRADES = (
    "Software Systems Labs Health Bank Insurance Foods Motors Energy Analytics Technologies Media Records Airlines "
    "Pharmaceuticals Logistics Research Consulting Networks Studios Press Capital Data Solutions Digital Robotics "
    "Industries Foundation Association Institute Society Council Trust Pharmacy Supermarket University"
).split()


class Organisations:
    """Draws names of companies, universities and hospitals, and makes some up of names and words."""

    def __init__(self, draw: Draw, people: People, places: Places, words: Words) -> None:
        self.draw = draw
        self.dice, self.pools = draw.dice, draw.pools
        self.people, self.places, self.words = people, places, words

    def organisation(self) -> str:
        dice, chance = self.dice, self.dice.random()
        if chance < 0.22:
            said = dice.choice(self.pools.company[self.draw.locale])
            return (
                said
                if said.count(",") == 0 or dice.random() < 0.2
                else said.split(",")[0] + " " + dice.choice(_CORPORATE)
            )
        if chance < 0.28:
            return f"{self.people.last()}{dice.choice(('-', '-', ' & ', ' and '))}{self.people.last()}"
        stem = dice.choice(
            (self.people.last, self.words.coined, self.words.coined, self.words.heading, self.places.city)
        )()
        if chance < 0.50:
            return f"{stem} {dice.choice(_CORPORATE)}"
        if chance < 0.74:
            return f"{stem} {dice.choice(_TRADES)}"
        if chance < 0.80:
            return f"{stem} {dice.choice(_TRADES)} {dice.choice(_CORPORATE)}"
        if chance < 0.84:
            return f"{self.words.coined()}{dice.choice(('.com', '.io', 'soft', 'tech', 'Net', 'Labs', 'ify', 'ly'))}"
        if chance < 0.88:
            return "".join(dice.choices("ABCDEFGHIKLMNOPRSTUVW", k=dice.randint(3, 4)))
        return self.university() if chance < 0.90 else self.words.coined()

    def university(self) -> str:
        place = self.places.city()
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
        return dice.choice(forms).format(dice.choice((self.places.city, self.people.last, self.people.first))())
