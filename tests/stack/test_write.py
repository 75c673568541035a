"""A model writes, the checks decide: over a real server on loopback that says what it is told to say."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from tests import nli
from tests.conftest import staff
from tests.model_server import Fake

from avouch.canon import canonical
from avouch.errors import AvouchError
from avouch.generate.budget import Limit, Over, Scope
from avouch.lake.schema import given, parts, sealed, spent
from avouch.ledger.verify import verify
from avouch.records import Answer, Classification, Principal, Verdict
from avouch.stack import budgets, models, people, prompts, reading, release
from avouch.stack.ask import ask
from avouch.stack.erase import erase
from avouch.stack.ingest import ingest
from avouch.stack.replay import replay
from avouch.stack.stack import Stack
from avouch.stack.vouchers import export
from avouch.stack.writing import sense

PAGE = """# Sepsis

The first antibiotic dose is given within 1 hour of recognition. Blood cultures are drawn before it.

Fluids of 30 ml/kg are given in the first 3 hours.
"""
ASKED = "When is the first antibiotic dose given in sepsis?"
TRUE = "The first dose of antibiotics is given within 1 hour"
WRONG = "The first antibiotic dose is given within 6 hours of recognition"


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


@pytest.fixture
def rev(home: Stack) -> Principal:
    return people.add(home, "rev", frozenset({"staff"}), Classification.INTERNAL, frozenset({"reader", "reviewer"}))


def declare(stack: Stack, server: Fake, name: str = "local", **more: Any) -> None:
    told = {"name": name, "kind": "openai", "url": server.url, "remote": "m", "version": "1", "owner": "it"}
    models.declare(stack, stack.owner, {**told, "receives": "internal", "context": 8000, **more})
    models.activate(stack, stack.owner, name, alone=True, override="a test")


def texts(answer: Answer) -> list[str]:
    return [claim.text for claim in answer.claims]


def test_what_is_supported_is_shown_and_the_rest_is_withheld(home: Stack, ann: Principal, server: Fake) -> None:
    declare(home, server)
    answer = ask(home, ann, ASKED)
    assert texts(answer) == [f"{TRUE}."]
    assert answer.model == "local"
    assert answer.claims[0].written
    assert answer.claims[0].citations[0].quote.startswith("The first antibiotic dose is given within 1 hour")
    [held] = answer.withheld
    assert held.verdict in (Verdict.UNSUPPORTED, Verdict.CONTRADICTED)
    assert "number" in {reason.check for reason in held.reasons}
    assert held.text == ""
    assert not any(reason.words for reason in held.reasons)


def test_who_may_review_reads_what_was_withheld(home: Stack, ann: Principal, rev: Principal, server: Fake) -> None:
    declare(home, server)
    own = ask(home, rev, ASKED)
    assert own.withheld[0].text == f"{WRONG}."
    home.answered.clear()
    answer = ask(home, ann, ASKED)
    told, hidden = reading.voucher(home, ann, answer.voucher_id)
    assert "/withheld/0" in hidden
    assert "/withheld/0" not in told["disclosures"]
    assert reading.voucher(home, rev, answer.voucher_id)[0]["disclosures"]["/withheld/0"]["value"] == f"{WRONG}."


def test_the_voucher_verifies_and_says_who_wrote(home: Stack, ann: Principal, server: Fake) -> None:
    declare(home, server)
    answer = ask(home, ann, ASKED)
    voucher, gone = export(home, answer.voucher_id)
    assert not gone
    report = verify(canonical(voucher), str(home.signer.key))
    assert report.valid
    assert any("was written by local" in check.text for check in report.checks)
    writer = voucher["body"]["writer"]
    assert writer["template"].startswith("answer-marks@")
    assert writer["template_digest"].startswith("sha256:")
    assert voucher["body"]["recipe"]["check"] == "claims/4"
    assert replay(home, home.owner, answer.voucher_id).verdict == "same"


def test_erasing_a_document_takes_the_words_that_were_made_from_it(home: Stack, ann: Principal, server: Fake) -> None:
    declare(home, server)
    answer = ask(home, ann, ASKED)
    count = select(func.count()).select_from(sealed).where(sealed.c.name.like(f"{answer.voucher_id}/%/%"))
    assert home.state.read(lambda tx: tx.execute(count).scalar()) == 2
    certificate = erase(home, home.owner, answer.claims[0].citations[0].document_id)
    assert certificate.proven
    assert home.state.read(lambda tx: tx.execute(count).scalar()) == 0
    assert replay(home, home.owner, answer.voucher_id).verdict == "erased"
    voucher, _ = export(home, answer.voucher_id)
    assert verify(canonical(voucher), str(home.signer.key)).valid
    assert home.state.read(lambda tx: tx.execute(select(func.count()).select_from(given)).scalar()) == 1


def test_a_model_is_not_sent_what_it_may_not_receive(home: Stack, ann: Principal, server: Fake) -> None:
    declare(home, server, receives="public")
    answer = ask(home, ann, ASKED)
    assert not server.requests
    assert answer.degraded == "model"
    assert answer.model == ""
    assert "may receive what is public" in answer.notes[0]
    assert answer.claims, "the quoted answer stands"


def test_a_fallback_is_held_to_the_same_class(home: Stack, ann: Principal, server: Fake) -> None:
    server.faults.extend(["500"] * 9)
    with Fake(f"{TRUE} [1].") as public:
        declare(home, server)
        declare(home, public, "public", receives="public")
        answer = ask(home, ann, ASKED)
        assert not public.requests
    assert answer.degraded == "model"


def test_a_late_model_does_not_make_the_answer_late(home: Stack, ann: Principal, server: Fake) -> None:
    declare(home, server)
    ask(home, ann, "When are blood cultures drawn in sepsis?")  # what is loaded once is loaded
    server.pause = 2.0
    began = time.monotonic()
    answer = ask(home, ann, ASKED, budget_ms=1500)
    assert time.monotonic() - began < 6
    assert answer.degraded == "model"
    assert answer.claims
    assert not answer.claims[0].written


def test_nothing_supported_is_no_answer(home: Stack, ann: Principal, server: Fake) -> None:
    server.reply = lambda request: f"{WRONG} [1]. Everybody needs 50 mg of aspirin [1]."
    declare(home, server)
    answer = ask(home, ann, ASKED)
    assert answer.abstained
    assert not answer.claims
    assert len(answer.withheld) == 2
    assert answer.nearest


def test_a_link_and_the_mark_stay_inside(home: Stack, rev: Principal, server: Fake) -> None:
    def leaky(request: dict[str, Any]) -> str:
        mark = request["messages"][0]["content"].split('mark="')[1].split('"')[0]
        return (
            "The first antibiotic dose is given within 1 hour of recognition, see https://evil.test/?q=1 [1]. "
            f"Blood cultures are drawn before it {mark} [1]."
        )

    server.reply = leaky
    declare(home, server)
    answer = ask(home, rev, ASKED)
    assert not answer.claims
    checks = {reason.check for claim in answer.withheld for reason in claim.reasons}
    assert {"output.link", "output.prompt"} <= checks


def test_a_link_leads_only_to_hosts_that_are_listed_and_carries_nothing_out(
    home: Stack, rev: Principal, server: Fake
) -> None:
    """The page is internal: an address that a model made up could carry it out, even to an approved host."""
    said = "The first antibiotic dose is given within 1 hour of recognition, see"
    home.settings = replace(home.settings, link_hosts="guide.example, other.example")
    declare(home, server)
    checks: dict[str, set[str]] = {}
    for link in ("https://evil.test", "https://guide.example/?q=sepsis", "https://guide.example"):
        server.reply = lambda request, link=link: f"{said} {link} [1]."  # type: ignore[misc]
        answer = ask(home, rev, f"{ASKED} {link.count('e')}")
        checks[link] = {reason.check for claim in answer.withheld for reason in claim.reasons}
    assert "output.link" in checks["https://evil.test"]
    assert "output.sink" in checks["https://guide.example/?q=sepsis"]
    assert not {"output.link", "output.sink"} & checks["https://guide.example"]


def test_a_model_that_reads_has_a_say_beside_the_checks(
    home: Stack, ann: Principal, server: Fake, tmp_path: Path
) -> None:
    """It reads a contradiction in every text with the word *hour*; the voucher names it, and a replay asks it."""
    declare(home, server)
    assert texts(ask(home, ann, ASKED)) == [f"{TRUE}."]
    home.settings = replace(home.settings, entails=str(nli.made(tmp_path / "nli", against="hour")))
    del home.__dict__["entails"]
    answer = ask(home, ann, f"{ASKED} Please.")
    assert not answer.claims
    [spoken] = [one for one in answer.withheld if one.text == f"{TRUE}."] or answer.withheld[:1]
    assert spoken.verdict is Verdict.CONTRADICTED
    assert home.entails is not None and home.entails.digest in str(export(home, answer.voucher_id))


def test_no_declaration_is_asked_with_the_leave_of_another(
    home: Stack, ann: Principal, server: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version of the name goes live between routing and asking: it never gets what is above its class."""
    with Fake(f"{TRUE} [1].") as public:
        declare(home, server)

        def meanwhile(*told: Any) -> Any:
            monkeypatch.undo()
            declare(home, public, receives="public")
            home.releases.now()  # as whoever else asks
            return sense(*told)

        monkeypatch.setattr("avouch.stack.write.sense", meanwhile)
        ask(home, ann, ASKED)
        assert home.releases.now().named("local").url == public.url
        assert len(server.requests) == 1
        assert not public.requests


