"""The policy in force: read anew at every look where the home is shared, so that no process decides by an old one."""

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
COLUMNS = policies.c.number, policies.c.digest, policies.c.activated_seq
ACTIVATED = policies.c.activated_seq.is_not(None)
LATEST = select(*COLUMNS).where(ACTIVATED).order_by(policies.c.activated_seq.desc()).limit(1)
SHIPPED: Active = (0, "", -1)
"""Nothing was ever activated: what came with Avouch is in force."""


def active(tx: Connection) -> Active:
    """Number, digest and activating entry of the active policy: the one that was activated last."""
    row = tx.execute(LATEST).first()
    return SHIPPED if row is None else (row.number, row.digest, row.activated_seq)


class InForce:
    """Holds the active policy, parsed, for as long as it is the active one.

    The state database says so, at every look where the home is shared. Where it is not, nobody but this process
    activates a policy, and says ``forget``.
    """

    def __init__(self, state: State, shared: bool = True) -> None:
        self._state, self._shared = state, shared
        self._activations = 0
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
        held = self._held
        if held is not None and not self._shared:
            return held[1]
        activations = self._activations
        found = self._state.read(active)
        if held is None or held[0] != found:
            held = found, self._load(found)
            with self._lock:
                self._held = held if activations == self._activations else None
        return held[1]

    def forget(self) -> None:
        """Look anew: this process has activated a policy."""
        with self._lock:
            self._activations += 1
            self._held = None

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


def version_at(tx: Connection) -> str:
    """The version of the active policy as a transaction finds it. POLICY_INVALID where it cannot be read."""
    number, _, _ = found = active(tx)
    if found == SHIPPED:
        return default().version
    text = tx.execute(select(policies.c.text).where(policies.c.number == number)).scalar()
    return cedar(json.loads(text or "{}")).version


def cedar(texts: Texts) -> CedarPolicy:
    """The policies among some texts. POLICY_INVALID, POLICY_NAMES_DOCUMENT."""
    # Loaded at the first decision: a home opens without it.
    from avouch.adapters.cedar_policy import CedarPolicy

    return CedarPolicy(rules(texts))


@cache
def default() -> CedarPolicy:
    """The policies that come with Avouch."""
    return cedar(shipped())
