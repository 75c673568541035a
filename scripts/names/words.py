"""Words that are no names."""

from __future__ import annotations

import clinic
from clinic import DRUGS, HEADINGS, STEMS
from pools import Draw

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


class Words:
    """Draws words: of every day, rare ones, those of medicine, and some that could be."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.dice, self.pools = draw.dice, draw.pools

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

    def coined(self) -> str:
        """A brand: two halves of common words run together, or a coined one."""
        dice = self.dice
        if dice.random() < 0.4:
            return self.pools.coin_place.coin(dice)
        head, tail = dice.choice(self.pools.common), dice.choice(self.pools.common)
        made = head[:1].upper() + head[1:5]
        return made + (tail.title() if dice.random() < 0.3 else tail[-4:])

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
