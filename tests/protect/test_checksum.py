"""Check digits against published examples, and against every slip of one digit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avouch.protect.recognise import checksum

DIGITS = st.text("0123456789", min_size=2, max_size=18)


@pytest.mark.parametrize("number", ["4111111111111111", "378282246310005", "30569309025904", "6011111111111117"])
def test_luhn_takes_the_card_networks_own_examples(number: str) -> None:
    assert checksum.luhn(number)


@pytest.mark.parametrize(
    "iban", ["GB82WEST12345698765432", "DE89370400440532013000", "FR1420041010050500013M02606", "NO9386011117947"]
)
def test_mod97_takes_the_registrys_own_examples(iban: str) -> None:
    assert checksum.mod97(iban)
    assert not checksum.mod97(iban[:-1] + ("0" if iban[-1] != "0" else "1"))
    assert not checksum.mod97(iban + "0")


def test_national_examples() -> None:
    assert checksum.nhs("9434765919") and not checksum.nhs("9434765918")
    assert checksum.verhoeff("2363") and not checksum.verhoeff("2364")
    assert checksum.npi("1234567893") and not checksum.npi("1234567890")
    assert checksum.dea("F91234563") and not checksum.dea("F91234564")
    assert checksum.ssn("219099999") and not checksum.ssn("000123456") and not checksum.ssn("123004567")
    assert checksum.itin("912701234") and not checksum.itin("912341234")


@given(DIGITS, st.data())
def test_one_wrong_digit_never_passes(body: str, data: st.DataObject) -> None:
    for check in (checksum.luhn, checksum.verhoeff):
        number = next(body + c for c in "0123456789" if check(body + c))
        at = data.draw(st.integers(0, len(number) - 1))
        other = data.draw(st.sampled_from([c for c in "0123456789" if c != number[at]]))
        assert not check(number[:at] + other + number[at + 1 :])


@given(DIGITS, st.data())
def test_verhoeff_sees_neighbours_swapped(body: str, data: st.DataObject) -> None:
    number = next(body + c for c in "0123456789" if checksum.verhoeff(body + c))
    at = data.draw(st.integers(0, len(number) - 2))
    if number[at] != number[at + 1]:
        assert not checksum.verhoeff(number[:at] + number[at + 1] + number[at] + number[at + 2 :])


def test_each_country_has_one_iban_length() -> None:
    assert len(checksum.IBAN_LENGTHS) > 70
    assert {checksum.IBAN_LENGTHS[c] for c in ("GB", "DE", "NO", "MT", "FR")} == {22, 15, 31, 27}
