"""The stream of security events: in order, nothing left out, whatever fails; and what a finding is made for."""

from __future__ import annotations

import json
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from tests.conftest import take_in
from tests.observe.test_ocsf import required
from tests.receivers import HttpReceiver, SyslogReceiver, certificate

from avouch.adapters import sink_http
from avouch.errors import AvouchError, Code
from avouch.lake.principals import Change
from avouch.lake.schema import cursors
from avouch.ledger import log
from avouch.ledger.log import entries
from avouch.ports import Notice
from avouch.records import Classification, Principal
from avouch.stack import access, credentials, daily, emergency, people, siem, signin, watch
from avouch.stack.ask import ask
from avouch.stack.audit import anchor
from avouch.stack.erase import erase
from avouch.stack.siem import Stream, open_sink, status
from avouch.stack.stack import Stack
from avouch.stack.withdraw import withdraw

QUESTION = "When is the first antibiotic dose given?"


class Kept:
    """A sink in memory; fails where it is told to, before or after it has taken a batch."""

    kind, name = "kept", "kept"

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.fail = ""

    def send(self, notices: Sequence[Notice]) -> None:
        if self.fail != "before":
            self.notices += notices
        if self.fail:
            raise AvouchError(Code.SINK_UNAVAILABLE, "no")

    def close(self) -> None: ...

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(one.data) for one in self.notices]


def using(stack: Stack, **changed: object) -> None:
    stack.settings = replace(stack.settings, **changed)  # type: ignore[arg-type]


def sequences(lines: Sequence[bytes]) -> list[int]:
    return [json.loads(line)["metadata"]["sequence"] for line in lines]


def in_order_without_gap(found: list[int], size: int) -> None:
    """Every entry is there; taking away repeats leaves them in order."""
    first = list(dict.fromkeys(found))
    assert first == sorted(first)
    assert set(found) == set(range(size))


def some_acts(stack: Stack, count: int = 25) -> int:
    for n in range(count):
        groups = frozenset({"staff"})
        people.add(stack, f"person-{n}", groups, Classification.INTERNAL, frozenset({"reader"}))
    return stack.state.read(log.size)


def test_everything_is_sent_once_and_the_cursor_goes_along(stack: Stack) -> None:
    size, sink = some_acts(stack), Kept()
    stream = Stream(stack, sink)
    assert stream.catch_up() == size
    assert [one["metadata"]["sequence"] for one in sink.events] == sorted(
        one["metadata"]["sequence"] for one in sink.events
    )
    in_order_without_gap([one["metadata"]["sequence"] for one in sink.events], size)
    uids = [one.uid for one in sink.notices]
    assert len(set(uids)) == len(uids)
    assert stream.catch_up() == 0
    assert [(place.seq, place.behind) for place in status(stack)] == [(size - 1, 0)]
    anchor(stack, stack.owner)
    assert [place.behind for place in status(stack)] == [1]
    assert stream.catch_up() == 1


