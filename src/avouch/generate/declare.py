"""A model as somebody declares it, checked. What is not said is the strictest; what is not known is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any

from avouch.canon import canonical, digest
from avouch.errors import AvouchError, Code
from avouch.records import Classification, Dialect, Grammar, Model, ModelKind

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
KEY = re.compile(r"env:AVOUCH_KEY_[A-Za-z0-9_]{1,80}|file:[A-Za-z_][A-Za-z0-9_.-]{0,99}")
CURRENCY = re.compile(r"[A-Z]{3}")
KINDS = {field.name: str(field.type) for field in fields(Model)}
RANGES = {"context": (256, 100_000_000), "reply": (1, 1_000_000), "timeout": (0.1, 600.0), "pause": (0.1, 600.0)}
DEAREST, LONGEST = Decimal(1_000_000), 2048


def declared(told: Mapping[str, Any]) -> Model:
    """A model from a table of plain values; INPUT_INVALID, naming the field and never its value."""
    for name in told:
        if name not in KINDS:
            raise _wrong(str(name)[:40], "is nothing that a model has")
    model = Model(**{"name": "", "kind": "", **{name: _value(name, told[name]) for name in told}})
    if not NAME.fullmatch(model.name):
        raise _wrong("name", "is 1 to 64 of a-z, 0-9, '.', '_' and '-'")
    if not isinstance(model.kind, ModelKind):
        raise _wrong("kind", "is missing")
    if model.kind is not ModelKind.EXTRACTIVE and not (model.url and model.owner):
        raise _wrong("url" if model.owner else "owner", "is missing")
    if model.kind is ModelKind.OPENAI and not model.version:
        raise _wrong("version", "is missing: the digest of the weights, or the vendor's version")
    if model.key and not KEY.fullmatch(model.key):
        raise _wrong("key", "says where the key is: env:AVOUCH_KEY_NAME or file:NAME")
    if not CURRENCY.fullmatch(model.currency):
        raise _wrong("currency", "is a code of three letters")
    if model.reply >= model.context:
        raise _wrong("reply", "leaves no room in the context")
    return model


def _value(name: str, value: Any) -> Any:
    kind = KINDS[name]
    if kind == "bool" and type(value) is bool:
        return value
    if kind in ("int", "float") and type(value) in (int, float) and (kind == "float" or type(value) is int):
        low, high = RANGES[name]
        if low <= value <= high:
            return value
        raise _wrong(name, f"is {low} to {high}")
    if kind == "Decimal" and type(value) in (str, int, Decimal):
        return _price(name, value)
    if isinstance(value, str) and len(value) <= LONGEST and (not value or value.isprintable()):
        if kind == "str":
            return value
        for known in (ModelKind, Grammar, Dialect, Classification):
            if kind == known.__name__ and value.upper() in known.__members__:
                return known[value.upper()]
    raise _wrong(name, "has no such value")


def _price(name: str, value: Any) -> Decimal:
    try:
        price = Decimal(value)
    except InvalidOperation as error:
        raise _wrong(name, "is no amount") from error
    if not (price.is_finite() and 0 <= price <= DEAREST and price == round(price, 6)):
        raise _wrong(name, "is an amount from 0 with at most six places")
    return price


def body(model: Model) -> dict[str, Any]:
    """The declaration as plain values, for the ledger and for ``declared``. Where the key lies is not the key."""
    told: dict[str, Any] = {}
    for name, kind in KINDS.items():
        value = getattr(model, name)
        if kind in ("ModelKind", "Grammar", "Dialect", "Classification"):
            value = value.name.lower()
        told[name] = format(value.normalize(), "f") if kind == "Decimal" else value
    return told


def digest_of(model: Model) -> str:
    """What a release, a voucher and the cache know the declaration by: any change is another."""
    return digest(canonical(body(model)))


def _wrong(field: str, why: str) -> AvouchError:
    return AvouchError(Code.INPUT_INVALID, f"model: {field} {why}")
