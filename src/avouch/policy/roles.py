"""The roles for operating a stack, and the acts that each brings."""

from __future__ import annotations

READ = frozenset({"ask", "search", "replay", "export", "verify"})
CURATE = frozenset({"ingest", "withdraw", "compartment"})
REVIEW = frozenset({"review"})
AUDIT = frozenset({"audit", "verify", "checkpoint", "siem"})
OPERATE = frozenset({"operate", "checkpoint", "backup", "collect", "index", "migrate", "siem"})
ADMIN = frozenset({"principal", "access", "policy", "compartment"})
OWN = frozenset({"erase", "key", "restore"})

ACTS: dict[str, frozenset[str]] = {
    "reader": READ,
    "curator": READ | CURATE,
    "reviewer": READ | REVIEW,
    "decision-owner": READ | REVIEW,
    "auditor": AUDIT,
    "operator": OPERATE,
    "admin": ADMIN,
    "owner": READ | CURATE | REVIEW | AUDIT | OPERATE | ADMIN | OWN,
}
"""Nobody may edit or delete an entry: there is no such act."""
