"""Which fields of a record are its id, its text and the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from avouch.declare import declared
from avouch.errors import AvouchError, Code
from avouch.records import Metadata

NAMES = ("id", "title", "text", "url", "labels", "classification", "valid_from", "valid_to")
_GUESSES = {
    "id": ("_id", "id", "doc_id", "document_id", "docid", "key", "uuid", "pmid"),
    "title": ("title", "name", "heading", "subject"),
    "text": ("text", "body", "content", "contents", "abstract", "passage", "description"),
    "url": ("url", "link", "source_url", "uri", "href"),
} | {name: (name,) for name in NAMES[4:]}
_DECLARED = {"url": "source_url", "title": "title"} | {name: name for name in NAMES[4:]}


@dataclass(frozen=True, slots=True)
class Columns:
    """Field names by role. ``text`` may be several, ``others`` holds title, url, labels and so on."""

    id: str | None
    text: tuple[str, ...]
    others: Mapping[str, str] = field(default_factory=dict)

    def recipe(self) -> str:
        """A name for how records become text: where it changes, so does every text."""
        return "text=" + "\x1f".join((*self.text, self.others.get("title", "")))


def named(told: Mapping[str, object], code: Code = Code.INPUT_INVALID) -> dict[str, tuple[str, ...]]:
    """Column names as told, as tuples; an empty one keeps a role from being guessed.

    Raises ``code`` where a role is unknown or a name is not a text.
    """
    names: dict[str, tuple[str, ...]] = {}
    for role, value in told.items():
        parts = value.split(",") if isinstance(value, str) else value
        if role not in NAMES:
            raise AvouchError(code, f"columns: {role[:40]!r} is not one of {', '.join(NAMES)}")
        if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
            raise AvouchError(code, f"columns: {role} is not a name or a list of names")
        names[role] = tuple(part.strip() for part in parts if part.strip())
        if role != "text" and len(names[role]) > 1:
            raise AvouchError(code, f"columns: {role} takes one name")
    return names


def choose(told: Mapping[str, tuple[str, ...]], present: Collection[str], key: str) -> Columns:
    """The columns of a file whose fields are ``present``: as told, else by their usual names.

    Labels, classification and dates are taken from columns of exactly these names, so that a record that
    calls itself restricted is not overlooked.

    COLUMN_MISSING where a told id, text or title is not there, or no text is.
    """
    for role in ("id", "text", "title"):
        for name in told.get(role, ()):
            if name.split(".")[0] not in present and name not in present:
                raise AvouchError(Code.COLUMN_MISSING, f"{key}: there is no column {name!r} for {role}")
    lower = {name.lower(): name for name in reversed(list(present))}
    roles = dict(told)
    for role, guesses in _GUESSES.items():
        if role not in roles:
            roles[role] = next(((lower[guess],) for guess in guesses if guess in lower), ())
    if not roles["text"]:
        raise AvouchError(Code.COLUMN_MISSING, f"{key}: no column is called text, body, content or abstract")
    others = {role: names[0] for role, names in roles.items() if role not in ("id", "text") and names}
    return Columns(roles["id"][0] if roles["id"] else None, roles["text"], others)


def value(record: Mapping[str, object], name: str) -> object:
    """A field; ``a.b`` looks into nested objects. ``None`` where there is none."""
    if name in record:
        return record[name]
    found: object = record
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def text_of(record: Mapping[str, object], name: str, where: str) -> str:
    """A field as text; lists one to a line. RECORD_INVALID for objects."""
    found = value(record, name)
    if found is None:
        return ""
    if isinstance(found, str):
        return found
    if isinstance(found, int | float):
        return str(found)
    if isinstance(found, list) and all(isinstance(part, str | int | float) for part in found):
        return "\n".join(map(str, found))
    raise AvouchError(Code.RECORD_INVALID, f"{where}: {name!r} is not text")


def metadata_of(record: Mapping[str, object], columns: Columns, where: str) -> Metadata:
    """What the record's own columns declare."""
    fields: dict[str, object] = {}
    for role, name in columns.others.items():
        found = value(record, name)
        if found is not None and found != "":
            fields[_DECLARED[role]] = found
    return declared(fields, where) if fields else Metadata()
