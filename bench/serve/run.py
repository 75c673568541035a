"""The served home under load: requests a second and p99 for search and ask, from 1, 32 and 256 clients.

The library and its readers are those of bench/ask (200,000 chunks, 2,000 visibility classes); several
principals ask with keys of their own. Below the stated limit nothing may fail; above it, what is refused is a
429 that says when to come again. Every answered question must be an entry, and no entry without an answer
beyond those that were under way, also where the server is killed under load.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from ask import library
from ask.run import fill
from machine import facts, goal, quantiles, write
from serve.load import Client

from avouch.stack import credentials, people
from avouch.stack import entries as register
from avouch.stack.stack import Stack

LIMIT = 64
DEMO = "How soon must the first antibiotic dose be given in suspected sepsis?"
CLIENTS = (1, 32, 256)
HERE = Path(__file__).resolve().parent
AVOUCH = Path(sys.executable).parent / "avouch"


def keys(folder: Path, each: int = 4) -> list[str]:
    """Keys of several principals that see all, a third and a little."""
    tokens = []
    with Stack.open(folder / "home") as stack:
        for name in library.SHARES:
            held = people.find(stack, name)
            for number in range(each):
                made = people.add(stack, f"{name}{number}", held.groups, held.clearance, held.roles)
                tokens.append(credentials.create_key(stack, stack.owner, made.id, "bench")[1])
    (folder / "tokens.json").write_text(json.dumps(tokens))
    (folder / "questions.json").write_text(json.dumps(library.QUESTIONS))
    return tokens


@contextmanager
def served(folder: Path, home: str = "home", **settings: str) -> Iterator[tuple[subprocess.Popen[str], str, float]]:
    """The server, its address, and the seconds until it said that it serves."""
    env = {**os.environ, "AVOUCH_RATE_PRINCIPAL": "0", "AVOUCH_RATE_TENANT": "0", "COLUMNS": "200"}
    env |= {"AVOUCH_HTTP_CONCURRENCY": str(LIMIT), "AVOUCH_ASK_BUDGET_MS": "60000", **settings}
    command = [str(AVOUCH), "serve", "--home", str(folder / home), "--port", "0"]
    began = time.perf_counter()
    with (folder / "server.log").open("a") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=env)
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found, (folder / "server.log").read_text()[-2000:]
            yield process, found.group(), time.perf_counter() - began
        finally:
            process.kill()
            process.wait()


def load(folder: Path, url: str, what: str, clients: int, seconds: float) -> subprocess.Popen[str]:
    """The load generator, begun."""
    command = [sys.executable, str(HERE / "load.py"), "--url", url, "--what", what, "--clients", str(clients)]
    command += ["--seconds", str(seconds), "--tokens", str(folder / "tokens.json")]
    command += ["--questions", str(folder / "questions.json")]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> dict[str, Any]:
    told, _ = process.communicate()
    found: dict[str, Any] = json.loads(told)
    return found


def measured(told: dict[str, Any]) -> dict[str, Any]:
    """Requests a second and the distribution of what was answered."""
    latencies = told["latencies_ms"]
    return {
        "requests": len(latencies),
        "requests_per_s": round(len(latencies) / told["seconds"], 1),
        **(quantiles(latencies) if latencies else {}),
        "statuses": told["statuses"],
        "refused_without_retry_after": told["refused_without_retry_after"],
    }


def vouchers(folder: Path) -> list[str]:
    """The vouchers of every recorded question, in order."""
    with Stack.open(folder / "home") as stack:
        page = register.look(stack, stack.owner, register.Sought("ask"), None, 1_000_000)
        found = page.items
        while page.next is not None:
            page = register.look(stack, stack.owner, register.Sought("ask"), page.next, 1_000_000)
            found += page.items
    return [one.body["voucher"] for one in found if one.body]


def steady(folder: Path, seconds: float) -> dict[str, Any]:
    """Both kinds of request from each number of clients, and whether the ledger has exactly what was answered."""
    before = set(vouchers(folder))
    told: dict[str, Any] = {"ask": {}, "search": {}}
    answered: list[str] = []
    with served(folder) as (process, url, ready):
        finished(load(folder, url, "ask", 4, min(seconds, 3.0)))
        told["ready_s"] = round(ready, 3)
        for what in ("search", "ask"):
            for clients in CLIENTS:
                found = finished(load(folder, url, what, clients, seconds))
                answered += found["vouchers"]
                told[what][str(clients)] = measured(found)
        process.terminate()
        process.wait()
    entries = [one for one in vouchers(folder) if one not in before]
    warm = len(entries) - len(answered)
    told["answered"] = len(answered)
    told["entries_of_them"] = len(set(answered) & set(entries))
    told["entries_beside"] = warm
    return told


def cold(folder: Path, tries: int = 3) -> dict[str, float]:
    """Seconds from the start of the command to the first answer, on the demo home; the best and worst of a few."""
    home = folder / "demo"
    subprocess.run([str(AVOUCH), "demo", "--home", str(home)], check=True, stdout=subprocess.DEVNULL)
    with Stack.open(home) as stack:
        token = credentials.create_key(stack, stack.owner, people.find(stack, "nurse").id, "bench")[1]
    (folder / "one.json").write_text(json.dumps([token]))
    found = []
    for _ in range(tries):
        began = time.perf_counter()
        with served(folder, "demo") as (_, url, _):
            asyncio.run(Client(url, token).post("/api/v1/ask", {"question": DEMO}))
            found.append(time.perf_counter() - began)
    return {"best_s": round(min(found), 3), "worst_s": round(max(found), 3)}


def exact(folder: Path, seconds: float) -> dict[str, int]:
    """Ask, end in order: answered questions against new entries, one by one."""
    before = vouchers(folder)
    with served(folder) as (process, url, _):
        found = finished(load(folder, url, "ask", 32, seconds))
        process.terminate()
        process.wait()
    entries = vouchers(folder)[len(before) :]
    missing, beside = set(found["vouchers"]) - set(entries), set(entries) - set(found["vouchers"])
    return {"answered": len(found["vouchers"]), "without_an_entry": len(missing), "entries_without": len(beside)}


def killed(folder: Path, seconds: float) -> dict[str, int]:
    """The same where the server is killed with -9 under load: entries without an answer were under way."""
    before = vouchers(folder)
    with served(folder) as (process, url, _):
        running = load(folder, url, "ask", 32, seconds * 10)
        time.sleep(seconds)
        process.kill()
        found = finished(running)
    entries = vouchers(folder)[len(before) :]
    missing, beside = set(found["vouchers"]) - set(entries), set(entries) - set(found["vouchers"])
    return {"answered": len(found["vouchers"]), "without_an_entry": len(missing), "entries_without": len(beside)}


def goals(told: dict[str, Any]) -> list[dict[str, Any]]:
    below = [told["load"][what][str(clients)] for what in ("ask", "search") for clients in CLIENTS if clients <= LIMIT]
    above = [told["load"][what][str(clients)] for what in ("ask", "search") for clients in CLIENTS if clients > LIMIT]
    failed = sum(count for one in below for status, count in one["statuses"].items() if status != "200")
    unclean = sum(count for one in above for status, count in one["statuses"].items() if status not in ("200", "429"))
    unclean += sum(one["refused_without_retry_after"] for one in above)
    refused = sum(one["statuses"].get("429", 0) for one in above)
    cold_s = told["cold"]["worst_s"]
    lost = told["exact"]["without_an_entry"] + told["killed"]["without_an_entry"]
    return [
        goal("seconds from a cold start to the first answer on the demo home", cold_s, cold_s < 5),
        goal(f"errors at up to {LIMIT} requests at once, the stated limit", failed, failed == 0),
        goal("above it, answers that are neither 200 nor a 429 with Retry-After", unclean, unclean == 0),
        goal("above it, requests refused with 429", refused, refused > 0),
        goal("answered questions without a ledger entry, kill -9 under load included", lost, lost == 0),
        goal(
            "entries without an answered question, after an end in order",
            told["exact"]["entries_without"],
            told["exact"]["entries_without"] == 0,
        ),
        goal(
            "entries without an answered question after kill -9 (at most the 32 under way)",
            told["killed"]["entries_without"],
            told["killed"]["entries_without"] <= 32,
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Search and ask over HTTP under load at 200,000 chunks.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--chunks", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--small", action="store_true", help="a look whether it runs: 10,000 chunks, 3 seconds")
    options = parser.parse_args()
    chunks, seconds = (10_000, 3.0) if options.small else (options.chunks, options.seconds)
    os.environ["AVOUCH_CHUNK_CHARS"] = str(library.CHUNK_CHARS)
    machine = facts()
    with tempfile.TemporaryDirectory(dir=options.out.resolve().parent) as name:
        folder = Path(name)
        filled = fill(folder, chunks)
        filled.pop("before_revision")
        tokens = keys(folder)
        told = {
            **filled,
            "principals": len(tokens),
            "limit_at_once": LIMIT,
            "cold": cold(folder),
            "load": steady(folder, seconds),
            "exact": exact(folder, seconds),
            "killed": killed(folder, min(seconds, 5.0)),
        }
    result = {"machine": machine, "load_after": round(os.getloadavg()[0], 2), **told, "goals": goals(told)}
    write(options.out, result)
    print(json.dumps(result, indent=1))
    for one in result["goals"]:
        print(f"{'met   ' if one['met'] else 'MISSED'} {one['measured']:9.3f}  {one['goal']}")


if __name__ == "__main__":
    main()
