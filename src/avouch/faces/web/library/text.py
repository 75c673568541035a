"""The text of a version in its parts: headings, lists, tables, paragraphs, so that it reads as it was written."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

ITEM = re.compile(r"\s*(?:[-*+•‣◦▪·–]|\(?\d{1,3}[.)])\s+(?=\S)")
PARTED = re.compile(r"\n[^\S\n]*\n\s*")
RULE = re.compile(r"[\s|:+=-]+")
CELLS = re.compile(r"\s*\|\s*")
BEFORE, UNDER = re.compile(r"#{1,6}[^\S\n]*\Z"), re.compile(r"\s*[-=*_~]{3,}\s*\n?")
"""The marks of a heading before it, and a line of marks below it."""
NAMED = re.compile(r"\w[\w ]{0,30}: ")
WIDE = 60
"""Characters of a line from which on its end is taken for that of a page's width."""
LONGEST = 100_000
"""Characters of a text that a page draws; the next page goes on."""


def parts(text: str, headings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parts of a text in order. Each has a ``kind``: heading (``level``, ``text``), list (``items``), table
    (``rows``; ``headed``: the first names the columns) or text (``text``)."""
    found: list[dict[str, Any]] = []
    at = 0
    for heading in headings:
        if heading["start"] < at or heading["end"] > len(text):
            continue
        found += unmarked(BEFORE.sub("", text[at : heading["start"]]))
        words = text[heading["start"] : heading["end"]].strip("#=- \n")
        found.append({"kind": "heading", "level": min(heading["level"] + 1, 6), "text": words})
        under = UNDER.match(text, heading["end"])
        at = under.end() if under else heading["end"]
    return found + unmarked(text[at:])


def unmarked(text: str) -> list[dict[str, Any]]:
    """The parts of a text without headings: what blank lines part, lists by their bullets, tables by their marks."""
    found: list[dict[str, Any]] = []
    for block in PARTED.split(text.strip()):
        if block.strip():
            found += listed(block.split("\n"))
    return found


def ruled(line: str) -> bool:
    """Whether a line only parts the head of a table from its rows."""
    return "--" in line and RULE.fullmatch(line) is not None


def listed(lines: list[str]) -> list[dict[str, Any]]:
    """The parts of lines that stand together."""
    if len(lines) > 1 and sum("|" in line for line in lines) == len(lines):
        rows = [CELLS.split(line.strip().strip("|").strip()) for line in lines if not ruled(line)]
        return [{"kind": "table", "rows": rows, "headed": ruled(lines[1])}]
    first = next((at for at, line in enumerate(lines) if ITEM.match(line)), len(lines))
    found: list[dict[str, Any]] = []
    if first:
        found.append({"kind": "text", "text": joined(lines[:first])})
    items: list[str] = []
    for line in lines[first:]:
        mark = ITEM.match(line)
        if mark:
            items.append(line[mark.end() :] if not line[mark.start() : mark.end()].strip()[:1].isalnum() else line)
        else:
            items[-1] += "\n" + line.strip()
    return [*found, {"kind": "list", "items": items}] if items else found


def joined(lines: list[str]) -> str:
    """Lines as they were written; those that only a page's width had broken go on in one."""
    text = lines[0]
    for before, line in pairwise(lines):
        text += (" " if len(before) >= WIDE and not NAMED.match(line) else "\n") + line
    return text
