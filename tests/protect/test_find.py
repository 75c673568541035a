"""What is found, what is left alone, and that no text takes long or breaks it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avouch.protect.entity import Entity, Kind
from avouch.protect.find import PATTERNS, find, surest

FOUND = [
    (Kind.CREDIT_CARD, "pay with 4111 1111 1111 1111 today", "4111 1111 1111 1111"),
    (Kind.CREDIT_CARD, "pay with 378282246310005.", "378282246310005"),
    (Kind.IBAN, "to GB82 WEST 1234 5698 7654 32, please", "GB82 WEST 1234 5698 7654 32"),
    (Kind.IBAN, "to de89370400440532013000", "de89370400440532013000"),
    (Kind.UK_NHS, "NHS number: 943 476 5919", "943 476 5919"),
    (Kind.UK_NHS, "nhs no 9434765919", "9434765919"),
    (Kind.IN_AADHAAR, "number 2345 6789 0124 on the card", "2345 6789 0124"),
    (Kind.IN_PAN, "PAN ABCPE1234F", "ABCPE1234F"),
    (Kind.IN_ABHA, "ABHA 91-1234-5678-9012", "91-1234-5678-9012"),
    (Kind.IN_ABHA, "her ABHA address is asha.r@abdm", "asha.r@abdm"),
    (Kind.US_SSN, "SSN 219-09-9999", "219-09-9999"),
    (Kind.US_SSN, "her social security number is 219099999", "219099999"),
    (Kind.US_ITIN, "tax id 912-70-1234", "912-70-1234"),
    (Kind.US_NPI, "NPI 1234567893", "1234567893"),
    (Kind.US_DEA, "DEA: AB1234563", "AB1234563"),
    (Kind.US_MBI, "Medicare 1EG4-TE5-MK73", "1EG4-TE5-MK73"),
    (Kind.UK_NINO, "NI AB 12 34 56 C", "AB 12 34 56 C"),
    (Kind.MRN, "MRN: 0012345", "0012345"),
    (Kind.MRN, "medical record no. A-77812", "A-77812"),
    (Kind.MRN, "Hospital number H998877 was used", "H998877"),
    (Kind.PASSPORT, "passport no. X1234567", "X1234567"),
    (Kind.ACCOUNT, "account number 00123456", "00123456"),
    (Kind.PHONE, "ring 020 7946 0958 after six", "020 7946 0958"),
    (Kind.PHONE, "(555) 234-5678", "(555) 234-5678"),
    (Kind.PHONE, "+91 98765 43210", "+91 98765 43210"),
    (Kind.PHONE, "Mobile: 72 128 827", "72 128 827"),
    (Kind.EMAIL, "write to a.b+c@mail.example.org.", "a.b+c@mail.example.org"),
    (Kind.EMAIL, "jürgen@bücher.example", "jürgen@bücher.example"),
    (Kind.EMAIL, "a.person [at] example [dot] org", "a.person [at] example [dot] org"),
    (Kind.URL, "see https://example.org/a?b=c.", "https://example.org/a?b=c"),
    (Kind.IP, "from 192.0.2.17 at noon", "192.0.2.17"),
    (Kind.IP, "from 2001:db8::8a2e:370:7334", "2001:db8::8a2e:370:7334"),
    (Kind.MAC, "card 00:1B:44:11:3A:B7", "00:1B:44:11:3A:B7"),
    (Kind.BIRTH_DATE, "DOB: 03/04/1961", "03/04/1961"),
    (Kind.BIRTH_DATE, "born on 4 March 1961 in", "4 March 1961"),
    (Kind.DATE, "seen on 2024-02-29.", "2024-02-29"),
    (Kind.DATE, "on March 3rd, 2021 she", "March 3rd, 2021"),
    (Kind.PERIOD, "since May 2019", "May 2019"),
    (Kind.AGE, "a 62-year-old man", "62"),
    (Kind.AGE, "aged 93 and well", "93"),
    (Kind.POSTCODE, "SW1A 1AA", "SW1A 1AA"),
    (Kind.POSTCODE, "PIN code 560001", "560001"),
    (Kind.POSTCODE, "Springfield, IL 62704", "62704"),
    (Kind.GROUP, "She is Nigerian.", "Nigerian"),
    (Kind.PLACE, "treated in New Zealand", "New Zealand"),
    (Kind.ADDRESS, "at 12 Old Mill Road, Apt. 4", "12 Old Mill Road, Apt. 4"),
]
NOT_FOUND = [
    "BP 120/80 mmHg, pulse 72, SpO2 98 %, HbA1c 7.2 %, sodium 140 mmol/L",
    "500 mg twice daily for 10 days, then 250 mg; maximum 4,000 mg",
    "version 1.2.3 of section 4.5.6 (p. 17-19)",
    "n = 1,234 patients, 95 % CI 0.71-0.93, p < 0.001",
    "Card 4111 1111 1111 1112 has a slip in it",  # a word in front: found all the same, at a lower score
    "doi 10.1056/NEJMoa2034577",
]


@pytest.mark.parametrize(("kind", "text", "value"), FOUND, ids=lambda one: str(one)[:24])
def test_found(kind: Kind, text: str, value: str) -> None:
    seen = [(e.kind, text[e.start : e.end]) for e in find(text, PATTERNS)]
    assert (kind, value) in seen


@pytest.mark.parametrize("text", NOT_FOUND)
def test_left_alone(text: str) -> None:
    sure = [e for e in find(text, PATTERNS) if e.score > 0.6]
    assert not sure, [(e.kind, text[e.start : e.end]) for e in sure]


def test_a_wrong_check_digit_needs_a_word_in_front() -> None:
    assert not [e for e in find("order 4111 1111 1111 1112", PATTERNS) if e.kind is Kind.CREDIT_CARD]
    slips = [e for e in find("my card 4111 1111 1111 1112", PATTERNS) if e.kind is Kind.CREDIT_CARD]
    assert slips and slips[0].score < 0.8


def test_disguised_digits_are_found_where_they_stand() -> None:
    text = "SSN ２１９\u201109\u20119999 and 2\u200b19-09-99\u200b99"
    assert [text[e.start : e.end] for e in find(text, PATTERNS) if e.kind is Kind.US_SSN] == [
        "２１９\u201109\u20119999",
        "2\u200b19-09-99\u200b99",
    ]


def test_arabic_indic_digits() -> None:
    text = "tel ٠٢٠ ٧٩٤٦ ٠٩٥٨"
    assert [e.kind for e in find(text, PATTERNS)] == [Kind.PHONE]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_entities_are_in_order_inside_and_apart(text: str) -> None:
    at = 0
    for entity in find(text):
        assert at <= entity.start < entity.end <= len(text)
        assert 0 < entity.score <= 1
        at = entity.end


def test_the_rest_of_a_name_stays_marked_beside_a_surer_number() -> None:
    text = "Anna Maria Rossi 219-09-9999"
    whole, number = Entity(Kind.PERSON, 0, 28, 0.7, "model"), Entity(Kind.US_SSN, 17, 28, 0.95, "checksum")
    assert surest(text, [whole, number]) == [Entity(Kind.PERSON, 0, 16, 0.7, "model"), number]


HOSTILE = {
    "digits": "1" * 100_000,
    "digits and spaces": "1 " * 50_000,
    "digits and dashes": "1-" * 50_000,
    "dots": "1." * 50_000,
    "mail": "a" * 100_000 + "@",
    "mails": "a@" * 50_000,
    "mail dots": "a." * 50_000 + "@b",
    "host": "a." * 50_000,
    "hosts": "a-" * 50_000 + ".com",
    "urls": "http://" * 14_000,
    "colons": ":" * 100_000,
    "hex": "ab:" * 33_000,
    "capitals": "A" * 100_000,
    "words": "Aa " * 33_000,
    "open": "(" * 100_000,
    "pem": "-----BEGIN PRIVATE KEY-----" * 3_700,
    "named": "password: " * 10_000,
    "password": "password" * 12_500,
    "jwt": "eyJ" + "a" * 50_000 + "." + "b" * 49_000,
    "jwts": "eyJaaaaaaaaa." * 7_600,
    "base64": "aB3" * 33_000,
    "months": "may " * 25_000,
    "years": "2020-" * 20_000,
    "mrn": "mrn no no no " * 7_600,
    "iban": "GB82" * 25_000,
    "iban spaces": "GB82 " * 20_000,
    "tabs": "mrn" + "\t" * 99_000,
    "street": "1 " + "Aa " * 33_000,
    "streets": "1 Aa " * 20_000,
    "underscores": "_" * 100_000,
    "plus": "+1(" * 33_000,
    "bearer": "bearer " * 14_000,
    "slashes": "/" * 100_000,
    "zero width": "\u200b1" * 50_000,
    "scheme": "a" * 100_000 + "://x:y@",
    "schemes": "a://" * 25_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_is_linear_in_hostile_texts(name: str) -> None:
    """100,000 characters: far below a second; a quadratic pattern takes minutes. Load of others is allowed for."""
    start = time.process_time()
    find(HOSTILE[name], PATTERNS)
    assert time.process_time() - start < 2.5
