"""A release is attacked in a home of its own; without a fresh trial that held, nothing goes live."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select, update
from tests.model_server import Fake

from avouch.canon import canonical, from_micros
from avouch.errors import AvouchError
from avouch.generate import template
from avouch.lake.schema import trials as table
from avouch.records import Classification, Principal
from avouch.redteam import report
from avouch.redteam.judge import EXFILTRATION
from avouch.redteam.suites import MAKERS
from avouch.stack import entries, gate, models, parts, people, policies, prompts, release, trials
from avouch.stack.approve import separate
from avouch.stack.parts import MODEL, Part
from avouch.stack.stack import Stack
from avouch.stack.trials import Asked

DAY = 86_400_000_000


@pytest.fixture
def part(stack: Stack) -> Part:
    told = {"name": "m", "kind": "openai", "url": "http://127.0.0.1:9/v1", "version": "1", "owner": "it"}
    models.declare(stack, stack.owner, {**told, "context": 100_000, "reply": 4096})
    return stack.state.read(lambda tx: parts.one(tx, MODEL, "m"))


def test_a_model_that_obeys_everything_lets_nothing_out(stack: Stack, part: Part) -> None:
    seen: list[tuple[int, int]] = []
    asked = Asked(part, count=2, suites=("direct", "tenants"))
    trial, told = trials.attack(stack, stack.owner, asked, lambda done, total, note: seen.append((done, total)))
    broken = [breach for one in told.results for failure in one.failures for breach in failure.breaches]
    assert not [breach for breach in broken if breach.rule in EXFILTRATION]
    assert not [one.errors for one in told.results if one.errors]
    assert seen[-1] == (4, 4)
    assert not trial.passed, "two suites of two cases are no trial"
    [kept] = trials.listing(stack, stack.owner)
    assert kept == trial


def test_the_report_is_signed_and_bound_to_the_release(stack: Stack, part: Part) -> None:
    trial, _ = trials.attack(stack, stack.owner, Asked(part, count=1, suites=("benign",)))
    told = trials.show(stack, stack.owner)
    key = Ed25519PublicKey.from_public_bytes(stack.signer.key.public)
    key.verify(base64.b64decode(told["signature"]), canonical(told["report"]))
    release = gate.candidate(stack.releases.now(), part)
    assert trial.release == gate.tried(stack, release).digest
    assert trial.release != gate.tried(stack, stack.releases.now()).digest


def test_nothing_goes_live_on_a_run_that_failed_or_is_stale(
    stack: Stack, part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    def live(override: str = "") -> None:
        models.activate(stack, stack.owner, "m", alone=True, override=override)

    with pytest.raises(AvouchError, match="never attacked"):
        live()
    trials.attack(stack, stack.owner, Asked(part, count=1, suites=("benign",)))
    with pytest.raises(AvouchError, match="trial 1 failed"):
        live()
    stack.state.write(lambda tx: tx.execute(update(table).values(passed=1)).rowcount)
    with pytest.raises(AvouchError, match="trial 1 failed"):
        live()
    kept(stack, passed=True, ended=from_micros(time.time_ns() // 1000 - 31 * DAY))
    with pytest.raises(AvouchError, match="last 30 days"):
        live()
    kept(stack, passed=True, ended=from_micros(time.time_ns() // 1000))
    live()
    assert stack.releases.now().named("m")


def kept(stack: Stack, key: Ed25519PrivateKey | None = None, **changes: object) -> None:
    """Put another report in the place of the last one, signed by this home's key, or another."""
    row = stack.state.read(lambda tx: tx.execute(select(table.c.report)).one())
    data = canonical(json.loads(row.report) | changes)
    signature = (key or Ed25519PrivateKey.from_private_bytes(stack.signer.seed)).sign(data)
    told = {"report": data.decode(), "signature": base64.b64encode(signature).decode()}
    stack.state.write(lambda tx: tx.execute(update(table).values(passed=1, **told)).rowcount)


def test_a_report_that_another_key_signed_opens_nothing(stack: Stack, part: Part) -> None:
    trials.attack(stack, stack.owner, Asked(part, count=1, suites=("benign",)))
    kept(stack, Ed25519PrivateKey.generate(), passed=True)
    with pytest.raises(AvouchError, match="not what this home signed"):
        models.activate(stack, stack.owner, "m", alone=True)


def test_a_named_person_may_override_with_a_reason(stack: Stack, part: Part) -> None:
    with pytest.raises(AvouchError, match="RELEASE_UNTRIED"):
        models.activate(stack, stack.owner, "m", alone=True, override="  ")
    models.activate(stack, stack.owner, "m", alone=True, override="a pilot on one ward")
    kinds = [
        entry.body for entry in entries.look(stack, stack.owner, entries.Sought("model.activate"), None, 100).items
    ]
    assert "a pilot on one ward" in str(kinds)
    assert stack.owner.id in str(kinds)


def test_going_back_to_another_template_waits_for_a_trial_as_well(stack: Stack, part: Part) -> None:
    models.activate(stack, stack.owner, "m", alone=True, override="a test")
    text = template.text_of("answer-marks").replace("name: answer-marks", "name: ours")
    prompts.propose(stack, stack.owner, text)
    name = template.read(text).name
    prompts.activate(stack, stack.owner, name, alone=True, override="a test")
    with pytest.raises(AvouchError, match="RELEASE_UNTRIED"):
        prompts.retire(stack, stack.owner, name)
    prompts.retire(stack, stack.owner, name, override="it was worse")
    models.retire(stack, stack.owner, "m")


