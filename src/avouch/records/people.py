"""Who acts, and what a decision is about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum


class Classification(IntEnum):
    """How far content may travel, in order."""

    PUBLIC = 0
    INTERNAL = 1
    CONFIDENTIAL = 2
    RESTRICTED = 3


class Relation(Enum):
    """What a principal is to the compartment that a version lies in: a patient's record, a client's file."""

    NONE = "none"
    MEMBER = "member"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks or acts, as in one request.

    ``asserted`` is true where a name was given and not proven; ``kind`` is person or service; ``purpose`` is
    the purpose of use; ``emergency`` names the break-glass grant in force; ``scopes`` are the acts that the
    credential is limited to (none: not limited); ``via`` says by which credential they came.
    """

    id: str
    name: str
    groups: frozenset[str]
    clearance: Classification
    roles: frozenset[str] = frozenset({"reader"})
    tenant: str = "default"
    asserted: bool = True
    kind: str = "person"
    purpose: str = ""
    emergency: str = ""
    scopes: frozenset[str] = frozenset()
    via: str = ""


@dataclass(frozen=True, slots=True)
class VisibilityClass:
    """One distinct shape of the attributes that policy looks at; which compartment it is, is not among them."""

    labels: frozenset[str]
    classification: Classification
    tenant: str = "default"
    kind: str = "document"
    compartmented: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """What a decision is about: a document, a class as a whole (no ``id``), or a tenant (no ``shape``)."""

    id: str
    shape: VisibilityClass | None = None
    relation: Relation = Relation.NONE
    tenant: str = "default"


@dataclass(frozen=True, slots=True)
class Decision:
    """A policy's verdict, the policies that it rests on, and what went wrong. With errors it is a no."""

    allowed: bool
    by: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
