"""What the gateway costs beside a direct call to the same server on loopback, and 200 streams at once.

The same request goes to the same server (a process of its own, whose replies cost next to nothing) by the gateway
(circuit, retries, deadline by a thread of its own, metering), by httpx2 alone and by the ``openai`` client, in turns
of a few requests each, so that all three see the same machine. Then as many streams as are to be borne at once, each
with a sequence of tokens of its own: every token is looked at.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import httpx2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from machine import facts, goal, quantiles, write

from avouch.adapters.openai_generator import OpenAIGenerator
from avouch.generate.frame import frame
from avouch.generate.gateway import Gateway
from avouch.generate.template import shipped
from avouch.records import Message, Model, ModelKind, Passage, Request, Scores

ROOT = Path(__file__).resolve().parents[2]
TOKENS, TURN, SECONDS = 64, 10, 120.0
PEER = ROOT / ".venv-clients" / "bin" / "python"
PROSE = "The first dose of 5 mg is given within 1 hour of recognition, unless it is contraindicated. "


@contextmanager
def served() -> Iterator[str]:
    """The server of the tests, in a process of its own; its address."""
    command = [sys.executable, str(ROOT / "tests" / "model_server.py")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


class Ours:
    """The gateway with one model."""

    def __init__(self, url: str, streams: int) -> None:
        self.model = Model("bench", ModelKind.OPENAI, url, "fake", "1", context=100_000, reply=4096, owner="bench")
        self.gateway = Gateway({"bench": OpenAIGenerator(self.model, connections=streams)}, streams)
        self.template = next(one for one in shipped() if one.form == "marks")
        self.passages = [
            Passage("d", f"v{n}", "k", "Title", 0, 0, 1000, (), (PROSE * 11)[:1000], 1.0, Scores(1.0), n)
            for n in range(10)
        ]

    def request(self, content: str) -> Request:
        return Request((Message("user", content),), 4096)

    def ask(self, content: str) -> tuple[str, float, float]:
        """The reply, and the milliseconds to the first token and to the end."""
        began = time.perf_counter()
        written = self.gateway.write([self.model], lambda model: self.request(content), time.monotonic() + SECONDS)
        took = (time.perf_counter() - began) * 1e3
        assert written.model, written.attempts
        return written.text, written.attempts[0].first * 1e3, took

    def pieces(self, content: str) -> list[str]:
        stream = self.gateway.stream(self.model, self.request(content), time.monotonic() + SECONDS)
        return [piece.text for piece in stream if piece.text]

    def framing(self) -> float:
        """Milliseconds to frame a question with ten passages of a thousand characters."""
        began = time.perf_counter()
        assert len(frame(self.template, self.model, "How soon is the first dose given?", self.passages).given) == 10
        return (time.perf_counter() - began) * 1e3


class Direct:
    """httpx2 and nothing else: what somebody would write in ten lines."""

    def __init__(self, url: str, streams: int) -> None:
        limits = httpx2.Limits(max_connections=streams, max_keepalive_connections=streams)
        self.url = f"{url}/chat/completions"
        self.client = httpx2.Client(timeout=SECONDS, limits=limits, trust_env=False)

    def pieces(self, content: str, told: Callable[[], object] = lambda: None) -> list[str]:
        body = {"model": "fake", "messages": [{"role": "user", "content": content}], "max_tokens": 4096}
        body |= {"temperature": 0.0, "seed": 0, "stream": True, "stream_options": {"include_usage": True}}
        pieces: list[str] = []
        with self.client.stream("POST", self.url, json=body) as response:
            response.raise_for_status()
            for line in response.iter_lines():
                if not line.startswith("data: ") or line == "data: [DONE]":
                    continue
                choices = json.loads(line[6:])["choices"]
                if choices and (text := choices[0]["delta"].get("content")):
                    if not pieces:
                        told()
                    pieces.append(text)
        return pieces

    def ask(self, content: str) -> tuple[str, float, float]:
        began = time.perf_counter()
        first: list[float] = []
        text = "".join(self.pieces(content, lambda: first.append(time.perf_counter() - began)))
        return text, first[0] * 1e3, (time.perf_counter() - began) * 1e3


class Peer:
    """The ``openai`` client in its process."""

    def __init__(self, python: Path, url: str) -> None:
        command = [str(python), str(Path(__file__).with_name("openai_peer.py")), url]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdin and self.process.stdout
        self._in: IO[str] = self.process.stdin
        self._out: IO[str] = self.process.stdout
        self.version = json.loads(self._out.readline())["version"]

    def order(self, **told: Any) -> dict[str, Any]:
        print(json.dumps(told), file=self._in, flush=True)
        answered: dict[str, Any] = json.loads(self._out.readline())
        return answered


def in_turns(ours: Ours, direct: Direct, peer: Peer | None, requests: int) -> dict[str, Any]:
    """Latencies of each, in milliseconds: to the first token and of the whole reply."""
    content = f"w {TOKENS}"
    wanted = "".join(f"w-{n} " for n in range(TOKENS))
    took: dict[str, dict[str, list[float]]] = {}
    here: list[tuple[str, Ours | Direct]] = [("gateway", ours), ("httpx2", direct)]
    for turn in range(-1, requests // TURN):
        told: dict[str, list[tuple[float, float]]] = {}
        for name, asked in here:
            found = [asked.ask(content) for _ in range(TURN)]
            assert all(text == wanted for text, _, _ in found)
            told[name] = [(first, whole) for _, first, whole in found]
        if peer:
            said = peer.order(requests=TURN, content=content)
            told["openai"] = list(zip(said["first_ms"], said["whole_ms"], strict=True))
        if turn < 0:
            continue
        for name, times in told.items():
            one = took.setdefault(name, {"first": [], "whole": []})
            one["first"] += [first for first, _ in times]
            one["whole"] += [whole for _, whole in times]
    return {name: {part: quantiles(times) for part, times in one.items()} for name, one in took.items()}


def account(replies: list[list[str]], prefix: str, tokens: int) -> dict[str, int]:
    """Tokens that are missing, that are another stream's, and that came twice or out of order."""
    lost = mixed = moved = 0
    for number, pieces in enumerate(replies):
        wanted = [f"{prefix}{number}-{n} " for n in range(tokens)]
        lost += len(set(wanted) - set(pieces))
        mixed += len(set(pieces) - set(wanted))
        moved += pieces != wanted and set(pieces) == set(wanted)
    return {"tokens": sum(map(len, replies)), "lost": lost, "mixed": mixed, "streams_out_of_order": moved}


