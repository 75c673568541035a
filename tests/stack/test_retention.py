"""Words leave when their time is over; proofs, holds and what is not due stay."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.conftest import take_in
from tests.postgres import Cluster

from avouch.canon import canonical, digest
from avouch.errors import AvouchError, Code
from avouch.ingest.discover import Options
from avouch.lake.schema import sealed
from avouch.ledger.verify import verify
from avouch.records import Classification, Principal
from avouch.stack import audit, entries, holds, idempotent, people, retention
from avouch.stack.ask import ask
from avouch.stack.daily import Daily, retaining
from avouch.stack.find import find
from avouch.stack.ingest import ingest
from avouch.stack.replay import replay
from avouch.stack.stack import Stack
from avouch.stack.vouchers import export

DAY = 24 * 3600 * 1_000_000_000
QUESTION = "How long is alcohol hand rub applied?"
SENSITIVE = "Does Zacharias Quint of bed nine have the plague?"
RULES = """
[[retention]]
days = 100

[[retention]]
class = "restricted"
days = 10

[[retention]]
purpose = "testing"
days = 5
"""
Later = Callable[[float], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Move the clock on by some days from the real one."""
    real = time.time_ns

    def move(days: float) -> None:
        monkeypatch.setattr(time, "time_ns", lambda: real() + int(days * DAY))

    return move


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Stack]:
    root = tmp_path / "home"
    root.mkdir()
    (root / "avouch.toml").write_text(RULES)
    with Stack.create(root) as stack:
        yield stack


@pytest.fixture
def una(home: Stack, library: Path) -> Principal:
    """A reader, with something to read."""
    take_in(home, library)
    groups = frozenset({"staff"})
    return people.add(home, "una", groups, Classification.INTERNAL, frozenset({"reader", "operator"}))


def names(stack: Stack) -> set[str]:
    """What is sealed of answers and searches, and for requests."""
    query = select(sealed.c.name).where(func.substr(sealed.c.name, 2, 1).in_(("_", "d")))
    return set(stack.state.read(lambda tx: tx.execute(query).scalars().all()))


def test_words_go_when_their_time_is_over_and_proofs_stay(home: Stack, una: Principal, later: Later) -> None:
    voucher = ask(home, una, QUESTION).voucher_id
    assert replay(home, home.owner, voucher).verdict == "same"
    later(99.9)
    assert retention.run(home, una).answers == 0
    later(100.1)
    assert retention.run(home, una, dry=True).answers == 1
    assert {voucher, f"{voucher}/vector"} <= names(home)
    done = retention.run(home, una)
    assert (done.answers, done.searches, done.rules) == (1, 0, {"content is kept for 100 days": 1})
    assert not [name for name in names(home) if name.startswith(voucher)]
    told, gone = export(home, voucher)
    assert [part.pointer for part in gone] == ["/question"]
    assert verify(canonical(told), str(home.signer.key)).valid
    again = replay(home, home.owner, voucher)
    assert again.verdict == "erased"
    assert audit.audit(home, []).valid
    assert retention.run(home, una).entries == ()


def test_the_receipt_says_what_went_and_nothing_of_it(home: Stack, una: Principal, later: Later) -> None:
    ids = {ask(home, una, QUESTION).voucher_id, ask(home, una, SENSITIVE).voucher_id}
    entry = find(home, una, SENSITIVE).entry
    (search,) = [one.body for one in entries.look(home, home.owner, entries.Sought(), entry - 1, 1).items if one.body]
    ids.add(str(search["search"]))
    later(101)
    done = retention.run(home, una)
    (body,) = [one.body for one in entries.look(home, home.owner, entries.Sought("retention"), None, 1000).items]
    assert body is not None
    assert set(body["ids"]) == ids
    assert body["digest"] == digest(canonical(sorted(ids)))
    assert (body["answers"], body["searches"]) == (done.answers, done.searches) == (2, 1)
    assert body["parts"] == 5
    assert sum(body["rules"].values()) == 3
    assert "Quint" not in str(body)
    assert SENSITIVE.encode() not in (home.home.root / "state.db").read_bytes()


def test_class_and_purpose_decide(home: Stack, una: Principal, tmp_path: Path, later: Later) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "plan.md").write_text("# Plan\n\nThe evacuation of the ward takes 12 minutes.\n")
    ingest(home, home.owner, secret, Options())  # what is not said is the strictest
    own = ask(home, home.owner, "How long does the evacuation of the ward take?").voucher_id
    plain = ask(home, una, QUESTION).voucher_id
    tested = ask(home, una, QUESTION, purpose="testing").voucher_id
    unanswered = ask(home, una, "Zzyzx?").voucher_id
    later(6)
    retention.run(home, una)
    assert tested not in names(home)
    assert {own, plain, unanswered} <= names(home)
    later(11)
    retention.run(home, una)
    assert own not in names(home)
    assert plain in names(home)


def test_a_question_that_found_nothing_is_restricted(home: Stack, later: Later) -> None:
    nobody = people.add(home, "nora", frozenset(), Classification.PUBLIC, frozenset({"reader"}))
    voucher = ask(home, nobody, QUESTION).voucher_id
    later(11)
    assert retention.run(home, home.owner).rules == {"restricted content is kept for 10 days": 1}
    assert voucher not in names(home)


