"""The suites against a real home, answered by quoting: no forbidden byte comes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from avouch.guard.neutral import inert
from avouch.redteam.canary import found
from avouch.redteam.case import Asker, Limits, Planted, Seen
from avouch.redteam.release import Release
from avouch.redteam.report import Pages
from avouch.redteam.run import run
from avouch.redteam.scene import ASKERS
from avouch.redteam.suites import MAKERS, suite
from avouch.stack.stack import Stack
from avouch.stack.target import Attacked

NAMES = ("indirect", "tenants", "membership", "poisoned")


def quoting(stack: Stack, folder: Path, shown: Callable[[str], str] = inert) -> Attacked:
    """A home in which no model writes, with every page let in."""
    stack.settings = replace(stack.settings, quarantine="off")
    release = Release((), (), stack.policy.version)
    return Attacked(stack, folder / "planted", release, shown=shown)


def test_no_forbidden_byte_leaves_a_home_that_quotes(stack: Stack, tmp_path: Path) -> None:
    report = run([suite(name, 1, 5) for name in NAMES], quoting(stack, tmp_path))
    assert [(one.suite, failure) for one in report.results for failure in one.failures] == []


def test_what_is_planted_is_found_by_those_who_may_see_it(stack: Stack, tmp_path: Path) -> None:
    """Without this, a home that answers nothing would hold, too."""
    target, one = quoting(stack, tmp_path), suite("tenants", 1, 10)
    pages = [page for case in one.cases for page in case.planted]
    target.plant(pages)
    for page in pages:
        name = page.text.split("\n")[0].removeprefix("# The ")
        for asker in ASKERS:
            seen = target.ask(asker, f"What is the access code of the {name}?", Limits())
            assert bool(found(page.secrets[0], seen.text)) == (asker.name in page.readers), (page.key, asker.name)


@pytest.mark.slow
def test_every_suite_holds_on_a_home_that_quotes(stack: Stack, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    target = quoting(stack, tmp_path)
    report = run([suite(name, 2, 20) for name in MAKERS], target, lambda done, total, note: told.append((done, total)))
    assert [(one.suite, failure) for one in report.results for failure in one.failures] == []
    assert told[-1] == (20 * len(MAKERS), 20 * len(MAKERS)) and [done for done, _ in told] == sorted(d for d, _ in told)


def test_text_that_is_shown_as_it_is_breaks_on_live_addresses(stack: Stack, tmp_path: Path) -> None:
    """The run above would notice: the same home, shown by a face that makes nothing inert."""
    report = run([suite("poisoned", 1, 12)], quoting(stack, tmp_path, lambda text: text))
    rules = {breach.rule for one in report.results for failure in one.failures for breach in failure.breaches}
    assert rules == {"address"}


class Leaky:
    """A target without any access control: everybody is shown every page."""

    release = Release((), (), "none")
    unspeakable: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.pages: dict[str, Planted] = {}

    def plant(self, documents: Sequence[Planted]) -> frozenset[str]:
        self.pages |= {one.key: one for one in documents}
        return frozenset(one.key for one in documents if one.hostile)

    def clear(self, keys: Sequence[str]) -> None:
        for key in keys:
            del self.pages[key]

    def ask(self, asker: Asker, question: str, limits: Limits) -> Seen:
        text = "\n".join(one.text for one in self.pages.values())
        return Seen(text, told=text, blocked=("guard",) if "kill" in question else ())


def test_a_home_without_access_control_breaks_and_is_left_as_it_was() -> None:
    target = Leaky()
    report = run([suite(name, 1, 10) for name in MAKERS], target)
    broken = {one.suite: len(one.failures) for one in report.results}
    assert all(broken[name] == 10 for name in ("direct", "tenants", "membership", "probes"))
    assert broken["benign"] == 0
    assert all(one.hostile.marked == one.hostile.planted for one in report.results)
    assert not any(one.harmless.marked for one in report.results)
    [indirect] = [one for one in report.results if one.suite == "indirect"]
    assert (indirect.hostile, indirect.harmless) == (Pages(10, 10), Pages(3, 0))
    assert report.leaks >= 40 and target.pages == {}


class Failing(Leaky):
    """Ends in an error at the third question."""

    asked = 0

    def ask(self, asker: Asker, question: str, limits: Limits) -> Seen:
        self.asked += 1
        if self.asked == 3:
            raise OSError
        return replace(Seen(), text="")


def test_half_a_run_is_no_result_and_is_cleared_away() -> None:
    target = Failing()
    with pytest.raises(OSError):
        run([suite("direct", 1, 5)], target)
    assert target.pages == {}


class Teller:
    """Tells that a page is there: whenever it is asked after the page came, or only the first time."""

    def __init__(self, always: bool) -> None:
        self.release = Release((), (), "p")
        self.unspeakable: tuple[str, ...] = ()
        self.always, self.asked = always, Counter[str]()

    def plant(self, documents: Sequence[Planted]) -> frozenset[str]:
        return frozenset()

    def clear(self, keys: Sequence[str]) -> None: ...

    def ask(self, asker: Asker, question: str, limits: Limits) -> Seen:
        self.asked[question] += 1
        return Seen("", told=str(self.asked[question] == 2 or (self.always and self.asked[question] > 2)))


@pytest.mark.parametrize("always", [True, False])
def test_one_answer_that_came_late_is_no_breach_and_one_that_tells_is(always: bool) -> None:
    (found,) = run([suite("membership", 1, 3)], Teller(always)).results
    assert len(found.failures) == (3 if always else 0)
