"""What a verifier says: one line for each thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a verdict. ``ok`` is None for what is said but not proven."""

    name: str
    ok: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """Valid where no check failed. ``broken`` is the first broken ledger entry, where there is one."""

    valid: bool
    checks: tuple[Check, ...]
    broken: int | None = None


def report(checks: list[Check], broken: int | None = None) -> Report:
    return Report(all(check.ok is not False for check in checks), tuple(checks), broken)
