"""What goes to and fro between us and the process that reads PDFs: a head of JSON and a body of bytes, with lengths.

No pickle: whoever takes over that process by a PDF can then send wrong words, but no code.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

LENGTHS = struct.Struct(">QQ")
LARGEST = 1 << 30
"""Bytes of one part."""


def send(stream: BinaryIO, head: dict[str, Any], body: bytes = b"") -> None:
    """Write one frame. OSError where nobody reads any more."""
    told = json.dumps(head).encode()
    stream.write(LENGTHS.pack(len(told), len(body)))
    stream.write(told)
    stream.write(body)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """Read one frame. EOFError at the end of the stream, ValueError for what is no frame."""
    sizes = LENGTHS.unpack(exactly(stream, LENGTHS.size))
    if max(sizes) > LARGEST:
        raise ValueError("too large")
    head = json.loads(exactly(stream, sizes[0]))
    if not isinstance(head, dict):
        raise ValueError("no object")
    return head, exactly(stream, sizes[1])


def exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data
