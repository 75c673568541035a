"""Checks of a whole log: every entry in order, every checkpoint, every anchor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from avouch.errors import AvouchError
from avouch.ledger import merkle, note
from avouch.ledger.entry import Entry, of
from avouch.ledger.report import Check, Report, report


@dataclass(slots=True)
class Tree:
    """The right edge of a growing tree: enough to know its root at every size."""

    size: int
    edge: dict[int, bytes]

    def add(self, leaf: bytes) -> None:
        level, position, here = 0, self.size, merkle.leaf_hash(leaf)
        while position & 1:
            here = merkle.node_hash(self.edge[level], here)
            level, position = level + 1, position >> 1
        self.edge[level] = here
        self.size += 1

    def root(self) -> bytes:
        here: bytes | None = None
        for level in range(self.size.bit_length()):
            if self.size >> level & 1:
                here = self.edge[level] if here is None else merkle.node_hash(self.edge[level], here)
        return here or merkle.EMPTY_ROOT


def check_entry(leaf: bytes, seq: int, time: str, salt: str | None, body: bytes | None) -> tuple[Entry, str | None]:
    """One entry in its place; the second value says what is wrong with it."""
    entry = of(json.loads(leaf), leaf)
    if entry.seq != seq:
        return entry, f"entry {seq} is missing or out of order (found {entry.seq})"
    if entry.time < time:
        return entry, f"entry {seq} is dated before the one that it follows"
    if body is not None and (salt is None or not entry.commits_to(salt, json.loads(body))):
        return entry, f"the body of entry {seq} is not the one that it commits to"
    return entry, None


def signed_heads(notes: list[str], keys: list[str], anchors: list[str]) -> dict[int, list[Head]]:
    """The tree heads by size; PROOF_INVALID where one is not signed by any of the keys."""
    verifiers = [note.VerifierKey.parse(key) for key in keys]
    heads: dict[int, list[Head]] = {}
    for what, text in [*(("checkpoint", n) for n in notes), *(("anchor", a) for a in anchors)]:
        head = note.verify_any(text, verifiers)
        heads.setdefault(head.size, []).append((what, head))
    return heads


Head = tuple[str, note.Checkpoint]
Row = tuple[bytes, str | None, bytes | None, bytes | None]


def verify_log(
    rows: Iterator[Row],
    notes: list[str],
    keys: list[str],
    anchors: list[str],
) -> Report:
    """Check a whole log: every entry in order, every checkpoint's signature and root, every anchor.

    A row's last part is the hash that the home keeps for its leaf, so that a change is named where it is.
    """
    tree, time, erased, last_good = Tree(0, {}), "", 0, 0
    try:
        heads = signed_heads(notes, keys, anchors)
    except AvouchError as error:
        return report([Check("checkpoints", False, error.message)])
    except ValueError as error:
        return report([Check("checkpoints", False, f"a checkpoint is malformed ({type(error).__name__})")])
    for seq, (leaf, salt, body, kept) in enumerate(rows):
        try:
            entry, wrong = check_entry(leaf, seq, time, salt, body)
        except (AvouchError, ValueError, RecursionError) as error:
            wrong = f"entry {seq} cannot be read ({error})"
        if wrong is None and kept is not None and kept != merkle.leaf_hash(leaf):
            wrong = f"entry {seq} was changed: its hash is not the one in the tree"
        if wrong is not None:
            return report([Check("entries", False, wrong[0].upper() + wrong[1:] + ".")], seq)
        tree.add(leaf)
        time, erased = entry.time, erased + (body is None)
        for what, head in heads.pop(tree.size, []):
            if head.root != tree.root():
                span = f"entries {last_good} to {seq}"
                text = f"The log does not match the {what} of {head.size} entries: it was rewritten within {span}."
                return report([Check(what, False, text)], last_good)
            last_good = tree.size
    beyond = sorted(size for size in heads if size > 0)
    if beyond:
        text = f"The log was cut: it has {tree.size} entries, a signed checkpoint has {beyond[0]}."
        return report([Check("entries", False, text)], tree.size)
    if last_good < tree.size:
        text = f"No signed checkpoint covers entries {last_good} to {tree.size - 1}."
        return report([Check("checkpoints", False, text)], last_good)
    checks = [Check("entries", True, f"{tree.size} entries, in order, each committing to its body ({erased} erased).")]
    checks.append(
        Check("checkpoints", True, f"{len(notes)} signed checkpoints and {len(anchors)} anchors match the tree.")
    )
    if not anchors:
        text = "Not proven: that the log was never rewritten. Whoever holds home and key can; keep anchors elsewhere."
        checks.append(Check("not proven", None, text))
    return report(checks)