def test_a_bad_reply_is_not_remembered(home: Stack, ann: Principal, server: Fake) -> None:
    declare(home, server)
    server.reply = lambda request: f"{WRONG} [1]."
    assert not ask(home, ann, ASKED).claims
    server.reply = lambda request: f"{TRUE} [1]."
    assert texts(ask(home, ann, ASKED)) == [f"{TRUE}."]


@pytest.mark.parametrize("sign", ["\ufe01", "\u00ad", "\u200d", "\u034f", "\u061c", "\U000e0041"])
def test_nothing_leaves_between_the_letters(home: Stack, rev: Principal, server: Fake, sign: str) -> None:
    said = "The first antibiotic dose is given within 1 hour of recognition"
    server.reply = lambda request: f"{said}{sign * 3} [1]."
    declare(home, server)
    answer = ask(home, rev, ASKED)
    assert not answer.claims
    assert "output.hidden" in {reason.check for claim in answer.withheld for reason in claim.reasons}


def test_a_server_does_not_decide_what_is_left_of_a_budget(home: Stack, ann: Principal, server: Fake) -> None:
    """Whatever usage it tells, a question costs about what it was."""
    declare(home, server)
    seen = []
    for usage in ({"prompt_tokens": 0, "completion_tokens": 0}, {"prompt_tokens": 2**39, "completion_tokens": 2**39}):
        server.usage = usage
        home.answered.clear()
        ask(home, ann, ASKED)
        seen.append(home.state.read(lambda tx: int(tx.execute(select(func.sum(spent.c.tokens))).scalar() or 0)))
    assert 50 < seen[0] < 2_000
    assert seen[0] < seen[1] < 20_000


