"""Uploaded files leave no copy behind, whatever happens to the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from avouch.errors import AvouchError
from avouch.stack import uploads
from avouch.stack.stack import Stack

HOLD = """
import sys, time
from pathlib import Path
from avouch import config
from avouch.stack import uploads
from avouch.stack.home import Home
root = Path(sys.argv[1])
with uploads.spool(Home(root, config.load(root))) as folder:
    with uploads.create(folder, "secret.md") as stream:
        stream.write(b"CANARY-IN-THE-SPOOL")
    print("held", flush=True)
    time.sleep(60)
"""


def files(stack: Stack) -> list[Path]:
    return [path for path in (stack.home.root / "uploads").rglob("*") if path.is_file()]


def test_a_spool_is_private_and_gone_at_the_end(stack: Stack) -> None:
    with pytest.raises(RuntimeError), uploads.spool(stack.home) as folder:
        with uploads.create(folder, "a.md") as stream:
            stream.write(b"text")
        assert (folder.stat().st_mode & 0o077, (folder / "a.md").stat().st_mode & 0o077) == (0, 0)
        assert uploads.sweep(stack.home) == 0
        raise RuntimeError
    assert files(stack) == []


def test_what_a_killed_process_left_is_swept_and_what_is_held_is_not(stack: Stack) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(stack.home.root)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert uploads.sweep(stack.home) == 0
        assert files(stack)
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        root = stack.home.root
        stack.close()
        with Stack.open(root) as again:
            assert files(again) == []
    finally:
        holder.kill()
        holder.wait()


@pytest.mark.parametrize("name", ["hand.md", "Über die Hände.pdf", "a b.txt", "avouch.yaml", "x" * 197 + ".md"])
def test_plain_names(name: str) -> None:
    assert uploads.file_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\x00", "CON.md", "~", "x" * 201, "\ud800.md", "a\n.md"])
def test_names_that_are_not_plain(name: str) -> None:
    with pytest.raises(AvouchError, match="FILE_NAME_INVALID"):
        uploads.file_name(name)


@pytest.mark.parametrize("name", ["", "-a", "A", "a/b", "../a", "x" * 64, "ä"])
def test_source_names(name: str) -> None:
    with pytest.raises(AvouchError, match="INPUT_INVALID"):
        uploads.source_name(name)
