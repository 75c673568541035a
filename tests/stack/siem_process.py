"""A process that streams a home's security events, for the tests: ``python tests/stack/siem_process.py HOME``."""

from __future__ import annotations

import sys
from pathlib import Path

from avouch.stack import siem
from avouch.stack.siem import Stream, open_sink
from avouch.stack.stack import Stack


def main() -> None:
    siem.BATCH = 7
    with Stack.open(Path(sys.argv[1])) as stack:
        stream = Stream(stack, open_sink(stack))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        stream.catch_up()
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main()
