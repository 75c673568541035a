"""The governed loop. Every act runs alike: authorise, do, append the entry in the same transaction, log.

``do`` is the slow part, outside of any transaction. It returns the ``Commit``: what is written once the
sequence number and the time are known. An act whose entry does not commit has not happened.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection

from avouch.errors import AvouchError, Code
from avouch.records import Principal, Resource
from avouch.stack import watch

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

R = TypeVar("R")
logger = logging.getLogger("avouch.act")


@dataclass(frozen=True, slots=True)
class Stamp:
    """The ledger sequence number and the time (µs) of the act that is being committed."""

    seq: int
    at: int


Commit = Callable[[Connection, Stamp], tuple[R, dict[str, Any]]]


def authorise(stack: Stack, kind: str, principal: Principal, resources: Sequence[Resource] = ()) -> None:
    """FORBIDDEN unless the credential's scopes and the policy allow the act on every resource.

    Without resources, the act is on the principal's own tenant. A refusal is an entry too. Another tenant's
    document is NOT_FOUND, as if there were none.
    """
    action = kind.partition(".")[0]
    on = resources or (Resource(principal.tenant, tenant=principal.tenant),)
    decisions = stack.permits.decide(stack.policy, principal, action, on)
    scoped = not principal.scopes or action in principal.scopes
    if scoped and all(decision.allowed and not decision.errors for decision in decisions):
        return
    write(stack, "access.refused", principal, lambda tx, stamp: (None, {"act": kind, "scoped": not scoped}))
    foreign = [one.id for one in on if one.shape is not None and one.tenant != principal.tenant]
    if foreign:
        raise AvouchError(Code.NOT_FOUND, f"no document {foreign[0]}")
    raise AvouchError(Code.FORBIDDEN, f"{principal.id} may not {kind}")


@watch.acted
def act(
    stack: Stack,
    kind: str,
    principal: Principal,
    do: Callable[[], Commit[R]],
    resources: Sequence[Resource] = (),
) -> R:
    """Run one act for a principal; FORBIDDEN where the policy says no."""
    started = time.perf_counter()
    authorise(stack, kind, principal, resources)
    result, seq = write(stack, kind, principal, do())
    logger.info("act kind=%s seq=%d ms=%.1f", kind, seq, (time.perf_counter() - started) * 1e3)
    return result


@watch.entered
def write(stack: Stack, kind: str, principal: Principal, commit: Commit[R]) -> tuple[R, int]:
    """Commit what an act does together with its entry; returns its result and sequence number."""
    stamp = Stamp(-1, 0)

    def transaction(tx: Connection) -> R:
        nonlocal stamp
        stamp = Stamp(stack.log.next_seq(tx), stack.log.now(tx))
        result, body = commit(tx, stamp)
        stack.log.append(tx, kind, principal.id, body, stamp.at, principal.tenant)
        return result

    return stack.state.write(transaction, stack.log.forget), stamp.seq
