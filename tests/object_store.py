"""An S3-compatible server of the test run's own, on loopback, as a process. One bucket for each test."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.postgres import free_port

NUMBERS = itertools.count(1)
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@dataclass
class Bucket:
    """Where one test's objects go."""

    endpoint: str
    name: str
    region: str = "us-east-1"

    @property
    def url(self) -> str:
        return f"s3://{self.name}/home"


@contextmanager
def server() -> Iterator[str]:
    """The endpoint of a running server: a process, because deltalake does not let other threads run while it asks."""
    before = {name: os.environ.get(name) for name in CREDENTIALS}
    os.environ.update(CREDENTIALS)
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, running)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.kill()
        running.wait()
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < until and running.poll() is None, "the object store did not start"
            time.sleep(0.05)


def bucket(endpoint: str) -> Bucket:
    """A bucket that nobody had."""
    import boto3  # type: ignore[import-untyped]

    made = Bucket(endpoint, f"t{os.getpid()}-{next(NUMBERS)}")
    told = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": made.region}
    boto3.client("s3", endpoint_url=endpoint, **told).create_bucket(Bucket=made.name)
    return made
