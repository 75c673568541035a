"""The OpenAI-compatible generator against a server that speaks by the byte and breaks on demand."""

from __future__ import annotations

import json
import random
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model_server import Fake, chunk, sse
from tests.receivers import certificate

from avouch.adapters.openai_events import Events
from avouch.adapters.openai_generator import OpenAIGenerator
from avouch.adapters.openai_key import Key
from avouch.adapters.openai_link import address, addresses
from avouch.adapters.openai_reply import Joiner
from avouch.adapters.openai_response import retry_after
from avouch.errors import AvouchError, Code
from avouch.ports import Generator
from avouch.records import Dialect, Grammar, Message, Model, ModelKind, Piece, Request, Usage
from avouch.testing.generator import GeneratorSuite

SECRET, ASKED = "sk-not-to-be-seen", "What does the patient take?"
REQUEST = Request((Message("system", "Rules."), Message("user", ASKED)), 32)


def model(url: str, **told: object) -> Model:
    return Model("m", ModelKind.OPENAI, url, "fake", "sha256:1", **told)  # type: ignore[arg-type]


def stream(generator: OpenAIGenerator, seconds: float = 10.0, request: Request = REQUEST) -> list[Piece]:
    return list(generator.stream(request, time.monotonic() + seconds))


@pytest.fixture
def fake() -> Iterator[Fake]:
    with Fake() as made:
        yield made


@pytest.fixture
def generator(fake: Fake) -> OpenAIGenerator:
    return OpenAIGenerator(model(fake.url))


class TestPort(GeneratorSuite):
    @pytest.fixture
    def generator(self) -> Iterator[Generator]:
        with Fake(lambda asked: asked["messages"][-1]["content"][:200] + " [1]") as fake:
            made = OpenAIGenerator(model(fake.url, timeout=10.0))
            yield made
            made.close()


def test_a_reply_in_pieces(fake: Fake, generator: OpenAIGenerator) -> None:
    pieces = stream(generator)
    assert [piece.text for piece in pieces] == ["The ", "dose ", "is ", "5 ", "mg. ", "[1]", ""]
    assert pieces[-1] == Piece("", Usage(11, 6), "stop")
    asked = fake.requests[0]
    assert asked["messages"][1] == {"role": "user", "content": ASKED} and asked["model"] == "fake"
    assert asked["stream"] and asked["temperature"] == 0 and asked["max_tokens"] == 32
    assert fake.headers[0]["accept-encoding"] == "identity" and "cookie" not in fake.headers[0]


def test_orders_as_the_server_takes_them(fake: Fake) -> None:
    stream(OpenAIGenerator(model(fake.url, dialect=Dialect.OPENAI)))
    asked = fake.requests[0]
    assert asked["max_completion_tokens"] == 32 and not asked.keys() & {"max_tokens", "temperature", "seed"}


def test_closing_in_the_middle_is_an_error_of_the_stream(fake: Fake, generator: OpenAIGenerator) -> None:
    fake.faults.append("loop_on")
    pieces = generator.stream(REQUEST, time.monotonic() + 10)
    next(pieces)
    generator.close()
    with pytest.raises(AvouchError) as caught:
        list(pieces)
    assert caught.value.code is Code.MODEL_BROKEN


def test_connections_are_used_again(fake: Fake, generator: OpenAIGenerator) -> None:
    for _ in range(20):
        stream(generator)
    assert fake.connections == 1


@pytest.mark.parametrize("fault", ["hang 0", "reset"])
def test_a_connection_closed_meanwhile_is_no_fault_of_the_request(
    fault: str, fake: Fake, generator: OpenAIGenerator
) -> None:
    """llama.cpp closes connections without saying so; the request that finds out goes out again, once."""
    stream(generator)
    fake.faults += [fault]
    assert stream(generator)[-1].finish == "stop"
    assert len(fake.requests) == 3 and fake.connections == 2
    fake.faults += [fault, fault]
    with pytest.raises(AvouchError) as caught:
        stream(generator)
    assert caught.value.code is Code.MODEL_UNAVAILABLE


