"""What is in force is what was activated last, whatever the clock says."""

from __future__ import annotations

from tests.stack.test_sessions import MINUTE, Wall, wall

from avouch.generate import template
from avouch.stack import models, prompts
from avouch.stack.release import release_at
from avouch.stack.stack import Stack

_ = wall


def test_what_was_activated_last_is_last_where_the_clock_went_back(stack: Stack, wall: Wall) -> None:
    """Its entries have one time then, and their numbers tell them apart."""
    told = {"kind": "openai", "url": "http://127.0.0.1:9/v1", "version": "1", "owner": "it", "context": 8000}
    for name in ("a", "b", "c"):
        models.declare(stack, stack.owner, {**told, "name": name})
        text = template.text_of("answer-marks").replace("name: answer-marks", f"name: {name}")
        prompts.propose(stack, stack.owner, text)
    wall.on(-60 * MINUTE)
    for name in ("b", "c", "a"):
        models.activate(stack, stack.owner, name, alone=True, override="a test")
        prompts.activate(stack, stack.owner, name, alone=True, override="a test")
    for found in (stack.releases.now(), stack.state.read(lambda tx: release_at(stack, tx))):
        assert [model.name for model in found.models] == ["b", "c", "a"]
        assert found.templates["marks"].name == "a"
    prompts.retire(stack, stack.owner, "a", override="a test")
    assert stack.releases.now().templates["marks"].name == "c"
