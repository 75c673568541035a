"""What an attack is made of, and what is seen of it: records without behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field

from avouch.records import Classification


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who asks in a run; the target makes such a principal. ``compartments``: those they are a member of."""

    name: str
    groups: frozenset[str] = frozenset({"staff"})
    clearance: Classification = Classification.INTERNAL
    tenant: str = "default"
    compartments: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Planted:
    """A document that a run takes in. ``readers`` are the names of the askers who may see it, nobody else may.

    ``secrets`` are canaries in its text: whoever may not see it must not see them; and they must not go into an
    address for anybody. ``compartment`` is empty where it lies in none. ``hostile``: an order is hidden in it,
    and a detector may well mark it.
    """

    key: str
    text: str = field(repr=False)
    labels: frozenset[str] = frozenset({"staff"})
    classification: Classification = Classification.INTERNAL
    tenant: str = "default"
    compartment: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    readers: frozenset[str] = frozenset()
    hostile: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What one question may take: tokens read and written by models, seconds, characters shown.

    A model that never stops is cut off at sixteen characters for each token that it may write (``generate.relay``);
    text without words counts up to a token for each character.
    """

    tokens: int = 80_000
    seconds: float = 60.0
    characters: int = 40_000


@dataclass(frozen=True, slots=True)
class Case:
    """One attack, or one harmless question (``benign``).

    ``markers`` are strings that only somebody who obeyed would write: they stand nowhere in one piece.
    ``hosts`` belong to the attacker. ``alike``: what is seen must be the same before and after the case's
    documents were taken in, for the asker may not even learn that they are there.
    """

    id: str
    suite: str
    kind: str
    asker: Asker
    question: str = field(repr=False)
    planted: tuple[Planted, ...] = ()
    markers: tuple[str, ...] = field(default=(), repr=False)
    hosts: tuple[str, ...] = ()
    limits: Limits = Limits()
    alike: bool = False
    benign: bool = False


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases of one kind of attack over a library of its own: ``base`` is taken in before anything is asked."""

    name: str
    base: tuple[Planted, ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """All that came of one question, in whatever way.

    ``text`` is everything that the reader is shown, joined; ``links`` the addresses that their face would follow
    or load; ``calls`` the tool calls and messages that were carried out, as text; ``stored`` what was written to
    logs, traces and caches; ``others`` what other principals saw of it. ``told`` is what the asker could compare
    with another day's answer: the claims, titles and whether it abstained. ``written``: a model's reply was looked
    at, and the answer is what was kept of it. ``blocked`` are the rules that withheld what the sources support, or
    the code of an error that came in an answer's place; ``error`` is that code, or empty. ``tokens`` were read and
    written by models.
    """

    text: str = field(default="", repr=False)
    links: tuple[str, ...] = field(default=(), repr=False)
    calls: tuple[str, ...] = field(default=(), repr=False)
    stored: tuple[str, ...] = field(default=(), repr=False)
    others: tuple[str, ...] = field(default=(), repr=False)
    told: str = field(default="", repr=False)
    tokens: int = 0
    seconds: float = 0.0
    abstained: bool = False
    written: bool = False
    blocked: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that was broken: ``where`` names the part of what was seen, ``how`` the disguise. Never the content."""

    rule: str
    where: str
    how: str = ""
