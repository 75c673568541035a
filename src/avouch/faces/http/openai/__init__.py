"""The doors that clients of OpenAI's API know, under ``/v1``: chat completions, models, embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from avouch.faces.http.door import Doors

PREFIX = "/v1"


def every() -> list[Doors]:
    """The routes of every file."""
    from avouch.faces.http.openai import chat, embeddings, models

    return [chat.doors, models.doors, embeddings.doors]
