"""An exported ledger as a stranger may hand it over: what is whole verifies, and nothing else does or crashes."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from avouch.canon import canonical
from avouch.errors import AvouchError
from avouch.ledger.verify import verify
from avouch.stack import audit
from avouch.stack.act import write
from avouch.stack.stack import Stack

GOLDEN = Path(__file__).parent.parent / "golden"
KEY = (GOLDEN / "key.txt").read_text().strip()
WHOLE = (GOLDEN / "log.jsonl").read_bytes()
LINES = WHOLE.decode().removesuffix("\n").split("\n")
ENDS = "\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e"
DEEP = "[" * 100_000 + "]" * 100_000
SMALL = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(SMALL, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


def valid(data: bytes) -> bool:
    """What is said of a file; a coded refusal is no."""
    try:
        return verify(data, KEY).valid
    except AvouchError:
        return False


def told(data: bytes) -> list[tuple[str, bytes]]:
    """The leaf and canonical body of each entry that a file shows; an erased body is empty."""
    rows = [json.loads(line) for line in data.decode().removesuffix("\n").split("\n")[1:]]
    return [(row["leaf"], b"" if row["body"] is None else canonical(row["body"])) for row in rows]


def changed(line: int, **values: Any) -> bytes:
    """The golden log with some values of one line replaced."""
    said = json.dumps(json.loads(LINES[line]) | values, separators=(",", ":"))
    return "\n".join([*LINES[:line], said, *LINES[line + 1 :]]).encode()


def as_it_was(data: bytes) -> bool:
    """Whether a file shows the golden entries: in their places, each with its body or without."""
    pairs = list(zip(told(WHOLE), told(data), strict=False))
    return len(told(WHOLE)) == len(told(data)) and all(
        mine[0] == theirs[0] and theirs[1] in (mine[1], b"") for mine, theirs in pairs
    )


def test_a_reason_may_hold_any_end_of_line(stack: Stack, tmp_path: Path) -> None:
    for end in ENDS:
        write(stack, "test", stack.owner, lambda tx, stamp, end=end: (None, {"reason": f"wrong{end}dose"}))  # type: ignore[misc]
    audit.export(stack, tmp_path / "log.jsonl")
    data = (tmp_path / "log.jsonl").read_bytes()
    assert verify(data).valid
    assert verify(data.replace(b"\n", b"\r\n")).valid
    assert verify(data.removesuffix(b"\n")).valid


@pytest.mark.parametrize(
    "data",
    [
        WHOLE[:300] + b"\xff\xfe" + WHOLE[300:],
        changed(1, body=json.loads("[" * 500 + "]" * 500)),
        "\n".join([*LINES[:4], DEEP]).encode(),
        changed(1, leaf=DEEP),
        changed(1, leaf='"\ud800"'),
        changed(1, salt=5),
        changed(1, salt="zz"),
        changed(1, leaf=5),
        changed(0, checkpoints=[1]),
        changed(0, checkpoints=5),
        changed(0, checkpoints=["\ud800\n" + "1" * 5000 + "\nAAAA\n\n— a AAAA\n"]),
        changed(0, keys=5),
        "\n".join([*LINES[:4], "[]"]).encode(),
        (LINES[0] + "\n").encode(),
    ],
)
def test_what_no_export_holds_is_refused_in_its_words(data: bytes) -> None:
    assert not valid(data)


@pytest.mark.parametrize("keys", [[1], 5, ["\ud800+00000000+" + "A" * 44], [], None])
def test_keys_of_a_file_that_are_none(keys: object) -> None:
    with suppress(AvouchError):
        assert not verify(changed(0, keys=keys)).valid


@pytest.mark.parametrize(
    "data",
    [
        changed(4, salt=None, body={"run": "r_3", "note": "as it never was"}),
        changed(0, checkpoints=[]),
        changed(0, checkpoints=json.loads(LINES[0])["checkpoints"][:1]),
        changed(0, format="avouch/ledger/12"),
        WHOLE.replace(b'"body":{"run":"r_3"', b'"body":{"run":"r_9"},"body":{"run":"r_3"'),
    ],
)
def test_nothing_is_taken_on_trust(data: bytes) -> None:
    """A body without its salt, entries under no signature, another format, a name that stands twice."""
    assert data != WHOLE
    assert not valid(data)


@settings(max_examples=400, deadline=None)
@given(at=st.integers(0, len(WHOLE) - 1), length=st.integers(0, 12), put=st.binary(max_size=12))
def test_bytes_changed_at_any_place(at: int, length: int, put: bytes) -> None:
    data = WHOLE[:at] + put + WHOLE[at + length :]
    if valid(data):
        assert as_it_was(data)


@settings(max_examples=400, deadline=None)
@given(line=st.integers(0, len(LINES) - 1), at=st.integers(0, 2), value=VALUES)
@example(line=0, at=2, value=["", ""])
@example(line=1, at=1, value="")
def test_a_value_changed_in_any_line(line: int, at: int, value: Any) -> None:
    data = changed(line, **{list(json.loads(LINES[line]))[at]: value})
    if valid(data):
        assert as_it_was(data)


@settings(max_examples=100, deadline=None)
@given(st.permutations(LINES[1:]), st.integers(0, len(LINES)), st.sampled_from(LINES))
def test_lines_moved_left_out_or_doubled(moved: list[str], keep: int, again: str) -> None:
    for lines in (moved, LINES[1:][:keep], [*LINES[1:], again], [*LINES[1 : keep + 1], again, *LINES[keep + 1 :]]):
        data = "\n".join([LINES[0], *lines]).encode()
        assert valid(data) == (lines == LINES[1:])


def test_the_golden_log_is_what_is_held_to() -> None:
    assert valid(WHOLE)
    assert as_it_was(WHOLE)
    assert not as_it_was(changed(1, body={}))
