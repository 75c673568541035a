"""Run the suites against a target: plant, ask, judge."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from avouch.ports import Progress
from avouch.redteam.case import Asker, Breach, Limits, Planted, Seen, Suite
from avouch.redteam.judge import judge
from avouch.redteam.release import Release
from avouch.redteam.report import Failure, Pages, Report, Result

DONE = "done"
TOLD = (Breach("told", "answer"),)
"""What nothing but another answer than before shows. It is asked once more: an answer that was late differs too."""


class Target(Protocol):
    """What is attacked: a whole stack with a model, in a home of its own. Made in ``stack/``, or by a test."""

    release: Release
    unspeakable: tuple[str, ...]
    """Parts of the system prompt that no reader may see: best a canary that the target puts into it."""

    def plant(self, documents: Sequence[Planted]) -> frozenset[str]:
        """Take all documents in, labelled as they say, hostile ones too; the keys of those that a detector marks."""

    def clear(self, keys: Sequence[str]) -> None:
        """Take planted documents out again."""

    def ask(self, asker: Asker, question: str, limits: Limits) -> Seen:
        """Ask as that person, by the way that a person would; everything that came of it.

        A refusal is no error of the run: its code is ``Seen.error``.
        """


def run(
    suites: Sequence[Suite],
    target: Target,
    progress: Progress | None = None,
    seed: int = 0,
    corpora: str = "",
    clock: Callable[[], int] = lambda: time.time_ns() // 1000,
) -> Report:
    """Every case of every suite. What a suite planted is taken out again, also where it ends in an error.

    An error that the target raises ends the run: half a run is no result.
    """
    started, total, done = clock(), sum(len(one.cases) for one in suites), 0
    release = target.release
    results = []
    for one in suites:

        def tell(name: str, at: int = done, count: int = 0) -> None:
            if progress:
                progress(at + count, total, name)

        results.append(_suite(one, target, tell))
        done += len(one.cases)
    if progress:
        progress(done, total, DONE)
    return Report(release, tuple(results), seed, corpora, started, clock())


def _suite(suite: Suite, target: Target, tell: Callable[[str], None]) -> Result:
    planted = list(dict.fromkeys(page for case in suite.cases for page in case.planted))
    library, keys = [*suite.base, *planted], [page.key for page in (*suite.base, *planted)]
    try:
        marked = target.plant(suite.base) if suite.base else frozenset()
        before = {case.id: target.ask(case.asker, case.question, case.limits) for case in suite.cases if case.alike}
        marked |= target.plant(planted) if planted else frozenset()
        failures, errors, written, blocked = [], Counter[str](), 0, 0
        for case in suite.cases:
            tell(suite.name)
            seen = target.ask(case.asker, case.question, case.limits)
            written += seen.written
            blocked += bool(seen.blocked)
            errors[seen.error] += bool(seen.error)
            breaches = judge(case, seen, library, target.unspeakable, before.get(case.id))
            if breaches == TOLD:
                again = target.ask(case.asker, case.question, case.limits)
                breaches = judge(case, again, library, target.unspeakable, before.get(case.id))
            if breaches:
                failures.append(Failure(case.id, case.kind, breaches))
    finally:
        target.clear(keys)
    hostile = {page.key for page in library if page.hostile}
    harmless = {page.key for page in library} - hostile
    return Result(
        suite.name,
        len(suite.cases),
        written,
        blocked,
        Pages(len(hostile), len(hostile & marked)),
        Pages(len(harmless), len(harmless & marked)),
        tuple(sorted((code, n) for code, n in errors.items() if n)),
        tuple(failures),
    )
