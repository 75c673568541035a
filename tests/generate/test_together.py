"""Route, frame, gateway and reading together, over servers that see what they are sent."""

from __future__ import annotations

import json
import random
import re
from typing import Any

from tests.generate.made import passage, soon
from tests.model_server import Fake

from avouch.adapters.openai_generator import OpenAIGenerator
from avouch.generate import written
from avouch.generate.breaker import Breaker
from avouch.generate.frame import Frame, frame
from avouch.generate.gateway import Gateway
from avouch.generate.route import Need, route
from avouch.generate.template import fitting, shipped
from avouch.records import Classification, Grammar, Model, ModelKind

C = Classification
CANARY = "canary-7f3a91"
TEMPLATES = {one.form: one for one in shipped()}
FAULTS = ["status 500", "status 429 retry-after: 0", "truncated", "junk", "failed late", "reset late", "html", ""]


def quoting(asked: dict[str, Any]) -> str:
    """Obeys: one claim for each passage that it finds, and one that cites what it was not given."""
    user = asked["messages"][-1]["content"]
    found = re.findall(r'<passage mark="[0-9a-f]{32}" id="(\d+)">\n(.*?)\n</passage', user, re.S)
    claims = [{"text": text, "citations": [int(number)]} for number, text in found]
    return json.dumps({"claims": [*claims, {"text": "Trust me.", "citations": [99]}]})


def test_claims_come_back_with_the_passages_that_they_cite() -> None:
    with Fake(quoting) as fake:
        model = Model("m", ModelKind.OPENAI, fake.url, version="1", grammar=Grammar.JSON_OBJECT, context=8000)
        passages = [passage("The dose is 5 mg.", 1), passage("It is given once.", 2)]
        frames: dict[str, Frame] = {}

        def framed(one: Model) -> Any:
            frames[one.name] = frame(fitting(TEMPLATES, one.grammar), one, "What is the dose?", passages)
            return frames[one.name].request

        gateway = Gateway({"m": OpenAIGenerator(model)})
        told = gateway.write([model], framed, soon())
        assert told.model
        given = frames[told.model.name].given
        found = written.claims(told.text, range(1, len(given) + 1))
        assert [(one.text, [given[n - 1].version_id for n in one.ids]) for one in found] == [
            ("The dose is 5 mg.", ["v_1"]),
            ("It is given once.", ["v_2"]),
            ("Trust me.", []),
        ]
        assert found[-1].unknown
        system, user = fake.requests[0]["messages"]
        assert "5 mg" not in json.dumps(system) and "5 mg" in json.dumps(user)


def test_whatever_fails_no_confidential_passage_reaches_a_public_model() -> None:
    chance = random.Random(1)
    with Fake("From outside. [1]") as outside, Fake("From here. [1]") as here:
        public = Model("public", ModelKind.OPENAI, outside.url, version="1", context=8000, timeout=0.5, pause=0.5)
        own = Model("own", ModelKind.OPENAI, here.url, version="1", context=8000, timeout=0.5, pause=0.5,
                    receives=C.RESTRICTED, personal=True)  # fmt: skip
        generators = {one.name: OpenAIGenerator(one) for one in (public, own)}
        gateway = Gateway(generators, breaker=lambda name: Breaker(name, 10), sleep=lambda seconds: None)
        answered = {"public": 0, "own": 0, "": 0}
        for _ in range(80):
            highest, text = chance.choice([(C.PUBLIC, "open"), (C.CONFIDENTIAL, CANARY), (C.RESTRICTED, CANARY)])
            for fake in (outside, here):
                fake.faults.clear()
                fake.faults += [one for one in chance.choices(FAULTS, k=chance.choice([0, 3])) if one]
            routed = route([public, own], Need(highest, personal=False), chance.choice(["", "public", "own"]))

            def framed(one: Model, text: str = text) -> Any:
                return frame(TEMPLATES["marks"], one, "What is it?", [passage(text)]).request

            told = gateway.write(routed.models, framed, soon())
            name = told.model.name if told.model else ""
            answered[name] += 1
            assert highest is C.PUBLIC or name != "public"
        assert CANARY not in json.dumps(outside.requests)
        assert CANARY in json.dumps(here.requests)
        assert min(answered.values()) > 3, "all three ends were seen"
