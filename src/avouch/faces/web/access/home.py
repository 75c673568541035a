"""What the pages about access share: a way between them, names for ids, and how something is done by a form."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from typing import Any

from starlette.responses import Response

from avouch.faces.web.api import Problem
from avouch.faces.web.names import everybody, of
from avouch.faces.web.pages import Pages, Place, Visit

pages = Pages()
SUBS = (
    Place("/access/people", "People", frozenset({"principal"})),
    Place("/access/groups", "Groups", frozenset({"principal"})),
    Place("/access/keys", "Keys", frozenset({"access"})),
    Place("/access/emergencies", "Emergencies", frozenset({"access", "emergency"})),
    Place("/access/policy", "Policy", frozenset({"policy"})),
    Place("/access/why", "Why and who can", frozenset({"access"})),
    Place("/access/review", "Review", frozenset({"access"})),
)
DONE = {
    "added": "Added. Give them a first password or a key, so that they can come in.",
    "changed": "Changed. It holds from their next request on.",
    "password": "The new password is set. Every session under the old one has ended.",
    "disabled": "They are let in no more. Their sessions ended and their keys are revoked.",
    "enabled": "They are let in again. Sessions that ended and keys that were revoked stay so.",
    "compartments": "Their compartments are changed.",
    "made": "It was made already, and shown then. If you have not copied its token, revoke it and make another.",
    "revoked": "The key is out of force for good.",
    "ended": "Ended.",
    "begun": "The emergency is in force. The owner sees it, and somebody else will review it.",
    "reviewed": "Your verdict is written into the ledger, and stays.",
    "proposed": "Stored as a proposal. Somebody else has to activate it.",
    "retired": "It is in force no more.",
    "changed-limit": "The limits are as you set them.",
    "activated": "It is in force, in every process, from this entry on.",
}
SINGLY = 40


@pages("GET", "/access")
async def first(visit: Visit) -> Response:
    """To the first page of those that are of use to who came."""
    mine = places(visit)
    return visit.go(mine[0].path if mine else "/me")


def places(visit: Visit) -> list[Place]:
    return [one for one in SUBS if not visit.acts.isdisjoint(one.acts)]


def draw(visit: Visit, template: str, problem: Problem | None = None, **told: Any) -> Response:
    """A page about access, with what was done, or what stood in the way of it."""
    done = "" if problem else DONE.get(visit.query("done"), "")
    status = problem.status if problem else 200
    shared = {"subs": places(visit), "done": done, "problem": problem.told if problem else None} | told
    return visit.draw(template, status, current=current(visit, shared["subs"]), **shared)


def current(visit: Visit, subs: Iterable[Place]) -> str:
    """Of the parts, the one that the page belongs to: that with the longest path of those that lead to it."""
    here = visit.request.url.path
    return max((one.path for one in subs if f"{here}/".startswith(f"{one.path}/")), key=len, default="")


async def tried(act: Awaitable[Any]) -> Problem | None:
    """Do something: None, or what stood in its way."""
    try:
        await act
    except Problem as problem:
        return problem
    return None


async def several(visit: Visit, name: str) -> list[str]:
    """The values of the boxes of one name that are ticked."""
    return [one for one in (await visit.request.form()).getlist(name) if isinstance(one, str)]


def words(text: str) -> list[str]:
    """What somebody typed as a list: by commas or lines."""
    return list(dict.fromkeys(one.strip() for one in text.replace("\n", ",").split(",") if one.strip()))


async def names(visit: Visit, ids: Iterable[str | None]) -> dict[str, str]:
    """The names behind ids, as far as one may know them; the others stay ids."""
    wanted = {one for one in ids if one}
    found = {one: one for one in wanted} | {visit.me["id"]: visit.me["name"]}
    if wanted <= {visit.me["id"]}:
        return found
    found |= {one["id"]: one["name"] for one in await everybody(visit)}
    left = [one for one in sorted(wanted) if found[one] == one and one.startswith("p_")]
    return found | await of(visit, left[:SINGLY])
