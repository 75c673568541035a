"""Load for the served home: so many clients, each asking again as soon as it is answered. Its own process.

Raw HTTP/1.1 over asyncio with connections kept open, so that the generator costs little beside the server.
Prints one JSON line: latencies and statuses, and the vouchers that were answered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class Client:
    """One connection that sends one request after the other."""

    def __init__(self, url: str, token: str) -> None:
        told = urlsplit(url)
        self.host, self.port, self.token = told.hostname or "", told.port or 80, token
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the response; OSError where the server is gone."""
        if self.streams is None:
            self.streams = await asyncio.open_connection(self.host, self.port)
        reader, writer = self.streams
        data = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Bearer {self.token}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data)
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
        found = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection") == "close":
            self.close()
        return int(lines[0].split()[1]), headers, found

    def close(self) -> None:
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None


class Load:
    """What all clients saw."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.tokens: list[str] = json.loads(Path(options.tokens).read_text())
        self.questions: list[str] = json.loads(Path(options.questions).read_text())
        self.statuses: Counter[str] = Counter()
        self.latencies: list[float] = []
        self.vouchers: list[str] = []
        self.unpaced = 0

    async def client(self, number: int, until: float) -> None:
        """Ask until the time is over. A 429 is waited out as it says, at least a little."""
        client, turn = Client(self.options.url, self.tokens[number % len(self.tokens)]), number * 17
        while time.perf_counter() < until:
            body = {"question": self.questions[turn % len(self.questions)]}
            turn += 1
            began = time.perf_counter()
            try:
                status, headers, found = await client.post(f"/api/v1/{self.options.what}", body)
            except (OSError, asyncio.IncompleteReadError):
                self.statuses["gone"] += 1
                return
            self.statuses[str(status)] += 1
            if status == 200:
                self.latencies.append((time.perf_counter() - began) * 1e3)
                if self.options.what == "ask":
                    self.vouchers.append(json.loads(found)["voucher_id"])
            elif status == 429:
                self.unpaced += "retry-after" not in headers
                await asyncio.sleep(float(headers.get("retry-after", "1")))
        client.close()

    async def run(self) -> dict[str, Any]:
        began = time.perf_counter()
        until = began + self.options.seconds
        await asyncio.gather(*(self.client(number, until) for number in range(self.options.clients)))
        return {
            "seconds": round(time.perf_counter() - began, 3),
            "latencies_ms": [round(one, 3) for one in self.latencies],
            "statuses": dict(self.statuses),
            "refused_without_retry_after": self.unpaced,
            "vouchers": self.vouchers,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description="Ask a served home from many clients at once.")
    parser.add_argument("--url", required=True)
    parser.add_argument("--what", choices=("ask", "search"), required=True)
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--tokens", required=True, help="A JSON file with a list of API keys.")
    parser.add_argument("--questions", required=True, help="A JSON file with a list of questions.")
    print(json.dumps(asyncio.run(Load(parser.parse_args()).run())))


if __name__ == "__main__":
    main()
