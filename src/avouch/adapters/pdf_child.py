"""The process that reads PDFs: ``python -m avouch.adapters.pdf_child``, asked by ``PdfProcess`` over its pipes.

It may use so much memory and, for each thing asked, so many seconds of a core: what would go over ends it. It writes
no files and no core dumps, and what PDFium prints goes nowhere: it could be content.
"""

from __future__ import annotations

import os
import resource
import sys
from typing import Any

from avouch.adapters import pdf_pages, pdf_text
from avouch.adapters.pdf_frames import receive, send
from avouch.errors import AvouchError
from avouch.records import Span

FILES = 64


def answered(asked: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """What was asked for, as a head and a body. AvouchError."""
    match asked["do"]:
        case "read":
            found = pdf_text.read(data, asked["name"])
            blocks = [(one.kind.value, one.start, one.end, one.level) for one in found.blocks]
            head = {"title": found.metadata.title, "blocks": blocks, "pages": found.pages}
            return head, found.text.encode()
        case "count":
            return {"pages": pdf_pages.count(data)}, b""
        case "picture":
            return {}, pdf_pages.picture(data, asked["number"])
        case _:
            span = Span(*asked["span"]) if asked["span"] else None
            placed = pdf_pages.boxes(data, asked["number"], asked["text"], span)
            boxes = [(one.x, one.y, one.width, one.height) for one in placed.boxes]
            return {"ratio": placed.ratio, "boxes": boxes}, b""


def confined(memory: int) -> None:
    """Bytes of address space; from here on no file is written."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, FILES),
    ):
        resource.setrlimit(what, (most, most))


def timed(seconds: int) -> None:
    """So many more seconds of a core; the kernel ends the process after them."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def main() -> None:
    """Serve until nobody asks any more."""
    asks, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    confined(int(sys.argv[1]))
    while True:
        try:
            asked, data = receive(asks)
        except EOFError:
            return
        timed(asked["seconds"])
        try:
            send(answers, *answered(asked, data))
        except AvouchError as error:
            send(answers, {"code": error.code.name, "message": error.message})


if __name__ == "__main__":
    main()