FAULTS: dict[str, tuple[Code, str]] = {
    "status 500": (Code.MODEL_UNAVAILABLE, ""),
    "status 429": (Code.MODEL_UNAVAILABLE, ""),
    "status 503": (Code.MODEL_UNAVAILABLE, ""),
    "status 401": (Code.MODEL_REFUSED, ""),
    "status 400": (Code.MODEL_REFUSED, ""),
    "status 302 location: http://127.0.0.1:9/": (Code.MODEL_REFUSED, ""),
    "status 204": (Code.MODEL_BROKEN, ""),
    "hang": (Code.MODEL_TIMEOUT, ""),
    "stall": (Code.MODEL_TIMEOUT, "The dose "),
    "drip": (Code.MODEL_TIMEOUT, ""),
    "drip headers": (Code.MODEL_TIMEOUT, ""),
    "truncated": (Code.MODEL_BROKEN, "The "),
    "truncated chunk": (Code.MODEL_BROKEN, "The "),
    "truncated finished": (Code.MODEL_BROKEN, "The "),
    "junk": (Code.MODEL_BROKEN, "The "),
    "junk list": (Code.MODEL_BROKEN, "The "),
    "junk text": (Code.MODEL_BROKEN, "The "),
    "junk deep": (Code.MODEL_BROKEN, "The "),
    "junk content": (Code.MODEL_BROKEN, "The "),
    "failed": (Code.MODEL_UNAVAILABLE, ""),
    "failed late": (Code.MODEL_BROKEN, "The "),
    "html": (Code.MODEL_BROKEN, ""),
    "gzip": (Code.MODEL_BROKEN, ""),
    "huge": (Code.MODEL_BROKEN, ""),
    "reset": (Code.MODEL_UNAVAILABLE, ""),
    "reset late": (Code.MODEL_BROKEN, "The "),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_whole_is_an_error(fault: str, fake: Fake, generator: OpenAIGenerator) -> None:
    fake.faults.append(fault)
    hasty = OpenAIGenerator(model(fake.url, timeout=0.4, pause=0.3))
    texts, began = [], time.monotonic()
    with pytest.raises(AvouchError) as caught:
        for piece in (hasty if FAULTS[fault][0] is Code.MODEL_TIMEOUT else generator).stream(REQUEST, began + 10):
            texts.append(piece.text)  # noqa: PERF401
    assert (caught.value.code, "".join(texts)) == FAULTS[fault]
    assert time.monotonic() - began < 5
    assert ASKED not in str(caught.value) and "mg" not in str(caught.value)
    assert stream(generator)[-1].finish == "stop", "the next one is served as ever"


def test_too_many_events_are_too_much(fake: Fake) -> None:
    fake.faults.append("huge events")
    with pytest.raises(AvouchError, match="too large"):
        stream(OpenAIGenerator(model(fake.url, timeout=10.0)))


def test_every_kind_of_line_and_character(fake: Fake, generator: OpenAIGenerator) -> None:
    fake.faults.append("crlf")
    assert "".join(piece.text for piece in stream(generator)) == "The größe µ\U0001f4a5"
    fake.faults.append("surrogates")
    assert "".join(piece.text for piece in stream(generator)) == "a\U0001f600b\ufffd\ufffd"


def test_a_reply_in_one_is_a_reply(fake: Fake, generator: OpenAIGenerator) -> None:
    fake.faults.append("whole")
    assert stream(generator) == [Piece("The dose is 5 mg. [1]", Usage(7, 3), "stop")]


def test_the_deadline_ends_what_flows(fake: Fake) -> None:
    for fault in ("loop_on .01", "drip", "hang"):  # at full speed a fast machine is at the largest size before
        fake.faults.append(fault)
        began = time.monotonic()
        with pytest.raises(AvouchError) as caught:
            stream(OpenAIGenerator(model(fake.url, timeout=30.0)), 0.4)
        assert caught.value.code is Code.MODEL_TIMEOUT and 0.3 < time.monotonic() - began < 5


def test_time_that_the_reader_takes_is_not_the_models(fake: Fake) -> None:
    pieces = OpenAIGenerator(model(fake.url, pause=0.8)).stream(REQUEST, time.monotonic() + 10)
    for piece in pieces:
        if piece.text == "dose ":
            time.sleep(1.0)
    assert piece.finish == "stop"


def test_leaving_ends_the_work_of_the_server(fake: Fake, generator: OpenAIGenerator) -> None:
    fake.faults.append("loop_on")
    pieces = generator.stream(REQUEST, time.monotonic() + 10)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    until = time.monotonic() + 5
    while not fake.cut and time.monotonic() < until:
        time.sleep(0.01)
    assert fake.cut == 1


def test_a_server_that_takes_the_question_slowly_takes_it_from_its_own_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        done = threading.Event()

        def sip() -> None:
            taken, _ = listener.accept()
            while not done.wait(0.05) and taken.recv(2048):
                pass
            taken.close()

        thread = threading.Thread(target=sip, daemon=True)
        thread.start()
        generator = OpenAIGenerator(model(f"http://127.0.0.1:{listener.getsockname()[1]}/v1"))
        began = time.monotonic()
        with pytest.raises(AvouchError) as caught:
            stream(generator, 0.5, Request((Message("user", "x" * 20_000_000),), 8))
        assert caught.value.code is Code.MODEL_TIMEOUT and time.monotonic() - began < 5
        done.set()
        thread.join(5)


def test_nobody_there_is_unavailable() -> None:
    with Fake() as gone:
        url = gone.url
    generator = OpenAIGenerator(model(url))
    with pytest.raises(AvouchError) as caught:
        stream(generator)
    assert caught.value.code is Code.MODEL_UNAVAILABLE and caught.value.retryable
    assert not generator.health().ok and "reached" in generator.health().why


def test_all_connections_busy_is_unavailable(fake: Fake) -> None:
    generator = OpenAIGenerator(model(fake.url, timeout=1.0), connections=1)
    fake.faults.append("loop_on")
    first = generator.stream(REQUEST, time.monotonic() + 10)
    next(first)
    with pytest.raises(AvouchError) as caught:
        stream(generator)
    assert caught.value.code is Code.MODEL_UNAVAILABLE
    first.close()  # type: ignore[attr-defined]
    assert stream(generator)


def test_retry_after_is_told(fake: Fake, generator: OpenAIGenerator) -> None:
    fake.faults.append("status 429 retry-after: 7")
    with pytest.raises(AvouchError) as caught:
        stream(generator)
    assert caught.value.retry_after == 7
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 28 < (retry_after(soon) or 0) <= 30
    assert retry_after("Fri, 31 Dec 1999 23:59:59 GMT") == 0
    for told in ("", "-1", "1.5", "soon", "٣", "Fri, 99 Dec 1999 23:59:59 GMT"):
        assert retry_after(told) is None
    assert retry_after("9" * 400) == 86_400


def test_the_reply_is_held_to_a_schema_where_the_server_can(fake: Fake) -> None:
    asked = Request(REQUEST.messages, 8, schema='{"type": "object"}')
    for grammar, wanted in (
        (Grammar.NONE, None),
        (Grammar.JSON_OBJECT, {"type": "json_object"}),
        (
            Grammar.JSON_SCHEMA,
            {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": {"type": "object"}}},
        ),
    ):
        stream(OpenAIGenerator(model(fake.url, grammar=grammar)), request=asked)
        assert fake.requests[-1].get("response_format") == wanted


# the key


def test_the_key_goes_to_the_server_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "vendor").write_text(SECRET + "\n")
    (tmp_path / "vendor").chmod(0o600)
    monkeypatch.setenv("AVOUCH_KEY_VENDOR", SECRET)
    caplog.set_level(0)
    with Fake(key=SECRET) as fake:
        for source in ("file:vendor", "env:AVOUCH_KEY_VENDOR"):
            generator = OpenAIGenerator(model(fake.url, key=source), tmp_path)
            assert stream(generator)[-1].finish == "stop" and generator.health().ok
            assert SECRET not in repr(generator) + repr(vars(generator))
        fake.key = "another"
        with pytest.raises(AvouchError) as caught:
            stream(generator)
        assert caught.value.code is Code.MODEL_REFUSED and SECRET not in str(caught.value)
        assert not generator.health().ok and SECRET not in generator.health().why
        (tmp_path / "vendor").write_text("another")
        assert stream(OpenAIGenerator(model(fake.url, key="file:vendor"), tmp_path)), "a changed key is read"
    assert SECRET not in caplog.text and ASKED not in caplog.text and "5 mg" not in caplog.text


def test_a_key_that_is_not_kept_well_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "open").write_text(SECRET)
    (tmp_path / "open").chmod(0o644)
    (tmp_path / "lines").write_text("a\r\nx-evil: b")
    (tmp_path / "lines").chmod(0o600)
    (tmp_path / "dir").mkdir()
    monkeypatch.setenv("AVOUCH_KEY_EMPTY", "")
    monkeypatch.setenv("AVOUCH_KEY_ACCENTS", "clé")
    for source in (
        "file:open",
        "file:lines",
        "file:dir",
        "file:missing",
        "env:AVOUCH_KEY_EMPTY",
        "env:AVOUCH_KEY_ACCENTS",
        "env:AVOUCH_KEY_UNSET",
    ):
        with pytest.raises(AvouchError) as caught:
            Key(source, tmp_path).reveal()
        assert caught.value.code is Code.SECRET_MISSING, source
        assert SECRET not in str(caught.value)
    for source in ("vendor", "file:../x", "file:a/b", "file:..", "env:", "env:A B", "env:HOME", "file:x\0"):
        with pytest.raises(AvouchError) as caught:
            Key(source, tmp_path)
        assert caught.value.code is Code.CONFIG_INVALID, source
    with pytest.raises(AvouchError):
        Key("file:open", None)
    assert Key("").reveal() == ""


