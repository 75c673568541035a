"""What people are called, for whoever may know; everybody else sees the pseudonyms that the ledger has."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from avouch.faces.web.pages import Visit

MOST = 1000


async def of(visit: Visit, ids: Iterable[str]) -> dict[str, str]:
    """Names by id: one's own, and those of the principals whom one administers."""
    wanted, found = set(ids), {visit.me["id"]: visit.me["name"]}
    if "principal" in visit.acts:
        others = sorted(wanted - found.keys())
        told = await asyncio.gather(*(visit.api.maybe(f"/principals/{one}") for one in others))
        found |= {one["id"]: one["name"] for one in told if one}
    return {one: name for one, name in found.items() if one in wanted}


async def everybody(visit: Visit) -> list[dict[str, Any]]:
    """The principals among whom to choose; none for whoever administers nobody."""
    if "principal" not in visit.acts:
        return []
    told = await visit.api.get("/principals", limit=MOST)
    items: list[dict[str, Any]] = told["items"]
    return items
