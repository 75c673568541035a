"""Every question that the demonstration library comes with is answered, or not, as its author says."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
import yaml

from avouch.faces.demo.story import library
from avouch.ingest.discover import Options
from avouch.records import Classification
from avouch.stack import people
from avouch.stack.ask import ask
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

TOLD = yaml.safe_load((files("avouch.faces.demo") / "library" / "questions.yaml").read_text())


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A home that has seen the library as it stood in 2025, then as it stands in 2026."""
    root = tmp_path_factory.mktemp("hospital")
    with Stack.create(root / "home") as stack:
        for year in ("2025", "2026"):
            library(root / "library", year)
            assert not ingest(stack, stack.owner, root / "library", Options()).problems
        for name, who in TOLD["principals"].items():
            clearance = Classification[who["clearance"].upper()]
            people.add(stack, name, frozenset(who["groups"]), clearance, frozenset({"reader"}))
        yield stack


def same(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("told", TOLD["questions"], ids=lambda told: str(told["id"]))
def test_question(hospital: Stack, told: dict[str, Any]) -> None:
    answer = ask(hospital, people.find(hospital, told["who"]), told["question"], told.get("as_of"))
    if told.get("abstain"):
        assert answer.abstained, [claim.text for claim in answer.claims]
        return
    assert not answer.abstained, (answer.confidence, [passage.title for passage in answer.passages])
    assert told["contains"] in same(" ".join(claim.text for claim in answer.claims))
    cited = {citation.document_key.partition("#")[0] for claim in answer.claims for citation in claim.citations}
    assert told["document"] in cited
    if page := told.get("page"):
        assert page in {citation.page for claim in answer.claims for citation in claim.citations}
