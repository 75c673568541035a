"""Pseudonyms: nothing found is left, everything comes back, and only to whom it may."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avouch.errors import AvouchError, Code
from avouch.protect.entity import DIRECT, Entity, Kind
from avouch.protect.find import PATTERNS, find
from avouch.protect.mask import ALPHABET, LENGTH, Pseudonyms, _code

KEY = b"a key of a tenant, 32 bytes long"
TEXT = "Anna Rossi (SSN 219-09-9999) wrote to anna@example.org. ANNA ROSSI is 62. Rossi agreed."
FOUND = [
    Entity(Kind.PERSON, 0, 10, 0.9, "model"),
    Entity(Kind.US_SSN, 16, 27, 0.95, "checksum"),
    Entity(Kind.EMAIL, 38, 54, 0.95, "pattern"),
    Entity(Kind.PERSON, 56, 66, 0.9, "model"),
]

PIECES = st.sampled_from(
    [
        "Anna", "Rossi", "219-09-9999", "a@b.org", "[PERSON-", "PERSON-K3M7QX", "[US_SSN-B2C3D4]", "]", "[", "\\[",
        "\\", "(", ")",
        " ", "\n", "62", "TEXT-B2C3D4", "\\]", "person k3m7qx", "Annas", "é", "İ", "*", "_", "-", "K3M7QX", "\u200b",
    ]
)  # fmt: skip


def spans(text: str, data: st.DataObject) -> list[Entity]:
    """Any entities without overlap."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    kinds = st.sampled_from([Kind.PERSON, Kind.US_SSN, Kind.SECRET, Kind.PHONE])
    return [Entity(data.draw(kinds), a, b, 0.9, "model") for a, b in zip(cuts[::2], cuts[1::2], strict=False) if a < b]


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=60), st.data())
def test_what_was_masked_comes_back(text: str, data: st.DataObject) -> None:
    hidden = Pseudonyms(KEY)
    masked = hidden.mask(text, spans(text, data))
    assert hidden.restore(masked.text) == text


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join), st.data())
def test_spans_of_the_masked_text_lead_back(text: str, data: st.DataObject) -> None:
    masked = Pseudonyms(KEY).mask(text, spans(text, data))
    at = 0
    for piece in masked.pieces:
        assert masked.text[at : piece.at] == text[slice(*masked.original(at, piece.at))]
        assert masked.original(piece.at, piece.at_end) == (piece.start, piece.end)
        if piece.at_end - piece.at > 2:
            assert masked.original(piece.at + 1, piece.at_end - 1) == (piece.start, piece.end)
        at = piece.at_end
    assert masked.text[at:] == text[slice(*masked.original(at, len(masked.text)))]
    assert masked.original(0, len(masked.text)) == (0, len(text))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["Anna Rossi", "Anna", "219-09-9999", "a@b.org", "the", "and,"]), max_size=12))
def test_no_found_value_is_left_as_a_word(words: list[str]) -> None:
    text = " ".join(words)
    found = find(text, PATTERNS) + (
        [Entity(Kind.PERSON, text.index("Anna Rossi"), text.index("Anna Rossi") + 10, 0.9, "model")]
        if "Anna Rossi" in text
        else []
    )
    masked = Pseudonyms(KEY).mask(text, found).text
    for entity in found:
        if entity.kind in DIRECT:
            assert text[entity.start : entity.end] not in masked
    assert "Anna Rossi" not in text or "Anna" not in masked.split()


def test_a_value_is_masked_wherever_it_stands() -> None:
    masked = Pseudonyms(KEY).mask(TEXT, FOUND)
    for value in ("Anna", "Rossi", "ROSSI", "219-09-9999", "example.org"):
        assert value not in masked.text
    assert "62" in masked.text
    assert masked.text.count("[PERSON-") == 3


def test_the_same_value_has_the_same_name_under_one_key_only() -> None:
    one, two, other = Pseudonyms(KEY), Pseudonyms(KEY), Pseudonyms(KEY[::-1])
    two.name(Kind.PERSON, "somebody else")
    assert one.name(Kind.PERSON, "Anna") == two.name(Kind.PERSON, "Anna") != other.name(Kind.PERSON, "Anna")
    assert one.name(Kind.PERSON, "Anna")[-8:] != one.name(Kind.PHONE, "Anna")[-8:]


def test_names_are_of_one_length_and_say_the_kind() -> None:
    hidden = Pseudonyms(KEY)
    names = [hidden.name(Kind.PERSON, "x" * n) for n in range(1, 200)]
    assert {len(name) for name in names} == {len("[PERSON-]") + LENGTH}
    assert all(name.startswith("[PERSON-") for name in names) and len(set(names)) == 199


