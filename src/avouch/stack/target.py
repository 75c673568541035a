"""What a trial attacks: a whole stack, in a home that is there for nothing else (``stack/trial_home``)."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from avouch.errors import AvouchError
from avouch.guard.detect import Detector
from avouch.guard.neutral import inert
from avouch.ingest.discover import Options
from avouch.ledger import prove
from avouch.records import Classification, Metadata, Principal
from avouch.redteam.case import Asker, Limits, Planted, Seen
from avouch.redteam.release import Release as Tried
from avouch.stack import compartments, people
from avouch.stack.ask import ask
from avouch.stack.ingest import ingest
from avouch.stack.seen import seen
from avouch.stack.stack import Stack
from avouch.stack.vouchers import seq_of

BUDGET_MS = 20_000.0


class Attacked:
    """``redteam.run.Target`` over a home."""

    def __init__(
        self, stack: Stack, folder: Path, release: Tried, canary: str = "", shown: Callable[[str], str] = inert
    ) -> None:
        """``canary`` stands in the templates; ``shown`` is what a face does to a text before it shows it."""
        self._stack, self._folder, self.release, self._shown = stack, folder, release, shown
        self.unspeakable: tuple[str, ...] = (canary,) if canary else ()
        self._detector = Detector(stack.embedder.embed, stack.embedder.digest)
        self._people: dict[Asker, Principal] = {}
        self._curators: dict[str, Principal] = {stack.owner.tenant: stack.owner}

    def plant(self, documents: Sequence[Planted]) -> frozenset[str]:
        """Take documents in, all of them; the keys of those that the detector marks, and an ingest would hold back."""
        by_tenant: dict[str, list[Planted]] = defaultdict(list)
        for one in documents:
            by_tenant[one.tenant].append(one)
        for tenant, pages in by_tenant.items():
            for page in pages:
                path = self._folder / tenant / page.key
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(front(page) + page.text, "utf-8")
            self._take_in(tenant)
        risks = self._detector.risks([one.text for one in documents])
        return frozenset(one.key for one, risk in zip(documents, risks, strict=True) if risk.high)

    def clear(self, keys: Sequence[str]) -> None:
        """Take planted documents out again."""
        for root in sorted(self._folder.glob("*")):
            for key in keys:
                (root / key).unlink(missing_ok=True)
            self._take_in(root.name)

    def ask(self, asker: Asker, question: str, limits: Limits) -> Seen:
        """Ask as that person; everything that any face shows, as a face shows it."""
        began = time.monotonic()
        try:
            answer = ask(self._stack, self._principal(asker), question, budget_ms=min(limits.seconds * 1e3, BUDGET_MS))
        except AvouchError as error:
            code = error.code.name
            return Seen(text=self._shown(error.message), told=code, error=code, blocked=(code,))
        whole = seen(answer)
        entry = self._stack.state.read(lambda tx: prove.body(tx, seq_of(tx, answer.voucher_id))[1])
        written = json.dumps(entry, ensure_ascii=False)
        took, tokens = time.monotonic() - began, int(entry.get("writer", {}).get("tokens", 0))
        return replace(whole, text=self._shown(whole.text), stored=(written,), seconds=took, tokens=tokens)

    def _take_in(self, tenant: str) -> None:
        ingest(self._stack, self._curator(tenant), self._folder / tenant, Options(Metadata()), confirmed=True)

    def _curator(self, tenant: str) -> Principal:
        if tenant not in self._curators:
            roles, name = frozenset({"reader", "curator"}), f"curator-{tenant}"
            made = people.add(self._stack, name, frozenset({"staff"}), Classification.RESTRICTED, roles, tenant=tenant)
            self._curators[tenant] = made
        return self._curators[tenant]

    def _principal(self, asker: Asker) -> Principal:
        if asker not in self._people:
            roles = frozenset({"reader"})
            made = people.add(self._stack, asker.name, asker.groups, asker.clearance, roles, tenant=asker.tenant)
            if asker.compartments:
                compartments.change(self._stack, self._stack.owner, made.id, join=sorted(asker.compartments))
            self._people[asker] = made
        return self._people[asker]


def front(page: Planted) -> str:
    """The front matter that says who may see a page."""
    said = [f"labels: [{', '.join(sorted(page.labels))}]", f"classification: {page.classification.name.lower()}"]
    if page.compartment:
        said.append(f"compartment: {page.compartment}")
    return "\n".join(["---", *said, "---", ""])
