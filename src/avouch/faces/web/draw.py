"""Pages out of templates. Everything that a template is told is text: it is escaped, and kept in its place."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from avouch.faces.web import assets
from avouch.faces.web.wording import OTHERWISE, TODO

TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of what follows: in a name they make it look like another."""
STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
LEVELS = ("public", "internal", "confidential", "restricted")


@cache
def environment() -> Environment:
    made = Environment(
        loader=PackageLoader("avouch.faces.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"asset": assets.url, "todos": json.dumps({**TODO, "": OTHERWISE})}
    made.filters |= {
        "when": when,
        "day": day,
        "ms": ms,
        "count": count,
        "size": size,
        "said": said,
        "laid": laid,
        "share": share,
        "figure": figure,
        "truncate": cut,
    }
    return made


def page(template: str, **told: Any) -> str:
    """A whole page, or a part of one."""
    return environment().get_template(template).render(**told)


def said(text: object) -> Markup:
    """Somebody's words inside our page: in their own direction, without marks that would turn ours."""
    plain = STACKED.sub(r"\1", TURNING.sub("", str(text)))
    return Markup("<bdi>{}</bdi>").format(plain)


def cut(text: str, most: int = 255) -> str:
    """The begin of a text, to the end of a word, with a mark that it goes on."""
    if len(text) <= most:
        return text
    begin = text[: most - 1]
    return (begin.rsplit(None, 1)[0] if " " in begin[most // 2 :] else begin).rstrip(" ,;:") + "…"


def figure(value: float) -> str:
    """A number as it is read: with one decimal where it is small and has parts."""
    return f"{value:,.0f}" if value >= 100 else f"{round(value, 1 if value >= 1 else 2):g}"


LINES = re.compile(
    r"^(?P<head>#{1,6}[ \t]+)(?P<words>.*)|^(?P<rule>[ \t|:+=-]*-{2,}[ \t|:+=-]*(?:\n|\Z))|^(?P<item>[-*+][ \t]+)", re.M
)


ROW = re.compile(r"^\|[^\n]*[^\s|:=+-][^\n]*", re.M)
"""A row of a table, which is written between bars."""


def cells(row: re.Match[str]) -> str:
    """A row with points between its cells in the place of bars."""
    inner = row[0][1:].lstrip(" \t")
    if row.end() < len(row.string):  # else a marked word may go on in the same row
        inner = re.sub(r"[ \t]*\|[ \t]*\Z", "", inner)
    return re.sub(r"[ \t]*\|[ \t]*", " · ", inner)


def laid(text: str) -> Markup:
    """A piece of a document's text with its marks as what they mean: headings, bullets, rows. No word is left out."""
    plain = ROW.sub(cells, STACKED.sub(r"\1", TURNING.sub("", text)))
    found, at = Markup(), 0
    for mark in LINES.finditer(plain):
        found += escape(plain[at : mark.start()])
        if mark["head"]:
            found += Markup("<b>{}</b>").format(mark["words"])
        elif mark["item"]:
            found += "• "
        at = mark.end()
    return Markup("<bdi>{}</bdi>").format(found + escape(plain[at:]))


def moment(told: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def when(told: str | None, none: str = "no end") -> Markup:
    """A time: in UTC as it is served, in the reader's zone as soon as ``times.js`` has seen it."""
    if not told:
        return escape(none)
    found = moment(told)
    if found is None:
        return escape(told)
    utc = found.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        utc.isoformat().replace("+00:00", "Z"),
        utc.strftime("%Y-%m-%d %H:%M:%S UTC"),
        utc.strftime("%-d %b %Y, %H:%M UTC"),
    )


def day(told: str | None, none: str = "no end") -> Markup:
    """A date, without its hour."""
    found = moment(told) if told else None
    if found is None:
        return escape(told or none)
    utc = found.astimezone(UTC)
    return Markup('<time datetime="{0}" title="{0} UTC">{1}</time>').format(
        utc.strftime("%Y-%m-%d"), utc.strftime("%-d %b %Y")
    )


def ms(told: float) -> str:
    """Milliseconds, in the unit that reads best."""
    if told >= 10_000:
        return f"{told / 1e3:,.0f} s"
    if told >= 1000:
        return f"{told / 1e3:.1f} s"
    return f"{told:.0f} ms" if told >= 10 else f"{told:.1f} ms"


def count(number: int, one: str = "", many: str = "") -> str:
    """A whole number, with its noun where one is given."""
    noun = one if number == 1 else (many or f"{one}s")
    return f"{number:,} {noun}" if one else f"{number:,}"


def size(octets: float) -> str:
    """Bytes."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if octets < 1000 or unit == "GB":
            return f"{octets:,.0f} {unit}" if unit == "bytes" else f"{octets:,.1f} {unit}"
        octets /= 1000
    raise AssertionError


def share(part: float) -> str:
    """A part of one, in percent."""
    return f"{part * 100:.0f} %" if part >= 0.1 or part == 0 else f"{part * 100:.1f} %"