# the address


def test_addresses() -> None:
    for url in ("https://models.example/v1", "http://127.0.0.1:8000/v1/", "http://[::1]:8000", "http://localhost/v1"):
        assert address(model(url)) == url.rstrip("/")
    assert address(model("http://models.example:8000/v1", plain_http=True))
    for url in (
        "http://models.example/v1",
        "http://127.0.0.1.example/v1",
        "https://me:pw@models.example/v1",
        "https://models.example/v1?x=1",
        "https://models.example/v1#x",
        "https:///v1",
        "https://models.example:99999/v1",
        "file:///etc/passwd",
        "ftp://models.example",
        "https://models.example/\r\nx",
        "https://модель.example",
        "",
    ):
        with pytest.raises(AvouchError) as caught:
            OpenAIGenerator(model(url))
        assert caught.value.code is Code.CONFIG_INVALID, url


def test_a_name_that_is_not_found_in_time_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*told: object, **more: object) -> list[object]:
        time.sleep(4)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    generator, began = OpenAIGenerator(model("https://models.example/v1")), time.monotonic()
    with pytest.raises(AvouchError) as caught:
        stream(generator, 0.3)
    assert caught.value.code is Code.MODEL_TIMEOUT and time.monotonic() - began < 3.5


def test_a_name_that_is_unknown_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*told: object, **more: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(AvouchError) as caught:
        stream(OpenAIGenerator(model("https://models.example/v1")))
    assert caught.value.code is Code.MODEL_UNAVAILABLE


