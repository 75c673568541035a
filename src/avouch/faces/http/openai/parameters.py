"""Every parameter of a chat completion: heeded, without effect, or refused. Nothing is silently wrong.

What has no effect is told back (``avouch.ignored``); what would promise something that is not kept is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from avouch.errors import AvouchError, Code
from avouch.faces.http.problem import printable

HEEDED = ("model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "n", "avouch")
WITHOUT_EFFECT = {
    "temperature": "what writes is declared, and asked at 0",
    "top_p": "what writes is declared, and asked at 0",
    "seed": "what writes is declared, and asked with 0",
    "frequency_penalty": "a sentence says what its source says",
    "presence_penalty": "a sentence says what its source says",
    "reasoning_effort": "what writes is declared",
    "verbosity": "an answer has the claims that it has",
    "user": "the key says who asks",
    "safety_identifier": "the key says who asks",
    "metadata": "nothing of it is kept",
    "store": "every answer has its entry in the ledger",
    "service_tier": "there is one",
    "prompt_cache_key": "it is an optimisation",
    "prompt_cache_retention": "it is an optimisation",
    "prediction": "it is an optimisation",
    "parallel_tool_calls": "no tools are called",
}
REFUSED: dict[str, tuple[Any, ...]] = {
    "tools": ([],),
    "tool_choice": ("none", "auto"),
    "functions": ([],),
    "function_call": ("none", "auto"),
    "response_format": ({"type": "text"},),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "logit_bias": ({},),
    "stop": ([], ""),
    "modalities": (["text"],),
    "audio": (),
    "web_search_options": (),
}
"""What is refused, but for the values that ask for nothing."""


def without_effect(more: Mapping[str, Any]) -> list[str]:
    """The names of those parameters that change nothing; INPUT_INVALID for what is not done here."""
    found = []
    for name, value in more.items():
        if name in WITHOUT_EFFECT:
            if value is not None:
                found.append(name)
        elif name not in REFUSED:
            raise AvouchError(Code.INPUT_INVALID, f"body.{printable(name)}: there is no such parameter here")
        elif value is not None and not any(type(value) is type(one) and value == one for one in REFUSED[name]):
            raise AvouchError(Code.INPUT_INVALID, f"body.{name}: it is not supported here")
    return sorted(found)
