"""What models did over time: counted once, with the entry, and with no name on it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update
from tests.conftest import staff
from tests.model_server import Fake
from tests.postgres import Cluster

from avouch.errors import AvouchError
from avouch.generate.attempt import Attempt
from avouch.generate.budget import Limit, Over, Scope
from avouch.lake.schema import answers, spent
from avouch.lake.schema import turns as table
from avouch.records import Classification, Principal, Usage
from avouch.stack import activity, budgets, models, people
from avouch.stack.activity import Latency, Line
from avouch.stack.ask import ask
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack
from avouch.stack.turns import Turn, add, turn_of

PAGE = "# Sepsis\n\nThe first antibiotic dose is given within 1 hour of recognition. Cultures are drawn before it.\n"
ASKED = "When is the first antibiotic dose given in sepsis?"
TRUE = "The first dose of antibiotics is given within 1 hour"
WRONG = "The first antibiotic dose is given within 6 hours of recognition"
DAY = 86_400_000_000


@pytest.fixture
def server() -> Iterator[Fake]:
    with Fake(f"{TRUE} [1]. {WRONG} [1].") as made:
        yield made


@pytest.fixture
def home(stack: Stack, tmp_path: Path) -> Stack:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "sepsis.md").write_text(PAGE)
    ingest(stack, stack.owner, tmp_path / "pages", staff())
    return stack


@pytest.fixture
def ann(home: Stack) -> Principal:
    return people.add(home, "ann", frozenset({"staff"}), Classification.INTERNAL, frozenset({"reader"}))


def declare(stack: Stack, server: Fake, name: str = "local", **more: Any) -> None:
    told = {"name": name, "kind": "openai", "url": server.url, "remote": "m", "version": "1", "owner": "it"}
    models.declare(stack, stack.owner, {**told, "receives": "internal", "context": 8000, "price_in": 2, **more})
    models.activate(stack, stack.owner, name, alone=True, override="a test")


def told(stack: Stack, name: str = "local") -> Line:
    """A model's line today, which is that of the whole range."""
    found = activity.listing(stack, stack.owner, 2)
    [line] = [one for one in found.whole.models if one.model == name]
    assert [one for day in found.days for one in day.models if one.model == name] == [line]
    return line


def fill(stack: Stack, rows: list[tuple[int, int, Turn]]) -> None:
    """Turns of so many days ago, each with a sequence number of its own."""
    now = time.time_ns() // 1000

    def write(tx: Connection) -> None:
        for seq, back, turn in rows:
            add(tx, [turn], seq, now - back * DAY)

    stack.state.write(write)


def test_an_answer_is_counted_with_its_tokens_money_and_time(home: Stack, ann: Principal, server: Fake) -> None:
    declare(home, server)
    answer = ask(home, ann, ASKED)
    line = told(home)
    assert (line.written, line.claims, line.claims_withheld, line.fallbacks) == (1, 1, 1, {})
    assert line.tokens_in > 0 and line.tokens_out > 0
    charged = home.state.read(lambda tx: tx.execute(select(spent.c.micros, spent.c.tokens)).one())
    assert line.micros == {"USD": charged.micros}
    assert line.tokens_in + line.tokens_out == charged.tokens
    assert line.whole_ms is not None and line.first_ms is not None
    assert 0 < line.first_ms.p50 <= line.whole_ms.p50 == line.whole_ms.p95
    [row] = home.state.read(lambda tx: tx.execute(select(table)).mappings().all())
    seq = select(answers.c.seq).where(answers.c.id == answer.voucher_id)
    assert row["seq"] == home.state.read(lambda tx: tx.execute(seq).scalar())
    assert ann.id not in map(str, row.values())


def test_what_is_remembered_costs_nothing_and_counts_as_an_answer(home: Stack, ann: Principal, server: Fake) -> None:
    server.reply = lambda request: f"{TRUE} [1]."
    declare(home, server)
    ask(home, ann, ASKED)
    before = told(home)
    ask(home, ann, ASKED)
    line = told(home)
    assert (line.written, line.remembered) == (1, 1)
    assert (line.tokens_in, line.micros, line.whole_ms) == (before.tokens_in, before.micros, before.whole_ms)
    assert activity.listing(home, home.owner).whole.answers == 2


