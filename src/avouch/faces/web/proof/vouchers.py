"""Vouchers: the register of them; one of them, checked as it is opened; a file that somebody was handed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from avouch.faces.web import names
from avouch.faces.web.api import Problem
from avouch.faces.web.pages import Pages, Visit
from avouch.faces.web.proof.account import account, place

pages = Pages()
LINES = 25


@pages("GET", "/vouchers")
async def listing(visit: Visit) -> Response:
    """The register, newest first; ``?mine`` only one's own."""
    mine, cursor = visit.query("mine"), visit.query("cursor")
    found = await visit.api.get("/vouchers", limit=LINES, cursor=cursor, mine="true" if mine else "")
    wide = not visit.acts.isdisjoint({"audit", "review"})
    people = await names.of(visit, {one["principal_id"] for one in found["items"]})
    return visit.draw("proof/vouchers.html", found=found, mine=mine, wide=wide, people=people, cursor=cursor)


@pages("GET", "/vouchers/{voucher_id}")
async def one(visit: Visit) -> Response:
    """One voucher. It is verified now; ``?check`` shows every line of that."""
    return await drawn(visit)


@pages("POST", "/vouchers/{voucher_id}/replay")
async def replay(visit: Visit) -> Response:
    """Replay it, which is an act with its entry, and show what came out."""
    try:
        told = await visit.api.post(f"/vouchers/{visit.path['voucher_id']}/replay")
    except Problem as problem:
        if problem.status == 401:
            raise
        return await drawn(visit, problem=problem)
    return await drawn(visit, replayed={**told, "notes": [place(note) for note in told["notes"]]})


@pages("GET", "/vouchers/{voucher_id}/replay")
async def again(visit: Visit) -> Response:
    """Whoever comes back to what a replay showed: nothing is replayed by looking."""
    return visit.go(f"/vouchers/{visit.path['voucher_id']}")


async def drawn(visit: Visit, replayed: dict[str, Any] | None = None, problem: Problem | None = None) -> Response:
    told = await visit.api.get(f"/vouchers/{visit.path['voucher_id']}")
    voucher = told["voucher"]
    found, report = await asyncio.gather(account(visit, told), verified(visit, voucher))
    return visit.draw(
        "proof/voucher.html",
        problem.status if problem else 200,
        voucher=voucher,
        told=found,
        report=report,
        now=datetime.now(UTC).isoformat(),
        opened=bool(visit.query("check")) or (report is not None and not report["valid"]),
        replayed=replayed,
        problem=problem.told if problem else None,
    )


async def verified(visit: Visit, voucher: dict[str, Any]) -> dict[str, Any] | None:
    """The verifier's report on a voucher as it is now; None for whom may not ask for one."""
    if "verify" not in visit.acts:
        return None
    found: dict[str, Any] = await visit.api.post("/vouchers/verify", {"voucher": voucher})
    return found


@pages("GET", "/verify")
async def form(visit: Visit) -> Response:
    """Check a voucher that somebody was handed."""
    return visit.draw("proof/verify.html", name="", report=None, problem=None, typed={"key": "", "anchor": ""})


@pages("POST", "/verify")
async def verify(visit: Visit) -> Response:
    """Check a file. The server keeps nothing of it."""
    sent = await visit.request.form()
    file, key, anchor = sent.get("file"), sent.get("key"), sent.get("anchor")
    typed = {"key": str(key or "").strip(), "anchor": str(anchor or "").replace("\r\n", "\n")}
    name = (file.filename or "") if isinstance(file, UploadFile) else ""
    data = await file.read() if isinstance(file, UploadFile) else b""
    told = {"file": data.decode("utf-8", "replace"), "key": typed["key"], "anchor": whole(typed["anchor"])}
    try:
        report = await visit.api.post("/vouchers/verify", told)
    except Problem as problem:
        if problem.status == 401:
            raise
        return visit.draw(
            "proof/verify.html", problem.status, name=name, report=None, problem=problem.told, typed=typed
        )
    return visit.draw("proof/verify.html", name=name, report=report, problem=None, typed=typed)


def whole(anchor: str) -> str:
    """A checkpoint as it was signed: with the line break at its end that a text field loses."""
    return anchor.strip("\n") + "\n" if anchor.strip() else ""