def at_once(pieces: Callable[[str], list[str]], streams: int, tokens: int) -> dict[str, Any]:
    """All streams begun together by threads."""
    names = [f"o{number} {tokens}" for number in range(streams)]
    with ThreadPoolExecutor(streams) as pool:
        list(pool.map(lambda _: time.sleep(0.05), names))
        began = time.perf_counter()
        replies = list(pool.map(pieces, names))
        seconds = time.perf_counter() - began
    told = account(replies, "o", tokens)
    return {**told, "seconds": round(seconds, 3), "tokens_per_s": round(told["tokens"] / seconds)}


def concurrently(ours: Ours, direct: Direct, peer: Peer | None, streams: int, tokens: int) -> dict[str, Any]:
    told = {
        "gateway": at_once(ours.pieces, streams, tokens),
        "httpx2": at_once(direct.pieces, streams, tokens),
    }
    if peer:
        said = peer.order(streams=streams, tokens=tokens)
        found = account(said["replies"], "o", tokens)
        seconds = said["seconds"]
        told["openai"] = {**found, "seconds": round(seconds, 3), "tokens_per_s": round(found["tokens"] / seconds)}
    return {"streams": streams, "tokens_each": tokens, **told}


def goals(told: dict[str, Any]) -> list[dict[str, Any]]:
    whole = {name: one["whole"]["p50_ms"] for name, one in told["latency"].items()}
    over, ours = whole["gateway"] - whole["httpx2"], told["at_once"]["gateway"]
    streams = told["at_once"]["streams"]
    wrong = ours["lost"] + ours["mixed"] + ours["streams_out_of_order"]
    return [
        goal("milliseconds a request takes longer by the gateway than by httpx2 alone, p50", over, over < 5),
        goal(
            f"tokens of {ours['tokens']} in {streams} streams at once that were lost, mixed or moved", wrong, wrong == 0
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="The gateway beside a direct call, and many streams at once.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--requests", type=int, default=300, help="of each, in turns of ten")
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--tokens", type=int, default=200, help="of each stream")
    parser.add_argument("--peer", type=Path, default=PEER, help="a Python with the openai client; left out if missing")
    options = parser.parse_args()
    machine = facts()
    with served() as url:
        ours, direct = Ours(url, options.streams), Direct(url, options.streams)
        peer = Peer(options.peer, url) if options.peer.exists() else None
        try:
            told = {
                "peers": {"httpx2": httpx2.__version__, "openai": peer.version if peer else "not installed"},
                "tokens_of_a_reply": TOKENS,
                "latency": in_turns(ours, direct, peer, options.requests),
                "framing_ten_passages": quantiles([ours.framing() for _ in range(100)]),
                "at_once": concurrently(ours, direct, peer, options.streams, options.tokens),
            }
        finally:
            if peer:
                peer.process.kill()
                peer.process.wait()
    after = round(os.getloadavg()[0], 2)
    result: dict[str, Any] = {"machine": machine, "load_after": after, **told, "goals": goals(told)}
    write(options.out, result)
    print(json.dumps(result, indent=1))
    for one in result["goals"]:
        print(f"{'met   ' if one['met'] else 'MISSED'} {one['measured']:9.3f}  {one['goal']}")


if __name__ == "__main__":
    main()
