"""One server process of a shared home, for the tests: acts as it is told, says each act once it is acknowledged.

    python tests/stack/server_process.py HOME NAME [ingest FOLDER]

It asks and adds people from several threads until its standard input ends. Each acknowledged act is one line:
``ask VOUCHER``, ``add NAME``. ``ready`` comes first; ``error CODE`` where an act was refused with a coded error.
"""

from __future__ import annotations

import sys
import threading
import time
from itertools import count
from pathlib import Path

from tests.conftest import take_in

from avouch.errors import AvouchError
from avouch.records import Classification
from avouch.stack import people
from avouch.stack.ask import ask
from avouch.stack.stack import Stack

OVER = threading.Event()
SPEAK = threading.Lock()


def say(text: str) -> None:
    with SPEAK:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def work(stack: Stack, name: str) -> None:
    groups, person = frozenset({"staff"}), people.find(stack, "ann")
    for n in count():
        if OVER.is_set():
            return
        try:
            if n % 3:
                say(f"ask {ask(stack, person, 'How long is alcohol hand rub applied?').voucher_id}")
            else:
                who = f"{name}-{n}"
                people.add(stack, who, groups, Classification.INTERNAL, frozenset({"reader"}))
                say(f"add {who}")
        except AvouchError as error:
            say(f"error {error.code.name}")
            time.sleep(0.1)


def main() -> None:
    home, name = Path(sys.argv[1]), sys.argv[2]
    with Stack.open(home) as stack:
        stack.shelf.refresh()
        say("ready")
        threads = [threading.Thread(target=work, args=(stack, f"{name}-{n}")) for n in range(3)]
        if len(sys.argv) > 3:
            threads.append(threading.Thread(target=lambda: say(f"ingested {take_in(stack, Path(sys.argv[4])).added}")))
        for thread in threads:
            thread.start()
        sys.stdin.read()
        OVER.set()
        for thread in threads:
            thread.join()
    say("closed")


if __name__ == "__main__":
    main()
