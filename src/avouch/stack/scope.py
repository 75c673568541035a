"""What a question may find, worked out once for as long as nothing that decides it has changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import Connection

from avouch.lake import compartments
from avouch.lake.catalog import Catalog
from avouch.policy.mask import Allowed, Decisions, attributes
from avouch.ports import Policy
from avouch.records import Mask, Moment, Principal, Rows, TextScope
from avouch.retrieve.vector import Visible

KEPT = 32
Read = Callable[[Callable[[Connection], list[int]]], list[int]]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question may find: for the text search, over versions, over rows; my compartments; by which policy."""

    text: TextScope
    versions: Mask
    rows: Visible
    compartments: Rows
    policy: Policy


class Scopes:
    """The newest scopes by all that decides them.

    That is the policy's version, every attribute of the principal, the state of the catalog (memberships and
    quarantine among it), and between which two changes in time the moment lies. Nothing else may enter a decision
    (``ports.Policy``).
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._state = -1
        self._decisions = Decisions()
        self._kept: OrderedDict[Hashable, Scope] = OrderedDict()

    def allowed(self, policy: Policy, principal: Principal) -> Allowed:
        """The classes that a principal may see, in which relation, at any moment."""
        return self._decisions.allowed(policy, principal, self._catalog.classes)

    def of(self, read: Read, policy: Policy, principal: Principal, moment: Moment, rows: int) -> Scope:
        """The scope of a principal at a moment, over ``rows`` rows. ``read`` is that of the state."""
        catalog = self._catalog
        if self._state != catalog.state:
            self._kept.clear()
            self._state = catalog.state
        key = (policy.version, attributes(principal), catalog.between(moment), rows)
        if key not in self._kept:
            allowed = self._decisions.allowed(policy, principal, catalog.classes)
            mine = np.array(read(lambda tx: compartments.of_member(tx, principal.id)), np.int64)
            versions = catalog.visible(allowed.inside, allowed.outside, mine, moment)
            versions.flags.writeable = False
            visible = Visible(catalog.rows(versions, rows))
            text = replace(text_scope(allowed, mine, moment), hidden=catalog.hidden_in(versions))
            self._kept[key] = Scope(text, versions, visible, mine, policy)
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        kept = self._kept[key]
        return replace(kept, text=replace(kept.text, moment=moment), policy=policy)


def text_scope(allowed: Allowed, mine: Rows, moment: Moment) -> TextScope:
    """The same for the text search."""
    inside, outside = np.array(allowed.inside, np.int64), np.array(allowed.outside, np.int64)
    both = np.intersect1d(inside, outside)
    only = [tuple(np.setdiff1d(part, both).tolist()) for part in (inside, outside)]
    return TextScope(tuple(both.tolist()), moment, only[0], only[1], tuple(mine.tolist()) if any(only) else ())
