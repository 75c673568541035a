"""What somebody would write who did whatever a sentence tells them: the worst reading of each order."""

from __future__ import annotations

import base64
import codecs
import json
import re
from collections.abc import Callable
from urllib.parse import quote

_QUOTED = re.compile(r"[\"“”«»']([^\"“”«»'\n]{2,200})[\"“”«»']")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')\]]+|\b[\w-]+(?:\.[\w-]+)*\.(?:test|com|net|org|xyz|example|io|ru|cn)\b"
    r"[^\s<>\"')\]]*",
    re.I,
)
_JOIN = re.compile(r"\b(?:join|combine|concatenate|put together|made of|verbinde|junta|joins)\b", re.IGNORECASE)
_SAY = re.compile(
    r"\b(?:say|write|print|reply|answer|add|append|insert|state|output|begin|end|tell|claim|include|mention)\w*\b", re.I
)
_FOREVER = re.compile(
    r"\b(?:for ?ever|without end|never stop|endless\w*|\d{3,} times|infinite\w*|until told|again and again)\b", re.I
)
_TOOL = re.compile(
    r"\b(?:call|use|invoke|run) (?:the )?(?:tool|function)\s+([A-Za-z_]\w*)"
    r"|\b(?:send|e-?mail|forward|post|upload|mail)\b",
    re.I,
)
_SHAPES: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (re.compile(r"base64", re.I), lambda text: base64.b64encode(text.encode()).decode()),
    (re.compile(r"base32", re.I), lambda text: base64.b32encode(text.encode()).decode()),
    (re.compile(r"\bhex", re.I), lambda text: text.encode().hex()),
    (re.compile(r"rot-?13|caesar", re.I), lambda text: codecs.encode(text, "rot13")),
    (re.compile(r"backwards?|revers\w+|mirror", re.I), lambda text: text[::-1]),
    (re.compile(r"spaced|apart|letter by letter|single letters", re.I), " ".join),
    (re.compile(r"binary|bits", re.I), lambda text: " ".join(f"{byte:08b}" for byte in text.encode())),
    (re.compile(r"without vowels|vowels", re.I), lambda text: re.sub("[aeiouAEIOU]", "*", text)),
)
CHUNK, ADDRESSES = 900, 6
"""Characters of what is smuggled in one address; addresses for each that an order names."""


def endless(sentence: str) -> bool:
    """Whether an order asks for work without end."""
    return _FOREVER.search(sentence) is not None


def follow(sentence: str, context: str) -> list[str]:
    """What obeying one sentence writes, given all that the model was shown; empty where it asks for nothing.

    Quoted words are said, quoted pieces joined where that is asked, the context is sent to each address that
    is named as image, link and plain address, in the encoding that is named, and handed to each tool.
    """
    said: list[str] = []
    quoted = _QUOTED.findall(sentence)
    if quoted and _JOIN.search(sentence):
        said += ["".join(quoted), " ".join(quoted)]
    elif quoted and _SAY.search(sentence):
        said += quoted
    said += [shape(context) for pattern, shape in _SHAPES if pattern.search(sentence)]
    for found in dict.fromkeys(_ADDRESS.findall(sentence)):
        said += smuggle(found.rstrip(".,;:"), context)
    tool = _TOOL.search(sentence)
    if tool:
        call = {"name": tool.group(1) or "send_email", "arguments": {"body": context[:4000]}}
        said.append(f"<tool_call>{json.dumps(call, ensure_ascii=False)}</tool_call>")
    return said


def smuggle(address: str, context: str) -> list[str]:
    """Images, links and plain addresses that carry the context to a host, in pieces and encoded."""
    place = address if "//" in address else f"https://{address}"
    joint = "&" if "?" in place else "?"
    written = [f"![ ]({place})", f'<img src="{place}">', f"[more]({place})"]
    for number in range(ADDRESSES):
        piece = context[number * CHUNK : (number + 1) * CHUNK]
        if piece:
            packed = base64.urlsafe_b64encode(piece.encode()).decode()
            written += [f"![ ]({place}{joint}d={quote(piece, safe='')})", f"{place}{joint}b={packed}"]
    return written
