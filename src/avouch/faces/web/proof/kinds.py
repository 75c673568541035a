"""What the ledger's kinds of entries are called, and what their bodies name, in words."""

from __future__ import annotations

import re
from typing import Any

KINDS = {
    "access": "access",
    "access.emergency": "emergency access",
    "access.key.create": "made a key",
    "access.key.revoke": "revoked a key",
    "access.password": "set a password",
    "access.refused": "was refused",
    "access.review": "reviewed access",
    "access.session": "session",
    "access.session.end": "ended sessions",
    "access.session.reuse": "reused an old session: stopped",
    "access.signin": "signed in",
    "access.signout": "signed out",
    "alarm.mask": "ALARM: mask and policy disagree",
    "ask": "asked a question",
    "backup": "wrote a backup",
    "budget": "set a budget",
    "checkpoint": "signed a checkpoint",
    "collect": "swept leftovers",
    "compartment": "changed a compartment",
    "emergency": "emergency",
    "erase": "erased a document",
    "home.create": "made this home",
    "index": "rebuilt the index",
    "ingest": "added documents",
    "ingest.withdraw": "withdrew what vanished from a source",
    "key": "changed a key",
    "key.rotate": "rotated a key",
    "migrate": "moved the home to a newer form",
    "model": "changed a model",
    "model.activate": "put a model in force",
    "model.propose": "declared a model",
    "policy": "changed the policy",
    "policy.activate": "put a policy in force",
    "policy.propose": "proposed a policy",
    "principal": "changed a person",
    "principal.add": "added a person",
    "principal.change": "changed a person",
    "principal.disable": "shut a person out",
    "principal.enable": "let a person in again",
    "principal.link": "linked a person to a provider",
    "prompt": "changed a template",
    "quarantine": "judged a marked passage",
    "redteam": "attacked a release",
    "replay": "replayed an answer",
    "restore": "restored a backup",
    "retention": "removed what was due",
    "retention.hold": "held an answer",
    "retention.unhold": "ended a hold",
    "search": "searched",
    "withdraw": "withdrew a document",
}
CHOICES = (
    "ask search replay ingest withdraw erase access access.refused access.signin principal policy model prompt "
    "quarantine retention redteam checkpoint backup restore key alarm"
).split()
"""The kinds among which one searches."""
GRAVE = ("alarm", "erase", "access.refused", "access.session.reuse", "restore", "access.emergency", "emergency")
OPEN = {"a": {"export", "audit", "review"}, "d": {"search"}, "p": {"principal"}}
"""By the first letter of an id, the acts of which one opens its page."""
ID = re.compile(r"[apdv]_[0-9a-z]{8,64}")
MOST = 3


def word(kind: str) -> str:
    """A kind in words: its own, or those of what it lies under."""
    under = kind
    while under and under not in KINDS:
        under = under.rpartition(".")[0]
    return KINDS.get(under, kind)


def grave(kind: str) -> bool:
    """Whether an auditor looks at it first."""
    return any(kind == one or kind.startswith(one + ".") for one in GRAVE)


def links(body: Any, acts: frozenset[str], most: int = MOST) -> tuple[list[tuple[str, str]], int]:
    """What a body names that has a page: (address, id) of vouchers, people and documents; and how many more.

    Without its address where none of the reader's ``acts`` opens the page.
    """
    found: dict[str, str] = {}
    for one in ids(body):
        if one[0] != "v" and one not in found:
            found[one] = {"a": "/vouchers/", "d": "/library/", "p": "/access/people/"}[one[0]] + one
    told = [
        (address if acts & OPEN[one[0]] else "", one)
        for one, address in sorted(found.items(), key=lambda one: "apd".index(one[0][0]))
    ]
    return told[:most], max(0, len(told) - most)


def ids(body: Any) -> list[str]:
    """Every id in a body, in order."""
    if isinstance(body, str):
        return [body] if ID.fullmatch(body) else []
    inner = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    return [one for part in inner for one in ids(part)]


def facts(body: dict[str, Any] | None) -> list[tuple[str, Any]]:
    """The fields of a body for reading: (name in words, value), short ones first."""
    told = [(name.replace("_", " "), value) for name, value in (body or {}).items()]
    return sorted(told, key=lambda one: isinstance(one[1], (dict, list)))