def test_a_fallback_is_told_by_its_reason(home: Stack, ann: Principal, server: Fake) -> None:
    server.faults.append("status 401")
    with Fake(f"{TRUE} [1].") as second:
        declare(home, server)
        declare(home, second, "second")
        declare(home, second, "public", receives="public")
        assert ask(home, ann, ASKED).model == "second"
    assert told(home).fallbacks == {"MODEL_REFUSED": 1}
    assert told(home, "public").fallbacks == {"NOT_ALLOWED": 1}
    assert (told(home, "second").written, told(home, "second").fallbacks) == (1, {})
    whole = activity.listing(home, home.owner).whole
    assert (whole.answers, whole.written, whole.withheld, whole.quoted) == (1, 1, 0, 0)
    server.faults.append("status 401")
    models.retire(home, home.owner, "second")
    assert ask(home, ann, ASKED).degraded == "model"
    whole = activity.listing(home, home.owner).whole
    assert (whole.answers, whole.written, whole.withheld, whole.quoted) == (2, 1, 0, 1)


def test_a_reply_of_which_nothing_is_let_through_is_no_answer_of_its_model(
    home: Stack, ann: Principal, server: Fake
) -> None:
    server.reply = lambda request: f"{WRONG} [1]."
    declare(home, server)
    assert ask(home, ann, ASKED).abstained
    line = told(home)
    assert (line.written, line.withheld, line.claims, line.claims_withheld) == (0, 1, 0, 1)
    assert line.whole_ms is not None, "it did reply"
    assert activity.listing(home, home.owner).whole.withheld == 1


def test_what_a_budget_does_not_pay_for_is_told_apart(home: Stack, ann: Principal, server: Fake) -> None:
    declare(home, server)
    budgets.put(home, home.owner, Limit(Scope.TENANT, tokens=10, over=Over.DEGRADE))
    ask(home, ann, ASKED)
    assert told(home).fallbacks == {"BUDGET_SPENT": 1}
    assert told(home).whole_ms is None
    budgets.put(home, home.owner, Limit(Scope.TENANT, tokens=10))
    with pytest.raises(AvouchError, match="BUDGET_SPENT"):
        ask(home, ann, ASKED)
    assert activity.listing(home, home.owner).whole.answers == 1, "what was refused is no answer"


def test_without_a_model_in_force_there_is_nothing(home: Stack, ann: Principal) -> None:
    ask(home, ann, ASKED)
    found = activity.listing(home, home.owner)
    assert (found.whole.answers, found.whole.models, len(found.days)) == (0, (), 30)


