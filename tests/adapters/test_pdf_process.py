"""What a PDF can do to the process that reads it, and that it can do nothing more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.made_pdf import laughs

from avouch.adapters import pdf_process
from avouch.adapters.parse_pdf import PdfParser
from avouch.adapters.pdf_process import PdfProcess
from avouch.adapters.pdf_viewer import PdfViewer
from avouch.errors import AvouchError, Code

SMALL = 256 << 20
FINE = laughs(2, 2)


@pytest.fixture
def process() -> Iterator[PdfProcess]:
    made = PdfProcess(SMALL)
    yield made
    made.close()


def pid(process: PdfProcess) -> int:
    assert process._process
    return process._process.pid


def seconds(process: int) -> float:
    """Of a core, that a process has used."""
    told = Path(f"/proc/{process}/stat").read_text().split()
    return (int(told[13]) + int(told[14])) / os.sysconf("SC_CLK_TCK")


def refused(what: Callable[[], object]) -> AvouchError:
    with pytest.raises(AvouchError) as caught:
        what()
    assert caught.value.code is Code.PARSE_FAILED
    return caught.value


def test_the_parser_and_the_viewer_read_what_is_fine(process: PdfProcess) -> None:
    parsed = PdfParser(process).parse(FINE, "a.pdf")
    assert (parsed.text, parsed.pages) == ("Iron is given once.\n\nha", (0,))
    viewer = PdfViewer(process)
    assert viewer.count(FINE) == 1 and viewer.count(b"none") == 0
    assert viewer.picture(FINE, 1).startswith(b"\x89PNG")
    assert len(viewer.boxes(FINE, 1, parsed.text, None).boxes) == 0
    with pytest.raises(AvouchError) as caught:
        viewer.picture(FINE, 2)
    assert (caught.value.code, caught.value.message) == (Code.NOT_FOUND, "no page 2: it has 1")


def test_what_eats_all_memory_is_refused_and_the_next_is_read(process: PdfProcess) -> None:
    bomb = laughs(9)
    assert len(bomb) < 4096
    for act in (lambda: PdfParser(process).parse(bomb, "a.pdf"), lambda: PdfViewer(process).picture(bomb, 1)):
        assert "256 MiB" in refused(act).message
        assert PdfParser(process).parse(FINE, "b.pdf").text.startswith("Iron")
    assert "a.pdf" in refused(lambda: PdfParser(process).parse(bomb, "a.pdf")).message


def test_what_takes_too_long_is_refused_and_the_next_is_read() -> None:
    endless, process = laughs(12), PdfProcess(16 << 30)
    began = time.monotonic()
    assert "more than 1 s of a core" in refused(lambda: PdfParser(process, 1).parse(endless, "a.pdf")).message
    assert time.monotonic() - began < 20
    assert PdfParser(process, 1).parse(FINE, "b.pdf").text.startswith("Iron")


def test_what_only_waits_is_ended_by_the_clock(process: PdfProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_process, "PATIENCE", 0.3)
    PdfParser(process).parse(FINE, "a.pdf")
    stopped = pid(process)
    os.kill(stopped, signal.SIGSTOP)
    refused(lambda: PdfParser(process, 1).parse(FINE, "a.pdf"))
    assert not Path(f"/proc/{stopped}").exists()
    assert PdfParser(process).parse(FINE, "a.pdf")


def test_a_process_that_was_killed_is_started_anew(process: PdfProcess) -> None:
    PdfParser(process).parse(FINE, "a.pdf")
    first = pid(process)
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert PdfParser(process).parse(FINE, "a.pdf") and pid(process) != first


def test_seconds_are_those_of_each_thing_asked(process: PdfProcess) -> None:
    PdfParser(process).parse(FINE, "a.pdf")
    first = pid(process)
    while seconds(first) < 3:
        PdfParser(process, 1).parse(laughs(5), "a.pdf")
    assert pid(process) == first


def test_who_waits_for_a_page_does_not_wait_for_ever() -> None:
    process, begun, over = PdfProcess(SMALL, 0.05), threading.Event(), threading.Event()

    def slow(head: object, body: object) -> str:
        begun.set()
        assert over.wait(20)
        return "done"

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(process.ask, {"do": "count"}, FINE, 5, slow)
        assert begun.wait(20)
        with pytest.raises(AvouchError) as caught:
            PdfViewer(process).count(FINE)
        assert caught.value.code is Code.OVERLOADED and caught.value.retryable
        over.set()
        assert first.result() == "done"
    process.close()


def test_threads_wait_for_each_other(process: PdfProcess) -> None:
    with ThreadPoolExecutor(6) as pool:
        texts = set(pool.map(lambda n: PdfParser(process).parse(laughs(2, n), "a").text, range(1, 20)))
    assert texts == {"Iron is given once.\n\nha"}


def test_who_is_interrupted_leaves_no_half_answer(process: PdfProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(stream: object) -> object:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pdf_process, "receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            PdfParser(process).parse(laughs(1), "a")
    assert PdfViewer(process).count(FINE) == 1


@pytest.mark.parametrize(
    "says",
    [
        "import os; os._exit(0)",
        "import os; os.write(1, b'x' * 100)",
        "import os; os.write(1, bytes(8) + b'\\xff' * 8); os.read(0, 1)",
        "from avouch.adapters.pdf_frames import send; import sys; send(sys.stdout.buffer, {'code': 'X', 'message': 5})",
        "from avouch.adapters.pdf_frames import send; import sys; send(sys.stdout.buffer, {'code': 'ERASED'})",
        "from avouch.adapters.pdf_frames import send; import sys; send(sys.stdout.buffer, {'blocks': [['a', 1]]})",
        "from avouch.adapters.pdf_frames import send; import sys; send(sys.stdout.buffer, {'blocks': 5}, b'\\xff')",
    ],
)
def test_whatever_a_process_that_was_taken_over_says_it_is_an_error(says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(memory: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", says], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    monkeypatch.setattr(pdf_process, "started", other)
    process = PdfProcess()
    refused(lambda: PdfParser(process).parse(FINE, "a.pdf"))
    process.close()


def test_it_ends_with_whoever_started_it(process: PdfProcess) -> None:
    told = (
        "from avouch.adapters import parse_pdf; import sys;"
        "parse_pdf.PdfParser().parse(sys.stdin.buffer.read(), 'a');"
        "print(parse_pdf.PROCESS._process.pid, flush=True);"
        "{}"
    )
    for ends in ("", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"):
        done = subprocess.run([sys.executable, "-c", told.format(ends)], input=FINE, capture_output=True, check=False)
        child = int(done.stdout)
        until = time.monotonic() + 10
        while Path(f"/proc/{child}/stat").exists() and Path(f"/proc/{child}/stat").read_text().split()[2] != "Z":
            assert time.monotonic() < until, "it goes on"
            time.sleep(0.02)


def test_a_folder_that_one_stands_in_has_no_say(process: PdfProcess, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    assert PdfParser(process).parse(FINE, "a.pdf")


def test_it_knows_nothing_of_our_environment_and_writes_no_file(
    process: PdfProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVOUCH_SECRET", "hush")
    PdfParser(process).parse(FINE, "a.pdf")
    seen = Path(f"/proc/{pid(process)}")
    assert b"hush" not in (seen / "environ").read_bytes()
    limits = {line[:26].strip(): line[26:].split()[0] for line in (seen / "limits").read_text().splitlines()}
    assert (limits["Max file size"], limits["Max core file size"]) == ("0", "0")
    assert limits["Max address space"] == str(SMALL)
