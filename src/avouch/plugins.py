"""Finds adapters and packs by entry point; built-in ones come in by the same door as a stranger's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from avouch.errors import AvouchError, Code
from avouch.ports import Parser

PARSERS = "avouch.parsers"


@cache
def parsers() -> Mapping[str, Parser]:
    """Every installed parser, by the media types that it reads; of two for one type the last by name.

    CONFIG_INVALID, naming it, where one cannot be loaded.
    """
    found: dict[str, Parser] = {}
    for point in sorted(entry_points(group=PARSERS), key=lambda point: point.name):
        try:
            parser: Parser = point.load()()
        except (ImportError, AttributeError) as error:
            raise AvouchError(
                Code.CONFIG_INVALID, f"the parser {point.name} ({point.value}) cannot be loaded"
            ) from error
        found |= dict.fromkeys(parser.media_types, parser)
    return found
