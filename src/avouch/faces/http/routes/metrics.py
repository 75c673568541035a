"""`/metrics`, for Prometheus: no name, no id, no content is in it."""

from __future__ import annotations

from starlette.responses import Response

from avouch.faces.http.door import Doors, Stacked
from avouch.stack import watch

doors = Doors("service", prefix="")
TEXT = {"responses": {"200": {"description": "Metrics", "content": {"text/plain": {"schema": {"type": "string"}}}}}}


@doors("GET", "/metrics", act="operate", home=True, extra=TEXT)
def metrics(stack: Stacked) -> Response:
    """Counts and times of this process, in the Prometheus text format."""
    return Response(watch.exposition(stack), media_type=watch.MEDIA)