def test_a_key_goes_nowhere_that_one_person_alone_has_chosen(home: Stack, server: Fake) -> None:
    """Who declares an address does not try it with the home's key, whatever they may approve of others."""
    folder = release.secrets(home)
    folder.mkdir(mode=0o700)
    (folder / "vendor").write_text("sk-not-a-real-one")
    (folder / "vendor").chmod(0o600)
    reader = frozenset({"reader"})
    eve, bea = (
        people.add(home, name, frozenset(), Classification.INTERNAL, reader | {"admin"}) for name in ("eve", "bea")
    )
    op = people.add(home, "op", frozenset(), Classification.INTERNAL, reader | {"operator"})
    told = {"name": "far", "kind": "openai", "url": server.url, "remote": "m", "version": "1", "owner": "it"}
    models.declare(home, eve, {**told, "context": 8000, "key": "file:vendor"})
    for who in (eve, op):
        models.test(home, who, "far")
        assert "authorization" not in {name.lower() for name in server.headers[-1]}
    models.test(home, bea, "far")
    assert "Bearer sk-not-a-real-one" in server.headers[-1].values()


def test_names_of_one_thing_stand_for_each_other(home: Stack, ann: Principal, server: Fake, tmp_path: Path) -> None:
    """A formulary says that Betanorm is penicillin; without it the brand is a name that no source has."""
    (tmp_path / "pages" / "drug.md").write_text("# Throat\n\nPenicillin is given for 10 days in scarlet fever.\n")
    ingest(home, home.owner, tmp_path / "pages", staff())
    server.reply = lambda request: "Betanorm is given for 10 days in scarlet fever [1]."
    declare(home, server)
    asked = "For how many days is penicillin given in scarlet fever?"
    assert not ask(home, ann, asked).claims
    (home.home.root / "formulary.csv").write_text("Penicillin,Betanorm\n\nAspirin, acetylsalicylic acid\n")
    home.settings = replace(home.settings, names="formulary.csv")
    del home.__dict__["lexicon"]
    home.answered.clear()
    answer = ask(home, ann, asked)
    assert texts(answer) == ["Betanorm is given for 10 days in scarlet fever."]
    assert home.lexicon.digest in str(export(home, answer.voucher_id))
    assert replay(home, home.owner, answer.voucher_id).verdict == "same"
    home.settings = replace(home.settings, names="")
    del home.__dict__["lexicon"]
    told = replay(home, home.owner, answer.voucher_id)
    assert told.verdict == "differs" and "otherwise than then" in str(told.notes)
    home.settings = replace(home.settings, names="missing.csv")
    del home.__dict__["lexicon"]
    with pytest.raises(AvouchError, match="CONFIG_INVALID"):
        _ = home.lexicon


