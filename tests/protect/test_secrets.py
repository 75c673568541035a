"""Keys and tokens are seen, prose and digests are not."""

from __future__ import annotations

import random
import string

import pytest

from avouch.protect.entity import Kind
from avouch.protect.secrets import density, secrets

LETTERS = string.ascii_letters + string.digits


def letters(count: int) -> str:
    return "".join(random.Random(count).choices(LETTERS, k=count))


KEYS = [
    "AKIA" + "Q7RTM2PXKLW4ZJ3N",
    "ghp_" + letters(36),
    "github_pat_" + letters(60),
    "glpat-" + letters(20),
    "sk-proj-" + letters(48),
    "sk_live_" + letters(24),
    "xoxb-" + letters(40),
    "AIza" + letters(35),
    "hf_" + letters(34),
    "SG." + letters(22) + "." + letters(43),
    "eyJ" + letters(30) + ".eyJ" + letters(60) + "." + letters(43),
    "-----BEGIN RSA PRIVATE KEY-----\n" + letters(64) + "\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\n" + letters(640),
]
NAMED = [
    ("password: Tr0ub4dor&3x", "Tr0ub4dor&3x"),
    ('"api_key": "8f3Kq0Zp1LmN"', "8f3Kq0Zp1LmN"),
    ("DB_PASSWORD=s3cr3t!pw99", "s3cr3t!pw99"),
    ("Authorization: Bearer " + letters(40), letters(40)),
    ("postgresql://app:Xy7pq2@db/main", "Xy7pq2"),
    ("the client secret is " + letters(24), letters(24)),
]
PLAIN = [
    "The password is required; choose a password with care.",
    "Token: see section 4. Secret: none.",
    "sha256 " + "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "id 123e4567-e89b-12d3-a456-426614174000",
    "pneumonoultramicroscopicsilicovolcanoconiosis is a long word",
    "password: ${DB_PASSWORD}",
    "password: <your password>",
    "3-(4,5-dimethylthiazol-2-yl)-2,5-diphenyltetrazolium bromide",
    "NM_000546.6(TP53):c.215C>G (p.Pro72Arg)",
    "https://example.org/a/very/long/path/that/has/no/secret/in/it.html",
]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key[:8])
def test_keys_are_seen_inside_a_sentence(key: str) -> None:
    text = f"Use {key} for it."
    assert any(text[e.start : e.end].startswith(key[:20]) and e.kind is Kind.SECRET for e in secrets(text))


@pytest.mark.parametrize(("text", "value"), NAMED, ids=lambda one: one[:12])
def test_what_is_named_a_secret_is_one(text: str, value: str) -> None:
    assert value in [text[e.start : e.end] for e in secrets(text)]


@pytest.mark.parametrize("text", PLAIN, ids=lambda text: text[:16])
def test_prose_and_digests_are_none(text: str) -> None:
    assert not list(secrets(text))


def test_density_is_in_bits_a_letter() -> None:
    assert density("aaaa") == 0 and density("abcd") == 2
