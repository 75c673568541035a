"""Policies as texts: the shipped ones, their digest, what differs between two sets."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from avouch.canon import canonical, digest

CEDAR, CASES = ".cedar", (".yaml", ".yml")
Texts = Mapping[str, str]


@cache
def shipped() -> Texts:
    """The policies and test cases that come with Avouch: number 0 of every home."""
    folder = files("avouch.policy") / "default"
    return {one.name: one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith((CEDAR, *CASES))}


def policies(texts: Texts) -> Texts:
    """Those of the texts that are policies."""
    return {name: text for name, text in texts.items() if name.endswith(CEDAR)}


def digest_of(texts: Texts) -> str:
    """Names a set of texts, test cases included."""
    return digest(canonical(dict(texts)))


def difference(old: Texts, new: Texts) -> str:
    """A unified diff from one set of texts to another; empty where they are the same."""
    lines: list[str] = []
    for name in sorted({*old, *new}):
        before, after = (texts.get(name, "").splitlines(keepends=True) for texts in (old, new))
        found = difflib.unified_diff(before, after, f"old/{name}", f"new/{name}")
        lines.extend(line if line.endswith("\n") else f"{line}\n" for line in found)
    return "".join(lines)