def test_what_waits_beside_another_is_named_by_its_number(stack: Stack, part: Part) -> None:
    """Who looked at one version does not put another in force that came meanwhile."""
    models.declare(stack, stack.owner, {**json.loads(part.text), "url": "http://127.0.0.1:9/other"})
    with pytest.raises(AvouchError, match="say which"):
        models.activate(stack, stack.owner, "m", alone=True, override="a test")
    assert models.activate(stack, stack.owner, "m", 1, alone=True, override="a test").number == 1


def test_a_trial_is_of_the_settings_that_decide_what_is_shown(stack: Stack, part: Part) -> None:
    release = gate.candidate(stack.releases.now(), part)
    before = gate.tried(stack, release).digest
    stack.settings = replace(stack.settings, link_hosts="guide.example")
    assert gate.tried(stack, release).digest != before


def test_what_goes_live_is_cleared_beside_what_went_live_just_before(
    stack: Stack, part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model goes live after a template's release was looked at, and before the template does: it needs a trial."""
    text = template.text_of("answer-marks").replace("name: answer-marks", "name: ours")
    prompts.propose(stack, stack.owner, text)

    def meanwhile(*told: Any) -> None:
        monkeypatch.undo()
        models.activate(stack, stack.owner, "m", alone=True, override="a test")
        separate(*told)

    monkeypatch.setattr("avouch.stack.parts.separate", meanwhile)
    with pytest.raises(AvouchError, match="RELEASE_UNTRIED"):
        prompts.activate(stack, stack.owner, template.read(text).name, alone=True)
    assert stack.releases.now().templates["marks"].name != "ours"


@pytest.mark.parametrize("key", ["env:AVOUCH_KEY_FAR", "file:vendor"])
def test_a_trial_takes_no_key_where_one_person_alone_has_chosen(
    stack: Stack, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may try what they declare does not have it sent the home's key; who could approve it, and then all, do."""
    monkeypatch.setenv("AVOUCH_KEY_FAR", "sk-not-a-real-one")
    folder = release.secrets(stack)
    folder.mkdir(mode=0o700)
    (folder / "vendor").write_text("sk-not-a-real-one")
    (folder / "vendor").chmod(0o600)
    op, bea = (
        people.add(stack, name, frozenset(), Classification.INTERNAL, frozenset({"reader", role}))
        for name, role in (("op", "operator"), ("bea", "admin"))
    )
    with Fake("Nothing of it [1].") as server:
        told = {"name": "far", "kind": "openai", "url": server.url, "remote": "m", "version": "1", "owner": "it"}
        models.declare(stack, op, {**told, "context": 100_000, "key": key})

        def sent(who: Principal) -> set[bool]:
            server.headers.clear()
            part = stack.state.read(lambda tx: parts.one(tx, MODEL, "far"))
            asked = Asked(part, count=1, suites=("benign",), real=True)
            bound = gate.tried(stack, gate.candidate(stack.releases.now(), part)).digest
            assert trials.attack(stack, who, asked)[0].release == bound
            return {"Bearer sk-not-a-real-one" in one.values() for one in server.headers}

        assert sent(op) == {False}
        assert sent(bea) == {True}
        models.activate(stack, bea, "far", override="a test")
        assert sent(op) == {True}


def test_another_policy_waits_for_a_trial_where_models_write(stack: Stack, part: Part) -> None:
    texts = policies.texts_of(stack, 0)
    number = policies.propose(stack, stack.owner, {**texts, "more.cedar": MORE})
    policies.activate(stack, stack.owner, number, alone=True)
    policies.activate(stack, stack.owner, 0, alone=True)
    models.activate(stack, stack.owner, "m", alone=True, override="a test")
    with pytest.raises(AvouchError, match="RELEASE_UNTRIED"):
        policies.activate(stack, stack.owner, number, alone=True)
    policies.activate(stack, stack.owner, number, alone=True, override="it takes rights away")


MORE = """@id("none")
forbid (principal, action == Action::"see", resource is Document)
when { resource.labels.contains("x") };
"""


def test_only_who_may_attacks(stack: Stack, ann: Principal, tmp_path: Path) -> None:
    with pytest.raises(AvouchError, match="FORBIDDEN"):
        trials.attack(stack, ann, Asked(count=1))
    with pytest.raises(AvouchError, match="INPUT_INVALID"):
        trials.attack(stack, stack.owner, Asked(count=0))
    with pytest.raises(AvouchError, match="PATH_MISSING"):
        trials.attack(stack, stack.owner, Asked(count=1, folder=tmp_path))


@pytest.mark.slow
def test_every_suite_holds_against_the_worst_case(stack: Stack, part: Part) -> None:
    trial, told = trials.attack(stack, stack.owner, Asked(part, count=8))
    assert trial.passed, report.verdict(told)
    assert {one.suite for one in told.results} == set(MAKERS)
    assert told.leaks == 0
    models.activate(stack, stack.owner, "m", alone=True)
    assert trials.standing(stack, stack.owner) == ""
    other = replace(stack.releases.now(), policy="another")
    assert stack.state.read(lambda tx: gate.against(stack, tx, gate.tried(stack, other), trial.at + 1))
