"""Tokens of services: what is signed by whom, for whom, and the known ways to fool a verifier."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from tests.oidc.provider import MISSING, provider
from tests.stack.test_people import refused

from avouch.adapters.issuer_keys import IssuerKeys, public_keys
from avouch.adapters.jwt_bearer import ALGORITHMS, Bearer, JwtBearer
from avouch.errors import AvouchError, Code
from avouch.issuers import Issuer

NOW = 1_760_000_000
ISS, AUD = "https://idp.example.org", "https://avouch.example.org"
GOOD: dict[str, Any] = {"iss": ISS, "sub": "svc-1", "aud": AUD, "exp": NOW + 300, "nbf": NOW, "iat": NOW}
KEYS: dict[str, Key] = {
    "rsa": RSAKey.generate_key(2048, {"kid": "rsa"}),
    "ec": ECKey.generate_key("P-256", {"kid": "ec"}),
    "ec384": ECKey.generate_key("P-384", {"kid": "ec384"}),
    "ec521": ECKey.generate_key("P-521", {"kid": "ec521"}),
    "okp": OKPKey.generate_key("Ed25519", {"kid": "okp"}),
}
SIGNER = {"ES384": "ec384", "ES512": "ec521", "ES256": "ec"}


def key_for(algorithm: str) -> Key:
    return KEYS[SIGNER.get(algorithm) or {"RSA": "rsa", "OKP": "okp"}[ALGORITHMS[algorithm]]]


def published(*keys: Key) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys or KEYS.values()]}


def signed(claims: dict[str, Any], algorithm: str = "RS256", key: Key | None = None, **header: Any) -> str:
    by = key or key_for(algorithm)
    told = {"alg": algorithm, "kid": by.kid, **header}
    return jwt.encode({name: value for name, value in told.items() if value is not None}, claims, by, [algorithm])


def forged(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """A token put together by hand."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    body = b".".join(parts)
    return (body + b"." + base64.urlsafe_b64encode(sign(body)).rstrip(b"=")).decode()


class Source:
    """What an issuer publishes, and how often it was asked."""

    def __init__(self, keys: dict[str, Any]) -> None:
        self.keys, self.asked, self.fails, self.clock = keys, 0, False, 0.0

    def get(self, url: str) -> Any:
        if self.fails:
            raise AvouchError(Code.PROVIDER_FAILED, "down")
        if url.endswith("openid-configuration"):
            return {"issuer": ISS, "jwks_uri": ISS + "/keys"}
        assert url == ISS + "/keys"
        self.asked += 1
        return self.keys


def checker(source: Source, **settings: Any) -> JwtBearer:
    issuer = Issuer(ISS, audience=AUD, **settings)
    return JwtBearer([issuer], {ISS: IssuerKeys(issuer, source.get, lambda: source.clock)})


@pytest.fixture
def bearer() -> JwtBearer:
    return checker(Source(published()))


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_every_asymmetric_algorithm_is_taken(bearer: JwtBearer, algorithm: str) -> None:
    assert bearer.check(signed(GOOD, algorithm), NOW) == Bearer(ISS, "svc-1", frozenset())


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"iss": "https://other.example.org"}, "issuer"),
        ({"iss": ISS + "/"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"iss": [ISS]}, "issuer"),
        ({"aud": "someone-else"}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": {AUD: 1}}, "audience"),
        ({"sub": ""}, "subject"),
        ({"sub": 7}, "subject"),
        ({"sub": "x" * 256}, "subject"),
        ({"sub": "ё"}, "subject"),
        ({"exp": NOW - 31}, "expired"),
        ({"exp": "tomorrow"}, "time"),
        ({"exp": True}, "time"),
        ({"exp": None}, "time"),
        ({"exp": float("inf")}, "time"),
        ({"nbf": NOW + 31}, "early"),
        ({"iat": NOW + 31}, "early"),
        ({"iat": "now"}, "time"),
    ],
)
def test_claims_that_are_wrong(bearer: JwtBearer, changed: dict[str, Any], why: str) -> None:
    assert bearer.check(raw({**GOOD, **changed}), NOW) == why
    assert isinstance(bearer.check(raw(GOOD), NOW), Bearer)


def raw(claims: dict[str, Any]) -> str:
    """A token with a good signature over claims that no library would write."""
    rs256 = JWSRegistry.algorithms["RS256"]
    return forged({"alg": "RS256", "kid": "rsa"}, claims, lambda body: rs256.sign(body, KEYS["rsa"]))


def test_no_expiry_is_no_token(bearer: JwtBearer) -> None:
    assert bearer.check(signed({name: value for name, value in GOOD.items() if name != "exp"}), NOW) == "time"


def test_a_little_leeway_and_several_audiences(bearer: JwtBearer) -> None:
    for changed in ({"exp": NOW - 29}, {"nbf": NOW + 29}, {"aud": ["other", AUD]}, {"exp": NOW + 0.5}):
        assert isinstance(bearer.check(signed({**GOOD, **changed}), NOW), Bearer)


