"""What a run is about: the exact models, templates and policies; and whether a run lets them go live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from avouch.canon import canonical, digest, plain


@dataclass(frozen=True, slots=True)
class Release:
    """Everything that decides what a model may say, by digest or version.

    ``models`` and ``templates`` are (name, digest) pairs, ``policy`` the policy in force, ``guard`` the
    detector's weights, ``code`` the version of Avouch, ``checks`` how claims are checked and where links may lead.
    """

    models: tuple[tuple[str, str], ...]
    templates: tuple[tuple[str, str], ...]
    policy: str
    guard: str = ""
    code: str = ""
    checks: str = ""

    @property
    def digest(self) -> str:
        """The same for the same parts, in whatever order they were named."""
        return digest(canonical(self.body()))

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "models": plain(sorted(self.models)),
            "templates": plain(sorted(self.templates)),
            "policy": self.policy,
            "guard": self.guard,
            "code": self.code,
            "checks": self.checks,
        }
