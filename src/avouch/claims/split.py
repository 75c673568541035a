"""A model's text into claims, each with the citation marks that it gives.

A claim is a sentence, a list item (with the line that leads into the list), or a table row (with the names of
its columns). Headings, rules and fences say nothing and are left out. Marks and markup are taken off.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from avouch.segment import sentences

LONGEST = 200_000  # characters of a model's text
MOST_MARKS, WIDEST = 64, 20
_MARKS = re.compile(r"\s*[\[【]\^?(\d{1,3}(?:\s?[,;–-]\s?\^?\d{1,3}){0,40})[\]】]")
_LEADING = re.compile(rf"(?:{_MARKS.pattern})+[.,;]?\s*")
_NUMBER = re.compile(r"(\d{1,3})(?:\s?[–-]\s?(\d{1,3}))?")
_ITEM = re.compile(r"\s*(?:>\s?)*(?:[-*+•‣◦▪·–]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s+(?=\S)")
_QUOTE = re.compile(r"\s*(?:>\s?)+")
_HEADING = re.compile(r"\s*#{1,6}\s")
_NOTHING = re.compile(r"\s*(?:```.*|~~~.*|[-=*_#>|:\s]+)$")
_UNDERLINED = re.compile(r"[ \t]*\n[ \t]*(?:={3,}|-{3,})[ \t]*(?:\n|$)")
_MARKUP = (
    (re.compile(r"!\[[^\[\]]{0,200}\]\([^()\s]{0,500}\)"), ""),
    (re.compile(r"\[([^\[\]]{1,200})\]\([^()\s]{0,500}(?:\s\"[^\"]{0,100}\")?\)"), r"\1"),
    (re.compile(r"</?[A-Za-z][^<>]{0,60}>"), " "),
    (re.compile(r"(\*{1,3}|_{2,3}|~~)(?=\S)(.{1,400}?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\w)_(?=\S)([^_]{1,200}?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"`([^`]{1,200})`"), r"\1"),
)
_SPACES = re.compile(r"\s+")
_BEFORE_STOP = re.compile(r"\s+([.,;:!?])")


@dataclass(frozen=True, slots=True)
class Written:
    """One claim as written. ``marks``: the numbers it cites, in order, each once. ``start`` to ``end``: its
    place in the model's text, marks included."""

    text: str
    marks: tuple[int, ...]
    start: int
    end: int


def split(text: str) -> list[Written]:
    """The claims of a model's text, in order. Linear in its length; what is beyond 200,000 characters is not read."""
    text = text[:LONGEST]
    found: list[Written] = []
    lead, header = "", list[str]()
    for span in sentences(text):
        raw = text[span.start : span.end]
        if _NOTHING.fullmatch(raw) or _HEADING.match(raw) or _UNDERLINED.match(text, span.end):
            lead, header = "", header if _NOTHING.fullmatch(raw) else []
            continue
        if raw.startswith("|") or (header and "|" in raw):
            header = row(raw, span.start, span.end, header, found)
            continue
        header = []
        raw, start = given_back(raw, span.start, text, found)
        marks = numbers(raw)
        item = _ITEM.match(raw) if begins_line(text, start) else None
        said = bare(raw[item.end() :] if item else raw)
        if not said:
            continue
        if said.endswith(":") and not marks:
            lead = said
            continue
        if not item:
            lead = "" if begins_line(text, start) or not lead else lead
        found.append(Written(f"{lead} {said}".strip() if lead else said, marks, start, span.end))
    return [one for one in found if any(map(str.isalnum, one.text))]


def begins_line(text: str, at: int) -> bool:
    """Whether nothing but white space stands before a place on its line."""
    while at and text[at - 1] in " \t>":
        at -= 1
    return at == 0 or text[at - 1] == "\n"


def given_back(raw: str, start: int, text: str, found: list[Written]) -> tuple[str, int]:
    """Marks behind a full stop belong to the sentence before: *… ended. [1] The next …*."""
    leading = _LEADING.match(raw)
    if not leading or not found or text[found[-1].end : start].strip() or "\n" in text[found[-1].end : start]:
        return raw, start
    last = found[-1]
    marks = tuple(dict.fromkeys([*last.marks, *numbers(leading.group())]))[:MOST_MARKS]
    found[-1] = replace(last, marks=marks, end=start + leading.end())
    return raw[leading.end() :], start + leading.end()


def numbers(raw: str) -> tuple[int, ...]:
    """The numbers of all marks, ranges told out."""
    found: dict[int, None] = {}
    for mark in _MARKS.finditer(raw):
        for first, last in _NUMBER.findall(mark[1].replace("^", "")):
            low, high = int(first), int(last or first)
            for number in range(low, min(high, low + WIDEST) + 1) if high >= low else (low, high):
                if len(found) < MOST_MARKS:
                    found[number] = None
    return tuple(found)


def bare(raw: str) -> str:
    """Without marks, markup and doubled spaces."""
    text = _QUOTE.sub("", _MARKS.sub("", raw), count=1) if raw.lstrip().startswith(">") else _MARKS.sub("", raw)
    for pattern, into in _MARKUP:
        text = pattern.sub(into, text)
    return _BEFORE_STOP.sub(r"\1", _SPACES.sub(" ", text)).strip(" |*#>")


def row(raw: str, start: int, end: int, header: Sequence[str], found: list[Written]) -> list[str]:
    """A table row as a claim, under the names of its columns; the header, which the first row is."""
    cells = [bare(cell) for cell in raw.strip().strip("|").split("|")]
    if all(re.fullmatch(r":?-*:?", cell) for cell in cells):
        return list(header)
    if not header:
        return cells or [""]
    named = [f"{name} {cell}".strip() if name else cell for name, cell in zip(header, cells, strict=False) if cell]
    if named:
        found.append(Written(", ".join([*named, *cells[len(header) :]]), numbers(raw), start, end))
    return list(header)