def test_the_public_key_is_no_shared_secret(bearer: JwtBearer) -> None:
    key = KEYS["rsa"]
    assert isinstance(key, RSAKey)
    for public in (
        key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        key.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(key.as_dict(private=False)).encode(),
    ):
        for algorithm, digest in (("HS256", hashlib.sha256), ("HS512", hashlib.sha512)):
            assert bearer.check(shared_secret(algorithm, public, digest), NOW) == "algorithm"


def shared_secret(algorithm: str, key: bytes, digest: Any) -> str:
    return forged({"alg": algorithm, "kid": "rsa"}, GOOD, lambda body: hmac.new(key, body, digest).digest())


@pytest.mark.parametrize("name", ["none", "None", "NONE", "", "HS256", "ES256K", "RS1", "dir", ["RS256"], None])
def test_no_other_algorithm(bearer: JwtBearer, name: Any) -> None:
    told = bearer.check(forged({"alg": name, "kid": "rsa"}, GOOD, lambda body: b"x"), NOW)
    assert told == "algorithm"
    empty = forged({"alg": name, "kid": "rsa"}, GOOD, lambda body: b"")
    assert bearer.check(empty, NOW) == "malformed"


@pytest.mark.parametrize(
    ("algorithm", "kid", "why"),
    [
        ("RS256", "ec", "algorithm"),
        ("ES256", "rsa", "algorithm"),
        ("EdDSA", "ec", "algorithm"),
        ("ES256", "ec384", "signature"),
    ],
)
def test_a_key_of_another_kind_is_refused(bearer: JwtBearer, algorithm: str, kid: str, why: str) -> None:
    assert bearer.check(signed(GOOD, algorithm, kid=kid), NOW) == why


def test_a_key_keeps_to_its_own_algorithm() -> None:
    only = RSAKey.import_key({**KEYS["rsa"].as_dict(private=True), "alg": "PS256"})
    bearer = checker(Source(published(only)))
    assert isinstance(bearer.check(signed(GOOD, "PS256", only), NOW), Bearer)
    assert bearer.check(signed(GOOD, "RS256", KEYS["rsa"]), NOW) == "algorithm"


def test_another_hand_or_another_word_breaks_it(bearer: JwtBearer) -> None:
    mallory = RSAKey.generate_key(2048, {"kid": "rsa"})
    assert bearer.check(signed(GOOD, "RS256", mallory), NOW) == "signature"
    head, _, mac = signed(GOOD).split(".")
    other = base64.urlsafe_b64encode(json.dumps({**GOOD, "sub": "root"}).encode()).rstrip(b"=").decode()
    assert bearer.check(f"{head}.{other}.{mac}", NOW) == "signature"
    ec = signed(GOOD, "ES256")
    assert bearer.check(ec[:-4] + ("AAAA" if ec[-4:] != "AAAA" else "BBBB"), NOW) == "signature"
    assert bearer.check(
        ".".join([*ec.split(".")[:2], base64.urlsafe_b64encode(bytes(64)).decode().rstrip("=")]), NOW
    ) == ("signature")


@pytest.mark.parametrize("name", ["jku", "x5u", "jwk", "x5c", "crit", "b64", "zip"])
def test_a_token_does_not_say_where_its_key_is(name: str) -> None:
    source = Source(published())
    mallory = RSAKey.generate_key(2048, {"kid": "mallory"})
    value: Any = mallory.as_dict(private=False) if name == "jwk" else "https://evil.example.org/keys"
    token = forged({"alg": "RS256", "kid": "rsa", name: value}, GOOD, lambda body: b"x")
    assert checker(source).check(token, NOW) == "header"
    assert source.asked == 0


@pytest.mark.parametrize(
    "token",
    [
        "",
        "..",
        "a.b",
        "a.b.c.d",
        "a" * 20_000,
        "e30.e30.e30",
        "é.é.é",
        "W10.W10.W10",
        "eyJhbGciOiJSUzI1NiJ9..x",
        " a.b.c",
    ],
)
def test_what_is_no_token(bearer: JwtBearer, token: str) -> None:
    assert bearer.check(token, NOW) in ("malformed", "algorithm")


def test_a_deep_token_is_no_trap(bearer: JwtBearer) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 12_000).rstrip(b"=").decode()[:16_000]
    assert bearer.check(f"e30.{deep}.x"[:16_384], NOW) == "malformed"


def test_a_kid_is_needed_where_there_are_several_keys(bearer: JwtBearer) -> None:
    assert bearer.check(signed(GOOD, kid=None), NOW) == "key"
    assert bearer.check(signed(GOOD, kid="unknown"), NOW) == "key"
    assert bearer.check(signed(GOOD, kid=""), NOW) == "key"
    single = checker(Source(published(KEYS["ec"])))
    assert isinstance(single.check(signed(GOOD, "ES256", kid=None), NOW), Bearer)


