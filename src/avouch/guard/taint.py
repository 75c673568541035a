"""What an output was made from decides where it may go. Deny by default: what no rule allows is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum

from avouch.records import Classification


class Trust(IntEnum):
    """How far the origin of a text is trusted, in order."""

    HOSTILE = 0  # an order was found in it, or a curator said so
    OUTSIDE = 1  # from anywhere: a mail, an upload, the question itself
    CURATED = 2  # a source with an owner who answers for it


@dataclass(frozen=True, slots=True)
class Label:
    """The labels of one thing that was used: a passage, the question, an earlier answer.

    ``compartment`` is empty where it lies in none; ``origin`` is a source's name or a version's id.
    """

    classification: Classification
    tenant: str
    compartment: str = ""
    trust: Trust = Trust.OUTSIDE
    quarantined: bool = False
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Taint:
    """The joined labels: the highest class, all tenants and compartments, the lowest trust."""

    classification: Classification
    tenants: frozenset[str]
    compartments: frozenset[str]
    trust: Trust
    quarantined: bool
    origins: frozenset[str]


class Sink(Enum):
    """Where an output may go."""

    READER = "reader"
    LINK = "link"
    IMAGE = "image"
    EMAIL = "email"
    TOOL = "tool"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Reach:
    """Who or what stands behind a sink.

    ``clearance``, ``tenant`` and ``compartments`` are those of the reader, the recipient or the tool.
    ``listed``: the host, address or tool is on the allow-list. ``carries``: the address has anything behind its
    path that could carry data, or was written by a model rather than found in a source. ``effect``: it changes
    something, or leaves the home. ``approved_by`` is the person who approved this very call, or empty.
    """

    clearance: Classification = Classification.PUBLIC
    tenant: str = ""
    compartments: frozenset[str] = frozenset()
    listed: bool = False
    carries: bool = True
    effect: bool = True
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether it may go there, and the rules that forbid it, in words without content."""

    allowed: bool
    refused: tuple[str, ...] = ()


def join(labels: Iterable[Label]) -> Taint:
    """The taint of what was made from all of these; of nothing: public, of nobody, and not trusted."""
    used = list(labels)
    return Taint(
        max((one.classification for one in used), default=Classification.PUBLIC),
        frozenset(one.tenant for one in used),
        frozenset(one.compartment for one in used if one.compartment),
        min((one.trust for one in used), default=Trust.OUTSIDE),
        any(one.quarantined for one in used),
        frozenset(one.origin for one in used if one.origin),
    )


def both(first: Taint, second: Taint) -> Taint:
    """The taint of what was made from two things."""
    return Taint(
        max(first.classification, second.classification),
        first.tenants | second.tenants,
        first.compartments | second.compartments,
        min(first.trust, second.trust),
        first.quarantined or second.quarantined,
        first.origins | second.origins,
    )


Rule = Callable[[Taint, Reach], bool]
_RULES: dict[str, Rule] = {
    "not from quarantine": lambda taint, reach: not taint.quarantined,
    "not above the clearance": lambda taint, reach: taint.classification <= reach.clearance,
    "of one tenant": lambda taint, reach: taint.tenants <= {reach.tenant},
    "inside the compartment": lambda taint, reach: taint.compartments <= reach.compartments,
    "on the allow-list": lambda taint, reach: reach.listed,
    "carries nothing, or only what is public": lambda taint, reach: (
        not reach.carries or (taint.classification is Classification.PUBLIC and not taint.compartments)
    ),
    "from curated sources": lambda taint, reach: taint.trust >= Trust.CURATED,
    "not from a hostile source": lambda taint, reach: taint.trust > Trust.HOSTILE,
    "approved by a person": lambda taint, reach: bool(reach.approved_by) or not reach.effect,
}
_INSIDE = ("not from quarantine", "not above the clearance", "of one tenant", "inside the compartment")
TABLE: dict[Sink, tuple[str, ...]] = {
    Sink.READER: _INSIDE,
    Sink.STORE: _INSIDE,
    Sink.LINK: (
        "not from quarantine",
        "not from a hostile source",
        "on the allow-list",
        "carries nothing, or only what is public",
    ),
    Sink.IMAGE: (
        "not from quarantine",
        "from curated sources",
        "on the allow-list",
        "carries nothing, or only what is public",
    ),
    Sink.EMAIL: (*_INSIDE, "not from a hostile source", "on the allow-list", "approved by a person"),
    Sink.TOOL: (*_INSIDE, "not from a hostile source", "on the allow-list", "approved by a person"),
}
"""Which rules each sink asks for: all of them have to hold."""


def allowed(sink: Sink, taint: Taint, reach: Reach) -> Ruling:
    """Whether what has this taint may go into this sink. A sink that is not in the table takes nothing."""
    asked = TABLE.get(sink)
    if asked is None:
        return Ruling(False, ("no rule for this sink",))
    refused = tuple(name for name in asked if not _RULES[name](taint, reach))
    return Ruling(not refused, refused)
