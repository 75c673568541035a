"""Checks of an exported ledger: the file is read strictly, then checked as any log."""

from __future__ import annotations

from typing import Any

from avouch.canon import canonical
from avouch.errors import AvouchError, Code
from avouch.ledger.formats import EXPORT
from avouch.ledger.report import Report
from avouch.ledger.verify_log import Row, verify_log
from avouch.ledger.verify_voucher import strict


def verify_export(data: bytes, key: str | None, anchor: str | None) -> Report:
    """Check an exported ledger: a JSON line of facts, then one line an entry (leaf, salt, body)."""
    try:
        # At "\n" only: a reason may hold the other ends of lines that `splitlines` knows.
        head, *lines = [strict(line) for line in data.decode().removesuffix("\n").split("\n")]
        notes, own = facts(head)
        found = [row(line) for line in lines]
    except (AvouchError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise AvouchError(Code.VOUCHER_MALFORMED, "the file is not an exported ledger") from error
    return verify_log(iter(found), notes, [key] if key else own, [anchor] if anchor else [])


def facts(head: Any) -> tuple[list[str], list[str]]:
    """Checkpoints and keys of the first line. ValueError where it is not one, or has no checkpoint."""
    notes, keys = head["checkpoints"], head["keys"]
    if head["format"] != EXPORT or not notes or not texts(notes) or not texts(keys):
        raise ValueError(head["format"])
    return notes, keys


def texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def row(line: Any) -> Row:
    """The leaf, salt and canonical body of a line; an erased body has none."""
    leaf, salt, body = line["leaf"], line["salt"], line["body"]
    if not texts([leaf, *([] if salt is None else [salt])]):
        raise ValueError(line)
    return leaf.encode(), salt, None if body is None else canonical(body), None
