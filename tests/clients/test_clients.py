"""The clients that people have, in their own environment, against a real server."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.clients.served import Served

from avouch.faces.http.rates import Rates
from avouch.stack import library, people

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-clients" / "bin" / "python"
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="no .venv-clients: run `make setup-clients`")
ENV = {"PYTHONPATH": str(ROOT / "src"), "LANGSMITH_TRACING": "false", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def run(*words: str | Path, **more: str) -> str:
    """What a script says; it fails where the script does."""
    env = {**os.environ, **ENV, **more}
    done = subprocess.run([PYTHON, *words], env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-6000:]
    return done.stdout


def script(name: str, *words: str) -> None:
    assert run(ROOT / "tests" / "clients" / f"{name}.py", *words).endswith("done\n")


@contextmanager
def rate(service: Served, per_second: float) -> Iterator[None]:
    """A limit on how often one may come, as if it were in the settings."""
    before = service.app.state.rates
    service.app.state.rates = Rates(replace(service.stack.settings, rate_principal=per_second))
    try:
        yield
    finally:
        service.app.state.rates = before


def test_openai(service: Served) -> None:
    script("openai_client", service.url, *(service.keys[who] for who in ("ann", "hugo", "vera")))


def test_a_rate_limit(service: Served) -> None:
    with rate(service, 1.0):
        script("limited_client", service.url, service.keys["ann"])


def test_langchain(service: Served) -> None:
    script("langchain_client", service.url, service.keys["ann"], service.keys["hugo"])


def test_llamaindex(service: Served) -> None:
    script("llamaindex_client", service.url, service.keys["ann"], service.keys["hugo"])


def test_mcp(service: Served) -> None:
    foreign = library.listing(service.stack, people.find(service.stack, "bea"), "", 1)[0].id
    keys = (service.keys[who] for who in ("ann", "hugo", "bea", "vera"))
    script("mcp_client", service.url, *keys, foreign)


PAGE = (ROOT / "docs" / "clients.md").read_text() if (ROOT / "docs" / "clients.md").exists() else ""
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.S)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_page_about_clients_is_true(service: Served, number: int) -> None:
    code = BLOCKS[number].replace("http://127.0.0.1:8420", service.url)
    told = run("-c", code, AVOUCH_KEY=service.keys["ann"])
    assert "20 seconds" in told
