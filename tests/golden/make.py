"""Makes the golden files: one small log, and every way of tampering with it. Fixed key, salts and times.

Run ``python tests/golden/make.py`` after a deliberate change of format; the test holds the bytes.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from avouch.canon import canonical, commit, from_micros
from avouch.ledger import merkle, note
from avouch.ledger.entry import Entry
from avouch.ledger.formats import BODY, EXPORT
from avouch.ledger.prove import Signer
from avouch.ledger.verify_log import Tree
from avouch.ledger.voucher import envelope, proof

HERE = Path(__file__).parent
ORIGIN = "avouch.home/h_golden"
SIGNER = Signer.of(ORIGIN, hashlib.sha256(b"golden signing key").digest())
OTHER = Signer.of(ORIGIN, hashlib.sha256(b"another signing key").digest())
START = 1_767_225_600_000_000
SIZE, ANCHORED, ASKED = 11, 5, 7


def salt(of: str) -> str:
    return hashlib.sha256(of.encode()).hexdigest()[:32]


def body_of(seq: int, fork: bool) -> dict[str, Any]:
    if seq == ASKED and not fork:
        return voucher_body()
    return {"run": f"r_{seq}", "note": "forked" if fork and seq >= 4 else "as it was"}


DISCLOSED = {
    "/question": "What is the dose?",
    "/passages/0": {
        "title": "Dosing",
        "document_key": "dosing.md",
        "quote": "The dose is 5 mg. Take it at night.",
    },
    "/claims/0": "The dose is 5 mg.",
    "/claims/0/citations/0": {"title": "Dosing", "document_key": "dosing.md", "quote": "The dose is 5 mg."},
}


def voucher_body() -> dict[str, Any]:
    digest = {at: commit(salt(at), value) for at, value in DISCLOSED.items()}
    span = {"document": "d_1", "version": "v_1", "page": 0, "start": 0, "end": 17}
    cited = {**span, "digest": digest["/claims/0/citations/0"]}
    return {
        "format": BODY,
        "voucher": "a_golden",
        "origin": ORIGIN,
        "principal": {"id": "p_1", "asserted": True},
        "question": {"digest": digest["/question"]},
        "passages": [{**span, "end": 35, "digest": digest["/passages/0"]}],
        "claims": [{"digest": digest["/claims/0"], "verdict": "supported", "citations": [cited]}],
        "abstained": False,
    }


def entries(fork: bool = False) -> list[tuple[Entry, str, dict[str, Any]]]:
    made = []
    for seq in range(SIZE):
        body, salted = body_of(seq, fork), salt(f"entry {seq}")
        time = from_micros(START + seq * 1_000_000)
        made.append((Entry(seq, time, "ask" if seq == ASKED else "ingest", "p_1", commit(salted, body)), salted, body))
    return made


def tree_of(leaves: list[bytes]) -> merkle.NodeAt:
    def node(level: int, position: int) -> bytes:
        if level == 0:
            return merkle.leaf_hash(leaves[position])
        return merkle.node_hash(node(level - 1, 2 * position), node(level - 1, 2 * position + 1))

    return node


def head(leaves: list[bytes], size: int, signer: Signer) -> str:
    tree = Tree(0, {})
    for leaf in leaves[:size]:
        tree.add(leaf)
    return note.sign(note.Checkpoint(ORIGIN, size, tree.root()), ORIGIN, signer.seed)


def log_lines(fork: bool = False, signer: Signer = SIGNER) -> list[str]:
    made = entries(fork)
    leaves = [entry.leaf for entry, _, _ in made]
    notes = [head(leaves, ANCHORED, signer), head(leaves, SIZE, signer)]
    lines = [json.dumps({"format": EXPORT, "keys": [str(signer.key)], "checkpoints": notes}, separators=(",", ":"))]
    for entry, salted, body in made:
        lines.append(json.dumps({"leaf": entry.leaf.decode(), "salt": salted, "body": body}, separators=(",", ":")))
    return lines


def voucher() -> dict[str, Any]:
    made = entries()
    leaves = [entry.leaf for entry, _, _ in made]
    entry, salted, body = made[ASKED]
    node = tree_of(leaves)
    shown = {at: {"salt": salt(at), "value": value} for at, value in DISCLOSED.items()}
    path = merkle.inclusion(node, ASKED, SIZE)
    anchors = {ANCHORED: merkle.consistency(node, ANCHORED, SIZE)}
    return envelope(body, salted, shown, entry, proof(SIZE, path, head(leaves, SIZE, SIGNER), str(SIGNER.key), anchors))


def tampered_logs() -> dict[str, list[str]]:
    good = log_lines()
    flipped = [*good]
    flipped[4] = flipped[4].replace("as it was", "as it wax")
    leaf = [*good]
    leaf[4] = leaf[4].replace("p_1", "p_2")
    return {
        "log": good,
        "log-flipped-body": flipped,
        "log-flipped-leaf": leaf,
        "log-dropped": [*good[:4], *good[5:]],
        "log-reordered": [*good[:4], good[5], good[4], *good[6:]],
        "log-truncated": good[:-3],
        "log-fork": log_lines(fork=True),
        "log-other-key": log_lines(signer=OTHER),
    }


def tampered_vouchers() -> dict[str, dict[str, Any]]:
    def changed(edit: Any) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(json.dumps(voucher()))
        edit(made)
        return made

    def quote(v: Any) -> None:
        v["disclosures"]["/claims/0/citations/0"]["value"]["quote"] = "The dose is 50 mg."

    def claim(v: Any) -> None:
        v["disclosures"].pop("/passages/0")
        v["body"]["claims"][0]["verdict"] = "unsupported"

    return {
        "voucher": voucher(),
        "voucher-quote": changed(quote),
        "voucher-body": changed(claim),
        "voucher-time": changed(lambda v: v["entry"].update(time=from_micros(START))),
        "voucher-path": changed(lambda v: v["inclusion"]["path"].reverse()),
        "voucher-checkpoint": changed(lambda v: v.update(checkpoint=v["checkpoint"].replace(f"\n{SIZE}\n", "\n12\n"))),
        "voucher-key": changed(lambda v: v.update(key=str(OTHER.key))),
        "voucher-erased": changed(lambda v: [v["disclosures"].pop(at) for at in list(v["disclosures"])[1:]]),
    }


def files() -> dict[str, bytes]:
    """Every golden file by name."""
    made = {f"{name}.jsonl": ("\n".join(lines) + "\n").encode() for name, lines in tampered_logs().items()}
    made |= {f"{name}.json": canonical(value) + b"\n" for name, value in tampered_vouchers().items()}
    leaves = [entry.leaf for entry, _, _ in entries()]
    made["anchor.note"] = head(leaves, ANCHORED, SIGNER).encode()
    made["fork-anchor.note"] = head([e.leaf for e, _, _ in entries(fork=True)], ANCHORED, SIGNER).encode()
    made["key.txt"] = (str(SIGNER.key) + "\n").encode()
    return made


if __name__ == "__main__":
    for name, data in files().items():
        (HERE / name).write_bytes(data)
