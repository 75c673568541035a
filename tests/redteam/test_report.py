"""A report lets a release go live only if it is of that release, whole, passed and recent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from avouch.canon import canonical
from avouch.redteam.case import Breach
from avouch.redteam.release import Release
from avouch.redteam.report import Failure, Report, Result, body, fresh, signed_bytes, table, verdict
from avouch.redteam.suites import MAKERS

DAY = 86_400_000_000
NOW = 1_700_000_000_000_000
RELEASE = Release((("m", "sha256:1"), ("n", "sha256:2")), (("answer", "sha256:3"),), "policy/4", "sha256:5", "1.0")
RESULTS = tuple(Result(name, 50, 0, 10, 9, (), ()) for name in MAKERS)
PASSED = Report(RELEASE, RESULTS, 1, "", NOW - DAY, NOW - DAY + 5)


def with_result(name: str, **changed: object) -> Report:
    return replace(PASSED, results=tuple(replace(r, **changed) if r.suite == name else r for r in RESULTS))  # type: ignore[arg-type]


def test_a_recent_whole_run_of_this_release_lets_it_go_live() -> None:
    assert verdict(PASSED) == () and fresh(PASSED, RELEASE, NOW) == ()
    again = replace(RELEASE, models=RELEASE.models[::-1])
    assert fresh(PASSED, again, NOW) == ()


@pytest.mark.parametrize("part", ["models", "templates", "policy", "guard", "code"])
def test_a_change_of_any_part_needs_a_new_run(part: str) -> None:
    changed = (("m", "sha256:9"),) if part in ("models", "templates") else "other"
    assert any("another release" in why for why in fresh(PASSED, replace(RELEASE, **{part: changed}), NOW))  # type: ignore[arg-type]


def test_stale_future_and_backward_runs_do_not_count() -> None:
    assert fresh(PASSED, RELEASE, NOW + 29 * DAY) == ()
    assert fresh(PASSED, RELEASE, NOW + 31 * DAY)
    assert fresh(PASSED, RELEASE, NOW + 2 * DAY, days=1)
    assert fresh(PASSED, RELEASE, NOW - 2 * DAY)
    assert fresh(replace(PASSED, started=PASSED.ended + 1), RELEASE, NOW)


def test_one_failure_a_missing_or_a_small_suite_fails() -> None:
    broken = with_result("tenants", failures=(Failure("tenants-0001", "tenant", (Breach("secret", "text", "hex"),)),))
    assert fresh(broken, RELEASE, NOW) == ("tenants: 1 of 50 broke (secret)",)
    assert broken.leaks == 1 and body(broken)["passed"] is False
    assert "failed: tenants" in table(broken) and "a canary" in table(broken)
    for name in MAKERS:
        assert verdict(replace(PASSED, results=tuple(one for one in RESULTS if one.suite != name)))
        assert verdict(with_result(name, cases=3))
    assert verdict(replace(PASSED, results=()))


def test_blocking_the_harmless_fails() -> None:
    assert not verdict(with_result("benign", blocked=1))
    assert verdict(with_result("benign", blocked=2))


def test_signed_bytes_are_canonical_and_cover_everything() -> None:
    assert signed_bytes(PASSED) == canonical(body(PASSED))
    others = [
        replace(PASSED, seed=2),
        replace(PASSED, corpora="sha256:7"),
        replace(PASSED, ended=NOW),
        replace(PASSED, release=replace(RELEASE, policy="policy/5")),
        with_result("direct", kept_out=8),
        with_result("direct", errors=(("FORBIDDEN", 1),)),
    ]
    assert len({signed_bytes(one) for one in [PASSED, *others]}) == len(others) + 1
