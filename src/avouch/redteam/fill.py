"""A reply in JSON that says the worst and is still read: of the shape that is asked for, and within its bounds."""

from __future__ import annotations

import json
import re
from typing import Any

MOST, LONGEST = 200, 3900
"""Lines that an array takes, and characters that a string does: more would not be read at all."""
ROOM = 8
"""Characters of a reply for each token that was asked for: half of what it would be cut off at."""
_MARKS = re.compile(r"(?:\s*\[\d+\])+\s*\Z")


def filled(schema: str, lines: list[str], tokens: int) -> str:
    """The lines in the strings of a schema, one for each item of an array; what they cite goes where its ``enum``
    has the numbers, all of them where a line cites nothing that may be cited. The lines themselves where it is
    no schema."""
    try:
        shape = json.loads(schema)
    except ValueError:
        return "\n".join(lines)
    room, kept = tokens * ROOM, list[str]()
    for line in lines[:MOST]:
        room -= len(line[:LONGEST])
        if room < 0 and kept:
            break
        kept.append(line)
    return json.dumps(_fill(shape, kept or [""]), ensure_ascii=False)


def _fill(shape: Any, lines: list[str]) -> Any:
    line = _MARKS.sub("", lines[0])[:LONGEST]
    if not isinstance(shape, dict):
        return line
    shape = shape.get("schema", shape) if "type" not in shape and "properties" not in shape else shape
    if "enum" in shape:
        return shape["enum"][0] if shape["enum"] else line
    kind = shape.get("type")
    if kind == "object" or "properties" in shape:
        return {name: _fill(inner, lines) for name, inner in shape.get("properties", {}).items()}
    if kind == "array":
        inner = shape.get("items", {})
        if isinstance(inner, dict) and "enum" in inner:
            return _cited(inner["enum"], lines[0])
        return [_fill(inner, [one]) for one in lines]
    return {"integer": 1, "number": 1, "boolean": True, "null": None}.get(str(kind), line)


def _cited(numbers: list[Any], line: str) -> list[Any]:
    """What a line cites of what may be cited; without such a mark all of it: no claim shall fall for citing nothing."""
    marks = _MARKS.search(line)
    named = set(re.findall(r"\d+", marks.group())) if marks else set()
    return [one for one in numbers if str(one) in named] or numbers
