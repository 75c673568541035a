"""What a served home writes to its log and traces while people ask, mistype and attack: none of their words."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from tests.conftest import staff

from avouch.records import Classification
from avouch.stack import credentials, people
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

QUESTION, TEXT, TITLE, NAME = "quokkaquestion", "tamarintext", "narwhaltitle", "axolotlname"
PASSWORD, KEY, HEADER, PLACE = "pangolinpassword", "kakapokey", "hoatzinheader", "numbatplace"
CANARIES = (QUESTION, TEXT, TITLE, NAME, PASSWORD, KEY, HEADER, PLACE)
PAGE = f"# The {TITLE}\n\nThe first antibiotic dose, called {TEXT}, is given within 1 hour of recognition.\n"
ASK = {"question": f"When is the first antibiotic dose given, {QUESTION}?"}
RUN = "from avouch.faces.cli.app import main; main()"


def prepared(home: Path, folder: Path) -> tuple[str, str]:
    """A home with a page; keys of a reader and of an operator."""
    folder.mkdir()
    (folder / "page.md").write_text(PAGE)
    with Stack.create(home) as stack:
        ingest(stack, stack.owner, folder, staff())
        tokens = []
        for name, role in ((NAME, "reader"), ("ops", "operator")):
            one = people.add(stack, name, frozenset({"staff"}), Classification.INTERNAL, frozenset({role}))
            credentials.set_password(stack, stack.owner, one.id, f"{PASSWORD} {role}")
            tokens.append(credentials.create_key(stack, stack.owner, one.id, f"{KEY} {role}")[1])
    return tokens[0], tokens[1]


def requests(client: httpx2.Client, reader: str) -> set[int]:
    """Good ones, wrong ones, broken ones; the statuses that came back."""
    known = {"authorization": f"Bearer {reader}", "avouch-purpose": "", "user-agent": HEADER, "referer": HEADER}
    known |= {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "tracestate": f"x={HEADER}", "baggage": f"x={HEADER}"}
    known |= {"cookie": f"{HEADER}={KEY}", "x-forwarded-for": HEADER}
    answers = [
        client.post("/api/v1/ask", json=ASK, headers=known),
        client.post("/api/v1/search", json=ASK, headers=known),
        client.post("/v1/chat/completions", json={"model": "avouch", "messages": [chat()]}, headers=known),
        client.post("/api/v1/ask", json={"question": "", QUESTION: QUESTION}, headers=known),
        client.post("/api/v1/ask", content=f'{{"question": "{QUESTION}'.encode(), headers=known),
        client.post("/api/v1/ask", json=ASK, headers={**known, "authorization": f"Bearer avk_{KEY}"}),
        client.post("/api/v1/ask", json=ASK, headers={**known, "authorization": f"Basic {PASSWORD}"}),
        client.post("/api/v1/ask", json=ASK, headers={**known, "idempotency-key": HEADER * 20}),
        client.post("/api/v1/session", json={"name": NAME, "password": f"{PASSWORD}!"}, headers=known),
        client.get(f"/api/v1/documents/{PLACE}?{QUESTION}={QUESTION}", headers=known),
        client.get(f"/{PLACE}/{QUESTION}", headers=known),
        client.request("BREW", f"/api/v1/{PLACE}", headers=known),
        client.delete(f"/api/v1/principals/{PLACE}", headers=known),
        client.get("/metrics", headers=known),
    ]
    with suppress(httpx2.NetworkError):  # it hangs up on what is too large, perhaps before the answer was read
        answers.append(client.post("/api/v1/ask", content=QUESTION.encode() * 200_000, headers=known))
    return {answer.status_code for answer in answers}


def chat() -> dict[str, str]:
    return {"role": "user", "content": ASK["question"]}


def raw(url: str) -> None:
    """What is no HTTP at all."""
    where = urlsplit(url)
    for data in (
        f"{QUESTION}\r\n\r\n",
        f"GET /{PLACE} HTTP/9\r\n{HEADER}\r\n\r\n",
        f"GET / HTTP/1.1\r\n{HEADER}: \0\r\n\r\n",
    ):
        with socket.create_connection((where.hostname or "", where.port or 0), timeout=5) as there:
            there.sendall(data.encode())
            there.recv(4096)


def test_no_canary_sings_while_serving(tmp_path: Path) -> None:
    home = tmp_path / "home"
    reader, operator = prepared(home, tmp_path / "library")
    (home / "avouch.toml").write_text('traces = "console"\nabstain_below = 0.0\n')
    log = tmp_path / "log"
    with log.open("wb") as stream:
        served = subprocess.Popen(
            [sys.executable, "-c", RUN, "--home", str(home), "serve", "--port", "0"],
            stdout=subprocess.PIPE, stderr=stream, text=True, env={**os.environ, "COLUMNS": "200"},
        )  # fmt: skip
        assert served.stdout is not None
        try:
            url = served.stdout.readline().split(" on ")[-1].strip()
            with httpx2.Client(base_url=url, timeout=30) as client:
                statuses = requests(client, reader)
                raw(url)
                metrics = client.get("/metrics", headers={"authorization": f"Bearer {operator}"})
        finally:
            served.send_signal(signal.SIGTERM)
            rest = served.communicate(timeout=60)[0]
    assert {200, 400, 401, 403, 404} <= statuses
    assert not [status for status in statuses if status >= 500]
    assert metrics.status_code == 200
    assert 'avouch_acts_total{kind="ask",outcome="ok"}' in metrics.text
    written = log.read_text()
    assert "avouch.act" in written
    assert '"ask.embed"' in written
    assert "0x" + "a" * 32 in written, "the caller's trace was not taken up"
    for name, text in (("log and traces", written), ("metrics", metrics.text), ("output", rest)):
        sung = [canary for canary in CANARIES if canary in text.lower()]
        assert not sung, name


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this environment reaches the server."""
    for name in [name for name in os.environ if name.startswith("AVOUCH_")]:
        monkeypatch.delenv(name)
