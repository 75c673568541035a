"""What identifies somebody in a text: its kind and its span."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The closed list of kinds. The prefix of a national identifier is its country's ISO code (UK for GB)."""

    PERSON = "PERSON"
    ADDRESS = "ADDRESS"
    PLACE = "PLACE"
    POSTCODE = "POSTCODE"
    ORGANISATION = "ORGANISATION"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    URL = "URL"
    IP = "IP"
    MAC = "MAC"
    CREDIT_CARD = "CREDIT_CARD"
    IBAN = "IBAN"
    ACCOUNT = "ACCOUNT"
    PASSPORT = "PASSPORT"
    LICENCE = "LICENCE"
    MRN = "MRN"
    US_SSN = "US_SSN"
    US_ITIN = "US_ITIN"
    US_NPI = "US_NPI"
    US_DEA = "US_DEA"
    US_MBI = "US_MBI"
    UK_NHS = "UK_NHS"
    UK_NINO = "UK_NINO"
    IN_AADHAAR = "IN_AADHAAR"
    IN_PAN = "IN_PAN"
    IN_ABHA = "IN_ABHA"
    BIRTH_DATE = "BIRTH_DATE"
    DATE = "DATE"
    PERIOD = "PERIOD"
    AGE = "AGE"
    TITLE = "TITLE"
    GROUP = "GROUP"
    SECRET = "SECRET"  # noqa: S105 - the name of a kind


DIRECT = frozenset(
    {
        Kind.PERSON, Kind.ADDRESS, Kind.PHONE, Kind.EMAIL, Kind.CREDIT_CARD, Kind.IBAN, Kind.ACCOUNT, Kind.PASSPORT,
        Kind.LICENCE, Kind.MRN, Kind.US_SSN, Kind.US_ITIN, Kind.US_MBI, Kind.UK_NHS, Kind.UK_NINO, Kind.IN_AADHAAR,
        Kind.IN_PAN, Kind.IN_ABHA, Kind.BIRTH_DATE,
    }
)  # fmt: skip
"""Kinds that name one person, alone or nearly so."""

INDIRECT = frozenset({Kind.POSTCODE, Kind.IP, Kind.MAC, Kind.US_NPI, Kind.US_DEA, Kind.DATE})
"""Kinds that narrow it down: among those that are to be removed for a safe-harbour de-identification."""


@dataclass(frozen=True, slots=True)
class Entity:
    """``text[start:end]`` is of this kind. ``score`` is in (0, 1]; ``by`` says what saw it.

    ``by`` is ``checksum``, ``pattern``, ``context``, ``dictionary``, ``entropy`` or ``model``.
    """

    kind: Kind
    start: int
    end: int
    score: float
    by: str


Recogniser = Callable[[str], Iterable[Entity]]
"""A text to entities, in any order; they may overlap. Linear in the length of the text; never raises on text."""
