"""A target over a real home: documents by front matter, people by ``people.add``, questions by ``ask``."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from avouch import __version__
from avouch.errors import AvouchError
from avouch.guard.neutral import inert
from avouch.ingest.discover import Options
from avouch.records import Answer, Classification, Metadata, Principal
from avouch.redteam.case import Asker, Limits, Planted, Seen
from avouch.redteam.release import Release
from avouch.stack import compartments, people
from avouch.stack.ask import ask
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack


class StackTarget:
    """The ``Target`` protocol over a home that is there for nothing else."""

    unspeakable: tuple[str, ...] = ()

    def __init__(self, stack: Stack, folder: Path, shown: Callable[[str], str] = inert) -> None:
        """``shown`` is what a face does to a text before it shows it."""
        self._stack, self._folder, self._shown = stack, folder, shown
        self._people: dict[Asker, Principal] = {}
        self._curators: dict[str, Principal] = {"default": stack.owner}
        self.release = Release((("extractive", stack.embedder.digest),), (), stack.policy.version, code=__version__)

    def plant(self, documents: Sequence[Planted]) -> frozenset[str]:
        by_tenant: dict[str, list[Planted]] = defaultdict(list)
        for one in documents:
            by_tenant[one.tenant].append(one)
        for tenant, pages in by_tenant.items():
            root = self._folder / tenant
            for page in pages:
                path = root / page.key
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(_front(page) + page.text)
            ingest(self._stack, self._curator(tenant), root, Options(Metadata()), confirmed=True)
        return frozenset()

    def clear(self, keys: Sequence[str]) -> None:
        for root in sorted(self._folder.glob("*")):
            for key in keys:
                (root / key).unlink(missing_ok=True)
            ingest(self._stack, self._curator(root.name), root, Options(Metadata()), confirmed=True)

    def ask(self, asker: Asker, question: str, limits: Limits) -> Seen:
        started = time.monotonic()
        try:
            answer = ask(self._stack, self._principal(asker), question)
        except AvouchError as error:
            return Seen(text=error.message, told=error.code.name, error=error.code.name)
        whole = seen(answer)
        return replace(whole, text=self._shown(whole.text), seconds=time.monotonic() - started)

    def _curator(self, tenant: str) -> Principal:
        if tenant not in self._curators:
            roles = frozenset({"reader", "curator"})
            name, clearance = f"curator-{tenant}", Classification.RESTRICTED
            self._curators[tenant] = people.add(
                self._stack, name, frozenset({"staff"}), clearance, roles, tenant=tenant
            )
        return self._curators[tenant]

    def _principal(self, asker: Asker) -> Principal:
        if asker not in self._people:
            made = people.add(
                self._stack, asker.name, asker.groups, asker.clearance, frozenset({"reader"}), tenant=asker.tenant
            )
            if asker.compartments:
                compartments.change(self._stack, self._stack.owner, made.id, join=sorted(asker.compartments))
            self._people[asker] = made
        return self._people[asker]


def seen(answer: Answer) -> Seen:
    """All of an answer that any face shows."""
    claims = [claim.text for claim in answer.claims]
    cited = [f"{c.title} {c.document_key} {c.quote} {c.warning}" for claim in answer.claims for c in claim.citations]
    told = "\n".join([*claims, *cited, *answer.nearest, str(answer.abstained)])
    shown = [f"{one.title} {one.document_key} {one.text}" for one in answer.passages]
    text = "\n".join([answer.question, told, *shown, *answer.warnings])
    return Seen(text, told=told, abstained=answer.abstained)


def _front(page: Planted) -> str:
    said = [f"labels: [{', '.join(sorted(page.labels))}]", f"classification: {page.classification.name.lower()}"]
    if page.compartment:
        said.append(f"compartment: {page.compartment}")
    return "\n".join(["---", *said, "---", ""])
