"""From what is written about a document (front matter, a manifest, columns) to checked metadata.

Whatever cannot be understood is METADATA_INVALID: a misspelt classification must never turn into a
weaker one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from avouch.canon import iso, to_micros
from avouch.errors import AvouchError, Code
from avouch.records import Classification, Metadata

FIELDS = frozenset(
    {"title", "labels", "classification", "valid_from", "valid_to", "source_url", "kind", "compartment"}
    | {"class_reviewed"}
)
_LABEL = re.compile(r"[^\W_][\w .:/@+-]{0,99}")
_SCHEME = re.compile(r"\s*(?:javascript|data|vbscript):", re.IGNORECASE)
_TITLE_CHARS = 300
_URL_CHARS = 2048
_NOTHING = ("", "~", "null", "none")


def declared(fields: Mapping[str, object], where: str) -> Metadata:
    """Metadata of FIELDS in ``fields``; other names are not looked at. ``where`` goes into errors.

    Raises METADATA_INVALID, naming the field and never its value.
    """
    said = {name: value for name in FIELDS if not _empty(value := fields.get(name))}
    labels = said.get("labels")
    if fields.get("labels") == []:
        labels = []
    return Metadata(
        title=title(_text(said.get("title"), "title", where)),
        labels=None if labels is None else _labels(labels, where),
        classification=_classification(_text(said.get("classification"), "classification", where), where),
        valid_from=_time(said.get("valid_from"), "valid_from", where),
        valid_to=_time(said.get("valid_to"), "valid_to", where),
        source_url=_url(_text(said.get("source_url"), "source_url", where), where),
        kind=_name(_text(said.get("kind"), "kind", where), "kind", where),
        compartment=_name(_text(said.get("compartment"), "compartment", where), "compartment", where),
        class_reviewed=_flag(said.get("class_reviewed"), "class_reviewed", where),
    )


def title(text: str | None) -> str | None:
    """A title on one line, cut at 300 characters; ``None`` where nothing is left."""
    words = " ".join((text or "").split())
    return words[:_TITLE_CHARS].rstrip() or None


def _empty(value: object) -> bool:
    return value is None or value == [] or (isinstance(value, str) and value.strip().lower() in _NOTHING)


def _invalid(field: str, why: str, where: str) -> AvouchError:
    return AvouchError(Code.METADATA_INVALID, f"{where}: {field} {why}")


def _text(value: object, field: str, where: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _invalid(field, "is not a text", where)
    return str(value).strip()


def _flag(value: object, field: str, where: str) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    told = {"true": True, "yes": True, "false": False, "no": False}.get(str(value).strip().lower())
    if told is None:
        raise _invalid(field, "is neither true nor false", where)
    return told


def _name(value: str | None, field: str, where: str) -> str | None:
    if value is not None and not _LABEL.fullmatch(value):
        raise _invalid(field, "is not a name", where)
    return value


def _labels(value: object, where: str) -> frozenset[str]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise _invalid("labels", "is not a list of names", where)
    names = [part.strip() if isinstance(part, str) else "" for part in parts]
    if not all(_LABEL.fullmatch(name) for name in names):
        raise _invalid("labels", "holds something that is not a name", where)
    return frozenset(names)


def _classification(value: str | None, where: str) -> Classification | None:
    if value is None:
        return None
    if value.upper() not in Classification.__members__:
        raise _invalid("classification", "is none of public, internal, confidential, restricted", where)
    return Classification[value.upper()]


def _time(value: object, field: str, where: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        value = iso(value) if value.tzinfo else value.isoformat()
    elif isinstance(value, date):
        value = value.isoformat()
    if not isinstance(value, str):
        raise _invalid(field, "is not a date or time", where)
    try:
        return to_micros(value)
    except AvouchError as error:
        raise _invalid(field, "is not a date or an RFC 3339 time", where) from error


def _url(value: str | None, where: str) -> str | None:
    if value is None:
        return None
    if len(value) > _URL_CHARS or _SCHEME.match(value) or not value.isprintable():
        raise _invalid("source_url", "is not an address", where)
    return value
