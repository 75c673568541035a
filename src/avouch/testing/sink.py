"""What every Sink must do.

class TestMine(SinkSuite):
    def make(self): return MySink(...)
    def received(self): ...   # the events that arrived, in order, as bytes
"""

from __future__ import annotations

import json
import re

import pytest

from avouch.ports import Notice, Sink

LONG = 60_000


def notices(first: int, last: int, padding: int = 0) -> list[Notice]:
    """Numbered events with everything in them that a line or a frame could trip over."""
    found = []
    for n in range(first, last):
        text = f'é\u2028"\\ <13>1 {"x" * padding}'
        data = json.dumps({"n": n, "text": text}, ensure_ascii=n % 2 == 0).encode()
        found.append(Notice(f"h/{n}/0", 1_700_000_000_000_000 + n, 1 + n % 5, data))
    return found


class SinkSuite:
    """What ``send`` returned from has arrived: whole, unchanged, in order, and as often as it was sent."""

    def make(self) -> Sink:
        raise NotImplementedError

    def received(self) -> list[bytes]:
        raise NotImplementedError

    @pytest.fixture
    def sink(self) -> Sink:
        return self.make()

    def test_it_says_what_it_is(self, sink: Sink) -> None:
        assert re.fullmatch(r"[a-z]+", sink.kind)
        assert sink.name == self.make().name
        sink.close()

    def test_events_arrive_in_order(self, sink: Sink) -> None:
        sent = notices(0, 40)
        sink.send(sent[:25])
        assert self.received() == [one.data for one in sent[:25]]
        sink.send(sent[25:])
        assert self.received() == [one.data for one in sent]
        sink.close()

    def test_nothing_sent_is_nothing_received(self, sink: Sink) -> None:
        sink.send([])
        assert self.received() == []
        sink.close()

    def test_long_events_arrive_whole(self, sink: Sink) -> None:
        sent = notices(0, 30, LONG)
        sink.send(sent)
        assert self.received() == [one.data for one in sent]
        sink.close()

    def test_what_is_sent_again_arrives_again(self, sink: Sink) -> None:
        sent = notices(0, 3)
        sink.send(sent)
        sink.send(sent)
        assert self.received() == [one.data for one in sent] * 2
        sink.close()

    def test_another_sink_goes_on_behind_the_first(self, sink: Sink) -> None:
        first, second = notices(0, 3), notices(3, 6)
        sink.send(first)
        sink.close()
        again = self.make()
        again.send(second)
        again.close()
        assert self.received() == [one.data for one in first + second]