def test_a_hold_keeps_words_until_it_ends(home: Stack, una: Principal, later: Later) -> None:
    kept, gone = (ask(home, una, QUESTION).voucher_id for _ in range(2))
    made = holds.hold(home, una, kept, "the case of the north ward")
    assert holds.listing(home, una) == [made]
    for wrong, code in ((kept, Code.INPUT_INVALID), ("a_0", Code.NOT_FOUND)):
        with pytest.raises(AvouchError) as error:
            holds.hold(home, una, wrong)
        assert error.value.code is code
    later(1000)
    assert retention.run(home, una).answers == 1
    assert kept in names(home)
    assert gone not in names(home)
    holds.unhold(home, una, kept)
    assert holds.listing(home, una) == []
    with pytest.raises(AvouchError) as none:
        holds.unhold(home, una, kept)
    assert none.value.code is Code.NOT_FOUND
    assert retention.run(home, una).answers == 1
    assert kept not in names(home)


def test_a_hold_that_comes_while_a_run_is_under_way_counts(home: Stack, una: Principal, later: Later) -> None:
    voucher = ask(home, una, QUESTION).voucher_id
    later(1000)

    def going() -> bool:
        if not holds.listing(home, una):
            holds.hold(home, una, voucher)
        return True

    assert retention.run(home, una, going=going).answers == 0
    assert voucher in names(home)


def test_what_requests_were_answered_goes_too(home: Stack, una: Principal, later: Later) -> None:
    claim = idempotent.Claim.of(home, una, "k1", "r")
    assert idempotent.claim(home, claim) is None
    idempotent.keep(home, claim, idempotent.Kept(200, "text/plain", SENSITIVE.encode()))
    name = idempotent.PREFIX + claim.digest
    assert name in names(home)
    later(4)
    assert retention.run(home, una).repeats == 0
    later(6)
    assert retention.run(home, una, dry=True).repeats == 1
    done = retention.run(home, una)
    assert (done.repeats, done.answers, len(done.entries)) == (1, 0, 1)
    assert name not in names(home)


def test_without_rules_all_is_kept(stack: Stack, library: Path, ann: Principal, later: Later) -> None:
    take_in(stack, library)
    voucher = ask(stack, ann, QUESTION).voucher_id
    later(30_000)
    assert retention.run(stack, stack.owner) == retention.Swept(0, 0, 0, {}, (), False)
    assert voucher in names(stack)
    with retaining(stack):
        assert not [one for one in threading.enumerate() if one.name == "avouch-retention"]


def test_a_clock_that_went_back_removes_nothing(home: Stack, una: Principal, later: Later) -> None:
    later(50)
    voucher = ask(home, una, QUESTION).voucher_id
    later(0)
    assert retention.run(home, una).answers == 0
    assert voucher in names(home)


def test_many_go_in_batches_and_a_cut_short_run_is_gone_on_with(
    home: Stack, una: Principal, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr("avouch.stack.kept.PAGE", 3)
    for _ in range(7):
        find(home, una, QUESTION)
    later(101)
    turns = iter((True, False))
    assert retention.run(home, una, going=lambda: next(turns)).searches == 2
    done = retention.run(home, una)
    assert (done.searches, len(done.entries)) == (5, 3)


def test_only_operators_and_owners_of_the_home(home: Stack, later: Later) -> None:
    reader = people.add(home, "rea", frozenset({"staff"}), Classification.INTERNAL, frozenset({"reader"}))
    abroad = people.add(home, "oto", frozenset(), Classification.INTERNAL, frozenset({"operator"}), None, "beta")
    for person in (reader, abroad):
        for refused in (
            lambda person=person: retention.run(home, person),
            lambda person=person: holds.hold(home, person, "a_0"),
            lambda person=person: holds.unhold(home, person, "a_0"),
            lambda person=person: holds.listing(home, person),
        ):
            with pytest.raises(AvouchError) as error:
                refused()
            assert error.value.code is Code.FORBIDDEN


def test_once_a_day_while_it_is_served(home: Stack, una: Principal, later: Later) -> None:
    voucher = ask(home, una, QUESTION).voucher_id
    daily = Daily(home)
    assert daily.step()
    assert not daily.step()
    later(101)
    with retaining(home):
        for _ in range(200):
            if voucher not in names(home):
                break
            time.sleep(0.05)
    assert voucher not in names(home)
    assert not daily.step()
    later(102.1)
    assert daily.step()


def test_it_works_on_postgresql(tmp_path: Path, library: Path, postgres: Cluster, later: Later) -> None:
    root = tmp_path / "home"
    root.mkdir()
    (root / "avouch.toml").write_text(
        f'state = "{postgres.url}"\nstate_schema = "{postgres.schema()}"\nbusy_seconds = 0.2\n{RULES}'
    )
    with Stack.create(root) as one, Stack.open(root) as two:
        take_in(one, library)
        una = people.add(one, "una", frozenset({"staff"}), Classification.INTERNAL, frozenset({"operator", "reader"}))
        held, voucher = (ask(one, una, QUESTION).voucher_id for _ in range(2))
        find(two, una, QUESTION)
        holds.hold(two, una, held)
        later(101)
        with two.alone(retention.LOCK), pytest.raises(AvouchError) as busy:
            retention.run(one, una)
        assert busy.value.code is Code.STATE_UNAVAILABLE
        done = retention.run(one, una)
        assert (done.answers, done.searches) == (1, 1)
        assert voucher not in names(two)
        assert held in names(two)
        assert replay(two, two.owner, voucher).verdict == "erased"
