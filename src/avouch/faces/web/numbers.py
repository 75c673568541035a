"""Whole numbers that somebody typed, or that stand in an address: within bounds, or none."""

from __future__ import annotations

from avouch.faces.web.api import Problem

MOST = 10**9


def whole(told: str, most: int = MOST) -> int | None:
    """A number from 0 to ``most`` in figures; None for everything else."""
    if not told.isascii() or not told.isdigit() or len(told) > len(str(most)):
        return None
    number = int(told)
    return number if number <= most else None


def typed(told: str) -> int:
    """A number as the API takes it; what is none becomes one that it refuses."""
    return whole(told.strip()) or 0


def at(told: str, what: str) -> int:
    """The number in the address of a thing, which has one spelling. NOT_FOUND for what is none."""
    number = whole(told)
    if number is None or str(number) != told:
        todo = "Look at the address, or choose from the list that it belongs to."
        raise Problem(
            {"code": "NOT_FOUND", "title": "Not found", "detail": f"there is no such {what}", "todo": todo}, 404
        )
    return number
