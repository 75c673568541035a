"""Rotate the home's keys."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from avouch.canon import from_micros
from avouch.lake import keyring
from avouch.records import Principal
from avouch.stack.act import Commit, Stamp, act
from avouch.stack.follow import KEYS, names_of, say

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


def rotate(stack: Stack, principal: Principal, kind: str) -> str:
    """Put a new ``master`` or ``signing`` key into use; returns its id.

    The ring with old and new keys is saved first, so that a crash at any point leaves a home that opens;
    the old master leaves the ring once nothing is wrapped with it. Old signing keys stay, to check by.
    """

    def do() -> Commit[str]:
        made = keyring.new_key("mk" if kind == "master" else "sk", from_micros(time.time_ns() // 1000))
        ring = keyring.with_key(stack.ring, kind, made)
        keyring.save(ring, stack.home.keys)

        def commit(tx: Connection, stamp: Stamp) -> tuple[str, dict[str, Any]]:
            wrapped = stack.vault.rewrap(tx, ring) if kind == "master" else 0
            stack.use(ring)
            say(tx, KEYS, names_of(ring))
            return made.id, {
                "kind": kind,
                "key": made.id,
                "verifier": str(stack.signer.key),
                "rewrapped": wrapped,
            }

        return commit

    with stack.alone("keys"):
        stack.use(keyring.load(stack.home.keys, stack.id))  # another process may have begun with new ones
        return replaced(stack, kind, act(stack, "key.rotate", principal, do))


def replaced(stack: Stack, kind: str, made: str) -> str:
    """The new key is in use and recorded: let the old master go."""
    if kind == "master":
        stack.use(replace(stack.ring, master=stack.ring.master[-1:]))
        keyring.save(stack.ring, stack.home.keys)
        stack.state.flush()
    return made
