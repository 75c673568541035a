"""Which content may go into a trace. By default none; else by its class, as anywhere.

A trace is read by people whom no policy here knows. So the setting ``trace_content`` names the highest
classification that may leave with it: an answer has that of the strictest version it cites, what lies in a
compartment never leaves, and a question is free text that nobody classified: it counts as restricted.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from avouch.lake.schema import classes, versions
from avouch.observe import genai
from avouch.records import Answer, Classification

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


def content(stack: Stack, answer: Answer) -> dict[str, str]:
    """The attributes with content that the setting lets out: none unless it names a classification."""
    word = stack.settings.trace_content
    if not word:
        return {}
    highest = Classification[word.upper()]
    found = {}
    if highest >= Classification.RESTRICTED:
        found[genai.INPUT_MESSAGES] = message("user", answer.question)
    cited = {citation.version_id for claim in answer.claims for citation in claim.citations}
    if cited and strictest(stack, cited) <= highest:
        found[genai.OUTPUT_MESSAGES] = message("assistant", " ".join(claim.text for claim in answer.claims))
    return found


def message(role: str, text: str) -> str:
    """One message as the conventions write it."""
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}], ensure_ascii=False)


def strictest(stack: Stack, version_ids: set[str]) -> int:
    """The highest classification of some versions; beyond every one for what lies in a compartment, or is gone."""

    def read(tx: Connection) -> int:
        query = select(func.count(), func.max(classes.c.classification), func.max(versions.c.compartment))
        query = query.join_from(versions, classes, versions.c.class_id == classes.c.id)
        count, highest, compartment = tx.execute(query.where(versions.c.id.in_(version_ids))).one()
        return int(highest) if count == len(version_ids) and not compartment else len(Classification)

    return stack.state.read(read)
