"""Finds adapters and packs by entry point; built-in ones come in by the same door as a stranger's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from avouch.errors import AvouchError, Code
from avouch.ports import Parser

PARSERS, NAMES = "avouch.parsers", "avouch.names"


@cache
def parsers() -> Mapping[str, Parser]:
    """Every installed parser, by the media types that it reads; of two for one type the last by name.

    CONFIG_INVALID, naming it, where one cannot be loaded.
    """
    found: dict[str, Parser] = {}
    for point in points(PARSERS):
        parser: Parser = loaded(point)()
        found |= dict.fromkeys(parser.media_types, parser)
    return found


def names() -> Iterator[Sequence[str]]:
    """What the installed packs know to be called in several ways: lists of names of one thing. CONFIG_INVALID."""
    for point in points(NAMES):
        told: Callable[[], Iterable[Sequence[str]]] = loaded(point)
        yield from told()


def points(group: str) -> list[EntryPoint]:
    return sorted(entry_points(group=group), key=lambda point: point.name)


def loaded(point: EntryPoint) -> Any:
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        what = f"{point.group}: {point.name} ({point.value})"
        raise AvouchError(Code.CONFIG_INVALID, f"{what} cannot be loaded") from error