def test_two_values_never_share_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """With codes of which all begin alike, each still has its own and comes back."""
    monkeypatch.setattr("avouch.protect.mask._code", lambda key, kind, value: "B2B2B2" + _code(key, kind, value))
    hidden = Pseudonyms(KEY)
    names = {hidden.name(Kind.PERSON, str(n)): str(n) for n in range(50)}
    assert len(names) == 50
    assert hidden.restore(" ".join(names)) == " ".join(names.values())


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda name: name.lower(),
        lambda name: name.title(),
        lambda name: name.strip("[]"),
        lambda name: f"**{name.strip('[]')}**",
        lambda name: name.replace("[", "(").replace("]", ")"),
        lambda name: name.replace("-", " "),
        lambda name: name.replace("-", "_"),
        lambda name: name.replace("-", "\u2011"),
        lambda name: name.replace("[", "\\[").replace("]", "\\]"),
        lambda name: name.replace("[", "").replace("]", "'s"),
        lambda name: name.replace("US_SSN", "US SSN"),
        lambda name: f"«{name}»,",
    ],
)
def test_a_models_rewriting_is_survived(rewrite) -> None:  # type: ignore[no-untyped-def]
    hidden = Pseudonyms(KEY)
    for kind, value in ((Kind.PERSON, "Anna Rossi"), (Kind.US_SSN, "219-09-9999")):
        said = hidden.restore(f"As {rewrite(hidden.name(kind, value))} told us.")
        assert value in said and "-" + hidden.name(kind, value)[-LENGTH:-1] not in said


def test_only_what_the_reader_may_see_comes_back() -> None:
    hidden = Pseudonyms(KEY)
    masked = hidden.mask(TEXT, FOUND).text
    said = hidden.restore(masked, {Kind.PERSON})
    assert "Anna Rossi" in said and "219-09-9999" not in said and "[US_SSN-" in said
    assert hidden.restore(masked, ()) == masked


def test_a_planted_pseudonym_is_no_way_to_a_value() -> None:
    """A document repeats a pseudonym that it saw earlier in the session: it comes back as it was, not as the value."""
    first = Pseudonyms(KEY)
    name = first.name(Kind.PERSON, "Anna Rossi")
    second = Pseudonyms(KEY)
    secret = second.mask("Anna Rossi called.", [Entity(Kind.PERSON, 0, 10, 0.9, "model")])
    planted = second.mask(f"Repeat {name} and {name.lower().strip('[]')}!", [])
    assert name not in planted.text and name[1:-1].lower() not in planted.text
    assert second.restore(planted.text) == f"Repeat {name} and {name.lower().strip('[]')}!"
    assert second.restore(secret.text) == "Anna Rossi called."


def test_others_pseudonyms_are_left_as_they_are() -> None:
    assert Pseudonyms(KEY).restore("[PERSON-K3M7QX] and PERSON-K3M7QX") == "[PERSON-K3M7QX] and PERSON-K3M7QX"


def test_nothing_of_it_is_shown_by_accident() -> None:
    hidden = Pseudonyms(KEY)
    masked = hidden.mask(TEXT, FOUND)
    assert "Anna" not in repr(hidden) and KEY.decode() not in repr(hidden)
    assert "Anna" not in repr(masked)


def test_short_keys_and_spans_outside_are_refused() -> None:
    with pytest.raises(AvouchError) as raised:
        Pseudonyms(b"short")
    assert raised.value.code is Code.INPUT_INVALID
    with pytest.raises(AvouchError):
        Pseudonyms(KEY).mask("text", []).original(0, 5)


def test_codes_are_no_words() -> None:
    for n in range(500):
        code = _code(KEY, Kind.PERSON, str(n))[:LENGTH]
        assert set(code) <= set(ALPHABET) and any(map(str.isdigit, code)) and not set(code) & set("AEIOU01")


def test_a_large_text_with_many_values_is_quick() -> None:
    text = " ".join(f"Name{n} Surname{n} called;" for n in range(4_000))
    found, at = [], 0
    for n in range(4_000):
        value = f"Name{n} Surname{n}"
        at = text.index(value, at)
        found.append(Entity(Kind.PERSON, at, at + len(value), 0.9, "model"))
    hidden = Pseudonyms(KEY)
    start = time.process_time()
    assert hidden.restore(hidden.mask(text, found).text) == text
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    "part", ["[", "PERSON-", "[PERSON-", "PERSON-K3M7QX", "US_", "US \\_ ", "A1", "B2C3D4", "\\[", "PERSON  - "]
)
def test_time_is_linear_in_hostile_texts(part: str) -> None:
    hidden, text = Pseudonyms(KEY), part * (100_000 // len(part))
    start = time.process_time()
    assert hidden.restore(hidden.mask(text, []).text) == text
    assert time.process_time() - start < 2.5
