"""Make a text inert: what would be an address, an image or a tag becomes plain text."""

from __future__ import annotations

import re

_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_IMAGE = re.compile(r"!(?=\[)")
_SCHEME = re.compile(r"\b(?:(?:https?|ftp|wss?|file|javascript|data|vbscript|mailto)(?=:)|www(?=\.))", re.IGNORECASE)
_REFERENCE = re.compile(r"^([^\S\n]{0,3}\[[^\]\n]+\])(?=:)", re.MULTILINE)
_TARGET = re.compile(r"\](?=\()")


def inert(text: str) -> str:
    """Plain text of which no face makes a link, an image or a tag. ``a < 5`` stays as it is."""
    text = _SCHEME.sub(lambda found: f"{found.group()}\u2024", text)
    text = _TARGET.sub("] ", _IMAGE.sub("", _TAG.sub("\u2039", text)))
    return _REFERENCE.sub(r"\1 ", text)
