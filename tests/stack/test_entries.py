"""The ledger searched: nothing left out between pages, each condition alone, no further than was said."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from tests.conftest import take_in
from tests.postgres import Cluster

from avouch.canon import to_micros
from avouch.errors import AvouchError, Code
from avouch.lake.vault import Vault
from avouch.records import Classification, Principal
from avouch.stack import entries, people
from avouch.stack.ask import ask
from avouch.stack.entries import LedgerEntry, Sought, look
from avouch.stack.erase import erase
from avouch.stack.stack import Stack

HANDS = "How long is alcohol hand rub applied?"


@pytest.fixture(params=["sqlite", "postgres"])
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stack]:
    """A home on either engine."""
    folder = tmp_path / "home"
    folder.mkdir()
    if request.param == "postgres":
        cluster: Cluster = request.getfixturevalue("postgres")
        (folder / "avouch.toml").write_text(f'state = "{cluster.url}"\nstate_schema = "{cluster.schema()}"\n')
    with Stack.create(folder) as made:
        yield made


@pytest.fixture
def lived(stack: Stack, library: Path) -> tuple[Stack, Principal]:
    """A home in which things were done by two people."""
    take_in(stack, library)
    ann = people.add(stack, "ann", frozenset({"staff"}), Classification.INTERNAL, frozenset({"reader"}))
    for _ in range(5):
        ask(stack, ann, HANDS)
    ask(stack, stack.owner, HANDS)
    return stack, ann


def every(stack: Stack, sought: Sought, limit: int, who: Principal | None = None) -> list[LedgerEntry]:
    """All pages joined; each but the last is asked to be followed."""
    found: list[LedgerEntry] = []
    behind = None
    while True:
        page = look(stack, who or stack.owner, sought, behind, limit)
        assert len(page.items) <= limit
        found += page.items
        if page.next is None:
            return found
        behind = page.next


def test_pages_join_without_a_gap_in_either_order(lived: tuple[Stack, Principal]) -> None:
    stack, _ = lived
    whole = look(stack, stack.owner, Sought(), None, 1000)
    assert whole.next is None
    seqs = [one.seq for one in whole.items]
    assert seqs == list(range(len(seqs)))
    for limit in (1, 3, len(seqs), len(seqs) + 1):
        assert [one.seq for one in every(stack, Sought(), limit)] == seqs
        assert [one.seq for one in every(stack, Sought(newest=True), limit)] == seqs[::-1]


@pytest.mark.parametrize("newest", [False, True])
def test_a_search_goes_no_further_than_was_said_and_on_from_there(
    lived: tuple[Stack, Principal], monkeypatch: pytest.MonkeyPatch, newest: bool
) -> None:
    stack, ann = lived
    wanted = [one.seq for one in every(stack, Sought(actor=ann.id, newest=newest), 1000)]
    assert len(wanted) == 5
    monkeypatch.setattr(entries, "WINDOW", 1)
    monkeypatch.setattr(entries, "LOOKED", 2)
    monkeypatch.setattr(entries, "SECONDS", 60)
    first = look(stack, stack.owner, Sought(actor=ann.id), None, 1000)
    assert first.items == [] and first.next == 1  # entries 0 and 1 were looked at
    for limit in (1, 2, 1000):
        assert [one.seq for one in every(stack, Sought(actor=ann.id, newest=newest), limit)] == wanted


def test_a_search_hands_back_in_time(lived: tuple[Stack, Principal], monkeypatch: pytest.MonkeyPatch) -> None:
    stack, ann = lived
    monkeypatch.setattr(entries, "WINDOW", 1)
    monkeypatch.setattr(entries, "SECONDS", -1)
    assert look(stack, stack.owner, Sought(actor=ann.id), None, 1000).next == 0
    assert len(every(stack, Sought(actor=ann.id), 1000)) == 5


def test_each_condition(lived: tuple[Stack, Principal]) -> None:
    stack, ann = lived
    (document,) = {c.document_id for claim in ask(stack, ann, HANDS).claims for c in claim.citations}
    told = every(stack, Sought(), 1000)
    assert {one.kind for one in every(stack, Sought(kind="principal"), 9)} == {"principal.add"}
    assert [one.seq for one in every(stack, Sought(actor=ann.id), 9)] == [x.seq for x in told if x.actor == ann.id]
    about = {one.kind for one in every(stack, Sought(about=document), 9)}
    assert {"ask", "ingest"} <= about and "principal.add" not in about
    (added,) = every(stack, Sought(about=ann.id, kind="principal.add"), 9)
    assert added.body is not None and added.body["principal"] == ann.id
    assert not any(newer < older for older, newer in pairwise(to_micros(one.time) for one in told))
    middle = to_micros(told[4].time)
    assert every(stack, Sought(since=middle), 9) == [one for one in told if to_micros(one.time) >= middle]
    assert every(stack, Sought(until=middle), 9) == [one for one in told if to_micros(one.time) < middle]
    assert every(stack, Sought(since=middle, until=middle), 9) == []
    assert every(stack, Sought(until=1), 9) == []


@pytest.mark.parametrize("wrong", ["%", "d_", "d_1' or 1=1", "D_1", "x" * 200, "d_\x00"])
def test_what_is_no_id_is_refused(lived: tuple[Stack, Principal], wrong: str) -> None:
    stack, _ = lived
    with pytest.raises(AvouchError) as caught:
        look(stack, stack.owner, Sought(about=wrong), None, 9)
    assert caught.value.code is Code.INPUT_INVALID
    assert every(stack, Sought(actor=wrong), 9) == []


def test_somebody_is_found_by_name_as_by_id(lived: tuple[Stack, Principal]) -> None:
    stack, ann = lived
    assert every(stack, Sought(actor="ann"), 9) == every(stack, Sought(actor=ann.id), 9) != []
    other = people.add(stack, "x_1", frozenset(), Classification.PUBLIC, frozenset({"auditor"}), tenant="other")
    assert every(stack, Sought(actor="ann"), 9, other) == []
    people.add(stack, ann.id + "x", frozenset(), Classification.PUBLIC, frozenset({"reader"}))
    assert every(stack, Sought(actor=ann.id), 9) != []


def test_a_tenant_reads_its_own_and_an_owner_all(lived: tuple[Stack, Principal]) -> None:
    stack, ann = lived
    other = people.add(stack, "eve", frozenset(), Classification.PUBLIC, frozenset({"auditor"}), None, "beta")
    assert every(stack, Sought(), 2, other) == []
    assert every(stack, Sought(actor=ann.id, newest=True), 2, other) == []
    with pytest.raises(AvouchError) as caught:
        entries.one(stack, other, 0)
    assert caught.value.code is Code.NOT_FOUND


def test_one_entry_with_its_bytes(lived: tuple[Stack, Principal]) -> None:
    stack, ann = lived
    asked = every(stack, Sought(actor=ann.id), 9)[0]
    whole = entries.one(stack, stack.owner, asked.seq)
    assert whole.entry == asked
    assert whole.leaf.startswith(f'{{"actor":"{ann.id}","commitment":"{whole.commitment}"')
    assert whole.said is not None and whole.said.startswith('{"abstained":false,') and whole.salt
    for seq in (10_000, 2**53):
        with pytest.raises(AvouchError) as caught:
            entries.one(stack, stack.owner, seq)
        assert caught.value.code is Code.NOT_FOUND


def test_the_register_says_what_its_reader_may_know(lived: tuple[Stack, Principal]) -> None:
    from avouch.stack.register import vouchers

    stack, ann = lived
    auditor = people.add(stack, "rae", frozenset({"staff"}), Classification.INTERNAL, frozenset({"auditor"}))
    lines = vouchers(stack, ann, 2**53, 100)
    assert len(lines) == 5
    assert {(one.question, one.abstained, one.claims, one.documents) for one in lines} == {(HANDS, False, 1, 1)}
    assert len(vouchers(stack, stack.owner, 2**53, 100)) == 6
    assert [one.principal_id for one in vouchers(stack, stack.owner, 2**53, 100, mine=True)] == [stack.owner.id]
    seen = vouchers(stack, auditor, 2**53, 100)
    assert len(seen) == 6 and {one.question for one in seen} == {None}
    assert isinstance(stack.vault, Vault)
    stack.state.write(lambda tx: stack.vault.forget(tx, ann.id))
    assert {one.question for one in vouchers(stack, ann, 2**53, 100)} == {None}


def test_erasure_leaves_the_search_whole(lived: tuple[Stack, Principal]) -> None:
    stack, ann = lived
    (document,) = {c.document_id for claim in ask(stack, ann, HANDS).claims for c in claim.citations}
    before = [one.seq for one in every(stack, Sought(about=document), 9)]
    erase(stack, stack.owner, document)
    after = every(stack, Sought(about=document), 9)
    assert [one.seq for one in after][: len(before)] == before
    assert after[-1].kind == "erase"
