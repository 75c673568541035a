"""The access review: everybody with what they have, and what stands out. To be read, judged and printed."""

from __future__ import annotations

from collections import Counter
from typing import Any

from starlette.responses import Response

from avouch.faces.web.access import home as access
from avouch.faces.web.access.keys import now
from avouch.faces.web.names import MOST, everybody
from avouch.faces.web.pages import Pages, Visit

pages = Pages()


@pages("GET", "/access/review")
async def table(visit: Visit) -> Response:
    """Who has what, as it stands."""
    return await drawn(visit, None)


@pages("POST", "/access/review")
async def review(visit: Visit) -> Response:
    """Run it. What is found is shown here and not kept; that it was run, and how much it found, is an entry."""
    return await drawn(visit, await visit.api.post("/access/review"))


async def drawn(visit: Visit, found: dict[str, Any] | None) -> Response:
    people, at = await everybody(visit), now()
    keys = await visit.api.get("/access/keys", limit=MOST)
    live = [key for key in keys["items"] if not key["revoked_at"] and key["expires_at"] > at]
    held = Counter(key["principal_id"] for key in live)
    findings = found["findings"] if found else []
    about: dict[str, list[str]] = {}
    owners = {key["id"]: key["principal_id"] for key in keys["items"]}
    for one in findings:
        about.setdefault(owners.get(one["subject"], one["subject"]), []).append(one["code"])
    told: dict[str, Any] = {"people": people, "held": held, "found": found, "about": about, "at": at}
    return access.draw(visit, "access/review.html", more=len(people) >= MOST, **told)
