# mypy: ignore-errors
"""The ``openai`` client, in an environment of its own. Reads orders from standard input, a line of JSON each.

{"requests": N, "content": …} asks N times, one after the other; {"streams": N, "tokens": N} all at once.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import openai


def ask(client, content):
    """The pieces of one reply, and the milliseconds to the first one and to the end."""
    began = time.perf_counter()
    first = 0.0
    pieces = []
    told = client.chat.completions.create(
        model="fake",
        messages=[{"role": "user", "content": content}],
        max_tokens=4096,
        temperature=0,
        seed=0,
        stream=True,
        stream_options={"include_usage": True},
    )
    for one in told:
        if one.choices and one.choices[0].delta.content:
            first = first or time.perf_counter() - began
            pieces.append(one.choices[0].delta.content)
    return pieces, first * 1e3, (time.perf_counter() - began) * 1e3


def main(url):
    client = openai.OpenAI(base_url=url, api_key="none", max_retries=0, timeout=120)
    print(json.dumps({"version": openai.__version__}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        if "streams" in order:
            names = [f"o{number} {order['tokens']}" for number in range(order["streams"])]
            began = time.perf_counter()
            with ThreadPoolExecutor(order["streams"]) as pool:
                found = list(pool.map(lambda name: ask(client, name)[0], names))
            told = {"seconds": time.perf_counter() - began, "replies": found}
        else:
            took = [ask(client, order["content"])[1:] for _ in range(order["requests"])]
            told = {"first_ms": [one[0] for one in took], "whole_ms": [one[1] for one in took]}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
