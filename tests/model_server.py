"""Model servers on loopback. ``Fake`` speaks the chat completions protocol by the byte, and breaks it on demand.

``Fake(reply=…)`` obeys: what it says is what a function makes of the request. ``faults`` are taken one a request;
when there are none left it behaves. Runs in a thread of its own, or as a program for benches
(``python tests/model_server.py``), where the reply is the sequence of words that the question names.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
import sys
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

Reply = Callable[[dict[str, Any]], str | list[str]]
STREAM = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
CLOSING = "HTTP/1.1 200 OK\r\ncontent-type: {}\r\nconnection: close\r\n{}\r\n"


def chunk(text: str | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """One chunk of a stream."""
    delta = {} if text is None else {"content": text}
    return {
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        **more,
    }


def whole(text: str) -> dict[str, Any]:
    """A reply in one."""
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": usage}


def sse(told: Any, end: str = "\n") -> bytes:
    return f"data: {told if isinstance(told, str) else json.dumps(told)}{end}{end}".encode()


class Fake:
    """``words`` of each reply are sent apart, ``pause`` seconds between them. ``requests`` holds what was asked."""

    def __init__(
        self,
        reply: Reply | str = "The dose is 5 mg. [1]",
        pause: float = 0.0,
        key: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.reply: Reply = reply if callable(reply) else lambda request: reply
        self.pause, self.key, self._tls = pause, key, tls
        self.faults: deque[str] = deque()
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.usage: dict[str, int] = {}
        self.cut = 0
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait(10)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/v1"

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024, ssl=self._tls)
        )
        self.port: int = self._server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()

    def __enter__(self) -> Fake:
        return self

    def __exit__(self, *told: object) -> None:
        self.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            self.cut += 1
        except asyncio.CancelledError:
            return
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its reply; whether the connection goes on."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return False
        lines = head.split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.headers.append(headers)
        if self.key and headers.get("authorization") != f"Bearer {self.key}":
            return await self._plain(writer, 401, {"error": {"message": headers.get("authorization", "")}})
        if lines[0].startswith("GET /v1/models"):
            return await self._plain(writer, 200, {"object": "list", "data": [{"id": "fake"}]})
        request = json.loads(body)
        self.requests.append(request)
        if fault := self.faults.popleft() if self.faults else "":
            await getattr(self, "_" + fault.partition(" ")[0])(writer, fault.partition(" ")[2], request)
            return False
        await self._stream(writer, request)
        return True

    async def _plain(self, writer: asyncio.StreamWriter, status: int, told: Any, more: str = "") -> bool:
        data = json.dumps(told).encode()
        head = f"HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n{more}\r\n"
        writer.write(head.encode() + data)
        await writer.drain()
        return True

    def _words(self, request: dict[str, Any]) -> list[str]:
        said = self.reply(request)
        return [word for word in said.replace(" ", " \0").split("\0") if word] if isinstance(said, str) else said

    async def _stream(self, writer: asyncio.StreamWriter, request: dict[str, Any], end: str = "\n") -> None:
        """A whole reply as it should be."""
        writer.write(STREAM.encode())
        words = self._words(request)
        async for event in self._events(words):
            data = sse(event, end)
            writer.write(b"%x\r\n%s\r\n" % (len(data), data))
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _events(self, words: list[str]) -> AsyncIterator[Any]:
        yield chunk(None) | {"choices": [{"index": 0, "delta": {"role": "assistant"}, "finish_reason": None}]}
        for word in words:
            if self.pause:
                await asyncio.sleep(self.pause)
            yield chunk(word)
        yield chunk(None, "stop")
        yield {"choices": [], "usage": self.usage or {"prompt_tokens": 11, "completion_tokens": len(words)}}
        yield "[DONE]"

    # faults: each is named by what is wrong, and closes the connection

    async def _status(self, writer: asyncio.StreamWriter, said: str, request: dict[str, Any]) -> None:
        """``status 429 retry-after: 1``: any status, with a header; the body repeats the request, as some do."""
        status, _, more = said.partition(" ")
        await self._plain(writer, int(status), {"error": {"message": request}}, f"{more}\r\n" if more else "")

    async def _hang(self, writer: asyncio.StreamWriter, said: str, request: dict[str, Any]) -> None:
        """Say nothing for so many seconds."""
        await asyncio.sleep(float(said or 30))

    async def _stall(self, writer: asyncio.StreamWriter, said: str, request: dict[str, Any]) -> None:
        """Two words, then nothing."""
        await self._raw(writer, sse(chunk("The ")) + sse(chunk("dose ")))
        await asyncio.sleep(float(said or 30))

    async def _drip(self, writer: asyncio.StreamWriter, said: str, request: dict[str, Any]) -> None:
        """A byte at a time, for ever: of the headers, or of comments in the stream."""
        if said != "headers":
            await self._raw(writer, b"")
        while True:
            writer.write(b"x-" if said == "headers" else b": still here\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    async def _loop_on(self, writer: asyncio.StreamWriter, said: str, request: dict[str, Any]) -> None:
        """Words without end, so many seconds between fifty and the next fifty."""
        await self._raw(writer, b"")
        while True:
            writer.write(sse(chunk("again ")) * 50)
            await writer.drain()
            await asyncio.sleep(float(said or 0))

    async def _raw(
        self, writer: asyncio.StreamWriter, data: bytes, media: str = "text/event-stream", more: str = ""
    ) -> None:
        writer.write(CLOSING.format(media, more).encode() + data)
        await writer.drain()

    async def _truncated(self, writer: asyncio.StreamWriter, said: str, request: dict[str, Any]) -> None:
        """Ends in the middle: of the events, or (``finished``) without [DONE], or (``chunk``) of a chunk."""
        if said == "chunk":
            writer.write(STREAM.encode() + b"ff\r\n" + sse(chunk("The ")))
            return
        await self._raw(writer, sse(chunk("The ")) + (sse(chunk(None, "stop")) if said else sse(chunk("dose"))[:20]))

    async def _junk(self, writer: asyncio.StreamWriter, said: str, request: dict[str, Any]) -> None:
        """Events that are not what they should be."""
        junk = {
            "": "{",
            "list": "[]",
            "text": '{"choices": 5}',
            "deep": "[" * 100_000,
            "content": '{"choices":[{"delta":{"content":5}}]}',
        }
        await self._raw(writer, sse(chunk("The ")) + sse(junk[said]) + sse("[DONE]"))

    async def _failed(self, writer: asyncio.StreamWriter, said: str, request: dict[str, Any]) -> None:
        """An error as an event; ``late``: after a word."""
        before = sse(chunk("The ")) if said else b""
        await self._raw(writer, before + sse({"error": {"message": "out of memory", "code": 500}}) + sse("[DONE]"))

    async def _html(self, writer: asyncio.StreamWriter, said: str, request: dict[str, Any]) -> None:
        await self._raw(writer, b"<html>sign in</html>", "text/html")

    async def _gzip(self, writer: asyncio.StreamWriter, said: str, request: dict[str, Any]) -> None:
        await self._raw(writer, b"\x1f\x8b", more="content-encoding: gzip\r\n")

    async def _huge(self, writer: asyncio.StreamWriter, said: str, request: dict[str, Any]) -> None:
        """One line of megabytes, or (``events``) more events than anybody asked for."""
        await self._raw(writer, b"" if said else b"data: ")
        for _ in range(1000):
            writer.write(sse(chunk(None)) * 200 if said else b"x" * 20_000)
            await writer.drain()

    async def _reset(self, writer: asyncio.StreamWriter, said: str, request: dict[str, Any]) -> None:
        """RST instead of FIN, at once or (``late``) after a word."""
        if said:
            await self._raw(writer, sse(chunk("The ")))
            await asyncio.sleep(0.05)
        told: socket.socket = writer.get_extra_info("socket")
        told.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def _crlf(self, writer: asyncio.StreamWriter, said: str, request: dict[str, Any]) -> None:
        """All line ends in one stream, comments, other fields, an event of several lines, a mark, bytes one by one."""
        split = json.dumps(chunk("größe "), ensure_ascii=False).replace(', "delta"', ',\r\ndata:"delta"')
        data = (
            b"\xef\xbb\xbf: hello\r\revent: x\r\nid: 1\r\n" + sse(chunk("The "), "\r\n") + f"data:{split}\r\r".encode()
        )
        data += b"data\n\nretry: 5\n\n" + sse(chunk("µ\U0001f4a5"), "\r") + sse(chunk(None, "stop")) + sse("[DONE]")
        await self._raw(writer, b"")
        for place in range(len(data)):
            writer.write(data[place : place + 1])
            await writer.drain()
            if place % 64 == 0:
                await asyncio.sleep(0.001)

    async def _whole(self, writer: asyncio.StreamWriter, said: str, request: dict[str, Any]) -> None:
        """One JSON reply although a stream was asked for."""
        await self._raw(writer, json.dumps(whole("".join(self._words(request)))).encode(), "application/json")

    async def _surrogates(self, writer: asyncio.StreamWriter, said: str, request: dict[str, Any]) -> None:
        """A character cut in two across events, and halves of others."""
        said_so = '{"choices":[{"index":0,"delta":{"content":"TEXT"}}]}'
        parts = [sse(said_so.replace("TEXT", text)) for text in (r"a\ud83d", r"\ude00b", r"\ude00", r"\ud83d")]
        await self._raw(writer, b"".join(parts) + sse(chunk(None, "stop")) + sse("[DONE]"))


def sequence(request: dict[str, Any]) -> list[str]:
    """For benches: the last message is ``NAME COUNT``, the reply ``NAME-0 NAME-1 …``, one token each."""
    name, _, count = request["messages"][-1]["content"].rpartition(" ")
    return [f"{name}-{number} " for number in range(int(count))]


if __name__ == "__main__":
    with Fake(sequence, pause=float(sys.argv[1]) if len(sys.argv) > 1 else 0.0) as served:
        print(served.url, flush=True)
        sys.stdin.read()
