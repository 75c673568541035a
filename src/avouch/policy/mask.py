"""The mask: one decision per visibility class and relation, multiplied out to versions."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from avouch.ports import Policy
from avouch.records import Mask, Principal, Relation, Resource, VisibilityClass

KEPT = 64
Question = tuple[VisibilityClass, Relation]


@dataclass(frozen=True, slots=True)
class Allowed:
    """The ids of visible classes, in order: ``inside`` for members of a version's compartment, ``outside`` else."""

    inside: tuple[int, ...]
    outside: tuple[int, ...]


def relations(shape: VisibilityClass) -> tuple[Relation, ...]:
    """In which relations a principal can stand to what has this shape."""
    return (Relation.MEMBER, Relation.OTHER) if shape.compartmented else (Relation.NONE,)


def attributes(principal: Principal) -> Principal:
    """The principal as a policy on content sees it: by which credential they came is not in it."""
    return replace(principal, name="", via="", scopes=frozenset())


class Decisions:
    """The policy's own decisions on classes, asked once per policy version, principal's attributes and class."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, Principal], dict[Question, bool]] = OrderedDict()

    def allowed(self, policy: Policy, principal: Principal, classes: Mapping[int, VisibilityClass]) -> Allowed:
        """Which classes the principal may see, in which relation."""
        person = attributes(principal)
        known = self._of(policy, person)
        asked = dict.fromkeys((shape, relation) for shape in classes.values() for relation in relations(shape))
        missing = [question for question in asked if question not in known]
        resources = [Resource("", shape, relation, shape.tenant) for shape, relation in missing]
        decisions = policy.decide(person, "see", resources) if resources else []
        known.update({q: d.allowed and not d.errors for q, d in zip(missing, decisions, strict=True)})
        inside = [n for n, shape in classes.items() if known[shape, relations(shape)[0]]]
        outside = [n for n, shape in classes.items() if known[shape, relations(shape)[-1]]]
        return Allowed(tuple(sorted(inside)), tuple(sorted(outside)))

    def _of(self, policy: Policy, person: Principal) -> dict[Question, bool]:
        key = (policy.version, person)
        known = self._kept.setdefault(key, {})
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return known


def mask_digest(policy: Policy, mask: Mask) -> str:
    """What a voucher records of a mask over versions: SHA-256 over the policy's version and the packed bits.

    Versions that came later are not in it, so that the same moment gives the same digest for ever.
    """
    bits = np.packbits(mask).tobytes().rstrip(b"\x00")
    return "sha256:" + hashlib.sha256(policy.version.encode() + b"\x00" + bits).hexdigest()
