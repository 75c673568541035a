"""Every event against the facts that the published schema states of its class; and against the schema where it is."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.observe.ocsf_schema import Schema

from avouch.observe.ocsf import Origin, Told
from avouch.observe.ocsf_findings import LEDGER, MASK, SHORT
from avouch.observe.ocsf_kinds import SESSIONS, STORE, THINGS, events

DATA = os.environ.get("AVOUCH_DATA", "")
ARCHIVE = Path(DATA) / "ocsf" / "schema.tar.gz"
BASE = ("activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid")
REQUIRED = {
    6003: ("actor", "api", "src_endpoint"),
    6005: ("actor", "src_endpoint"),
    3002: ("user",),
    3004: ("entity",),
    3005: ("user",),
    2004: ("finding_info",),
    2003: ("finding_info", "compliance"),
}
"""Facts of OCSF 1.9.0-dev: what each class requires beside what all do."""
ANY_OF = {6005: ("database", "databucket", "table"), 3002: ("service", "dst_endpoint")}
INSIDE = {
    "metadata": ("product", "version"),
    "api": ("operation",),
    "finding_info": ("uid",),
    "database": ("type_id",),
}
NAMED = {
    "user": ("account", "name", "uid"),
    "entity": ("name", "uid", "device", "group", "org", "policy", "user"),
    "src_endpoint": ("ip", "uid", "name", "hostname", "svc_name", "instance_uid", "interface_uid", "domain"),
    "actor": ("process", "user", "iam_role", "invoked_by", "session", "app_name", "app_uid"),
    "service": ("name", "uid"),
}
ACTIVITIES = {
    6003: {0, 1, 2, 3, 4, 99},
    6005: {*range(11), 99},
    3002: {*range(8), 99},
    3004: {*range(14), 99},
    3005: {0, 1, 2, 3, 4, 99},
    2004: {0, 1, 2, 3, 99},
    2003: {0, 1, 2, 3, 99},
}
STATUSES = {6: {0, 1, 2, 99}, 3: {0, 1, 2, 99}, 2: {0, 1, 2, 3, 4, 5, 6, 99}}
SECRET = "Sesame for Mr Brown"
ORIGIN = Origin("h_1", "0.3.0")
KINDS = [*STORE, *THINGS, *SESSIONS, MASK, LEDGER, SHORT]
KINDS += ["compartment.change", "access.review", "access.refused", "checkpoint", "another.kind"]
KINDS += [f"access.emergency.{step}" for step in ("begin", "end", "review")]
BODIES: list[dict[str, Any]] = [
    {},
    {"act": "policy.activate", "scoped": False},
    {"by": "password", "reason": "unknown", "count": 3},
    {"by": "oidc", "session": "s_1", "principal": "p_2", "tokens": 2},
    {"principal": "p_2", "roles": ["reader"], "roles_added": ["auditor"], "roles_removed": ["admin"], "groups": 2},
    {
        "groups_added": 1,
        "groups_removed": 2,
        "joined": [1, 2],
        "left": [3],
        "key": "k_1",
        "number": 3,
        "kind": "master",
    },
    {"emergency": "e_1", "minutes": 60, "verdict": "not-justified", "principal": "p_2", "findings": {"stale": 3}},
    {"voucher": "a_1", "suspected": {"permille": 812, "reasons": [SECRET]}},
    {"reason": SECRET, "diff": SECRET, "document": SECRET, "principal": SECRET, "session": SECRET, "by": SECRET},
    {"act": SECRET, "emergency": SECRET, "roles": [SECRET], "versions": [SECRET], "verdict": SECRET, "kind": [SECRET]},
    {"roles": "reader", "count": "many", "findings": [1], "joined": "x", "number": None, "scoped": "yes", "alone": 3},
]


def made() -> list[dict[str, Any]]:
    """Every kind with every body: more than there will ever be."""
    found = []
    for kind, body, burst in itertools.product(KINDS, BODIES, (0, 12)):
        names = {"p_9": "ann"} if burst else {}
        found += events(ORIGIN, Told(7, 1_700_000_000_123_456, kind, "p_9", "north", body, names, burst))
    return found


def required(event: dict[str, Any]) -> list[str]:
    """What an event lacks, or has that its class does not know, by the facts above."""
    uid = event["class_uid"]
    wrong = [name for name in (*BASE, *REQUIRED[uid]) if name not in event]
    wrong += [f"one of {ANY_OF[uid]}" for _ in [0] if uid in ANY_OF and not set(ANY_OF[uid]) & event.keys()]
    wrong += [f"{name}.{k}" for name, keys in INSIDE.items() if name in event for k in keys if k not in event[name]]
    wrong += [name for name, keys in NAMED.items() if name in event and not set(keys) & event[name].keys()]
    checks = {
        "activity_id": event["activity_id"] in ACTIVITIES[uid],
        "status_id": event["status_id"] in STATUSES[uid // 1000],
        "severity_id": event["severity_id"] in range(7),
        "type_uid": event["type_uid"] == uid * 100 + event["activity_id"],
        "category_uid": event["category_uid"] == uid // 1000,
        "time": isinstance(event["time"], int) and 10**12 < event["time"] < 10**13,
    }
    return wrong + [name for name, good in checks.items() if not good]


def test_events_have_what_their_classes_require() -> None:
    seen = made()
    assert {event["class_uid"] for event in seen} == set(REQUIRED)
    for event in seen:
        assert required(event) == [], event


def test_a_lack_is_seen() -> None:
    for event in made():
        for name in (*BASE[3:4], *REQUIRED[event["class_uid"]]):
            assert required({key: one for key, one in event.items() if key != name})


@pytest.mark.skipif(not ARCHIVE.is_file(), reason="AVOUCH_DATA names no folder with ocsf/schema.tar.gz")
def test_events_are_valid_by_the_published_schema() -> None:
    schema = Schema(ARCHIVE)
    assert schema.version == made()[0]["metadata"]["version"]
    for event in made():
        assert schema.errors(event) == [], event["metadata"]["event_code"]


@pytest.mark.skipif(not ARCHIVE.is_file(), reason="AVOUCH_DATA names no folder with ocsf/schema.tar.gz")
def test_the_facts_are_those_of_the_schema() -> None:
    schema = Schema(ARCHIVE)
    for uid, names in REQUIRED.items():
        told = schema.resolved("events", schema.classes[uid])
        found = {
            name
            for name, one in told["attributes"].items()
            if one.get("requirement") == "required" and not one.get("profile")
        }
        assert found == {*BASE, *names}, uid
        assert tuple(told["constraints"].get("at_least_one", ())) == ANY_OF.get(uid, ())
        activity = {**schema.dictionary["activity_id"]["enum"], **told["attributes"]["activity_id"]["enum"]}
        assert {int(number) for number in activity} == ACTIVITIES[uid]


@pytest.mark.skipif(not ARCHIVE.is_file(), reason="AVOUCH_DATA names no folder with ocsf/schema.tar.gz")
@pytest.mark.parametrize(
    "change",
    [
        {"actor": {}},
        {"api": {"operation": 3}},
        {"severity_id": 42},
        {"severity": "Fatal"},
        {"time": "now"},
        {"nonsense": 1},
        {"src_endpoint": {"svc_name": "x", "port": 99999, "instance_uid": "i"}},
        {"src_endpoint": {"svc_name": "x", "ip": "nowhere"}},
        {"metadata": {"version": "1", "product": []}},
        {"class_name": "Other"},
        {"type_uid": 600301},
        {"count": 2**40},
    ],
)
def test_the_validator_sees_what_is_wrong(change: dict[str, Any]) -> None:
    event = events(ORIGIN, Told(7, 1_700_000_000_123_456, "checkpoint", "p_9", "north", {}))[0]
    schema = Schema(ARCHIVE)
    assert schema.errors(event) == []
    assert schema.errors({**event, **change})


def test_no_words_and_no_names_go_along() -> None:
    for event in made():
        assert SECRET not in json.dumps(event)
    bare = events(ORIGIN, Told(7, 1_700_000_000_123_456, "principal.add", "p_9", "north", {"principal": "p_2"}))
    assert all("name" not in event["actor"]["user"] for event in bare)


def test_the_same_entry_makes_the_same_events_with_uids_of_their_own() -> None:
    for kind in KINDS:
        told = Told(7, 1_700_000_000_123_456, kind, "p_9", "north", BODIES[4])
        once, again = events(ORIGIN, told), events(ORIGIN, told)
        assert once == again
        uids = [event["metadata"]["uid"] for event in once]
        assert uids == [f"h_1/7/{number}" for number in range(len(once))]
