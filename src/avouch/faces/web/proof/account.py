"""The account that a voucher gives, in the order in which somebody would ask: who, what was known, used, checked."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from avouch.faces.web import names
from avouch.faces.web.answer.answers import reading
from avouch.faces.web.library.home import STANDINGS
from avouch.faces.web.pages import Visit

SPAN = re.compile(r"/claims/(\d+)(?:/citations/(\d+))?|/passages/(\d+)|/withheld/(\d+)")
SINCE = {
    fate: (look, "in force today" if fate == "live" else f"{words} since") for fate, (look, words) in STANDINGS.items()
}
"""How it looks and what it means that a version's fate is this today."""
CAME = {"session": "had signed in", "key": "came with a key", "jwt": "came with a token of an identity provider"}


async def account(visit: Visit, told: dict[str, Any]) -> dict[str, Any]:
    """What the page tells of a voucher, as ``GET /vouchers/{voucher_id}`` has it."""
    voucher, withheld = told["voucher"], told["withheld"]
    body, read = voucher["body"], reading(voucher, withheld)
    people, policy, used = await asyncio.gather(
        names.of(visit, {read["actor"], body["principal"]["id"]}), policy_of(visit), documents(visit, body, read)
    )
    return {
        **read,
        "who": people.get(body["principal"]["id"]),
        "person": body["principal"]["id"],
        "came": came(body),
        "policy": policy,
        "standing": told["standing"],
        "documents": used,
        "rested": sum(bool(one["claims"]) for one in used),
        "writer": body.get("writer"),
        "recipe": body["recipe"],
        "index": body["index"],
        "embedder": body["model"],
        "unseen": unseen(withheld),
        "earlier": body["as_of"][:16] < voucher["entry"]["time"][:16],
    }


def came(body: dict[str, Any]) -> str:
    """How it is known that it was this person."""
    if body["principal"]["asserted"]:
        return "were named by whoever held the machine, and had not signed in"
    return CAME.get((body.get("via") or "").partition(":")[0], "had signed in")


async def policy_of(visit: Visit) -> int | None:
    """The number of the policy in force, for whoever may read policies."""
    found = await visit.api.maybe("/policies") if "policy" in visit.acts else None
    return next((one["number"] for one in found or [] if one["in_force"]), None)


async def documents(visit: Visit, body: dict[str, Any], read: dict[str, Any]) -> list[dict[str, Any]]:
    """Every version of which passages were read, those first that claims rest on, with their fate today."""
    found: dict[str, dict[str, Any]] = {}
    for one in read["passages"]:
        held = found.setdefault(one["version"], blank(one))
        held["passages"].append(one)
        held["title"] = held["title"] or one.get("title")
    for one in read["cited"]:
        held = found.setdefault(one["version"], blank(one))
        held["claims"] |= {span["claim"] for span in one["spans"]}
        held["title"] = held["title"] or one.get("title")
    known = await fates(visit, {one["document"] for one in found.values()})
    for version, held in found.items():
        now = known.get(version)
        held["claims"] = sorted(held["claims"])
        held["now"] = now
        held["title"] = held["title"] or (now and now["title"])
        held["look"], held["since"] = SINCE.get(now["fate"], ("", now["fate"])) if now else ("", "")
        held["pages"] = sorted({one["page"] for one in held["passages"] if one["page"]})
    return sorted(found.values(), key=lambda one: (not one["claims"], one["claims"]))


def blank(one: dict[str, Any]) -> dict[str, Any]:
    return {"document": one["document"], "version": one["version"], "title": None, "claims": set(), "passages": []}


async def fates(visit: Visit, ids: set[str]) -> dict[str, dict[str, Any]]:
    """The versions of some documents as they are today, by id: those that one may see."""
    if "search" not in visit.acts:
        return {}
    told = await asyncio.gather(*(visit.api.maybe(f"/documents/{one}/versions") for one in sorted(ids)))
    return {one["id"]: one for some in told for one in some or []}


def unseen(withheld: list[str]) -> dict[str, int]:
    """How many parts of each kind are not shown to this reader, in words."""
    found: dict[str, int] = {}
    for at in withheld:
        kind = "the question" if at == "/question" else "unknown parts"
        if told := SPAN.fullmatch(at):
            kind = ("quotes" if told[2] else "claims") if told[1] else "passages" if told[3] else "withheld sentences"
        found[kind] = found.get(kind, 0) + 1
    return found


def place(note: str) -> str:
    """A line of the replay, with the places that it names in words."""

    def word(told: re.Match[str]) -> str:
        if told[1]:
            cited = f", citation {int(told[2]) + 1}" if told[2] else ""
            return f"claim {int(told[1]) + 1}{cited}"
        return f"passage {int(told[3]) + 1}" if told[3] else f"withheld sentence {int(told[4]) + 1}"

    return SPAN.sub(word, note).replace("/question", "the question")
