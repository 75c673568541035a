"""Names of people."""

from __future__ import annotations

from pools import Draw

_PARTICLES = ("van", "van der", "von", "de", "de la", "del", "di", "da", "dos", "bin", "al-", "el", "le", "Mac", "O'")


class People:
    """Draws names of people of the draw's locale, and makes some up."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.dice, self.pools = draw.dice, draw.pools

    def first(self) -> str:
        if self.dice.random() < 0.15:
            return self.pools.coin_first.coin(self.dice)
        return self.dice.choice(self.pools.first[self.draw.locale])

    def last(self) -> str:
        dice = self.dice
        chance = dice.random()
        if chance < 0.15:
            return self.pools.coin_last.coin(dice)
        if chance < 0.18:
            return self.pools.coin_last.coin(dice)[:6] + dice.choice(self.pools.endings)
        name = dice.choice(self.pools.last[self.draw.locale])
        if chance < 0.21:
            name += "-" + dice.choice(self.pools.last[self.draw.locale])
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
