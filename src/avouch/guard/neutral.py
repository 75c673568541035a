"""Make what a model wrote inert: addresses and markup that nobody approved become plain text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from avouch.records import Span

REMOVED = "[link removed]"
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_IMAGE = re.compile(r"!(?=\[)")
_SCHEME = re.compile(r"\b(?:(?:https?|ftp|wss?|file|javascript|data|vbscript|mailto)(?=:)|www(?=\.))", re.IGNORECASE)
_REFERENCE = re.compile(r"^([^\S\n]{0,3}\[[^\]\n]+\])(?=:)", re.MULTILINE)
_TARGET = re.compile(r"\](?=\()")


@dataclass(frozen=True, slots=True)
class Address:
    """A link or image in a text: the span that is replaced where it is not approved, its host in lower case
    (empty where it has none), and the label that a reader would see (empty for a bare address)."""

    span: Span
    host: str
    label: str = ""
    image: bool = False


@dataclass(frozen=True, slots=True)
class Neutral:
    """The inert text, and how many addresses were taken out of it."""

    text: str
    removed: int


def neutral(text: str, addresses: Iterable[Address], hosts: Collection[str] = ()) -> Neutral:
    """The text with each address that is not on a host of ``hosts`` (itself, not its subdomains) replaced by its
    label, or a remark; and what is left made inert, so that no face makes a link, an image or a tag of it.

    Images stay only on approved hosts, too. Addresses that overlap are replaced together. ``addresses`` may be
    incomplete: what was overlooked loses its scheme and its brackets.
    """
    kept: list[str] = []
    at = removed = 0
    for cluster in _clusters(addresses):
        start, end = cluster[0].span.start, max(one.span.end for one in cluster)
        kept.append(inert(text[at:start]))
        if all(one.host and one.host in hosts for one in cluster):
            kept.append(text[start:end])
        else:
            label = next((one.label for one in cluster if one.label), "")
            kept.append(inert(f"{label} {REMOVED}".strip()))
            removed += len(cluster)
        at = end
    kept.append(inert(text[at:]))
    return Neutral("".join(kept), removed)


def _clusters(addresses: Iterable[Address]) -> list[list[Address]]:
    """Addresses in order, those together that overlap: an image inside a link stands and falls with it."""
    found: list[list[Address]] = []
    end = -1
    for one in sorted(addresses, key=lambda one: (one.span.start, -one.span.end)):
        if one.span.start < end:
            found[-1].append(one)
        else:
            found.append([one])
        end = max(end, one.span.end)
    return found


def inert(text: str) -> str:
    """Plain text of which no face makes a link, an image or a tag. ``a < 5`` stays as it is."""
    text = _SCHEME.sub(lambda found: f"{found.group()}\u2024", text)
    text = _TARGET.sub("] ", _IMAGE.sub("", _TAG.sub("\u2039", text)))
    return _REFERENCE.sub(r"\1 ", text)
