"""The server as it is started: TLS, slow clients, the end. A real process on a loopback port."""

from __future__ import annotations

import datetime
import ipaddress
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.conftest import PAGES, staff
from tests.faces.http.test_reading import events

from avouch.faces.http.server import Place
from avouch.records import Classification
from avouch.stack import credentials, people
from avouch.stack import entries as register
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

AVOUCH = Path(sys.executable).parent / "avouch"
QUESTION = {"question": "How long is alcohol hand rub applied?"}
SETTINGS = {"AVOUCH_HEADER_SECONDS": "0.6", "AVOUCH_BODY_SECONDS": "0.8", "AVOUCH_RATE_PRINCIPAL": "0"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    (folder / "library").mkdir()
    for name, text in PAGES.items():
        (folder / "library" / name).write_text(text)
    with Stack.create(folder / "home") as stack:
        ingest(stack, stack.owner, folder / "library", staff())
        roles = frozenset({"reader", "auditor", "curator"})
        ann = people.add(stack, "ann", frozenset({"staff"}), Classification.INTERNAL, roles)
        (folder / "token").write_text(credentials.create_key(stack, stack.owner, ann.id, "test")[1])
    return folder / "home"


class Served:
    """A server process and a way to ask it."""

    def __init__(self, home: Path, url: str, process: subprocess.Popen[str], cert: Path | None) -> None:
        self.url, self.process = url, process
        self.port = int(url.rpartition(":")[2])
        token = (home.parent / "token").read_text()
        verify = ssl.create_default_context(cafile=str(cert)) if cert else False
        headers = {"authorization": f"Bearer {token}"}
        self.client = httpx2.Client(base_url=f"{url}/api/v1", headers=headers, verify=verify, timeout=20)
        self.token = token

    def raw(self, data: bytes) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), 10)
        made.sendall(data)
        return made

    def end(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        told, _ = self.process.communicate(timeout=40)
        return told


@contextmanager
def serving(home: Path, *words: str, cert: Path | None = None, **settings: str) -> Iterator[Served]:
    env = {**os.environ, **SETTINGS, **settings, "COLUMNS": "200"}
    command = [str(AVOUCH), "serve", "--home", str(home), "--port", "0", *words]
    with (home.parent / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=env)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"https?://\S+", line)
            assert found, line + (home.parent / "log").read_text()
            yield Served(home, found.group(), process, cert)
        finally:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def served(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("copy") / "served"
    shutil.copytree(home.parent, folder)
    with serving(folder / "home") as made:
        yield made


def answered(sock: socket.socket) -> bytes:
    """All that comes until the other side hangs up."""
    sock.settimeout(10)
    found = b""
    while piece := sock.recv(65_536):
        found += piece
    return found


def test_it_answers_and_its_headers_name_no_server(served: Served) -> None:
    told = served.client.post("/ask", json=QUESTION)
    assert "20 seconds" in told.text
    assert "server" not in told.headers
    with served.client.stream("POST", "/ask", json=QUESTION, headers={"accept": "text/event-stream"}) as stream:
        assert [name for name, _ in events(stream.read().decode())][-1] == "answer"


def test_headers_that_do_not_come_are_not_waited_for(served: Served) -> None:
    began = time.monotonic()
    for start in (b"", b"GET /health HTTP/1.1\r\nHost: x\r\nX-A", b"\x16\x03"):
        told = answered(served.raw(start))
        assert told == b"" or told.startswith((b"HTTP/1.1 408", b"HTTP/1.1 400"))
    slow = served.raw(b"GET /health HTTP/1.1\r\n")
    with pytest.raises(OSError):
        for _ in range(40):
            time.sleep(0.1)
            slow.sendall(b"X-A: b\r\n")
    assert time.monotonic() - began < 8
    again = served.raw(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    again.recv(65_536)
    again.sendall(b"GET /hea")
    assert b" 200 " not in answered(again)


def test_a_body_that_does_not_come_is_not_waited_for(served: Served) -> None:
    head = f"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.token}\r\n"
    for rest in ("Content-Length: 5000\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"):
        told = answered(served.raw((head + "Content-Type: application/json\r\n" + rest).encode()))
        assert told.startswith(b"HTTP/1.1 408"), told
        assert b'"code":"REQUEST_TIMEOUT"' in told


def test_what_is_no_request_is_told_so_in_the_one_shape(served: Served) -> None:
    for data in (
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 40_000,
    ):
        told = answered(served.raw(data))
        assert told.startswith(b"HTTP/1.1 400"), told[:200]
        assert json.loads(told.partition(b"\r\n\r\n")[2])["code"] == "REQUEST_MALFORMED"
    smuggled = (
        b"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    )
    assert b"200 OK" not in answered(served.raw(smuggled))


def test_an_unread_body_ends_the_connection(served: Served) -> None:
    data = b"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n{"
    told = answered(served.raw(data))
    assert told.startswith(b"HTTP/1.1 401")
    assert b"connection: close" in told.lower()


def test_a_small_body_that_nobody_wants_is_read_away(served: Served) -> None:
    """Hanging up on it could reset the connection before the answer was read."""
    data = b"POST /api/v1/nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n"
    sock = served.raw(data + b"x" * 30_000)
    time.sleep(0.1)
    sock.sendall(b"x" * 30_000 + b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    told = answered(sock)
    assert told.startswith(b"HTTP/1.1 404") and b"HTTP/1.1 200" in told


def test_who_goes_away_loses_no_act(served: Served) -> None:
    def size() -> int:
        return len(served.client.get("/ledger/entries?limit=1000&kind=ask").json()["items"])

    body = json.dumps(QUESTION)
    for accept in ("application/json", "text/event-stream"):
        before, sent = size(), 0
        head = f"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.token}\r\nAccept: {accept}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        for moment in (0.015, 0.1, 0.4, 1.5, 5.0):
            sock = served.raw(head.encode())
            if "event" in accept:
                assert sock.recv(100)
            else:
                time.sleep(moment)
            sock.close()
            sent += 1
            time.sleep(0.3)
            if size() > before:
                break
        assert before < size() <= before + sent, "on a slow machine one is still at work when the next is sent"


def test_it_ends_in_order_and_loses_no_act(home: Path) -> None:
    with serving(home, AVOUCH_HTTP_CONCURRENCY="1000") as served:
        served.client.post("/ask", json=QUESTION)
        told: list[Any] = []

        def ask() -> None:
            try:
                told.append(served.client.post("/ask", json=QUESTION).status_code)
            except httpx2.HTTPError as error:
                told.append(error)

        threads = [threading.Thread(target=ask) for _ in range(24)]
        for thread in threads:
            thread.start()
        time.sleep(0.25)
        assert "ended" in served.end()
        for thread in threads:
            thread.join()
        assert served.process.returncode == 0
    log = (home.parent / "log").read_text()
    assert "route=POST_/api/v1/ask status=200" in log
    assert not [one for one in ("hand rub", "20 seconds", served.token, "Traceback") if one in log]
    good = told.count(200)
    assert good >= 1
    assert all(one in (200, 503) or isinstance(one, httpx2.HTTPError) for one in told)
    with Stack.open(home) as stack:
        entries = register.look(stack, stack.owner, register.Sought("ask"), None, 100_000).items
        asked = [one for one in entries if one.seq > entries[0].seq]
        assert len(asked) >= good


def test_what_was_answered_before_a_kill_is_in_the_ledger(home: Path) -> None:
    with Stack.open(home) as stack:
        before = len(register.look(stack, stack.owner, register.Sought("ask"), None, 100_000).items)
    vouchers: list[str] = []
    with serving(home) as served:

        def ask() -> None:
            try:
                while True:
                    vouchers.append(served.client.post("/ask", json=QUESTION).json()["voucher_id"])
            except httpx2.HTTPError:
                return

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(1.5)
        served.process.kill()
        for thread in threads:
            thread.join()
    with Stack.open(home) as stack:
        entries = register.look(stack, stack.owner, register.Sought("ask"), None, 100_000).items
        recorded = {one.body["voucher"] for one in entries if one.body}
    assert vouchers
    assert set(vouchers) <= recorded
    assert len(entries) - before - len(vouchers) <= 4


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for the loopback address."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "avouch test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(secret, hashes.SHA256())
    )
    cert, key = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert, key


def test_tls(home: Path, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    with serving(home, "--cert", str(cert), "--key", str(key), cert=cert) as served:
        told = served.client.post("/ask", json=QUESTION)
        assert "20 seconds" in told.text
        assert told.headers["strict-transport-security"]
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.raises((ssl.SSLError, OSError)), socket.create_connection(("127.0.0.1", served.port)) as plain:
            old.wrap_socket(plain)
        assert b"200 OK" not in answered(served.raw(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"))


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (Place("0.0.0.0"), "TLS_REQUIRED"),
        (Place("::"), "TLS_REQUIRED"),
        (Place("192.0.2.7"), "TLS_REQUIRED"),
        (Place("avouch.example"), "TLS_REQUIRED"),
        (Place("localhost.example"), "TLS_REQUIRED"),
        (Place(cert=Path("/no/such/cert"), key=Path("/no/such/key")), "PATH_MISSING"),
        (Place(cert=Path("/no/such/cert")), "INPUT_INVALID"),
        (Place("127.0.0.1"), ""),
        (Place("::1"), ""),
        (Place("localhost"), ""),
        (Place("0.0.0.0", insecure=True), ""),
    ],
)
def test_others_are_served_over_tls_only(place: Place, code: str) -> None:
    from avouch.errors import AvouchError

    if not code:
        return place.check()
    with pytest.raises(AvouchError, match=code):
        place.check()
    return None


def test_the_command_refuses_before_it_opens_anything(tmp_path: Path) -> None:
    command = [str(AVOUCH), "serve", "--home", str(tmp_path / "none"), "--host", "0.0.0.0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "TLS_REQUIRED" in done.stderr) == (2, True)


def test_security_events_leave_while_it_serves(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "served"
    shutil.copytree(home.parent, folder)
    where = tmp_path / "events.ndjson"
    with serving(folder / "home", AVOUCH_SIEM=f"file:{where}") as made:
        assert made.client.post("/ask", json=QUESTION).status_code == 200
        until = time.monotonic() + 20
        while '"event_code":"ask"' not in (where.read_text() if where.exists() else ""):
            assert time.monotonic() < until, "the answer's event did not come"
            time.sleep(0.1)
        made.end()
    sent = [json.loads(line)["metadata"] for line in where.read_text().splitlines()]
    assert [one["sequence"] for one in sent] == sorted(one["sequence"] for one in sent)
    assert {one["sequence"] for one in sent} == set(range(sent[-1]["sequence"] + 1))


@pytest.mark.parametrize("setting", ["AVOUCH_SIEM", "AVOUCH_TRACES"])
def test_it_does_not_start_where_what_watches_it_cannot_be_meant(home: Path, tmp_path: Path, setting: str) -> None:
    folder = tmp_path / "served"
    shutil.copytree(home.parent, folder)
    command = [str(AVOUCH), "serve", "--home", str(folder / "home"), "--port", "0"]
    told = subprocess.run(
        command, env={**os.environ, setting: "carrier-pigeon"}, capture_output=True, text=True, timeout=60
    )
    assert told.returncode != 0
    assert "CONFIG_INVALID" in told.stdout + told.stderr