def test_every_address_of_a_name_is_tried(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(0, 0, 0, "", (one, fake.port)) for one in ("127.0.0.9", "127.0.0.1", "127.0.0.1")]
    real = socket.getaddrinfo

    def told(host: str, *more: object, **still: object) -> object:
        return found if host == "models.example" else real(host, *more, **still)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", told)
    named = model(f"http://models.example:{fake.port}/v1", plain_http=True)
    assert stream(OpenAIGenerator(named))[-1].finish == "stop"
    assert addresses("::1", 1, 1.0) == ["::1"] and addresses("models.example", 1, 1.0) == ["127.0.0.9", "127.0.0.1"]


def test_the_environments_proxy_is_not_used(
    fake: Fake, generator: OpenAIGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert stream(OpenAIGenerator(model(fake.url)))[-1].finish == "stop"


def test_a_certificate_must_be_trusted(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with Fake(tls=context) as fake:
        trusting = OpenAIGenerator(model(fake.url, ca=str(cert), timeout=5.0))
        assert stream(trusting)[-1].finish == "stop"
        with pytest.raises(AvouchError, match="certificate") as caught:
            stream(OpenAIGenerator(model(fake.url, timeout=5.0)))
        assert caught.value.code is Code.MODEL_UNAVAILABLE
        with pytest.raises(AvouchError, match="`ca`"):
            OpenAIGenerator(model(fake.url, ca=str(tmp_path / "none")))


def test_streams_at_once_are_not_mixed() -> None:
    def said(asked: dict[str, object]) -> list[str]:
        name = json.loads(json.dumps(asked))["messages"][-1]["content"]
        return [f"{name}-{number} " for number in range(20)]

    found: dict[str, str] = {}
    with Fake(said, pause=0.001) as fake:
        generator = OpenAIGenerator(model(fake.url, timeout=20.0, pause=20.0))

        def one(name: str) -> None:
            found[name] = "".join(
                piece.text for piece in generator.stream(Request((Message("user", name),), 40), time.monotonic() + 30)
            )

        threads = [threading.Thread(target=one, args=(f"s{number}",)) for number in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {f"s{n}": "".join(f"s{n}-{number} " for number in range(20)) for n in range(40)}


# events, whatever they are cut into


@given(st.lists(st.text(), max_size=5), st.sampled_from(["\n", "\r", "\r\n"]), st.randoms(use_true_random=False))
def test_events_do_not_depend_on_how_they_are_cut(texts: list[str], end: str, chance: random.Random) -> None:
    said = [text.encode("utf-8", "replace").decode() for text in texts]
    data = b"".join(sse(chunk(text), end) for text in said)
    places = sorted(chance.randrange(len(data) + 1) for _ in range(chance.randrange(12)))
    events = Events()
    cut = [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]
    found = [json.loads(one)["choices"][0]["delta"]["content"] for part in cut for one in events.feed(part)]
    assert found == said


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reading_of_events(data: bytes) -> None:
    whole, apart = Events(), Events()
    assert list(whole.feed(data)) == [one for place in range(len(data)) for one in apart.feed(data[place : place + 1])]


@given(st.text(), st.randoms(use_true_random=False))
def test_surrogates_are_joined_wherever_they_are_cut(text: str, chance: random.Random) -> None:
    halves = text.encode("utf-16-le", "surrogatepass")
    units = [halves[n : n + 2].decode("utf-16-le", "surrogatepass") for n in range(0, len(halves), 2)]
    joiner = Joiner()
    out = "".join(joiner.take(unit) for unit in units) + joiner.take("", last=True)
    out.encode()
    assert out == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
