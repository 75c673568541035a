"""The rules of the access review: orphan, stale, shared-looking and over-broad access, duties that conflict.

A rule takes the evidence and yields findings; the limits are here, to be read and argued with.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from avouch.canon import from_micros
from avouch.records import Classification
from avouch.stack.rights import ACTIVE, OWNER

DAY = 24 * 3600 * 1_000_000
NEVER_CAME, QUIET, UNUSED, LONG_LIVED = 30, 90, 60, 180
"""Days: without a first sign-in; since the last; since a key was used; a key's whole life."""
SESSIONS, HOURS, GROUPS = 5, 20, 10
HOLDERS = {OWNER: 2, "admin": 5}
SHARED = re.compile(
    r"(?:^|[^a-z])(?:shared?|team|ward|desk|office|station|reception|everyone|all|group|dept|guest|temp|test|generic|"
    r"user)(?:$|[^a-z])"
)
CONFLICTS = (("auditor", "admin"), ("auditor", "operator"), ("auditor", OWNER))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look into: the ``subject``'s id and name, what was seen, and what to do about it."""

    code: str
    subject: str
    name: str
    evidence: str
    todo: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Rows of people by id, of keys in force and of emergencies to be reviewed; sessions and memberships by person.

    ``labels``: (tenant, label) that documents carry; ``hours``: of a person's busiest day. ``at`` in µs.
    """

    at: int
    people: Mapping[str, Any]
    keys: Sequence[Any]
    sessions: Mapping[str, int]
    memberships: Mapping[str, int]
    emergencies: Sequence[Any]
    labels: set[tuple[str, str]]
    hours: Mapping[str, int]

    def active(self) -> Iterator[Any]:
        return (row for row in self.people.values() if row.status == ACTIVE)

    def gone(self, principal_id: str) -> bool:
        row = self.people.get(principal_id)
        return row is None or row.status != ACTIVE

    def name(self, principal_id: str) -> str:
        row = self.people.get(principal_id)
        return row.name if row is not None else "(nobody)"

    def older(self, micros: int, days: int) -> bool:
        return micros < self.at - days * DAY


def day(micros: int) -> str:
    return from_micros(micros)[:10]


def orphans(found: Evidence) -> Iterator[Finding]:
    """What still stands of somebody who was disabled or is not there."""
    for key in found.keys:
        if found.gone(key.principal_id):
            evidence = f"in force until {day(key.expires_at)} for somebody who is disabled"
            yield Finding("orphan-key", key.id, found.name(key.principal_id), evidence, "revoke the key")
    for code, held, what in (
        ("orphan-session", found.sessions, "sessions in force"),
        ("orphan-membership", found.memberships, "compartments"),
    ):
        for principal_id, count in held.items():
            if found.gone(principal_id):
                name = found.name(principal_id)
                yield Finding(code, principal_id, name, f"{count} {what} of somebody disabled", "take them away")


def unused(found: Evidence) -> Iterator[Finding]:
    """Accounts nobody came with, or not for long, and keys that lie about."""
    for row in found.active():
        if row.seen_at is None and found.older(row.created_at, NEVER_CAME):
            added = f"added on {day(row.created_at)}, " if row.created_at else ""
            evidence = added + "never signed in"
            yield Finding("orphan-principal", row.id, row.name, evidence, "disable it, or ask what it is for")
        elif row.seen_at is not None and found.older(row.seen_at, QUIET):
            evidence = f"last seen on {day(row.seen_at)}"
            yield Finding("stale-principal", row.id, row.name, evidence, "disable it unless it is needed")
    for key in found.keys:
        if found.older(key.used_at or key.created_at, UNUSED):
            evidence = f"last used on {day(key.used_at)}" if key.used_at else f"not used since {day(key.created_at)}"
            yield Finding("stale-key", key.id, found.name(key.principal_id), evidence, "revoke the key")


def unmatched(found: Evidence) -> Iterator[Finding]:
    """Groups that let nobody see anything, and labels that nobody's group matches."""
    groups: dict[tuple[str, str], int] = Counter()
    for row in found.active():
        groups.update((row.tenant, group) for group in json.loads(row.groups))
    for tenant, group in sorted(groups.keys() - found.labels):
        evidence = f"{groups[tenant, group]} in it, no document of {tenant} carries it"
        yield Finding("orphan-group", f"group:{group}", group, evidence, "take the group away, or label documents")
    for tenant, label in sorted(found.labels - groups.keys()):
        evidence = f"documents of {tenant} carry it, nobody is in that group"
        yield Finding("orphan-label", f"label:{label}", label, evidence, "put somebody in the group, or relabel")


def shared(found: Evidence) -> Iterator[Finding]:
    """Accounts of a person that look as if several used them."""
    for row in found.active():
        if row.kind != "person":
            continue
        if SHARED.search(row.name.casefold()):
            evidence = "a person's account is named like a place or a group"
            yield Finding("shared-name", row.id, row.name, evidence, "give each person an account of their own")
        if (count := found.sessions.get(row.id, 0)) > SESSIONS:
            evidence = f"{count} sessions at once"
            yield Finding("shared-sessions", row.id, row.name, evidence, "ask the person; end the others")
        if (hours := found.hours.get(row.id, 0)) >= HOURS:
            evidence = f"acted in {hours} of 24 hours of one day"
            yield Finding("shared-hours", row.id, row.name, evidence, "ask who acted; give services their own account")


def broad(found: Evidence) -> Iterator[Finding]:
    """More than somebody is likely to need."""
    holders: dict[str, list[Any]] = defaultdict(list)
    for row in found.active():
        for role in set(json.loads(row.roles)) & HOLDERS.keys():
            holders[role].append(row)
        count = len(json.loads(row.groups))
        if row.clearance == Classification.RESTRICTED and count > GROUPS:
            evidence = f"cleared for restricted, in {count} groups"
            yield Finding("broad-clearance", row.id, row.name, evidence, "lower the clearance or take groups away")
    for role, rows in sorted(holders.items()):
        for row in rows if len(rows) > HOLDERS[role] else ():
            evidence = f"one of {len(rows)} with the role {role}; {HOLDERS[role]} are usual"
            yield Finding(f"broad-{role}", row.id, row.name, evidence, "take the role from those who need it least")
    for key in found.keys:
        name = found.name(key.principal_id)
        if not json.loads(key.scopes):
            yield Finding("broad-key", key.id, name, "a key without scopes", "make one with the scopes it needs")
        if key.expires_at - key.created_at > LONG_LIVED * DAY:
            evidence = f"in force for {(key.expires_at - key.created_at) // DAY} days"
            yield Finding("long-key", key.id, name, evidence, "make one that ends sooner")


def duties(found: Evidence) -> Iterator[Finding]:
    """Who audits what they themselves administer."""
    for row in found.active():
        for one, other in CONFLICTS:
            if {one, other} <= set(json.loads(row.roles)):
                evidence = f"holds {one} and {other}"
                yield Finding("duties-conflict", row.id, row.name, evidence, "give one of the roles to somebody else")


def unreviewed(found: Evidence) -> Iterator[Finding]:
    """Emergencies that nobody has judged yet."""
    for row in found.emergencies:
        state = "in force" if row.until_at > found.at else f"over since {from_micros(row.until_at)[:16]}Z"
        evidence = f"begun {from_micros(row.from_at)[:16]}Z, {state}"
        name = found.name(row.principal_id)
        yield Finding("emergency-pending", row.id, name, evidence, "avouch access emergency review")


RULES: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    unreviewed,
    orphans,
    unused,
    unmatched,
    shared,
    broad,
    duties,
)
