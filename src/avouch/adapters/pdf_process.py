"""PDFium in a process of its own: a PDF made to be endless, to eat all memory or to crash costs that process only."""

from __future__ import annotations

import os
import subprocess
import sys
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, SIGXCPU
from threading import Lock, Timer
from typing import Any, TypeVar

from avouch.adapters.pdf_frames import receive, send
from avouch.errors import AvouchError, Code

MEMORY = 2 << 30
"""Bytes of address space. Without a PDF it takes an eighteenth of it."""
LONGEST = 1000
"""Characters of an error."""
PATIENCE = 10
"""Seconds by the clock for each second of a core: a machine has other work too."""
T = TypeVar("T")
CODES = frozenset({Code.PARSE_FAILED, Code.PDF_ENCRYPTED, Code.PDF_SCANNED, Code.NOT_FOUND})


class PdfProcess:
    """Asks for one thing at a time. It is started when it is first asked, and anew where it ended.

    ``memory`` is in bytes; ``turn`` is how many seconds one waits for one's turn (-1: as long as it takes).
    """

    def __init__(self, memory: int = MEMORY, turn: float = -1.0) -> None:
        self._memory, self._turn, self._lock = memory, turn, Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ended: Callable[[], object] = bool

    def ask(self, asked: dict[str, Any], data: bytes, seconds: int, made: Callable[[dict[str, Any], bytes], T]) -> T:
        """What ``made`` makes of the answer, in ``seconds`` of a core. PARSE_FAILED, OVERLOADED, what is asked's."""
        if not self._lock.acquire(timeout=self._turn):
            raise AvouchError(Code.OVERLOADED, "other pages of PDFs are being read", self._turn)
        try:
            head, body = self._exchanged({**asked, "seconds": seconds}, data, seconds)
            if "code" not in head:
                return made(head, body)
        except (OSError, EOFError, KeyError, TypeError, ValueError) as error:
            raise AvouchError(Code.PARSE_FAILED, f"{asked.get('name', 'a page')}: {self._why(seconds)}") from error
        except BaseException:  # half an answer is left in the pipe
            self._ended()
            raise
        finally:
            self._lock.release()
        raise told(head)

    def _exchanged(self, asked: dict[str, Any], data: bytes, seconds: int) -> tuple[dict[str, Any], bytes]:
        process = self._running()
        timer = Timer(seconds * PATIENCE, process.kill)
        timer.daemon = True
        timer.start()
        try:
            send(process.stdin, asked, data)  # type: ignore[arg-type]
            return receive(process.stdout)  # type: ignore[arg-type]
        finally:
            timer.cancel()

    def close(self) -> None:
        """End the process; the next question starts another."""
        with self._lock:
            self._ended()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._ended()
            self._process = started(self._memory)
            self._ended = weakref.finalize(self, end, self._process)
        return self._process

    def _why(self, seconds: int) -> str:
        """End the process, and say what went wrong with it."""
        process = self._process
        if process is None:
            return "what reads it could not be started"
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
        code = process.returncode
        self._ended()
        if code in (-SIGXCPU, -SIGKILL):
            return f"to read it takes more than {seconds:,} s of a core"
        return f"to read it takes more than {self._memory >> 20:,} MiB, or breaks what reads it"


def started(memory: int) -> subprocess.Popen[bytes]:
    """The process, with nothing of our environment but where Python finds us."""
    # Not the working directory (-P): it may be a folder that is taken in, with a json.py in it.
    command = [sys.executable, "-P", "-m", "avouch.adapters.pdf_child", str(memory)]
    path = os.pathsep.join(one for one in sys.path if Path(one).is_absolute())
    return subprocess.Popen(  # noqa: S603
        command,
        env={"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            pipe.close()  # type: ignore[union-attr]
    process.wait()


def told(head: dict[str, Any]) -> AvouchError:
    """The error that the process says; anything but one of its own is PARSE_FAILED."""
    code = Code.__members__.get(str(head["code"]))
    message = str(head.get("message", ""))[:LONGEST]
    return AvouchError(code if code in CODES else Code.PARSE_FAILED, message)
