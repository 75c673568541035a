"""Units of measurement as they are written, to a dimension and a factor. Pint knows the units; what is
written in clinical and scientific prose for them is ours to know.

Only spellings listed here are units: *a*, *in* or *as* behind a number are words, whatever a unit library
makes of them. What pint has no dimension for (international units, base pairs, folds) gets one of its own.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pint import UnitRegistry


class Unit(NamedTuple):
    """A dimension, as pint writes it, and what one of the unit is in base units."""

    dimension: str
    factor: float


NONE = Unit("", 1.0)
_SPELLED = dict(
    pair.split("=")
    for pair in """
    g=gram gram=gram grams=gram gramme=gram grammes=gram kg=kilogram kilogram=kilogram kilograms=kilogram kilo=kilogram
    kilos=kilogram mg=milligram mgs=milligram milligram=milligram milligrams=milligram µg=microgram μg=microgram
    ug=microgram mcg=microgram microgram=microgram micrograms=microgram ng=nanogram nanogram=nanogram
    nanograms=nanogram pg=picogram picogram=picogram picograms=picogram lb=pound lbs=pound oz=ounce ounce=ounce
    ounces=ounce tonnes=tonne tonne=tonne tons=ton
    l=liter L=liter litre=liter litres=liter liter=liter liters=liter dl=deciliter dL=deciliter ml=milliliter
    mL=milliliter mls=milliliter millilitre=milliliter millilitres=milliliter milliliter=milliliter
    milliliters=milliliter cc=milliliter μl=microliter μL=microliter ul=microliter uL=microliter
    microliter=microliter microliters=microliter microlitre=microliter nl=nanoliter nL=nanoliter fl=femtoliter
    fL=femtoliter
    mol=mole mole=mole moles=mole mmol=millimole μmol=micromole umol=micromole nmol=nanomole pmol=picomole
    M=molar mM=millimolar μM=micromolar uM=micromolar nM=nanomolar pM=picomolar
    s=second sec=second secs=second second=second seconds=second ms=millisecond msec=millisecond
    millisecond=millisecond milliseconds=millisecond min=minute mins=minute minute=minute minutes=minute h=hour
    hr=hour hrs=hour hour=hour hours=hour d=day day=day days=day wk=week wks=week week=week weeks=week
    mo=month mos=month month=month months=month y=year yr=year yrs=year year=year years=year decade=tenyears
    decades=tenyears century=century centuries=century
    m=meter metre=meter metres=meter meter=meter meters=meter cm=centimeter centimetre=centimeter
    centimetres=centimeter centimeter=centimeter centimeters=centimeter mm=millimeter millimetre=millimeter
    millimetres=millimeter millimeter=millimeter millimeters=millimeter μm=micrometer um=micrometer
    micron=micrometer microns=micrometer nm=nanometer nanometer=nanometer nanometers=nanometer km=kilometer
    kilometre=kilometer kilometres=kilometer kilometers=kilometer miles=mile inch=inch inches=inch feet=foot
    Hz=hertz kHz=kilohertz MHz=megahertz J=joule kJ=kilojoule kcal=kilocalorie cal=calorie calories=calorie W=watt
    kW=kilowatt V=volt mV=millivolt kV=kilovolt T=tesla mmHg=mmHg mmhg=mmHg kPa=kilopascal Pa=pascal Gy=gray
    cGy=centigray mSv=milliequivalentdose Sv=equivalentdose Bq=decayrate MBq=megadecayrate Ci=curierate
    mCi=millicurierate Da=dalton
    kDa=kilodalton °C=degC °F=degF ℃=degC %=percent percent=percent ‰=permille ppm=ppm
    IU=international IUs=international U=international units=international unit=international mIU=milliinternational
    μIU=microinternational kU=kilointernational MU=megainternational mU=milliinternational
    mEq=milliequivalent meq=milliequivalent mOsm=milliosmole bp=basepair bps=basepair kb=kilobasepair
    kbp=kilobasepair Mb=megabasepair Mbp=megabasepair fold=foldchange folds=foldchange times=foldchange
    cM=centimorgan bpm=beatrate $=dollar £=sterling €=euro ¥=yen USD=dollar EUR=euro GBP=sterling dollar=dollar
    dollars=dollar euro=euro euros=euro sterling=sterling
    """.split()
)
_OWN = (
    "international = [international_unit]",
    "equivalent = [equivalent_amount]",
    "osmole = [osmolarity_amount]",
    "basepair = [base_pairs]",
    "foldchange = [folds]",
    "morgan = [map_distance]",
    "beatrate = 1 / minute",
    # gray and sievert, hertz and becquerel have one dimension, and are not the same
    "equivalentdose = [equivalent_dose]",
    "decayrate = [decays]",
    "curierate = 3.7e10 * decayrate",
    "dollar = [dollars]",
    "sterling = [pounds_sterling]",
    "euro = [euros]",
    "yen = [yens]",
    "tenyears = 10 * year",  # pint's decade is one of frequencies
)
_CASED = frozenset(("mM", "mIU", "mU", "MU", "Mb", "Mbp", "mSv", "MBq"))  # a capital is another power of ten
CURRENCIES = frozenset("$£€¥")
_LOOSE = {spelling.lower(): unit for spelling, unit in _SPELLED.items() if len(spelling) > 1 and spelling not in _CASED}
SHARE = "share"
FOLD = "foldchange"
SHARED = "dimensionless"


def known(written: str) -> str | None:
    """Pint's name of a unit as written, or None where that is no unit. Case counts, where it tells."""
    return _SPELLED.get(written) or (_LOOSE.get(written.lower()) if len(written) > 1 else None)


@lru_cache(2048)
def unit(expression: str) -> Unit | None:
    """The unit of a product such as ``milligram/kilogram/day``; None where it has no meaning."""
    if not expression:
        return NONE
    import pint

    try:
        quantity = (1.0 * registry().parse_units(expression)).to_base_units()
    except (pint.PintError, ValueError, ArithmeticError):
        return None
    dimension = str(quantity.dimensionality) if quantity.dimensionality else SHARE
    return Unit(dimension, float(quantity.magnitude))


@cache
def registry() -> UnitRegistry[float]:
    """Made at the first unit: it costs .1 s, which an answer without numbers need not pay."""
    import pint

    made: UnitRegistry[float] = pint.UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)
    for definition in _OWN:
        made.define(definition)
    return made