def test_an_id_token_or_other_type_is_no_access_token(bearer: JwtBearer) -> None:
    assert isinstance(bearer.check(signed(GOOD, typ="at+jwt"), NOW), Bearer)
    assert bearer.check(signed(GOOD, typ="dpop+jwt"), NOW) == "type"


def test_scopes_with_the_prefix_limit_and_none_is_nothing() -> None:
    bearer = checker(Source(published()), scope_prefix="avouch:")
    told = bearer.check(signed({**GOOD, "scope": "openid avouch:ask avouch:search"}), NOW)
    assert told == Bearer(ISS, "svc-1", frozenset({"ask", "search"}))
    assert bearer.check(signed({**GOOD, "scp": ["avouch:ask"]}), NOW) == Bearer(ISS, "svc-1", frozenset({"ask"}))
    for scope in ("openid", "", 7, None):
        assert bearer.check(signed({**GOOD, "scope": scope}), NOW) == "scope"


def test_keys_are_fetched_rarely_and_new_ones_found() -> None:
    source = Source(published(KEYS["rsa"]))
    bearer = checker(source)
    for _ in range(50):
        assert isinstance(bearer.check(signed(GOOD), NOW), Bearer)
    assert source.asked == 1
    source.keys = published(KEYS["rsa"], KEYS["ec"])
    for _ in range(50):
        assert bearer.check(signed(GOOD, "ES256"), NOW) == "key"  # not before a minute is over
    assert source.asked == 1
    source.clock = 61
    assert isinstance(bearer.check(signed(GOOD, "ES256"), NOW), Bearer)
    assert source.asked == 2
    source.keys = published(KEYS["ec"])
    source.clock = 61 + 601
    assert isinstance(bearer.check(signed(GOOD, "ES256"), NOW), Bearer)
    assert bearer.check(signed(GOOD), NOW) == "key"  # a withdrawn key is gone within ten minutes


def test_an_issuer_that_is_down_is_borne_for_a_day() -> None:
    source = Source(published())
    bearer = checker(source)
    assert isinstance(bearer.check(signed(GOOD), NOW), Bearer)
    source.fails, source.clock = True, 3600
    assert isinstance(bearer.check(signed(GOOD), NOW), Bearer)
    source.clock = 90_000
    assert bearer.check(signed(GOOD), NOW) == "key"
    source.fails, source.clock = False, 90_061
    assert isinstance(bearer.check(signed(GOOD), NOW), Bearer)


def test_keys_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps(published()))
    bearer = JwtBearer([Issuer(ISS, audience=AUD, jwks=str(path))])
    assert isinstance(bearer.check(signed(GOOD, "EdDSA"), NOW), Bearer)
    for broken in ("", "[]", '{"keys": 7}', "{"):
        path.write_text(broken)
        assert JwtBearer([Issuer(ISS, audience=AUD, jwks=str(path))]).check(signed(GOOD), NOW) == "key"


def test_weak_secret_and_broken_keys_are_left_out() -> None:
    weak = RSAKey.generate_key(1024, {"kid": "weak"})
    secret = OctKey.generate_key(256, {"kid": "secret"})
    encrypting = {**KEYS["ec"].as_dict(private=False), "use": "enc"}
    told = {
        "keys": [
            weak.as_dict(private=False),
            secret.as_dict(private=True),
            encrypting,
            7,
            {},
            {"kty": "RSA"},
            {"kty": "RSA", "n": "AA", "e": "AQAB"},
            {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
            {"kty": "XYZ"},
            KEYS["okp"].as_dict(private=False),
        ]
    }
    assert [key.kid for key in public_keys(told)] == ["okp"]
    none: list[Any] = [[], None, {"keys": [{}] * 101}, {"keys": None}]
    for bad in none:
        with refused(Code.PROVIDER_FAILED):
            public_keys(bad)


def test_an_issuer_without_audience_takes_no_tokens() -> None:
    assert JwtBearer([Issuer(ISS, client_id="avouch", redirect_uri=AUD)]).check(signed(GOOD), NOW) == "issuer"


def test_tokens_of_a_real_provider() -> None:
    with provider() as running:
        if running is None:
            pytest.skip(MISSING)
        told = httpx2.post(
            running.issuer + "/token",
            data={"grant_type": "client_credentials", "resource": AUD, "scope": "avouch:ask"},
            auth=("robot", running.secret),
            trust_env=False,
        ).json()
        bearer = JwtBearer([Issuer(running.issuer, audience=AUD, scope_prefix="avouch:")])
        found = bearer.check(told["access_token"], time.time())
        assert found == Bearer(running.issuer, "robot", frozenset({"ask"}))
        assert (
            JwtBearer([Issuer(running.issuer, audience="other")]).check(told["access_token"], time.time()) == "audience"
        )
