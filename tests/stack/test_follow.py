"""The thread that follows other processes goes on, whatever fails once."""

from __future__ import annotations

import logging
import threading

import pytest
from sqlalchemy.exc import OperationalError

from avouch.errors import AvouchError, Code
from avouch.stack import follow
from avouch.stack.stack import Stack

SECRET = "zyxwvutine 77 mg"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(5, "read failed", SECRET), "OSError"),
        (OperationalError(SECRET, {"text": SECRET}, ValueError(SECRET)), "OperationalError"),
        (ValueError(SECRET), "ValueError"),
        (AvouchError(Code.INDEX_STALE, SECRET), "INDEX_STALE"),
    ],
)
def test_an_error_does_not_end_the_following(
    stack: Stack,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    told: str,
) -> None:
    fails, again = [error], threading.Event()

    def refresh() -> None:
        if fails:
            raise fails.pop()
        again.set()

    monkeypatch.setattr(follow, "SECONDS", 0.01)
    monkeypatch.setattr(stack.shelf, "refresh", refresh)
    follower = follow.Follower(stack)
    with caplog.at_level(logging.DEBUG):
        follower.start()
        went_on = again.wait(10.0)
        follower.stop()
    assert went_on
    assert [record.getMessage() for record in caplog.records if record.name == "avouch.follow"] == [
        f"follow code={told}"
    ]
    assert SECRET not in caplog.text
