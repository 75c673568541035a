"""Whom a connection trusts: certificates in a file, or those of the system."""

from __future__ import annotations

import ssl
from pathlib import Path

from avouch.errors import AvouchError, Code


def trust(ca: Path | None, setting: str) -> ssl.SSLContext:
    """TLS 1.2 or newer, with the server's name checked. CONFIG_INVALID, naming the ``setting`` of the file."""
    try:
        context = ssl.create_default_context(cafile=str(ca) if ca else None)
    except (OSError, ssl.SSLError) as error:
        raise AvouchError(Code.CONFIG_INVALID, f"{setting} names no file of certificates") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
