"""Receivers of security events on loopback: syslog over TLS or TCP, and HTTP. Real servers, real certificates."""

from __future__ import annotations

import datetime
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(folder: Path, host: str = "127.0.0.1") -> tuple[Path, Path]:
    """A self-made certificate for an address and its key, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    kind = serialization.PrivateFormat.PKCS8
    cert, private = folder / "receiver.pem", folder / "receiver.key"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()))
    return cert, private


class SyslogReceiver:
    """Reads octet-counted frames. ``polite``: answers the end of TLS with its own; else it just hangs up.

    ``broken``: connections, by number from 1, that it resets after having read little.
    """

    def __init__(
        self, cert: tuple[Path, Path] | None = None, polite: bool = True, broken: tuple[int, ...] = ()
    ) -> None:
        self.frames: list[bytes] = []
        self.polite, self.broken = polite, broken
        self.connections = 0
        self._context: ssl.SSLContext | None = None
        if cert:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*cert)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                self._serve(plain, self.connections in self.broken)
            except OSError:
                plain.close()

    def _serve(self, plain: socket.socket, broken: bool) -> None:
        plain.settimeout(10)
        if broken:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            plain.close()
            return
        there = self._context.wrap_socket(plain, server_side=True) if self._context else plain
        data = bytearray()
        while piece := there.recv(65_536):
            data += piece
        self._read(bytes(data))
        if isinstance(there, ssl.SSLSocket) and self.polite:
            try:
                there.unwrap().close()
            except OSError:
                there.close()
        else:
            there.close()

    def _read(self, data: bytes) -> None:
        while data:
            count, _, rest = data.partition(b" ")
            self.frames.append(rest[: int(count)])
            assert len(rest) >= int(count), "half a frame"
            data = rest[int(count) :]

    def events(self) -> list[bytes]:
        """The JSON of each message, behind the byte order mark."""
        return [frame.partition(b"\xef\xbb\xbf")[2] for frame in self.frames]

    def close(self) -> None:
        self._listener.close()


class HttpReceiver:
    """Takes POSTs. ``answer`` gives the status of the n-th request (from 1); what it refuses it does not keep."""

    def __init__(self, answer: Callable[[int], int] = lambda n: 200, token: str = "") -> None:
        self.lines: list[bytes] = []
        self.requests = 0
        self.statuses: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.requests += 1
                status = answer(outer.requests)
                if token and self.headers.get("authorization") != f"Bearer {token}":
                    status = 401
                if status == 200:
                    outer.keep(self.headers["content-type"], body)
                outer.statuses.append(status)
                self.send_response(status)
                if status == 503:
                    self.send_header("retry-after", "0")
                if status == 302:
                    self.send_header("location", "http://127.0.0.1:9/")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/events"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def keep(self, media: str, body: bytes) -> None:
        if media == "application/x-ndjson":
            self.lines += body.split(b"\n")[:-1]
        else:
            self.lines += [json.dumps(one, ensure_ascii=False, sort_keys=True).encode() for one in json.loads(body)]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
