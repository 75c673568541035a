# mypy: ignore-errors
"""The clients against a rate limit: the right exception, and where it is allowed, another try. URL KEY."""

from __future__ import annotations

import sys
import time

import openai

URL, KEY = sys.argv[1:]
HAND = [{"role": "user", "content": "How long is alcohol hand rub applied?"}]


def create(retries: int) -> None:
    client = openai.OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=retries)
    client.chat.completions.create(model="avouch", messages=HAND)


if __name__ == "__main__":
    raised = None
    for _ in range(5):
        try:
            create(0)
        except openai.RateLimitError as error:
            raised = error
            break
    assert raised is not None, "no limit"
    assert raised.code == "RATE_LIMITED", raised
    assert int(raised.response.headers["retry-after"]) >= 1
    begun = time.monotonic()
    create(5)
    assert time.monotonic() - begun > 0.5, "it did not wait"
    print("done")
