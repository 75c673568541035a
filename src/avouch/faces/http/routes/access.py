"""`/access`: keys, sessions, passwords, emergencies, the review of who has what."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field, SecretStr

from avouch.faces.http.bodies import Body, Id, Line
from avouch.faces.http.door import SELF, Caller, Doors, Stacked, schema
from avouch.faces.http.paging import Cursor, Limit, Page, Slice, number, page, place
from avouch.faces.http.shapes import when
from avouch.stack import access, credentials, emergency, explain_access, sessions

doors = Doors("access")
Asked = Annotated[str, Query(min_length=1, max_length=100)]
Purpose = Annotated[str, Query(max_length=40, description="The purpose of use that is asked about.")]
Whose = Annotated[str | None, Query(max_length=64, pattern=r"^p_[0-9a-z]+$", description="A principal's id.")]


@dataclass(frozen=True, slots=True)
class KeyShape:
    """An API key without its secret; ``scopes`` are the acts that it is limited to, none: not limited."""

    id: str
    principal_id: str
    label: str
    scopes: list[str]
    created_at: str
    expires_at: str
    used_at: str | None
    revoked_at: str | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key and its token, which is told this once."""

    key: KeyShape
    token: str


@dataclass(frozen=True, slots=True)
class SessionShape:
    """A sign-in in force, and when it ends if it is not used again."""

    id: str
    principal_id: str
    began_at: str
    until: str


@dataclass(frozen=True, slots=True)
class EmergencyShape:
    """A break-glass grant; ``verdict`` is null until another person has reviewed it."""

    id: str
    principal_id: str
    tenant: str
    from_at: str
    until_at: str
    reviewed_by: str | None
    reviewed_at: str | None
    verdict: str | None


class Reason(BaseModel):
    """Why the glass was broken."""

    reason: str


class Notice(BaseModel):
    """An entry about an emergency."""

    seq: int
    time: str
    kind: str
    actor: str
    body: dict[str, Any] | None


class CreateKey(Body):
    """For whom (yourself where left out), what for, limited to which acts, good for how many days."""

    label: Line
    principal_id: Annotated[str, Field(pattern=r"^p_[0-9a-z]{1,60}$")] | None = None
    scopes: list[Line] = Field(default_factory=list)
    days: int = Field(credentials.DAYS, ge=1, le=credentials.MOST_DAYS)


class Password(Body):
    """A new password; whoever changes their own gives the old one."""

    password: SecretStr = Field(max_length=1000)
    old: SecretStr | None = Field(None, max_length=1000)


class Break(Body):
    """Why the glass is broken, and for how long."""

    reason: str = Field(max_length=2000)
    minutes: int | None = Field(None, ge=1, le=100_000)


class Judge(Body):
    """``justified`` or ``not-justified``."""

    verdict: Line


def of_key(key: credentials.ApiKey) -> KeyShape:
    times = (when(key.created_at) or "", when(key.expires_at) or "", when(key.used_at), when(key.revoked_at))
    return KeyShape(key.id, key.principal_id, key.label, sorted(key.scopes), *times)


def of_session(found: sessions.Session) -> SessionShape:
    return SessionShape(found.id, found.principal_id, when(found.began_at) or "", when(found.until) or "")


def of_emergency(found: emergency.Emergency) -> EmergencyShape:
    times = (when(found.from_at) or "", when(found.until_at) or "")
    reviewed = (found.reviewed_by, when(found.reviewed_at), found.verdict)
    return EmergencyShape(found.id, found.principal_id, found.tenant, *times, *reviewed)


@doors("GET", "/access/keys", act=SELF, returns=Page[schema(KeyShape)])  # type: ignore[misc]
def keys(
    stack: Stacked, caller: Caller, principal_id: Whose = None, cursor: Cursor = None, limit: Limit = 100
) -> Slice:
    """Keys: one's own or somebody's, or those of all whom one administers."""
    found = credentials.keys(stack, caller, principal_id or "", place(cursor), limit + 1)
    return page(found, limit, lambda one: one.id, of_key)


@doors("POST", "/access/keys", act=SELF, status=201, returns=NewKey, secret=True)
def create_key(stack: Stacked, caller: Caller, body: CreateKey) -> NewKey:
    """Make a key for one principal. Its token is in this answer and nowhere else."""
    whose = body.principal_id or caller.id
    key, token = credentials.create_key(stack, caller, whose, body.label, frozenset(body.scopes), body.days)
    return NewKey(of_key(key), token)


@doors("DELETE", "/access/keys/{key_id}", act=SELF, status=204)
def revoke_key(stack: Stacked, caller: Caller, key_id: Id) -> None:
    """Put a key out of force for good."""
    credentials.revoke_key(stack, caller, key_id)


@doors("PUT", "/access/passwords/{principal_id}", act=SELF, status=204)
def password(stack: Stacked, caller: Caller, principal_id: Id, body: Password) -> None:
    """Give a person a password; their sessions end."""
    old = body.old.get_secret_value() if body.old else None
    credentials.set_password(stack, caller, principal_id, body.password.get_secret_value(), old)


