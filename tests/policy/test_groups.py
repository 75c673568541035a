"""The plain policy is a policy."""

from __future__ import annotations

from avouch.policy.groups import GroupPolicy
from avouch.ports import Policy
from avouch.testing.policy import PolicySuite


class TestGroupPolicy(PolicySuite):
    def make(self) -> Policy:
        return GroupPolicy()
