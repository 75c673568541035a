"""Real servers of language models for the tests: llama.cpp's, over a model that is made for them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-models" / "bin" / "python"
MISSING = "no .venv-models: run `make setup-models`"
SENTENCE = "The dose is 5 mg. [1]"
"""What the tiny model writes to whatever it is asked."""


@contextmanager
def llama_server(folder: Path, key: str) -> Iterator[str]:
    """llama.cpp's server with a key, on loopback; its base address."""
    command: list[str | Path] = [PYTHON, ROOT / "tests" / "models" / "llama_server.py", folder, key]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert url, (folder / "server.log").read_text()[-2000:]
            yield f"{url}/v1"
        finally:
            process.kill()
            process.wait(10)
