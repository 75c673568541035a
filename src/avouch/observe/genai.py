"""Attribute names of spans. Those of OpenTelemetry's conventions for generative AI are pinned here.

Upstream renames them (``gen_ai.system`` became ``gen_ai.provider.name``) and moved them to a repository of their
own; what a dashboard was built on stays until this file says otherwise. Source: the GenAI semantic conventions as
of semantic conventions 1.44, where they are in development. So no schema address goes with them.
"""

from __future__ import annotations

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
RESPONSE_ID = "gen_ai.response.id"
INPUT_MESSAGES = "gen_ai.input.messages"
OUTPUT_MESSAGES = "gen_ai.output.messages"
ERROR_TYPE = "error.type"

AVOUCH = "avouch"
OPERATIONS = {"ask": "chat", "search": "retrieval", "replay": "chat"}
"""The conventions' word for an act that is about a model; others have none."""

ACT_KIND = "avouch.act.kind"
ACT_PRINCIPAL = "avouch.principal.id"
ACT_SNAPSHOT = "avouch.snapshot"
ACT_ABSTAINED = "avouch.abstained"
ACT_DEGRADED = "avouch.degraded"
ACT_PASSAGES = "avouch.passages"
ACT_CLAIMS = "avouch.claims"
