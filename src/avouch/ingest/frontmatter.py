"""YAML that people write: front matter at the top of a text, and the checks that any of it must pass."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

import yaml

from avouch.declare import FIELDS, declared
from avouch.errors import AvouchError, Code
from avouch.records import Metadata

_OPEN = re.compile(r"\s{0,200}---[^\S\n]*\n(?:[^\S\n]*(?:#.*)?\n){0,50}[\w\"'-]+[^\S\n]*:")
_CLOSE = re.compile(r"^(?:---|\.\.\.)[^\S\n]*$", re.MULTILINE)
_CHARS = 65_536
GOVERNING = ("labels", "classification", "valid_from", "valid_to", "kind", "compartment", "class_reviewed")
MEANT = {"class": "classification", "label": "labels", "group": "labels", "groups": "labels"}
ALIKE = 0.8


def fenced(text: str) -> bool:
    """Whether ``text`` begins with front matter, closed or not."""
    return _OPEN.match(text) is not None


def front_matter(text: str, key: str) -> tuple[Metadata, str]:
    """What front matter declares, and the text after it (all of it where there is none).

    METADATA_INVALID where it is not closed within 64 Ki characters, is no mapping, or declares something
    that cannot be understood.
    """
    if not fenced(text):
        return Metadata(), text
    start = text.index("---") + 3
    close = _CLOSE.search(text, text.index("\n", start) + 1, _CHARS)
    if close is None:
        raise AvouchError(Code.METADATA_INVALID, f"{key}: the front matter is not closed by a line ---")
    fields = mapping(text[start : close.start()], f"{key}: front matter")
    unslipped(fields, f"{key}: front matter")
    return declared(fields, f"{key}: front matter"), text[close.end() :].lstrip("\n")


def unslipped(fields: Collection[str], where: str) -> None:
    """METADATA_INVALID for a name that was meant to be one of those that say who may see a document.

    Other names are anybody's: front matter is written for other programs too.
    """
    for name in fields:
        meant = MEANT.get(name.lower()) or next(iter(get_close_matches(name.lower(), GOVERNING, 1, ALIKE)), "")
        if name not in FIELDS and meant:
            raise AvouchError(Code.METADATA_INVALID, f"{where}: {name[:40]!r} is not known; {meant} is")


def mapping(text: str, where: str) -> dict[str, object]:
    """A YAML mapping whose scalars stay texts. METADATA_INVALID, with the line, where it is none."""
    try:
        # BaseLoader builds texts, lists and mappings only: a date or a `no` stays what was written.
        value = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise AvouchError(Code.METADATA_INVALID, f"{where}: not YAML{line}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise AvouchError(Code.METADATA_INVALID, f"{where}: not YAML") from error
    if value in (None, ""):
        return {}
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise AvouchError(Code.METADATA_INVALID, f"{where}: not a list of `name: value`")
    return value
