"""Joining what several places declare of one document."""

from __future__ import annotations

from dataclasses import replace

from avouch.declare import title
from avouch.errors import AvouchError, Code
from avouch.records import BlockKind, Metadata, Parsed

_OPENING = 80
_NO_TITLES = ("untitled", "document", "microsoft word -", "powerpoint presentation", "slide 1", "unknown")


def merge(outer: Metadata, inner: Metadata) -> Metadata:
    """``inner`` wins where it says something. That a class was reviewed goes with the class that it was said of."""
    own = inner.class_reviewed is not None or inner.classification is not None
    return Metadata(
        title=outer.title if inner.title is None else inner.title,
        labels=outer.labels if inner.labels is None else inner.labels,
        classification=outer.classification if inner.classification is None else inner.classification,
        valid_from=outer.valid_from if inner.valid_from is None else inner.valid_from,
        valid_to=outer.valid_to if inner.valid_to is None else inner.valid_to,
        source_url=outer.source_url if inner.source_url is None else inner.source_url,
        kind=outer.kind if inner.kind is None else inner.kind,
        compartment=outer.compartment if inner.compartment is None else inner.compartment,
        class_reviewed=inner.class_reviewed if own else outer.class_reviewed,
    )


def stricter(outer: Metadata, found: Metadata) -> Metadata:
    """What a page says of itself, as far as it keeps nobody in whom ``outer`` keeps out: pages come from anywhere."""
    level, labels = found.classification, found.labels
    if level is not None and outer.classification is not None:
        level = max(level, outer.classification)
    if labels is not None and outer.labels is not None and not labels <= outer.labels:
        labels = None
    where = found.compartment if outer.compartment is None else None
    reviewed = None if outer.classification is not None else found.class_reviewed
    return replace(found, classification=level, labels=labels, compartment=where, class_reviewed=reviewed)


def checked(metadata: Metadata, key: str) -> Metadata:
    """The same; METADATA_INVALID where it ends before it begins."""
    start, end = metadata.valid_from, metadata.valid_to
    if start is not None and end is not None and end <= start:
        raise AvouchError(Code.METADATA_INVALID, f"{key}: valid_to is not after valid_from")
    return metadata


def settled(parsed: Parsed, outer: Metadata, front: Metadata, key: str) -> Parsed:
    """``parsed`` with all that is known of it: front matter over ``outer``, and a title in any case.

    A title found in a file's properties is often an accident, so it stands behind a declared one, and
    before the first heading and the file's name.
    """
    found = parsed.metadata
    property_title = None if _accident(found.title) else found.title
    own = stricter(outer, replace(found, title=None))
    whole = merge(merge(merge(Metadata(title=property_title), outer), own), front)
    parsed = replace(parsed, metadata=checked(whole, key))
    return replace(parsed, metadata=replace(whole, title=title_of(outer, parsed, key)))


def title_of(outer: Metadata, parsed: Parsed, name: str) -> str:
    """A title in any case: what the document says, else what is declared, its first heading, its name."""
    return parsed.metadata.title or outer.title or _heading(parsed) or _stem(name)


def opening(text: str) -> str | None:
    """The first words, up to 80 characters, for a record that has no title."""
    line = text.lstrip().split("\n", 1)[0][:_OPENING]
    return title(line if len(line) < _OPENING else line.rpartition(" ")[0] or line)


def _accident(name: str | None) -> bool:
    lower = (name or "").lower()
    return lower.startswith(_NO_TITLES) or lower.rpartition(".")[2] in (
        "doc",
        "docx",
        "pdf",
        "indd",
        "qxd",
        "tex",
    )


def _heading(parsed: Parsed) -> str | None:
    for block in parsed.blocks:
        if block.kind is BlockKind.HEADING:
            return title(parsed.text[block.start : block.end].split("\n")[0].strip("# \t"))
    return None


def _stem(key: str) -> str:
    name = key.rpartition("/")[2].removesuffix(".gz")
    return title(name.rpartition(".")[0] or name) or name
