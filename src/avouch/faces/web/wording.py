"""What the API tells programs, for people: which field is wrong, and how; what to do on a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

FIELD = re.compile(r"(path|query|body|header)\.([\w.-]+): (\w+_\w+|missing|enum)(?=;|$)")
HOW = (
    ("missing", "is missing"),
    ("too_long", "is too long"),
    ("too_short", "is too short"),
    ("int_", "is no whole number"),
    ("float_", "is no number"),
    ("greater_than", "is too small"),
    ("less_than", "is too large"),
    ("date", "is no date"),
    ("literal", "is none of the choices"),
    ("enum", "is none of the choices"),
    ("extra", "is nothing that is asked for here"),
)
"""What a kind of fault begins with, or holds, and what that says of a field."""
TODO = {
    "HOME_MISSING": "Tell whoever runs this service.",
    "HOME_OLDER": "Tell whoever runs this service.",
    "HOME_DAMAGED": "Tell whoever runs this service: something that it stores is damaged.",
    "KEY_WRONG": "Tell whoever runs this service: its keys are not those of its home.",
    "NOT_FOUND": "Look at the address, or go back to the list and choose again.",
    "PRINCIPAL_UNKNOWN": "Look at the name, or add the person under Access, People.",
    "UNAUTHENTICATED": "Look at name and password, and sign in again.",
    "POLICY_INVALID": "Correct the policy that is named, and try its cases.",
    "POLICY_TEST_FAILED": "Correct the policy or its cases; its page shows each.",
    "MODEL_UNAVAILABLE": "Try it on the model's page; if it does not answer there, tell whoever runs it.",
    "MODEL_REFUSED": "Look at its name, key and limits, and try it on the model's page.",
    "INDEX_STALE": "Ask again in a moment. If it stays so, an operator makes the index again under Operations.",
}
OTHERWISE = "If you do not know why, tell whoever runs this service."
ATTACK = "Attack it first (Models, Red team), or say on its page why it goes live without."


def worded(told: Mapping[str, Any]) -> dict[str, Any]:
    """A problem as a page tells it."""
    found = dict(told)
    if "detail" in found:
        found["detail"] = FIELD.sub(field, str(found["detail"]))
        if str(told["detail"]).startswith("path."):
            found["todo"] = TODO["NOT_FOUND"]
    todo = str(found.get("todo", ""))
    if "`avouch" in todo:
        attack = "redteam" in todo
        found["todo"] = TODO.get(str(found.get("code", "")), ATTACK if attack else OTHERWISE)
    return found


def field(told: re.Match[str]) -> str:
    """A field and its fault, in words."""
    where, name, fault = told.groups()
    called = name.rpartition(".")[2].replace("_", " ").removesuffix(" id")
    how = next((words for part, words in HOW if part in fault), "is not written as it has to be")
    return f"the {called} in the address {how}" if where == "path" else f"“{called}” {how}"
