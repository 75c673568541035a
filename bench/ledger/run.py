"""Acts per second through the real governed loop, and the time to prove and to verify a long log.

    python bench/ledger/run.py --out bench/ledger/result.json

Each act authorises, runs in the writer's transaction, appends its entry, and returns when it is durable.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from machine import facts, goal, quantiles, write
from tests.postgres import MISSING, cluster

from avouch.ledger import log, merkle, prove
from avouch.ledger.verify import verify
from avouch.stack.act import Commit, Stamp, act
from avouch.stack.audit import anchor, audit, export
from avouch.stack.stack import Stack

CALLERS = (1, 8, 64)
SECONDS = 6.0


def one(stack: Stack) -> None:
    """The smallest act: a body of about 200 bytes."""

    def do() -> Commit[None]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
            return None, {"document": "d_0123456789abcdef0123", "note": "x" * 140}

        return commit

    act(stack, "ask", stack.owner, do)


def rate(stack: Stack, callers: int) -> dict[str, float]:
    """Acts per second of so many callers, each waiting for its act before the next."""
    times: list[float] = []
    until = time.perf_counter() + SECONDS

    def work() -> None:
        while time.perf_counter() < until:
            started = time.perf_counter()
            one(stack)
            times.append((time.perf_counter() - started) * 1e3)

    threads = [threading.Thread(target=work) for _ in range(callers)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    return {"callers": callers, "acts": len(times), "acts_per_s": round(len(times) / seconds, 1), **quantiles(times)}


def fill(stack: Stack, size: int) -> None:
    """Bring the log to ``size`` entries."""

    def work(count: int) -> None:
        for _ in range(count):
            one(stack)

    missing = size - stack.state.read(log.size) - 1
    threads = [threading.Thread(target=work, args=(missing // 64 + (n < missing % 64),)) for n in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    anchor(stack, stack.owner)


def proving(stack: Stack, folder: Path, size: int) -> dict[str, float]:
    """Seconds to prove every entry, to verify the home, and to verify its export offline."""

    def prove_all(tx: Connection) -> int:
        entries = [row.leaf for row in log.scan(tx)]
        node = log.node_reader(tx)
        checkpoint = merkle.root(node, len(entries))
        for seq in range(0, len(entries), 100):
            path = merkle.inclusion(node, seq, len(entries))
            leaf = merkle.leaf_hash(entries[seq])
            assert merkle.root_from_inclusion(leaf, seq, len(entries), path) == checkpoint
        return len(range(0, len(entries), 100))

    started = time.perf_counter()
    proven = stack.state.read(prove_all)
    prove_ms = (time.perf_counter() - started) / proven * 1e3
    started = time.perf_counter()
    stack.state.read(lambda tx: prove.proof(tx, stack.signer, size // 2))
    full_ms = (time.perf_counter() - started) * 1e3
    started = time.perf_counter()
    report = audit(stack, [])
    audit_s = time.perf_counter() - started
    assert report.valid, report
    export(stack, folder / "log.jsonl")
    data = (folder / "log.jsonl").read_bytes()
    started = time.perf_counter()
    assert verify(data).valid
    offline_s = time.perf_counter() - started
    return {
        "entries": size,
        "prove_one_ms": round(prove_ms, 3),
        "voucher_proof_ms": round(full_ms, 3),
        "verify_home_s": round(audit_s, 2),
        "verify_export_s": round(offline_s, 2),
    }


def on_postgres(folder: Path) -> dict[str, Any]:
    """The same acts on a PostgreSQL of the run's own that waits for its disk: one process, then three at once."""
    with cluster(durable=True) as made:
        if made is None:
            return {"skipped": MISSING}
        home = folder / "shared"
        home.mkdir()
        (home / "avouch.toml").write_text(f'state = "{made.url}"\n')
        with Stack.create(home) as stack:
            alone = [rate(stack, callers) for callers in CALLERS]
            before = stack.state.read(log.size)
            started = time.perf_counter()
            command = [sys.executable, str(Path(__file__)), "--out", os.devnull, "--join", str(home)]
            children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
            told = [json.loads(child.communicate()[0]) for child in children]
            seconds = time.perf_counter() - started
            added = stack.state.read(log.size) - before
            assert added == sum(one["acts"] for one in told)
            assert audit(stack, []).valid
    together = {"processes": 3, "callers": 3 * CALLERS[-1], "acts": added, "seconds_with_start": round(seconds, 1)}
    together["acts_per_s"] = round(sum(one["acts_per_s"] for one in told), 1)
    return {"one_process": alone, "three_processes": {**together, "p99_ms": max(one["p99_ms"] for one in told)}}


def join(home: Path) -> None:
    """One of three processes: acts from 64 callers, reported as JSON."""
    with Stack.open(home) as stack:
        told = rate(stack, CALLERS[-1])
    print(json.dumps(told))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--join", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.join:
        return join(options.join)
    machine = facts()
    with tempfile.TemporaryDirectory(dir=options.out.parent) as folder, Stack.create(Path(folder) / "home") as stack:
        rates = [rate(stack, callers) for callers in CALLERS]
        fill(stack, options.entries)
        proofs = proving(stack, Path(folder), stack.state.read(log.size))
        shared = on_postgres(Path(folder))
    at_64 = rates[-1]
    goals = [
        goal("at least 4,000 acts/s at 64 callers", at_64["acts_per_s"], at_64["acts_per_s"] >= 4000),
        goal("p99 under 25 ms at 64 callers", at_64["p99_ms"], at_64["p99_ms"] < 25),
    ]
    result = {"machine": machine, "acts": rates, "postgres": shared, "proofs": proofs, "goals": goals}
    write(options.out, result)
    print(json.dumps(result, indent=1))
    return None


if __name__ == "__main__":
    main()