@doors("GET", "/access/sessions", act=SELF, returns=list[SessionShape])
def session_list(stack: Stacked, caller: Caller, principal_id: Whose = None) -> list[SessionShape]:
    """The sessions in force of a principal."""
    found = sessions.listing(stack, caller, principal_id or caller.id, time.time_ns() // 1000)
    return [of_session(one) for one in found]


@doors("DELETE", "/access/sessions/{session_id}", act=SELF, status=204)
def end_session(stack: Stacked, caller: Caller, session_id: Id) -> None:
    """End one session."""
    sessions.end(stack, caller, session_id)


@doors("GET", "/access/emergencies", act=SELF, returns=Page[schema(EmergencyShape)])  # type: ignore[misc]
def emergencies(
    stack: Stacked, caller: Caller, pending: bool = False, cursor: Cursor = None, limit: Limit = 100
) -> Slice:
    """Emergencies, the latest first: your own, or those of the tenant that you administer."""
    found = emergency.listing(stack, caller, pending, limit + 1, number(cursor, 0))
    return page(found, limit, lambda one: one.from_at, of_emergency)


@doors("POST", "/access/emergencies", act="emergency", status=201, returns=EmergencyShape)
def break_glass(stack: Stacked, caller: Caller, body: Break) -> EmergencyShape:
    """Exceed the policy in an emergency, for a set time; the owner sees it at once, another person reviews it."""
    return of_emergency(emergency.begin(stack, caller, body.reason, body.minutes))


@doors("GET", "/access/emergencies/{emergency_id}", act=SELF, returns=EmergencyShape)
def one_emergency(stack: Stacked, caller: Caller, emergency_id: Id) -> EmergencyShape:
    """One emergency: your own, or of the tenant that you administer."""
    return of_emergency(emergency.show(stack, caller, emergency_id))


@doors("POST", "/access/emergencies/{emergency_id}/end", act=SELF, returns=EmergencyShape)
def end_emergency(stack: Stacked, caller: Caller, emergency_id: Id) -> EmergencyShape:
    """End an emergency."""
    return of_emergency(emergency.end(stack, caller, emergency_id))


@doors("POST", "/access/emergencies/{emergency_id}/review", act="access", returns=EmergencyShape)
def review_emergency(stack: Stacked, caller: Caller, emergency_id: Id, body: Judge) -> EmergencyShape:
    """Judge an emergency of somebody else."""
    return of_emergency(emergency.review(stack, caller, emergency_id, body.verdict))


@doors("GET", "/access/emergencies/{emergency_id}/acts", act="access", returns=list[emergency.Done])
def emergency_acts(stack: Stacked, caller: Caller, emergency_id: Id) -> list[emergency.Done]:
    """What was done while an emergency was in force."""
    return emergency.acts(stack, caller, emergency_id)


@doors("POST", "/access/review", act="access", returns=access.Review)
def review(stack: Stacked, caller: Caller) -> Any:
    """Orphan, stale, shared-looking and over-broad access in your tenant. The run is an entry."""
    return access.review(stack, caller)


@doors("GET", "/access/emergencies/{emergency_id}/reason", act=SELF, returns=Reason)
def emergency_reason(stack: Stacked, caller: Caller, emergency_id: Id) -> dict[str, str]:
    """Why the glass was broken: for the person themselves, and for those who review."""
    return {"reason": emergency.reason(stack, caller, emergency_id)}


@doors("GET", "/access/notices", act="access", returns=Page[Notice])
def notices(stack: Stacked, caller: Caller, cursor: Cursor = None, limit: Limit = 100) -> Slice:
    """What happened to emergencies, oldest first: what the owner is shown at once."""
    found = emergency.notices(stack, caller, number(cursor, -1), limit + 1)
    return page(found, limit, lambda one: int(one["seq"]), lambda one: one)


@doors("GET", "/access/why", act="access", returns=explain_access.Explanation)
def why(
    stack: Stacked, caller: Caller, principal: Asked, document: Asked, purpose: Purpose = ""
) -> explain_access.Explanation:
    """Why somebody sees a document, or what stands in the way: the policy, the attributes, the verdict, in words."""
    return explain_access.why(stack, caller, principal, document, purpose)


@doors("GET", "/access/who-can", act="access", returns=list[explain_access.Reach])
def who_can(stack: Stacked, caller: Caller, document: Asked, purpose: Purpose = "") -> list[explain_access.Reach]:
    """Who sees a document, and who does not, by the reason."""
    return explain_access.who_can(stack, caller, document, purpose)


@doors("DELETE", "/access/sessions", act=SELF, status=204)
def end_sessions(stack: Stacked, caller: Caller, principal_id: Whose = None) -> None:
    """End every session of a principal."""
    sessions.end_all(stack, caller, principal_id or caller.id)
