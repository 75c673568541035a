"""What a model wrote, where it was held to JSON: claims with the numbers of the passages that they cite.

The plain form, sentences with marks like ``[1]``, is split where claims are checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from avouch.errors import AvouchError, Code

MOST_CLAIMS, LONGEST_CLAIM = 200, 4000
FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?```\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class WrittenClaim:
    """One claim, and the passages that it cites by number. ``unknown``: it also cites what it was not given."""

    text: str
    ids: tuple[int, ...]
    unknown: bool = False


def schema(ids: Collection[int]) -> str:
    """The JSON schema of a reply whose citations can only be these numbers."""
    one = {"type": "array", "minItems": 1, "items": {"type": "integer", "enum": sorted(ids)}}
    claim = _object({"text": {"type": "string"}, "citations": one})
    return json.dumps(_object({"claims": {"type": "array", "items": claim}}))


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    required = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def claims(text: str, given: Collection[int]) -> list[WrittenClaim]:
    """The claims of a reply in JSON, in order; none is: not in the sources. MODEL_BROKEN for any other reply.

    A number that was not given is left out and told of: a grammar forbids it, but not every server keeps to one.
    """
    fenced = FENCE.match(text)
    try:
        told = json.loads(fenced.group(1) if fenced else text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise _broken("is not JSON") from error
    if not isinstance(told, dict) or not isinstance(told.get("claims"), list):
        raise _broken("holds no claims")
    if len(told["claims"]) > MOST_CLAIMS:
        raise _broken("holds too many claims")
    return [claim for one in told["claims"] if (claim := _claim(one, given)).text]


def _claim(told: Any, given: Collection[int]) -> WrittenClaim:
    if not isinstance(told, dict) or not isinstance(told.get("text"), str) or len(told["text"]) > LONGEST_CLAIM:
        raise _broken("holds a claim that is none")
    cited = told.get("citations", [])
    if not isinstance(cited, list) or not all(type(one) is int for one in cited):
        raise _broken("cites otherwise than by number")
    known = tuple(dict.fromkeys(one for one in cited if one in given))
    text = told["text"].encode("utf-8", "replace").decode().strip()
    return WrittenClaim(text, known, not set(cited) <= set(given))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice would be read one way here and another way elsewhere."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)


def _broken(why: str) -> AvouchError:
    return AvouchError(Code.MODEL_BROKEN, f"the reply {why}")
