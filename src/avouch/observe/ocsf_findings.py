"""Findings: what a person should look at (Detection) and how rules are kept (Compliance)."""

from __future__ import annotations

from typing import Any

from avouch.observe.ocsf import (
    COMPLIANCE,
    CRITICAL,
    DETECTION,
    HIGH,
    IN_PROGRESS,
    INFORMATIONAL,
    LOW,
    MEDIUM,
    NEW,
    RESOLVED,
    Origin,
    Shape,
    Told,
    actor,
    codes,
    event,
)

Events = list[dict[str, Any]]
MASK, LEDGER, SHORT = "alarm.mask", "alarm.ledger", "alarm.short"
CREATE, UPDATE, CLOSE = 1, 2, 3
PASS, WARNING, FAIL = 1, 2, 3
STATES = ("", "Pass", "Warning", "Fail")
RULE = 1
TITLES = {
    "mask-mismatch": "The mask let a passage through that the policy forbids; nothing was answered.",
    "ledger-broken": "The ledger does not verify.",
    "ledger-short": "The ledger is shorter than what was delivered from it.",
    "emergency": "The glass was broken: somebody goes beyond the policy in an emergency.",
    "prompt-suspected": "A question looks like orders to a machine; it was answered as any other.",
    "signins-refused": "Many sign-ins were refused within a short time.",
    "token-reuse": "A session token came back after it was replaced; the session was ended.",
}


def detection(origin: Origin, told: Told, code: str, how: Shape, uid: str = "") -> dict[str, Any]:
    """A Detection Finding. Findings with one ``uid`` are states of one thing."""
    info = {
        "uid": uid or f"{origin.home}/{told.seq}/{code}",
        "title": TITLES[code],
        "types": [code],
        "created_time": told.at // 1000,
        "analytic": {"uid": code, "name": code, "type_id": RULE, "type": "Rule"},
    }
    parts = {"finding_info": info, "is_alert": how.activity == CREATE, "evidences": [{"actor": actor(told)}]}
    return event(origin, told, how, parts)


def detections(origin: Origin, told: Told) -> Events:
    """What an entry gives reason to look at."""
    if told.kind == MASK:
        how = Shape(DETECTION, CREATE, CRITICAL, NEW, facts=codes(told, "act"))
        return [detection(origin, told, "mask-mismatch", how)]
    if told.kind in (LEDGER, SHORT):
        how = Shape(DETECTION, CREATE, CRITICAL, NEW, facts=codes(told, "check", "entries", "seen"))
        return [detection(origin, told, "ledger-broken" if told.kind == LEDGER else "ledger-short", how)]
    if told.kind == "access.session.reuse":
        how = Shape(DETECTION, CREATE, HIGH, NEW, facts=codes(told, "session", "tokens"))
        return [detection(origin, told, "token-reuse", how)]
    if told.kind.startswith("access.emergency."):
        return [emergency(origin, told)]
    if told.kind == "ask" and isinstance(told.body.get("suspected"), dict):
        risk = told.body["suspected"].get("permille")
        how = Shape(DETECTION, CREATE, LOW, NEW, facts={"permille": risk} if isinstance(risk, int) else {})
        return [detection(origin, told, "prompt-suspected", how)]
    if told.burst:
        how = Shape(DETECTION, CREATE, HIGH, NEW, facts={"count": told.burst})
        return [detection(origin, told, "signins-refused", how)]
    return []


def emergency(origin: Origin, told: Told) -> dict[str, Any]:
    """One finding through its life: begun, over and to be reviewed, reviewed."""
    grant, verdict = told.text("emergency"), told.text("verdict")
    step = told.kind.rpartition(".")[2]
    activity, status = {"begin": (CREATE, NEW), "review": (CLOSE, RESOLVED)}.get(step, (UPDATE, IN_PROGRESS))
    severity = HIGH if activity == CREATE or verdict == "not-justified" else MEDIUM
    facts = codes(told, "emergency", "minutes", "until", "asserted", "replaced", "verdict", "principal")
    uid = f"{origin.home}/emergency/{grant}" if grant else ""
    return detection(origin, told, "emergency", Shape(DETECTION, activity, severity, status, facts=facts), uid)


def compliance(origin: Origin, told: Told) -> Events:
    """How a control came out: an access review, a policy put in force or refused."""
    if told.kind == "access.review":
        found = told.body.get("findings")
        counts = {k: v for k, v in found.items() if isinstance(v, int)} if isinstance(found, dict) else {}
        facts = {"principals": told.count("principals"), "findings": counts}
        return [checked(origin, told, "access review", (WARNING, LOW) if counts else (PASS, INFORMATIONAL), facts)]
    if told.kind == "policy.activate":
        facts = codes(told, "number", "replaced", "author", "approver", "alone", "old", "new", "cases")
        how = (WARNING, MEDIUM) if told.body.get("alone") is True else (PASS, INFORMATIONAL)
        return [checked(origin, told, "policy change", how, facts)]
    if told.kind == "access.refused" and told.text("act").startswith("policy."):
        return [checked(origin, told, "policy change", (FAIL, MEDIUM), codes(told, "act", "number", "code"))]
    return []


def checked(origin: Origin, told: Told, control: str, how: tuple[int, int], facts: dict[str, Any]) -> dict[str, Any]:
    state, severity = how
    info = {
        "uid": f"{origin.home}/{told.seq}/{control.replace(' ', '-')}",
        "title": f"{control.capitalize()}: {STATES[state].lower()}",
        "types": [control.replace(" ", "-")],
        "created_time": told.at // 1000,
    }
    parts = {
        "finding_info": info,
        "compliance": {"control": control, "status_id": state, "status": STATES[state]},
        "evidences": [{"actor": actor(told)}],
    }
    done = RESOLVED if state == PASS else NEW
    return event(origin, told, Shape(COMPLIANCE, CREATE, severity, done, facts=facts), parts)
