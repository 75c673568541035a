"""Names of places; addresses."""

from __future__ import annotations

from people import People
from pools import Draw

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


class Places:
    """Draws towns, streets and addresses, and makes some up."""

    def __init__(self, draw: Draw, people: People) -> None:
        self.draw = draw
        self.dice, self.pools = draw.dice, draw.pools
        self.people = people

    def place(self) -> str:
        dice, chance = self.dice, self.dice.random()
        if chance < 0.45:
            return dice.choice(self.pools.world)
        if chance < 0.70:
            return dice.choice(self.pools.city[self.draw.locale])
        if chance < 0.88:
            return dice.choice(self.pools.country)
        if chance < 0.94:
            return dice.choice(self.pools.state)
        return self.pools.coin_place.coin(dice)

    def city(self) -> str:
        dice, chance = self.dice, self.dice.random()
        if chance < 0.2:
            return self.pools.coin_place.coin(dice)
        return dice.choice(self.pools.city[self.draw.locale] if chance < 0.6 else self.pools.world)

    def street(self) -> str:
        dice, chance = self.dice, self.dice.random()
        if chance < 0.3:
            return dice.choice(self.pools.street[self.draw.locale])
        stem = (
            self.pools.coin_street.coin(dice)
            if chance < 0.55
            else dice.choice((self.people.last, self.city, self.people.first))()
        )
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
                f"USNS {self.people.last()}",
                f"USCGC {self.people.last()}",
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