def test_an_answer_that_does_not_commit_leaves_no_turn_and_is_paid_for(
    home: Stack, ann: Principal, server: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(home, server)

    def broken(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(home.log, "append", broken)
    with pytest.raises(OSError, match="gone"):
        ask(home, ann, ASKED)
    line = told(home)
    assert (line.written, line.fallbacks) == (0, {})
    assert line.micros


def test_days_models_and_ranks_are_kept_apart(stack: Stack) -> None:
    rows = [(n, 1, Turn("a", "written", n, 10 * n, 3, 1, 2, 1)) for n in range(1, 101)]
    rows += [(200 + n, 0, Turn("a", "written", 7, 70, 1, 1)) for n in range(3)]
    rows += [(300, 0, Turn("b", "MODEL_TIMEOUT", 0, 9999)), (301, 2, Turn("a", "written", 5, 50))]
    fill(stack, rows)
    found = activity.listing(stack, stack.owner, 2)
    [yesterday], [first, second] = found.days[0].models, found.days[1].models
    assert (found.since, found.until) == (found.days[0].day, found.days[1].day)
    assert (yesterday.written, yesterday.tokens_in, yesterday.claims, yesterday.claims_withheld) == (100, 300, 200, 100)
    assert (yesterday.first_ms, yesterday.whole_ms) == (Latency(50, 95), Latency(500, 950))
    assert (first.written, first.whole_ms) == (3, Latency(70, 70))
    assert (second.fallbacks, second.whole_ms) == ({"MODEL_TIMEOUT": 1}, None)
    whole = found.whole
    assert (whole.answers, whole.written, whole.quoted) == (104, 103, 1)
    assert [(one.model, one.written) for one in whole.models] == [("a", 103), ("b", 0)]
    assert whole.models[0].whole_ms == Latency(490, 950)
    assert activity.listing(stack, stack.owner, 3).whole.answers == 105
    assert activity.listing(stack, stack.owner, 1).whole.answers == 4


def test_money_is_what_was_charged_by_currency(stack: Stack) -> None:
    today = activity.listing(stack, stack.owner, 1).until
    same = {"day": today, "tenant": "t", "principal_id": "p", "tokens": 1, "milliseconds": 1, "at": 0}
    charges = [("a", 5, "EUR", 1), ("a", 7, "EUR", 1), ("a", 2, "USD", 1), ("a", 900, "EUR", 0), ("b", 0, "EUR", 1)]
    names = ("id", "model", "micros", "currency", "settled")
    rows = [{**same, **dict(zip(names, (str(n), *one), strict=True))} for n, one in enumerate(charges)]
    stack.state.write(lambda tx: tx.execute(insert(spent), rows).rowcount)
    [line] = activity.listing(stack, stack.owner, 1).whole.models
    assert (line.model, line.micros, line.written) == ("a", {"EUR": 12, "USD": 2}, 0)
    stack.state.write(lambda tx: tx.execute(update(spent).values(day="1999-01-01")).rowcount)
    assert not activity.listing(stack, stack.owner, 366).whole.models


def test_it_is_the_same_on_postgresql(tmp_path: Path, postgres: Cluster) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "avouch.toml").write_text(f'state = "{postgres.url}"\nstate_schema = "{postgres.schema()}"\n')
    with Stack.create(folder) as shared:
        fill(shared, [(n, n % 3, Turn("a", "written", n, 10 * n, 3, 1, 2, 1)) for n in range(1, 31)])
        same = {"tenant": "t", "principal_id": "p", "model": "a", "tokens": 1, "milliseconds": 1, "at": 0, "settled": 1}
        today = activity.listing(shared, shared.owner, 1).until
        row = {"id": "c", "day": today, "micros": 5, "currency": "EUR", **same}
        shared.state.write(lambda tx: tx.execute(insert(spent), row).rowcount)
        found = activity.listing(shared, shared.owner, 3)
    assert [day.written for day in found.days] == [10, 10, 10]
    [line] = found.whole.models
    assert (line.written, line.tokens_in, line.micros) == (30, 90, {"EUR": 5})
    assert (line.first_ms, line.whole_ms) == (Latency(15, 29), Latency(150, 290))


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_range_has_days(stack: Stack, days: int) -> None:
    with pytest.raises(AvouchError, match="INPUT_INVALID"):
        activity.listing(stack, stack.owner, days)


def test_a_reader_does_not_see_it(home: Stack, ann: Principal) -> None:
    with pytest.raises(AvouchError, match="FORBIDDEN"):
        activity.listing(home, ann)


def test_an_attempt_becomes_a_turn() -> None:
    assert turn_of(Attempt("m", "MODEL_UNAVAILABLE")).outcome == "BUDGET_SPENT"
    tried = Attempt("m", "MODEL_UNAVAILABLE", tries=3, seconds=1.2345, usage=Usage(5, 0))
    assert turn_of(tried) == Turn("m", "MODEL_UNAVAILABLE", 0, 1234, 5, 0)
    assert turn_of(Attempt("m", "CONTEXT_TOO_SMALL")).outcome == "CONTEXT_TOO_SMALL"
