"""The governed loop. Every act runs alike: authorise, do, append the entry in the same transaction, log.

``do`` is the slow part, outside of any transaction. It returns the ``Commit``: what is written once the
sequence number and the time are known. An act whose entry does not commit has not happened.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection

from avouch.errors import AvouchError, Code
from avouch.records import Principal

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


def act(stack: Stack, kind: str, principal: Principal, do: Callable[[], Commit[R]]) -> R:
    """Run one act for a principal; FORBIDDEN where the policy says no."""
    started = time.perf_counter()
    if not stack.policy.may_do(principal, kind.partition(".")[0]):
        raise AvouchError(Code.FORBIDDEN, f"{principal.id} may not {kind}")
    commit = do()
    stamp = Stamp(-1, 0)

    def transaction(tx: Connection) -> R:
        nonlocal stamp
        stamp = Stamp(stack.log.next_seq(tx), stack.log.now(tx))
        result, body = commit(tx, stamp)
        stack.log.append(tx, kind, principal.id, body, stamp.at)
        return result

    result = stack.state.write(transaction, stack.log.forget)
    logger.info("act kind=%s seq=%d ms=%.1f", kind, stamp.seq, (time.perf_counter() - started) * 1e3)
    return result
