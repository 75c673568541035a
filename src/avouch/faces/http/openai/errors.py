"""Errors as clients of OpenAI's API read them: the member ``error``, beside those of the problem."""

from __future__ import annotations

import re

from avouch.errors import AvouchError
from avouch.faces.http.openai import PREFIX

FIELD = re.compile(r"body\.([\w.]+):")
TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


def told(error: AvouchError) -> dict[str, str | None]:
    """``code`` is ours; ``param`` is the field of the body that is wrong, where one is."""
    kind = TYPES.get(error.status) or ("server_error" if error.status >= 500 else "invalid_request_error")
    field = FIELD.search(error.message)
    message = f"{error.message}. {error.todo}"
    return {"message": message, "type": kind, "param": field and field[1], "code": error.code.name}


def beside(path: str, error: AvouchError) -> dict[str, dict[str, str | None]]:
    """What a problem has in addition at an address of these doors; nothing elsewhere."""
    return {"error": told(error)} if path.startswith(f"{PREFIX}/") else {}
