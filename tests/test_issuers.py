"""The issuers of the settings: what may be trusted, and that a mistake is an error and not a default."""

from __future__ import annotations

from pathlib import Path

import pytest

from avouch import config
from avouch.errors import AvouchError
from avouch.issuers import Grants, secure
from avouch.records import Classification

WHOLE = """
[[issuers]]
issuer = "https://login.example.org/realm"
client_id = "avouch"
client_secret_file = "/etc/avouch/oidc"
redirect_uri = "https://avouch.example.org/oidc/callback"
audience = "https://avouch.example.org"
claim = "groups"
provision = true
scope_prefix = "avouch:"

[issuers.values.cardiology]
groups = ["cardiology"]
roles = ["reader"]
clearance = "confidential"
"""


def load(folder: Path, text: str) -> config.Settings:
    (folder / "avouch.toml").write_text(text)
    return config.load(folder)


def test_an_issuer_as_it_is_told(tmp_path: Path) -> None:
    (found,) = load(tmp_path, WHOLE).issuers
    assert (found.issuer, found.client_id, found.provision) == ("https://login.example.org/realm", "avouch", True)
    assert found.values == {
        "cardiology": Grants(frozenset({"cardiology"}), frozenset({"reader"}), Classification.CONFIDENTIAL)
    }
    assert load(tmp_path, "").issuers == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"https://login.example.org/realm"', '"http://login.example.org/realm"'),
        ('"https://login.example.org/realm"', '""'),
        ('"https://login.example.org/realm"', '"https://login.example.org?x=1"'),
        ('"https://avouch.example.org/oidc/callback"', '"http://avouch.example.org/oidc/callback"'),
        ("provision = true", 'provision = "true"'),
        ("provision = true", "provision = true\nleeway_seconds = 9999"),
        ("provision = true", "provision = true\nleeway_seconds = true"),
        ("provision = true", "verify = false"),
        ('roles = ["reader"]', 'roles = ["owner"]'),
        ('roles = ["reader"]', 'roles = "reader"'),
        ('clearance = "confidential"', 'clearance = "everything"'),
        ('clearance = "confidential"', "colour = 1"),
        ("[[issuers]]", "[issuers]"),
        ('client_id = "avouch"', ""),
    ],
)
def test_a_mistake_is_an_error(tmp_path: Path, old: str, new: str) -> None:
    assert old in WHOLE
    text = WHOLE.replace(old, new)
    if old.startswith("client_id"):
        text = text.replace('audience = "https://avouch.example.org"', "")
    with pytest.raises(AvouchError, match="CONFIG_INVALID"):
        load(tmp_path, text)


def test_no_issuer_twice_and_none_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AvouchError, match="CONFIG_INVALID"):
        load(tmp_path, WHOLE + WHOLE)
    monkeypatch.setenv("AVOUCH_ISSUERS", "https://evil.example.org")
    with pytest.raises(AvouchError, match="CONFIG_INVALID"):
        load(tmp_path, WHOLE)


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://a.example.org", True),
        ("http://127.0.0.1:80/x", True),
        ("http://localhost", True),
        ("http://[::1]:7", True),
        ("http://127.0.0.1.example.org", False),
        ("http://localhost@example.org", False),
        ("ftp://127.0.0.1", False),
        ("https://", False),
        ("https://a:b", False),
        ("//a.example.org", False),
        ("javascript:alert(1)", False),
    ],
)
def test_what_is_a_safe_address(url: str, fine: bool) -> None:
    assert secure(url) is fine