def test_metrics_say_how_far_a_sink_is_behind(stack: Stack) -> None:
    """Of sinks alone: retention and the slots of indexes have cursors, too, which count something else."""
    some_acts(stack)
    for kind in ("kept", "other"):
        sink = Kept()
        sink.kind = kind
        Stream(stack, sink).catch_up()
        anchor(stack, stack.owner)
        assert f'avouch_siem_behind_entries{{sink="{kind}"}} 1.0' in watch.exposition(stack).decode()
    stack.state.write(lambda tx: daily.ran(tx, time.time_ns() // 1000))
    stack.state.write(lambda tx: tx.execute(insert(cursors), {"name": "index/i host:1", "seq": -1}) and None)
    found = re.findall(r"^(?:# TYPE )?avouch_siem_behind.*$", watch.exposition(stack).decode(), re.M)
    behind = 'avouch_siem_behind_entries{sink="%s"} %d.0'
    assert found == ["# TYPE avouch_siem_behind_entries gauge", behind % ("kept", 2), behind % ("other", 1)]


def test_of_two_sinks_of_a_kind_the_hindmost_counts(stack: Stack) -> None:
    size = some_acts(stack)
    for name, seq in (("siem/file/a", size - 4), ("siem/file/b", size - 1)):
        stack.state.write(lambda tx, one={"name": name, "seq": seq}: tx.execute(insert(cursors), one) and None)  # type: ignore[misc]
    assert 'avouch_siem_behind_entries{sink="file"} 3.0' in watch.exposition(stack).decode()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_batch_that_failed_comes_again(stack: Stack, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(siem, "BATCH", 4)
    size, sink = some_acts(stack, 9), Kept()
    stream = Stream(stack, sink)
    stream.step()
    taken = list(sink.notices)
    sink.fail = when
    with pytest.raises(AvouchError):
        stream.step()
    half = sink.notices[len(taken) :]
    sink.fail = ""
    Stream(stack, sink).catch_up()
    in_order_without_gap([one["metadata"]["sequence"] for one in sink.events], size)
    repeated = sink.notices[len(taken) + len(half) :][: len(half)]
    assert repeated == half
    assert bool(half) == (when == "after")


def test_sinks_have_cursors_of_their_own(stack: Stack, tmp_path: Path) -> None:
    size = some_acts(stack, 3)
    for name in ("one", "two"):
        using(stack, siem=f"file:{tmp_path}/{name}.jsonl")
        Stream(stack, open_sink(stack)).catch_up()
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    assert [place.seq for place in status(stack)] == [size - 1] * 2


def test_one_process_at_a_time_streams_to_a_sink(stack: Stack) -> None:
    first, second = Stream(stack, Kept()), Stream(stack, Kept())
    with stack.state.alone(first.name, 0.0), pytest.raises(AvouchError, match="not free"):
        second.catch_up()


def test_a_thread_catches_up_while_a_receiver_fails_every_third_time(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, name, value in ((sink_http, "FIRST", 0.01), (siem, "FIRST", 0.02), (siem, "IDLE", 0.02)):
        monkeypatch.setattr(place, name, value)
    monkeypatch.setattr(siem, "BATCH", 3)
    receiver = HttpReceiver(lambda n: (200, 200, 500)[n % 3])
    using(stack, siem=receiver.url)
    for _ in range(2):
        stream = Stream(stack, open_sink(stack))
        stream.start()
        size = some_acts_named(stack, 12)
        wait(lambda size=size: len(set(sequences(receiver.lines))) == size)
        stream.stop()
    in_order_without_gap(sequences(receiver.lines), size)
    assert 500 in receiver.statuses
    receiver.close()


def some_acts_named(stack: Stack, count: int) -> int:
    for _ in range(count):
        anchor(stack, stack.owner)
    return stack.state.read(log.size)


def wait(until: Any, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def test_killed_in_the_middle_there_are_repeats_and_no_gap(tmp_path: Path) -> None:
    """Over TLS syslog, killed at random moments until one process came through."""
    cert = certificate(tmp_path)
    receiver, home = SyslogReceiver(cert), tmp_path / "home"
    with Stack.create(home) as stack:
        size = some_acts(stack, 80)
    address = f"syslog+tls://127.0.0.1:{receiver.port}"
    (home / "avouch.toml").write_text(f'siem = "{address}"\nsiem_ca = "{cert[0]}"\n')
    chance = random.Random(7)
    for attempt in range(6):
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.stack.siem_process", str(home)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        if attempt == 5:
            assert child.wait(60) == 0
            break
        time.sleep(chance.uniform(0.0, 0.08))
        child.send_signal(signal.SIGKILL)
        child.wait(10)
    wait(lambda: len(set(sequences(receiver.events()))) == size)
    in_order_without_gap(sequences(receiver.events()), size)
    receiver.close()


def test_what_is_worth_a_look_becomes_a_finding(stack: Stack, library: Path, ann: Principal) -> None:
    sink = Kept()
    take_in(stack, library)
    answer = ask(stack, ann, QUESTION)
    document = answer.passages[0].document_id
    with pytest.raises(AvouchError, match="FORBIDDEN"):
        withdraw(stack, ann, document, wrong=True)
    withdraw(stack, stack.owner, document, wrong=True)
    erase(stack, stack.owner, document)
    doc = people.add(stack, "doc", frozenset(), Classification.INTERNAL, frozenset({"on-call"}))
    grant = emergency.begin(stack, doc, "a patient is bleeding")
    eve = people.add(stack, "eve", frozenset(), Classification.INTERNAL, frozenset({"admin"}))
    emergency.review(stack, eve, grant.id, "not-justified")
    people.change(stack, stack.owner, ann.id, Change(roles=frozenset({"curator"})))
    credentials.set_password(stack, stack.owner, ann.id, "correct horse battery")
    signin.by_password(stack, "ann", "correct horse battery")
    for _ in range(5):
        with pytest.raises(AvouchError):
            signin.by_password(stack, "ann", "wrong horse battery")
    access.review(stack, stack.owner)
    using(stack, siem_signins=4)
    Stream(stack, sink).catch_up()
    for one in sink.events:
        assert required(one) == [], one["metadata"]["event_code"]
    found = [(one["class_uid"], one["activity_id"], one["metadata"]["event_code"]) for one in sink.events]
    for expected in [
        (6005, 5, "ingest"),
        (6005, 4, "ask"),
        (6003, 99, "access.refused"),
        (6005, 2, "withdraw"),
        (6005, 7, "erase"),
        (2004, 1, "access.emergency.begin"),
        (3005, 1, "access.emergency.begin"),
        (2004, 3, "access.emergency.review"),
        (3004, 3, "principal.change"),
        (3005, 1, "principal.change"),
        (3005, 2, "principal.change"),
        (3002, 1, "access.signin"),
        (3002, 1, "access.refused"),
        (2003, 1, "access.review"),
    ]:
        assert expected in found, expected
    states = [one["finding_info"]["uid"] for one in sink.events if one["class_uid"] == 2004]
    assert states.count(f"{stack.id}/emergency/{grant.id}") == 2
    bursts = [one for one in sink.events if one.get("finding_info", {}).get("types") == ["signins-refused"]]
    assert [one["unmapped"]["count"] for one in bursts] == [4]


def test_names_go_along_only_where_the_settings_say_so(stack: Stack, ann: Principal) -> None:
    del ann
    for names, there in (("no", False), ("yes", True)):
        sink = Kept()
        sink.name = names
        using(stack, siem_names=names)
        Stream(stack, sink).catch_up()
        assert (b'"name":"ann"' in b"".join(one.data for one in sink.notices)) == there


def test_erased_bodies_are_told_without(stack: Stack) -> None:
    size, sink = some_acts(stack, 3), Kept()
    stack.state.write(lambda tx: tx.execute(update(entries).values(body=None, salt=None)))
    Stream(stack, sink).catch_up()
    in_order_without_gap([one["metadata"]["sequence"] for one in sink.events], size)
    assert not [one for one in sink.events if one["class_uid"] == 2004]


@pytest.fixture
def sink(stack: Stack) -> Iterator[Kept]:
    some_acts(stack, 5)
    yield Kept()


def broken(sink: Kept) -> list[Any]:
    return [
        one["unmapped"]["check"] for one in sink.events if one.get("finding_info", {}).get("types") == ["ledger-broken"]
    ]


def test_an_entry_that_was_tampered_with_is_found_on_its_way(stack: Stack, sink: Kept) -> None:
    def tamper(tx: Any) -> None:
        row = tx.execute(select(entries.c.leaf).where(entries.c.seq == 3)).scalar()
        tx.execute(update(entries).where(entries.c.seq == 3).values(leaf=row.replace(b'"actor":"p_', b'"actor":"p-')))
        tx.execute(update(entries).where(entries.c.seq == 2).values(body=b"{}"))

    stack.state.write(tamper)
    Stream(stack, sink).catch_up()
    assert broken(sink) == ["body", "leaf"]


def test_a_gap_and_a_leaf_that_cannot_be_read_are_found(stack: Stack, sink: Kept) -> None:
    def tamper(tx: Any) -> None:
        tx.execute(delete(entries).where(entries.c.seq == 2))
        tx.execute(update(entries).where(entries.c.seq == 4).values(leaf=b"\xff{", body=b"\xff"))

    stack.state.write(tamper)
    Stream(stack, sink).catch_up()
    assert broken(sink) == ["gap", "entry"]


def test_an_audit_that_fails_is_a_finding(stack: Stack, sink: Kept) -> None:
    stream = Stream(stack, sink)
    stream.catch_up()
    assert stream.look()
    assert not broken(sink)
    stack.state.write(lambda tx: tx.execute(update(entries).where(entries.c.seq == 2).values(body=b"{}")))
    assert not stream.look()
    assert len(broken(sink)) == 1
    assert required(sink.events[-1]) == []


def test_a_ledger_that_became_shorter_is_a_finding(stack: Stack, sink: Kept) -> None:
    stream = Stream(stack, sink)
    stream.catch_up()
    size = stack.state.read(log.size)
    stack.state.write(lambda tx: tx.execute(update(cursors).values(seq=size + 4)))
    assert stream.step() == 1
    assert sink.events[-1]["finding_info"]["types"] == ["ledger-short"]
    assert stream.step() == 0


@pytest.mark.parametrize(
    "where",
    ["", "events.jsonl", "file:events.jsonl", "http://siem.example/x", "syslog://h:1", "https:///x", "https://a:b@h/x",
     "syslog+tls://h:99999", "ftp://h/x"],
)  # fmt: skip
def test_a_sink_that_cannot_be_meant_is_refused(stack: Stack, where: str) -> None:
    using(stack, siem=where)
    with pytest.raises(AvouchError, match="CONFIG_INVALID"):
        open_sink(stack)


def test_the_token_comes_from_a_file_or_the_environment(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = HttpReceiver(token="sesame")
    (tmp_path / "token").write_text("sesame\n")
    using(stack, siem=receiver.url, siem_token_file=str(tmp_path / "token"))
    assert Stream(stack, open_sink(stack)).catch_up() > 0
    monkeypatch.setenv("AVOUCH_SIEM_TOKEN", "another")
    anchor(stack, stack.owner)
    with pytest.raises(AvouchError, match="SINK_REFUSED"):
        Stream(stack, open_sink(stack)).catch_up()
    using(stack, siem_token_file=str(tmp_path / "none"))
    monkeypatch.delenv("AVOUCH_SIEM_TOKEN")
    with pytest.raises(AvouchError, match="CONFIG_INVALID"):
        open_sink(stack)
    receiver.close()
