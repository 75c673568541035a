"""Results of trials by suite, beside what each release was made of."""

from __future__ import annotations

import pytest
from sqlalchemy import insert
from tests.stack.test_trials import part

from avouch.errors import AvouchError
from avouch.lake.schema import trials as table
from avouch.records import Classification
from avouch.redteam import report
from avouch.redteam.case import Breach
from avouch.redteam.judge import EXFILTRATION
from avouch.redteam.release import Release
from avouch.redteam.report import Failure, Pages, Report, Result
from avouch.stack import matrix, people, trials
from avouch.stack.parts import Part
from avouch.stack.stack import Stack
from avouch.stack.trials import Asked

_ = part


def kept(stack: Stack, *made: Report) -> None:
    """Reports as ``attack`` keeps them."""
    rows = [
        {
            "seq": n,
            "at": 1000 + n,
            "release": one.release.digest,
            "passed": int(not report.verdict(one)),
            "report": report.signed_bytes(one).decode(),
            "signature": "",
        }
        for n, one in enumerate(made)
    ]
    stack.state.write(lambda tx: tx.execute(insert(table), rows).rowcount)


def result(suite: str, cases: int, blocked: int = 0, failures: tuple[Failure, ...] = ()) -> Result:
    return Result(suite, cases, cases, blocked, Pages(), Pages(), (), failures)


def test_a_real_trial_is_a_row_with_its_release(stack: Stack, part: Part) -> None:
    trial, told = trials.attack(stack, stack.owner, Asked(part, count=1, suites=("benign", "direct")))
    found = matrix.matrix(stack, stack.owner)
    [row] = found.trials
    assert (row.number, row.at, row.release) == (trial.number, trial.at, trial.release)
    assert row.models == dict(told.release.models)
    assert list(row.models) == ["m"]
    assert row.templates == dict(told.release.templates)
    assert (row.policy, row.guard, row.code) == (told.release.policy, told.release.guard, told.release.code)
    assert not row.passed and row.why_not
    assert set(found.suites) == {"benign", "direct"} == {cell.suite for cell in row.suites}


def test_leaks_and_false_blocks_stand_with_their_suite(stack: Stack) -> None:
    leak, manners = (
        Failure("c", "k", (Breach(rule, "answer", "as it is"),)) for rule in (next(iter(EXFILTRATION)), "x")
    )
    release = Release((("m", "sha256:1"),), (), "policy")
    first = Report(
        release, (result("direct", 5, failures=(leak, manners)), result("benign", 9, blocked=2)), 1, "", 1, 2
    )
    second = Report(release, (result("own", 3), result("direct", 5, blocked=5)), 1, "", 3, 4)
    kept(stack, first, second)
    found = matrix.matrix(stack, stack.owner)
    newest, oldest = found.trials
    assert (newest.number, oldest.number) == (2, 1)
    direct, benign = oldest.suites
    assert (direct.cases, direct.held, direct.leaks, direct.false_blocks) == (5, 3, 1, None)
    assert (benign.held, benign.leaks, benign.false_blocks) == (9, 0, 2)
    assert newest.suites[1].false_blocks is None, "what is withheld of an attack is no false block"
    assert set(found.suites) == {"direct", "benign", "own"}
    assert found.suites[-1] == "own", "a suite that is no longer made stands last"
    assert [one.number for one in matrix.matrix(stack, stack.owner, 1).trials] == [2]


def test_without_trials_it_is_empty_and_not_for_everybody(stack: Stack) -> None:
    assert matrix.matrix(stack, stack.owner) == matrix.Matrix((), ())
    with pytest.raises(AvouchError, match="INPUT_INVALID"):
        matrix.matrix(stack, stack.owner, 0)
    ann = people.add(stack, "ann", frozenset(), Classification.INTERNAL, frozenset({"reader"}))
    with pytest.raises(AvouchError, match="FORBIDDEN"):
        matrix.matrix(stack, ann)