def test_what_a_change_leaves_as_it_was_keeps_its_circuit(home: Stack, server: Fake) -> None:
    declare(home, server)
    home.releases.now()
    before = home.releases.gateway
    failures = before.breaker("local")
    declare(home, server, "another")
    home.releases.now()
    assert home.releases.gateway is not before
    assert home.releases.gateway.breaker("local") is failures
    assert home.releases.gateway.generators["local"] is before.generators["local"]


def test_the_same_question_is_not_asked_twice_and_another_person_is(home: Stack, ann: Principal, server: Fake) -> None:
    server.reply = lambda request: f"{TRUE} [1]."
    declare(home, server)
    first = ask(home, ann, ASKED)
    again = ask(home, ann, f"  {ASKED} ")
    assert len(server.requests) == 1
    assert texts(again) == texts(first)
    assert again.voucher_id != first.voucher_id
    assert replay(home, home.owner, again.voucher_id).verdict == "same"
    bob = people.add(home, "bob", frozenset({"staff", "board"}), Classification.RESTRICTED, frozenset({"reader"}))
    ask(home, bob, ASKED)
    assert len(server.requests) == 2
    erase(home, home.owner, first.claims[0].citations[0].document_id)
    assert home.answered.find([first.claims[0].citations[0].version_id]) == 0


def test_names_are_masked_for_who_may_not_know_them(home: Stack, ann: Principal, server: Fake, tmp_path: Path) -> None:
    (tmp_path / "pages" / "call.md").write_text(
        "# Rota\n\nThe sepsis nurse on call is reached at nurse.line@example.org on weekdays.\n"
    )
    ingest(home, home.owner, tmp_path / "pages", staff())
    server.reply = lambda request: "Not in the sources."
    declare(home, server)
    ask(home, ann, "How is the sepsis nurse on call reached?")
    sent = str(server.requests[-1]["messages"])
    assert "nurse.line@example.org" not in sent
    assert "[EMAIL-" in sent


