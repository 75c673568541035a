"""The policy in force: read anew wherever it is asked for, so that no process decides by one that was replaced."""

from __future__ import annotations

import json
import threading
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from avouch.errors import AvouchError
from avouch.lake.schema import policies
from avouch.policy.closed import Closed
from avouch.policy.texts import Texts, digest_of, shipped
from avouch.policy.texts import policies as rules
from avouch.ports import Policy, State

if TYPE_CHECKING:
    from avouch.adapters.cedar_policy import CedarPolicy

Active = tuple[int, str, int]
SHIPPED: Active = (0, "", -1)
"""Nothing was ever activated: what came with Avouch is in force."""


def active(tx: Connection) -> Active:
    """Number, digest and activating entry of the active policy: the one that was activated last."""
    columns = (policies.c.number, policies.c.digest, policies.c.activated_seq)
    query = select(*columns).where(policies.c.activated_seq.is_not(None)).order_by(policies.c.activated_seq.desc())
    row = tx.execute(query.limit(1)).first()
    return SHIPPED if row is None else (row.number, row.digest, row.activated_seq)


class InForce:
    """Holds the active policy, parsed, for as long as the state database says that it is the active one."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._lock = threading.Lock()
        self._held: tuple[Active, Policy] | None = None
        self._pinned: Policy | None = None

    def pin(self, policy: Policy) -> None:
        """Decide by this policy, whatever is active: for another engine than the home's."""
        self._pinned = policy

    def now(self) -> Policy:
        """The active policy; one that denies everything where it cannot be read."""
        if self._pinned is not None:
            return self._pinned
        found = self._state.read(active)
        held = self._held
        if held is None or held[0] != found:
            with self._lock:
                held = self._held
                if held is None or held[0] != found:
                    held = self._held = (found, self._load(found))
        return held[1]

    def _load(self, found: Active) -> Policy:
        number, digest, _ = found
        if found == SHIPPED:
            return default()
        text = self._state.read(
            lambda tx: tx.execute(select(policies.c.text).where(policies.c.number == number)).scalar()
        )
        try:
            texts = json.loads(text or "")
            if digest_of(texts) == digest:
                return cedar(texts)
        except (ValueError, TypeError, AttributeError, AvouchError):
            return Closed(f"policy {number} cannot be read by this version: let the owner activate another")
        return Closed(f"policy {number} is not what was proposed: let the owner activate another")


def cedar(texts: Texts) -> CedarPolicy:
    """The policies among some texts. POLICY_INVALID, POLICY_NAMES_DOCUMENT."""
    # Loaded at the first decision: a home opens without it.
    from avouch.adapters.cedar_policy import CedarPolicy

    return CedarPolicy(rules(texts))


@cache
def default() -> CedarPolicy:
    """The policies that come with Avouch."""
    return cedar(shipped())
