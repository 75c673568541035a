"""Security events as syslog: RFC 5424 messages, over TLS (RFC 5425) with octet counting, or plainly where told so.

Syslog has no acknowledgement. So a batch has a connection of its own, which is closed in order: that the receiver
closes too, says that it has read all there was. Over UDP nothing says so, and what is lost is lost.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Sequence
from pathlib import Path

from avouch.adapters.trust import trust
from avouch.canon import from_micros
from avouch.errors import AvouchError, Code
from avouch.ports import Notice

AUDIT = 13
"""The facility ``log audit``."""
SEVERITIES = {1: 6, 2: 5, 3: 4, 4: 3, 5: 2}
"""OCSF: informational … critical. Syslog: informational, notice, warning, error, critical."""
TLS, TCP, UDP = "tls", "tcp", "udp"
SECONDS = 20.0
DATAGRAM = 65_000
NAME = re.compile(r"[^\x21-\x7e]")


class SyslogSink:
    """Sends to one receiver. ``ca``: a file of certificates to trust instead of the system's."""

    kind = "syslog"

    def __init__(self, host: str, port: int, way: str = TLS, ca: Path | None = None, seconds: float = SECONDS) -> None:
        self.host, self.port, self.way, self.seconds = host, port, way, seconds
        self.name = f"syslog+{way}://{host}:{port}"
        self._context = trust(ca, "`siem_ca`") if way == TLS else None
        self._own = NAME.sub("", socket.gethostname())[:255] or "-"

    def send(self, notices: Sequence[Notice]) -> None:
        """Send a batch. SINK_UNAVAILABLE; SINK_REFUSED where the certificate is not the receiver's."""
        messages = [self.message(notice) for notice in notices]
        try:
            if self.way == UDP:
                self._datagrams(messages)
            else:
                self._stream(b"".join(b"%d %s" % (len(one), one) for one in messages))
        except ssl.SSLCertVerificationError as error:
            raise AvouchError(Code.SINK_REFUSED, f"the receiver's certificate: {error.verify_message}") from error
        except OSError as error:
            raise AvouchError(Code.SINK_UNAVAILABLE, f"syslog: {type(error).__name__}") from error

    def message(self, notice: Notice) -> bytes:
        """``<priority>1 time host avouch pid ocsf - JSON``."""
        priority = AUDIT * 8 + SEVERITIES.get(notice.severity, 5)
        head = f"<{priority}>1 {from_micros(notice.at)} {self._own} avouch {os.getpid()} ocsf - "
        return head.encode() + b"\xef\xbb\xbf" + notice.data

    def _datagrams(self, messages: Sequence[bytes]) -> None:
        if max(map(len, messages), default=0) > DATAGRAM:
            raise AvouchError(Code.SINK_REFUSED, "an event is too long for a datagram: use TLS")
        family, kind, proto, _, address = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, proto) as plain:
            for one in messages:
                plain.sendto(one, address)

    def _stream(self, data: bytes) -> None:
        with socket.create_connection((self.host, self.port), timeout=self.seconds) as plain:
            if self._context is None:
                plain.sendall(data)
                plain.shutdown(socket.SHUT_WR)
                drain(plain)
                return
            with self._context.wrap_socket(plain, server_hostname=self.host, suppress_ragged_eofs=False) as secure:
                secure.sendall(data)
                finish(secure)

    def close(self) -> None:
        """Each batch closed its own connection."""


def finish(secure: ssl.SSLSocket) -> None:
    """Say that this was all and wait until the receiver has read so far and says the same, or hangs up in order."""
    try:
        secure.unwrap()
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
        return
    except ssl.SSLSyscallError as error:
        raise ConnectionResetError from error
    except ssl.SSLError as error:
        if error.reason not in ("APPLICATION_DATA_AFTER_CLOSE_NOTIFY", "UNEXPECTED_EOF_WHILE_READING"):
            raise
    except OSError as error:
        if error.errno:  # 0: the stream ended without a word, after our own end
            raise


def drain(plain: socket.socket) -> None:
    """Read until the receiver has closed its side as well."""
    while plain.recv(4096):
        pass
