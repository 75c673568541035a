"""What it costs to know what somebody may see: 200k chunks, 2,000 classes, 500 groups, 100,000 compartments.

    python bench/mask/run.py --out bench/mask/result.json

A real home, its rows written straight into the state database. *Cold* is a principal of whom no decision is
remembered: policy decisions by class and relation, the mask over versions, the mask over rows. *First* is the
same in a process that has met none of the classes. *Warm* is the next question of the same principal, the
look for another active policy included. Beside them one decision for each document, which the mask replaces.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from machine import facts, goal, quantiles, write

from avouch.adapters.cedar_policy import CedarPolicy
from avouch.lake import schema
from avouch.ledger import log
from avouch.policy.mask import attributes
from avouch.policy.texts import policies, shipped
from avouch.records import FOREVER, Classification, Moment, Principal, Relation, Resource
from avouch.stack.scope import Scope, Scopes
from avouch.stack.stack import Stack

SEED, GROUPS, CLASSES, COMPARTMENTS, MINE = 20_261, 500, 2_000, 100_000, 400
PAGES, CHUNKS_OF_A_PAGE = 20_000, 5
ROWS = COMPARTMENTS + PAGES * CHUNKS_OF_A_PAGE
COLD, WARM, SAMPLE = 30, 300, 5_000
BUSY = 0.6
DUE = {"warm": 5.0, "cold": 150.0}


def class_rows(draw: np.random.Generator) -> list[dict[str, Any]]:
    """2,000 classes, one to four labels each; every second one is for what lies in compartments."""
    rows: dict[tuple[str, int, int], dict[str, Any]] = {}
    while len(rows) < CLASSES:
        labels = [f"g{n}" for n in sorted(draw.choice(GROUPS, draw.integers(1, 5), replace=False).tolist())]
        level, inside = int(draw.integers(4)), len(rows) % 2
        told: dict[str, Any] = {"labels": json.dumps(labels), "classification": level, "compartmented": inside}
        row = {"id": len(rows) + 1, "tenant": "default", "kind": "record" if inside else "document", **told}
        rows.setdefault((json.dumps(labels), level, inside), row)
    return list(rows.values())


def version_rows(draw: np.random.Generator, classes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One document of one chunk in each compartment, and pages of five chunks in none."""
    held = {inside: [row["id"] for row in classes if row["compartmented"] == inside] for inside in (0, 1)}
    rows, first = [], 0
    for number in range(COMPARTMENTS + PAGES):
        inside = int(number < COMPARTMENTS)
        count = 1 if inside else CHUNKS_OF_A_PAGE
        same: dict[str, Any] = dict.fromkeys(("content_digest", "original_blob", "text_blob", "media_type"), "none")
        times: dict[str, Any] = {"world_from": 0, "valid_to": FOREVER, "recorded": 0, "recorded_at": 0}
        ends: dict[str, Any] = {
            "ended": FOREVER,
            "ended_at": FOREVER,
            "erased": FOREVER,
            "fate": "live",
            "media_type": "text/plain",
        }
        ids: dict[str, Any] = {"ordinal": number, "id": f"v_{number}", "document_id": f"d_{number}", "title": "Note"}
        where: dict[str, Any] = {"class_id": int(draw.choice(held[inside])), "compartment": number + 1 if inside else 0}
        rows.append({**ids, **same, **times, **ends, **where, "first_row": first, "rows": count})
        first += count
    assert first == ROWS
    return rows


def fill(stack: Stack, draw: np.random.Generator) -> None:
    classes = class_rows(draw)
    versions = version_rows(draw, classes)
    compartments = [{"id": n + 1, "tenant": "default", "digest": f"{n:x}"} for n in range(COMPARTMENTS)]

    def put(tx: Any) -> None:
        tx.execute(insert(schema.classes), classes)
        tx.execute(insert(schema.versions), versions)
        tx.execute(insert(schema.compartments), compartments)
        schema.set_fact(tx, "versions", str(len(versions)))
        schema.set_fact(tx, "rows", str(ROWS))

    stack.state.write(put)


def people(stack: Stack, draw: np.random.Generator, count: int) -> list[Principal]:
    """Principals with 30 groups each, members of 400 compartments each."""
    made, members = [], []
    for number in range(count):
        groups = frozenset(f"g{n}" for n in draw.choice(GROUPS, 30, replace=False).tolist())
        who = Principal(f"p_{number}", f"p{number}", groups, Classification.RESTRICTED, asserted=False)
        made.append(who)
        chosen = draw.choice(COMPARTMENTS, MINE, replace=False) + 1
        members += [{"principal_id": who.id, "compartment_id": n} for n in chosen.tolist()]
    stack.state.write(lambda tx: tx.execute(insert(schema.members), members))
    return made


