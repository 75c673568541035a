"""Which moment a question is about: days to their end, and none that has not come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from avouch.canon import to_micros
from avouch.errors import AvouchError, Code
from avouch.stack.moment import DAY, as_of, ending
from avouch.stack.stack import Stack

NOW = to_micros("2026-03-10T12:00:00Z")


def test_a_day_counts_to_its_end_and_today_until_now() -> None:
    assert ending("2026-03-09", NOW) == to_micros("2026-03-10") - 1
    assert ending("20260309", NOW) == to_micros("2026-03-10") - 1
    assert ending("2026-03-10", NOW) == NOW
    assert ending("2026-03-09T00:00:00Z", NOW) == to_micros("2026-03-09")
    assert ending("2026-03-09", NOW) - to_micros("2026-03-09") == DAY - 1


@pytest.mark.parametrize("text", ["2026-03-11", "2026-03-10T12:00:01Z", "9999-12-31"])
def test_what_has_not_come_is_refused(text: str) -> None:
    with pytest.raises(AvouchError) as told:
        ending(text, NOW)
    assert told.value.code is Code.TIME_INVALID


def test_a_home_of_today_knows_something_today_and_nothing_tomorrow_or_before(tmp_path: Path) -> None:
    today = datetime.now(UTC)
    day, tomorrow = f"{today:%Y-%m-%d}", f"{today + timedelta(days=1):%Y-%m-%d}"
    with Stack.create(tmp_path / "home") as stack:
        now = as_of(stack, None)
        assert as_of(stack, None, day).moment.snapshot == as_of(stack, day).moment.snapshot == now.moment.snapshot
        assert as_of(stack, day).note == ""
        for asked in ((tomorrow, None), (None, tomorrow), (None, "1901-01-01")):
            with pytest.raises(AvouchError) as told:
                as_of(stack, *asked)
            assert told.value.code is Code.TIME_INVALID
        assert "knew nothing yet at 1901-01-01" in as_of(stack, "1901-01-01").note
