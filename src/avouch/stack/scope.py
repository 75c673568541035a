"""What a question may find, worked out once for as long as nothing that decides it has changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from avouch.lake.catalog import Catalog
from avouch.policy.mask import visible_classes
from avouch.ports import Policy
from avouch.records import Mask, Moment, Principal, TextScope
from avouch.retrieve.vector import Visible

KEPT = 32


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question may find: for the text search, over versions, over rows."""

    text: TextScope
    versions: Mask
    rows: Visible


class Scopes:
    """The newest scopes by all that decides them.

    That is the policy and its version, every attribute of the principal, the state of the catalog, and
    between which two changes in time the moment lies. Nothing else may enter a decision (``ports.Policy``).
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._state = -1
        self._kept: OrderedDict[Hashable, tuple[tuple[int, ...], Mask, Visible]] = OrderedDict()

    def of(self, policy: Policy, principal: Principal, moment: Moment, rows: int) -> Scope:
        """The scope of a principal at a moment, over ``rows`` rows."""
        catalog = self._catalog
        if self._state != catalog.state:
            self._kept.clear()
            self._state = catalog.state
        key = (policy, policy.version, principal, catalog.between(moment), rows)
        if key not in self._kept:
            classes = visible_classes(policy, principal, catalog.classes)
            versions = catalog.visible(classes, moment)
            versions.flags.writeable = False
            self._kept[key] = classes, versions, Visible(catalog.rows(versions, rows))
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        classes, versions, visible = self._kept[key]
        return Scope(TextScope(classes, moment), versions, visible)
