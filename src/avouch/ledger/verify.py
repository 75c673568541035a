"""The verifier: checks a voucher or an exported ledger offline, and says what it cannot prove.

It imports nothing of Avouch but the canonical form, the errors and the ledger's own formats.
"""

from __future__ import annotations

from avouch.ledger.formats import EXPORT
from avouch.ledger.report import Check, Report
from avouch.ledger.verify_export import verify_export
from avouch.ledger.verify_voucher import digests, verify_voucher

__all__ = ["Check", "Report", "digests", "verify"]


def verify(data: bytes, key: str | None = None, anchor: str | None = None) -> Report:
    """Check a file of either kind by its first line."""
    if data[:200].lstrip().startswith(b'{"format":"' + EXPORT.encode()):
        return verify_export(data, key, anchor)
    return verify_voucher(data, key, anchor)
