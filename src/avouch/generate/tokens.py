"""How many tokens a text is at most, for any tokenizer in use, without having it.

Words are counted at three letters a token (two where they are capitals: abbreviations fall apart), digits and signs
one each, everything beyond ASCII by its bytes. That is more than byte-pair and piece tokenizers make of prose
and of tables; it is what a context and a budget are safe with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from avouch.records import Message

PARTS = re.compile(r"[A-Z][a-z]{1,2}|[a-z]{1,3}|[A-Z]{1,2}|  |[\x00-\x1f!-@\[-`{-\x7f]")
BEYOND = re.compile(r"[^\x00-\x7f]+")
ABOUT_A_MESSAGE, ABOUT_ALL = 8, 16
"""Tokens of the marks that a chat template sets around a message, and around the conversation."""


def estimate(text: str) -> int:
    """Tokens of a text, at most."""
    count = len(PARTS.findall(text))
    if text.isascii():
        return count
    return count + sum(len(run.encode("utf-8", "surrogatepass")) for run in BEYOND.findall(text))


def of_messages(messages: Sequence[Message]) -> int:
    """Tokens of a conversation, at most."""
    return ABOUT_ALL + sum(ABOUT_A_MESSAGE + estimate(one.content) for one in messages)