class Masks:
    """The product's way from a principal to a scope, as a question goes it."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.scopes = stack, Scopes(stack.catalog)

    def of(self, who: Principal) -> Scope:
        at = self.stack.state.read(moment)
        return self.scopes.of(self.stack.state.read, self.stack.policy, who, at, ROWS)


def moment(tx: Any) -> Moment:
    return Moment(log.size(tx) - 1, time.time_ns() // 1000)


def timed(go: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    go()
    return (time.perf_counter() - started) * 1e3


def each_document(policy: CedarPolicy, stack: Stack, who: Principal) -> float:
    """Milliseconds per 1,000 documents when each is decided alone, in batches as large as they come."""
    classes, column = stack.catalog.classes, stack.catalog.columns["class_id"]
    resources = []
    for ordinal in range(0, column.size, column.size // SAMPLE):
        shape = classes[int(column[ordinal])]
        relation = Relation.OTHER if shape.compartmented else Relation.NONE
        resources.append(Resource(f"d_{ordinal}", shape, relation, shape.tenant))
    return timed(lambda: policy.decide(attributes(who), "see", resources)) / len(resources) * 1e3


def quiet(minutes: float) -> float:
    """Wait until the machine has little else to do; returns the load that is left."""
    until = time.monotonic() + minutes * 60
    while os.getloadavg()[0] > BUSY and time.monotonic() < until:
        time.sleep(5)
    return round(os.getloadavg()[0], 2)


def run(wait: float) -> dict[str, Any]:
    draw = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as folder, Stack.create(Path(folder) / "home") as stack:
        fill(stack, draw)
        who = people(stack, draw, COLD * 2 + 1)
        stack.state.read(lambda tx: stack.catalog.refresh(tx, log.size(tx)))
        load, masks = quiet(wait), Masks(stack)
        first = []
        for one in who[:5]:
            stack.policy = CedarPolicy(policies(shipped()))
            first.append(timed(lambda one=one: Masks(stack).of(one)))  # type: ignore[misc]
        stack.in_force._pinned = None
        masks.of(who[0])
        cold = [timed(lambda one=one: masks.of(one)) for one in who[1 : COLD + 1]]  # type: ignore[misc]
        warm = [timed(lambda: masks.of(who[COLD])) for _ in range(WARM)]
        masks.scopes._kept.clear()
        anew = []
        for one in who[COLD - 20 : COLD]:
            masks.scopes._kept.clear()
            anew.append(timed(lambda one=one: masks.of(one)))  # type: ignore[misc]
        seen = [int(masks.of(one).rows.count) for one in who[COLD + 1 : COLD + 6]]
        person = replace(who[1], id="p_alone")
        alone = each_document(CedarPolicy(policies(shipped())), stack, person)
        classes = list(stack.catalog.classes.values())
    decisions = sum(2 if shape.compartmented else 1 for shape in classes)
    return {
        "machine": facts(),
        "load_when_timed": load,
        "inputs": {
            "seed": SEED,
            "chunks": ROWS,
            "versions": COMPARTMENTS + PAGES,
            "classes": len(classes),
            "decisions_cold": decisions,
            "groups": GROUPS,
            "groups_of_a_principal": 30,
            "compartments": COMPARTMENTS,
            "compartments_of_a_principal": MINE,
        },
        "visible_chunks": seen,
        "warm": quantiles(warm),
        "new_mask_old_decisions": quantiles(anew),
        "cold": quantiles(cold),
        "first": quantiles(first),
        "each_document_ms_per_1000": round(alone, 2),
        "each_document_ms_for_all": round(alone * (COMPARTMENTS + PAGES) / 1000, 1),
        "goals": [
            goal("warm p50 under 5 ms", float(np.median(warm)), float(np.median(warm)) < DUE["warm"]),
            goal("cold p50 under 150 ms", float(np.median(cold)), float(np.median(cold)) < DUE["cold"]),
        ],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--wait", type=float, default=3.0, help="minutes to wait for a quiet machine")
    chosen = parser.parse_args()
    write(chosen.out, run(chosen.wait))
