"""The class of what is taken in: what identifies somebody raises it, and nothing automatic lowers it.

A person who looked has the last word: where they say that the class was reviewed, it stays as declared.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from avouch.errors import AvouchError, Code
from avouch.lake.raised import Classed
from avouch.protect.skim import skim
from avouch.records import Classification, Metadata, Parsed

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

ON, OFF = "on", "off"


def wanted(stack: Stack) -> bool:
    """Whether the home looks. CONFIG_INVALID."""
    if stack.settings.classify not in (ON, OFF):
        raise AvouchError(Code.CONFIG_INVALID, "`classify` is on or off")
    return stack.settings.classify == ON


def classed(look: bool, name: str, parsed: Parsed, metadata: Metadata) -> tuple[Metadata, Classed | None]:
    """What is declared of a document, with its class raised where it must be; and how that came about.

    Nothing declared is the strictest class, which nothing raises.
    """
    declared = metadata.classification
    if declared is None:
        return metadata, None
    if metadata.class_reviewed:
        return metadata, Classed(declared, reviewed=True)
    if not look:
        return metadata, None
    found = skim((parsed.text, metadata.title or "", Path(name).stem), declared, metadata.labels or ())
    if not found.reasons:
        return metadata, None
    return replace(metadata, classification=found.classification), Classed(declared, reasons=found.reasons)


def told(classification: Classification, how: Classed | None) -> dict[str, Any]:
    """What the entry says of a version's class; nothing where it is the declared one and nobody reviewed it."""
    if how is None:
        return {}
    if how.reviewed:
        return {"class": {"is": classification.name.lower(), "reviewed": True}}
    names = {"is": classification.name.lower(), "declared": how.declared.name.lower()}
    return {"class": {**names, "because": list(how.reasons)}}
