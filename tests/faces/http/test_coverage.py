"""The door does what the command line does, but for what must be done on the machine itself."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from avouch.faces.cli import commands
from avouch.faces.cli.app import app
from avouch.faces.http import routes

ROOT = Path(__file__).resolve().parents[3]
ROUTES = {f"{one.method} {one.path.removeprefix('/api/v1')}" for some in routes.every() for one in some.found}
LOCAL = {"init", "migrate", "restore", "demo", "serve", "siem run", "key export", "eval retrieval"}
OVER_HTTP = {
    "access emergency begin": "POST /access/emergencies",
    "access emergency end": "POST /access/emergencies/{emergency_id}/end",
    "access emergency list": "GET /access/emergencies",
    "access emergency review": "POST /access/emergencies/{emergency_id}/review",
    "access emergency show": "GET /access/emergencies/{emergency_id}/acts",
    "access key create": "POST /access/keys",
    "access key list": "GET /access/keys",
    "access key revoke": "DELETE /access/keys/{key_id}",
    "access password": "PUT /access/passwords/{principal_id}",
    "access review": "POST /access/review",
    "access session end": "DELETE /access/sessions/{session_id}",
    "access session list": "GET /access/sessions",
    "access who-can": "GET /access/who-can",
    "access why": "GET /access/why",
    "ask": "POST /ask",
    "backup": "POST /backups",
    "budget list": "GET /budgets",
    "budget set": "PUT /budgets",
    "collect": "POST /collect",
    "compartment join": "POST /principals/{principal_id}/compartments",
    "compartment leave": "POST /principals/{principal_id}/compartments",
    "compartment list": "GET /principals/{principal_id}/compartments",
    "documents erase": "POST /documents/{document_id}/erase",
    "documents list": "GET /documents",
    "documents show": "GET /documents/{document_id}",
    "documents versions": "GET /documents/{document_id}/versions",
    "documents withdraw": "POST /documents/{document_id}/withdraw",
    "index rebuild": "POST /index/rebuild",
    "ingest": "POST /sources/folder",
    "key list": "GET /keys",
    "key rotate": "POST /keys/rotate",
    "ledger checkpoint": "POST /ledger/checkpoint",
    "ledger export": "GET /ledger/export",
    "ledger verify": "POST /ledger/verify",
    "model activity": "GET /models/activity",
    "model activate": "POST /models/{name}/activate",
    "model add": "POST /models",
    "model list": "GET /models",
    "model retire": "DELETE /models/{name}",
    "model test": "POST /models/{name}/test",
    "policy activate": "POST /policies/{number}/activate",
    "policy diff": "GET /policies/{number}/diff/{newer}",
    "policy list": "GET /policies",
    "policy propose": "POST /policies",
    "policy show": "GET /policies/{number}",
    "policy test": "POST /policies/test",
    "principal add": "POST /principals",
    "principal change": "PATCH /principals/{principal_id}",
    "principal disable": "POST /principals/{principal_id}/disable",
    "principal enable": "POST /principals/{principal_id}/enable",
    "principal link": "POST /principals/{principal_id}/link",
    "principal list": "GET /principals",
    "quarantine confirm": "POST /quarantine/confirm",
    "quarantine list": "GET /quarantine",
    "quarantine release": "POST /quarantine/release",
    "quarantine show": "GET /quarantine/{row}",
    "redteam list": "GET /redteam",
    "redteam report": "GET /redteam/{number}",
    "redteam run": "POST /redteam",
    "prompt activate": "POST /prompts/{name}/activate",
    "prompt add": "POST /prompts",
    "prompt list": "GET /prompts",
    "prompt retire": "DELETE /prompts/{name}",
    "prompt show": "GET /prompts/{name}",
    "prompt test": "POST /prompts/test",
    "retention hold": "PUT /retention/holds/{voucher_id}",
    "retention holds": "GET /retention/holds",
    "retention run": "POST /retention/run",
    "retention unhold": "DELETE /retention/holds/{voucher_id}",
    "replay": "POST /vouchers/{voucher_id}/replay",
    "siem status": "GET /siem",
    "status": "GET /status",
    "verify": "POST /vouchers/verify",
    "voucher export": "GET /vouchers/{voucher_id}",
    "voucher list": "GET /vouchers",
    "voucher show": "GET /vouchers/{voucher_id}",
}


def words(command: object, path: str = "") -> list[str]:
    below = getattr(command, "commands", None)
    if below is None:
        return [path.strip()]
    return [found for name in below for found in words(below[name], f"{path} {name}")]


def test_every_command_has_its_route_or_is_local_for_a_reason() -> None:
    commands.load()
    page = (ROOT / "docs" / "http.md").read_text()
    for command in words(typer.main.get_command(app)):
        if command in LOCAL:
            assert f"`avouch {command}`" in page, command
        else:
            assert OVER_HTTP[command] in ROUTES, command


def test_every_route_is_in_the_docs() -> None:
    page = (ROOT / "docs" / "routes.md").read_text()
    for route in ROUTES:
        method, path = route.split(" ")
        assert re.search(rf"\| {method} \| `(/api/v1)?{re.escape(path)}` \|", page), route
