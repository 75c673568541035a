"""How long questions and answers are kept, as ``avouch.toml`` says it (``[[retention]]``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from avouch.errors import AvouchError, Code
from avouch.records import Classification

MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Lifetime:
    """So many ``days``, or for good (None), for a class and a purpose; None: any. The purpose "" is none stated."""

    days: int | None
    classification: Classification | None = None
    purpose: str | None = None


def parse(told: Any) -> tuple[Lifetime, ...]:
    """The lifetimes of the settings; CONFIG_INVALID. None for the same class and purpose twice."""
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise TypeError
    found = tuple(lifetime(one) for one in told)
    if len({(one.classification, one.purpose) for one in found}) < len(found):
        raise invalid("two retention rules are for the same class and purpose")
    return found


def lifetime(told: dict[str, Any]) -> Lifetime:
    """One lifetime: ``days`` (a number, or "forever"), and which ``class`` and ``purpose``. CONFIG_INVALID."""
    for name in told:
        if name not in ("days", "class", "purpose"):
            raise invalid(f"a retention rule has no {name!r}")
    days, level, purpose = told.get("days"), told.get("class"), told.get("purpose")
    if days != "forever" and (type(days) is not int or not 0 <= days <= MOST_DAYS):
        raise invalid(f'the days of a retention rule are 0 to {MOST_DAYS}, or "forever"')
    if level is not None and (not isinstance(level, str) or level.upper() not in Classification.__members__):
        raise invalid("the class of a retention rule is public, internal, confidential or restricted")
    if purpose is not None and not isinstance(purpose, str):
        raise invalid("the purpose of a retention rule is a text")
    held = None if level is None else Classification[level.upper()]
    return Lifetime(None if days == "forever" else days, held, purpose)


def invalid(message: str) -> AvouchError:
    return AvouchError(Code.CONFIG_INVALID, message)
