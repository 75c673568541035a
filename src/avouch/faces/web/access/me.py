"""One's own account: who one is here, what one sees and may do, and what lets one in."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from avouch.faces.web.access import home as access
from avouch.faces.web.access.keys import now
from avouch.faces.web.api import Problem
from avouch.faces.web.names import MOST
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
WRONG = {"detail": "The present password is not that one.", "todo": "Type it again. After some wrong ones you wait."}


@pages("GET", "/me")
async def me(visit: Visit) -> Response:
    """For everybody."""
    return await drawn(visit)


async def drawn(visit: Visit, problem: Problem | None = None) -> Response:
    who = visit.me["id"]
    account = await visit.api.get(f"/principals/{who}")
    keys = await visit.api.get("/access/keys", principal_id=who, limit=MOST)
    sessions = await visit.api.get("/access/sessions")
    emergencies = await visit.api.get("/access/emergencies", limit=20)
    told: dict[str, Any] = {"account": account, "keys": keys["items"], "now": now(), "subs": ()}
    told["here"] = visit.me["via"].partition(":")[2]
    told["sessions"] = sorted(sessions, key=lambda one: (one["id"] == told["here"], one["began_at"]), reverse=True)
    told["emergencies"] = [one for one in emergencies["items"] if one["principal_id"] == who]
    return access.draw(visit, "access/me.html", problem, **told)


@pages("POST", "/me/password")
async def password(visit: Visit) -> Response:
    """Another password, for who knows the present one. Every session ends, this one too."""
    said = await visit.form()
    body = {"password": said.get("password", ""), "old": said.get("old", "")}
    try:
        await visit.api.send("PUT", f"/access/passwords/{visit.me['id']}", body=body)
    except Problem as problem:
        told = {**problem.told, **WRONG} if problem.status == 401 else problem.told
        return await drawn(visit, Problem(told, 400 if problem.status == 401 else problem.status))
    return visit.go("/signin?next=/me")


@pages("POST", "/me/sessions/{session_id}/end")
async def end(visit: Visit) -> Response:
    """Sign out somewhere else."""
    problem = await access.tried(visit.api.send("DELETE", f"/access/sessions/{visit.path['session_id']}"))
    return await drawn(visit, problem) if problem else visit.go("/me?done=ended")
