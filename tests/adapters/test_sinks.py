"""Every sink against the suite, with real receivers; and what each does where the other side does not."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.receivers import HttpReceiver, SyslogReceiver, certificate

from avouch.adapters import sink_http
from avouch.adapters.sink_file import FileSink
from avouch.adapters.sink_http import HttpSink
from avouch.adapters.sink_syslog import SyslogSink
from avouch.errors import AvouchError
from avouch.ports import Sink
from avouch.testing.sink import SinkSuite, notices


class TestFile(SinkSuite):
    @pytest.fixture(autouse=True)
    def place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "siem" / "events.jsonl"

    def make(self) -> Sink:
        return FileSink(self.path)

    def received(self) -> list[bytes]:
        return self.path.read_bytes().split(b"\n")[:-1] if self.path.exists() else []


class TestRotatedFile(TestFile):
    def make(self) -> Sink:
        return FileSink(self.path, limit=1000)

    def received(self) -> list[bytes]:
        older = sorted(self.path.parent.glob("events.jsonl.*"), key=lambda one: int(one.suffix[1:]))
        return [line for one in [*older, self.path] if one.exists() for line in one.read_bytes().split(b"\n")[:-1]]


class TestTlsSyslog(SinkSuite):
    polite = True

    @pytest.fixture(autouse=True)
    def place(self, tmp_path: Path) -> Iterator[None]:
        cert = certificate(tmp_path)
        self.ca, self.receiver = cert[0], SyslogReceiver(cert, self.polite)
        yield
        self.receiver.close()

    def make(self) -> Sink:
        return SyslogSink("127.0.0.1", self.receiver.port, "tls", self.ca, 5.0)

    def received(self) -> list[bytes]:
        return self.receiver.events()


class TestTlsSyslogThatJustHangsUp(TestTlsSyslog):
    polite = False


class TestTcpSyslog(SinkSuite):
    @pytest.fixture(autouse=True)
    def place(self) -> Iterator[None]:
        self.receiver = SyslogReceiver()
        yield
        self.receiver.close()

    def make(self) -> Sink:
        return SyslogSink("127.0.0.1", self.receiver.port, "tcp", seconds=5.0)

    def received(self) -> list[bytes]:
        return self.receiver.events()


class TestHttp(SinkSuite):
    @pytest.fixture(autouse=True)
    def place(self) -> Iterator[None]:
        self.receiver = HttpReceiver(lambda n: 503 if n % 3 == 0 else 200, "sesame")
        yield
        self.receiver.close()

    def make(self) -> Sink:
        return HttpSink(self.receiver.url, "sesame")

    def received(self) -> list[bytes]:
        return self.receiver.lines


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink_http, "FIRST", 0.01)


def test_a_torn_line_is_taken_off_and_its_batch_comes_again(tmp_path: Path) -> None:
    path, sent = tmp_path / "events.jsonl", notices(0, 4)
    FileSink(path).send(sent[:2])
    with path.open("ab") as stream:
        stream.write(sent[2].data[:9])
    FileSink(path).send(sent[2:])
    assert path.read_bytes().split(b"\n")[:-1] == [one.data for one in sent]
    path.write_bytes(b"x" * 200_000)
    FileSink(path).send(sent[:1])
    assert path.read_bytes() == sent[0].data + b"\n"


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").mkdir()
    with pytest.raises(AvouchError, match="SINK_UNAVAILABLE"):
        FileSink(tmp_path / "events.jsonl").send(notices(0, 1))
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AvouchError, match="SINK_UNAVAILABLE"):
        FileSink(tmp_path / "link").send(notices(0, 1))


def test_messages_are_those_of_rfc_5424(tmp_path: Path) -> None:
    cert = certificate(tmp_path)
    receiver = SyslogReceiver(cert)
    SyslogSink("127.0.0.1", receiver.port, "tls", cert[0], 5.0).send(notices(0, 5))
    heads = [frame.partition(b"\xef\xbb\xbf")[0].decode() for frame in receiver.frames]
    pattern = r"<(\d+)>1 2023-11-14T22:13:20\.00000\dZ \S{1,255} avouch \d+ ocsf - "
    assert [int(re.fullmatch(pattern, head)[1]) for head in heads] == [110, 109, 108, 107, 106]  # type: ignore[index]
    receiver.close()


def test_a_receiver_with_another_certificate_is_refused(tmp_path: Path) -> None:
    for name in ("mine", "other"):
        (tmp_path / name).mkdir()
    receiver = SyslogReceiver(certificate(tmp_path / "mine"))
    other, _ = certificate(tmp_path / "other")
    with pytest.raises(AvouchError, match="SINK_REFUSED"):
        SyslogSink("127.0.0.1", receiver.port, "tls", other, 5.0).send(notices(0, 1))
    wrong = SyslogReceiver(certificate(tmp_path / "other", "127.0.0.9"))
    with pytest.raises(AvouchError, match="SINK_REFUSED"):
        SyslogSink("127.0.0.1", wrong.port, "tls", tmp_path / "other" / "receiver.pem", 5.0).send(notices(0, 1))
    assert receiver.frames == wrong.frames == []
    receiver.close()
    wrong.close()


@pytest.mark.parametrize("way", ["tls", "tcp"])
def test_a_receiver_that_resets_has_not_got_it(tmp_path: Path, way: str) -> None:
    cert = certificate(tmp_path)
    receiver = SyslogReceiver(cert if way == "tls" else None, broken=(1,))
    sink = SyslogSink("127.0.0.1", receiver.port, way, cert[0], 5.0)
    with pytest.raises(AvouchError, match="SINK_UNAVAILABLE"):
        sink.send(notices(0, 50, 60_000))
    sink.send(notices(0, 3))
    assert receiver.events() == [one.data for one in notices(0, 3)]
    receiver.close()


def test_a_receiver_that_does_not_read_on_is_given_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        sink = SyslogSink("127.0.0.1", deaf.getsockname()[1], "tcp", seconds=0.3)
        with pytest.raises(AvouchError, match="SINK_UNAVAILABLE"):
            sink.send(notices(0, 1))


def test_datagrams_go_out_and_too_long_ones_do_not() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
        there.bind(("127.0.0.1", 0))
        there.settimeout(5)
        sink = SyslogSink("127.0.0.1", there.getsockname()[1], "udp")
        sink.send(notices(0, 2))
        assert [there.recv(70_000).partition(b"\xef\xbb\xbf")[2] for _ in range(2)] == [n.data for n in notices(0, 2)]
        with pytest.raises(AvouchError, match="SINK_REFUSED"):
            sink.send(notices(0, 1, 70_000))


@pytest.mark.parametrize(("status", "code"), [(401, "SINK_REFUSED"), (302, "SINK_REFUSED"), (503, "SINK_UNAVAILABLE")])
def test_what_http_does_not_take_is_an_error(status: int, code: str) -> None:
    receiver = HttpReceiver(lambda n: status)
    with pytest.raises(AvouchError, match=code) as caught:
        HttpSink(receiver.url, "sesame").send(notices(0, 2))
    assert "sesame" not in str(caught.value)
    assert receiver.requests == (3 if status == 503 else 1)
    receiver.close()


def test_an_array_is_one_body() -> None:
    receiver = HttpReceiver()
    HttpSink(receiver.url, form="json").send(notices(0, 2))
    assert len(receiver.lines) == 2
    assert receiver.requests == 1
    receiver.close()


def test_closing_ends_the_wait_for_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink_http, "FIRST", 30.0)
    receiver = HttpReceiver(lambda n: 500)
    sink, caught = HttpSink(receiver.url), []

    def send() -> None:
        try:
            sink.send(notices(0, 1))
        except AvouchError as error:
            caught.append(error.code.name)

    thread = threading.Thread(target=send)
    thread.start()
    while not receiver.requests:
        thread.join(0.01)
    sink.close()
    thread.join(5)
    assert caught == ["SINK_UNAVAILABLE"]
    receiver.close()
