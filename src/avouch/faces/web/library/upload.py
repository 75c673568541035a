"""Adding documents: files are chosen here, and sent by the page's script to the API, a batch at a time."""

from __future__ import annotations

from starlette.responses import Response

from avouch.faces.web.draw import LEVELS
from avouch.faces.web.pages import Pages, Visit

pages = Pages()


@pages("GET", "/library/upload")
async def form(visit: Visit) -> Response:
    """What may be sent at once stands in the page, so that a file over it is told before it is sent."""
    limits = await visit.api.get("/sources/limits")
    return visit.draw("library/upload.html", limits=limits, levels=LEVELS)