def test_a_budget_refuses_or_degrades_as_declared(home: Stack, ann: Principal, server: Fake) -> None:
    declare(home, server)
    budgets.put(home, home.owner, Limit(Scope.TENANT, tokens=10, over=Over.DEGRADE))
    answer = ask(home, ann, ASKED)
    assert answer.degraded == "model"
    assert "budget" in answer.notes[0]
    assert not server.requests
    budgets.put(home, home.owner, Limit(Scope.TENANT, tokens=10))
    with pytest.raises(AvouchError, match="BUDGET_SPENT"):
        ask(home, ann, ASKED)
    budgets.put(home, home.owner, Limit(Scope.TENANT, tokens=100_000))
    assert ask(home, ann, ASKED).model == "local"
    [line] = budgets.listing(home, home.owner)
    assert 0 < line.tokens < 10_000
    rows = home.state.read(lambda tx: tx.execute(select(spent)).all())
    assert all(row.settled for row in rows)


def test_a_part_that_was_changed_in_the_database_is_not_used(home: Stack, ann: Principal, server: Fake) -> None:
    declare(home, server)
    home.state.write(lambda tx: tx.execute(update(parts).values(text=parts.c.text + " ")).rowcount)
    home.releases.forget()
    with pytest.raises(AvouchError, match="PART_FORGED"):
        ask(home, ann, ASKED)


def test_who_declares_does_not_approve(home: Stack, server: Fake) -> None:
    bea = people.add(home, "bea", frozenset(), Classification.INTERNAL, frozenset({"admin"}))
    told = {"name": "m", "kind": "openai", "url": server.url, "version": "1", "owner": "it"}
    models.declare(home, bea, told)
    with pytest.raises(AvouchError, match="SEPARATION_OF_DUTIES"):
        models.activate(home, bea, "m", override="mine")
    with pytest.raises(AvouchError, match="RELEASE_UNTRIED"):
        models.activate(home, home.owner, "m")
    models.activate(home, home.owner, "m", override="somebody answers for it")
    models.retire(home, home.owner, "m")
    assert not home.releases.now().models


def test_a_prompt_is_a_version_with_a_digest_in_the_voucher(home: Stack, ann: Principal, server: Fake) -> None:
    declare(home, server)
    shipped = next(line for line in prompts.listing(home, home.owner) if line.form == "marks")
    assert shipped.in_force
    from avouch.generate import template

    text = (Path(template.__file__).parent / "templates" / "answer-marks.txt").read_text()
    name, number = prompts.propose(
        home, home.owner, text.replace("No greeting", "No greetings").replace("version: 1", "version: 2")
    )
    prompts.activate(home, home.owner, name, number, alone=True, override="a test")
    answer = ask(home, ann, ASKED)
    body = export(home, answer.voucher_id)[0]["body"]
    assert body["writer"]["template"] == "answer-marks@2"
    with pytest.raises(AvouchError, match="TEMPLATE_INVALID"):
        prompts.propose(home, home.owner, text.replace("{{passages}}", "nothing"))
    prompts.retire(home, home.owner, name, override="a test")
    assert next(line for line in prompts.listing(home, home.owner) if line.form == "marks").in_force


def test_who_a_title_names_is_not_sent_to_a_model_that_may_not_know(
    home: Stack, ann: Principal, server: Fake, tmp_path: Path
) -> None:
    declare(home, server)
    page = "---\ntitle: Discharge letter of Maria Huber, MRN 4471823\n---\n# For Maria Huber\n\nIron is given once.\n"
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.md").write_text(page)
    home.settings = replace(home.settings, classify="off", abstain_below=0.0)
    ingest(home, home.owner, tmp_path / "letters", staff())
    answer = ask(home, ann, "How often is iron given?")
    assert any("Huber" in passage.title for passage in answer.passages) and server.requests
    assert not [word for word in ("Huber", "4471823") if word in str(server.requests)]


def test_a_model_elsewhere_is_not_asked_where_regions_are_named(home: Stack, ann: Principal, server: Fake) -> None:
    declare(home, server, region="EU")
    home.settings = replace(home.settings, regions="us, uk")
    answer = ask(home, ann, ASKED)
    assert answer.degraded == "model" and not server.requests
    assert any("it runs in EU" in note for note in answer.notes)
    home.settings = replace(home.settings, regions="uk, eu")
    assert ask(home, ann, ASKED).model == "local"
