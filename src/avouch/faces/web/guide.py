"""The guide: how to read each page, in a few paragraphs, for whoever reads it."""

from __future__ import annotations

from jinja2 import TemplateNotFound
from starlette.responses import Response

from avouch.errors import AvouchError, Code
from avouch.faces.web.pages import PLACES, Pages, Visit

pages = Pages()
SAME = {"me": "access", "answers": "ask", "verify": "vouchers"}
"""Pages that another one's guide speaks of."""


@pages("GET", "/guide/{page:path}")
async def guide(visit: Visit) -> Response:
    """The guide of a page, or of the one that it lies under."""
    page = visit.path["page"].split("/")[0]
    names = [place for place in PLACES if SAME.get(page, page) == place.path[1:]]
    try:
        return visit.draw(f"guide{names[0].path}.html", name=names[0].name, place=names[0].path)
    except (IndexError, TemplateNotFound) as error:
        raise AvouchError(Code.NOT_FOUND, "there is no guide to this page") from error
