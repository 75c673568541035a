"""What docs/policy.md says is so."""

from __future__ import annotations

import re
from pathlib import Path

from avouch.adapters.cedar_policy import CedarPolicy
from avouch.adapters.cedar_schema import DOCUMENT, schema_text
from avouch.policy.cases import read, run
from avouch.policy.roles import GROUPS
from avouch.policy.texts import policies, shipped

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "policy.md").read_text()


def test_the_groups_of_acts_are_those_of_the_code() -> None:
    rows = dict(re.findall(r"^\| `([a-z]+)` \| ([a-z, ]+) \|$", PAGE, re.M))
    assert {group: frozenset(acts.split(", ")) for group, acts in rows.items()} == GROUPS


def test_the_attributes_are_those_of_the_schema() -> None:
    row = next(line for line in PAGE.split("\n") if line.startswith("| `Document`"))
    assert set(re.findall(r"`(\w+)`", row)) - {"Document", "record", "document"} == DOCUMENT
    assert all(f"{name}: " in schema_text() for name in DOCUMENT)


def test_the_policies_named_are_shipped_and_its_case_passes() -> None:
    made = CedarPolicy(policies(shipped()))
    named = set(re.findall(r"^- `([a-z.]+)`:", PAGE, re.M))
    assert named == {name for name in made.policies if not name.startswith(("role.", "see.relation"))}
    [example] = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    assert all(outcome.passed for outcome in run(made, read("page", example)))


def test_the_exception_for_asserted_principals_can_be_written() -> None:
    text = '@id("asserted") forbid (principal, action, resource) when { principal.asserted };'
    assert "forbid (principal, action, resource) when { principal.asserted };" in PAGE
    CedarPolicy({**policies(shipped()), "asserted.cedar": text})
