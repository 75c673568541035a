"""The roles for operating a stack, and the acts that each brings. To edit or delete an entry is no act at all."""

from __future__ import annotations

GROUPS: dict[str, frozenset[str]] = {
    "reading": frozenset({"ask", "search", "replay", "export", "verify"}),
    "curating": frozenset({"ingest", "withdraw", "compartment", "quarantine"}),
    "reviewing": frozenset({"review"}),
    "auditing": frozenset({"audit", "verify", "checkpoint", "siem"}),
    "operating": frozenset({"operate", "checkpoint", "backup", "collect", "index", "migrate", "siem"})
    | frozenset({"model", "prompt", "redteam", "budget", "retention"}),
    "administering": frozenset({"principal", "access", "policy", "compartment"})
    | frozenset({"model", "prompt", "redteam", "budget"}),
    "breaking": frozenset({"emergency"}),
    "owning": frozenset({"erase", "key", "restore"}),
}
"""Acts by what they are for; an act may be in several groups. A policy names a group as ``Action::"reading"``."""

ROLES: dict[str, tuple[str, ...]] = {
    "reader": ("reading",),
    "on-call": ("reading", "breaking"),
    "curator": ("reading", "curating"),
    "reviewer": ("reading", "reviewing"),
    "decision-owner": ("reading", "reviewing"),
    "auditor": ("auditing",),
    "operator": ("operating",),
    "admin": ("administering",),
    "owner": tuple(GROUPS),
}

ACTS: dict[str, frozenset[str]] = {
    role: frozenset[str]().union(*(GROUPS[group] for group in groups)) for role, groups in ROLES.items()
}
"""The acts that the shipped policy gives to each role."""
