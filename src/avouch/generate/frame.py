"""From a question and passages to a request: passages as marked data, as many as the model's context holds.

The mark is 128 random bits, drawn for each request and in none of its texts, so no document can have been written
to end a passage. What chat templates and tokenizers of models take for control is broken as well, in passages and
in the question: some servers read it wherever it stands.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from avouch.errors import AvouchError, Code
from avouch.generate import written
from avouch.generate.template import CLAIMS, Case, Template
from avouch.generate.tokens import estimate, of_messages
from avouch.records import Grammar, Message, Model, Passage, Request, Scores

SLACK = 32
"""Tokens left free: chat templates differ."""
BETWEEN = 2
"""Tokens of the blank line between two passages."""
MOST, DRAWS, TITLE = 99, 10, 200
CONTROL = re.compile(
    r"[<＜](?=\s*/?\s*passage)|[<＜](?=[|｜])|(?<=[|｜])[>＞]|<(?=/?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn|think|tool_call)>)"
    r"|\[(?=/?(?:INST|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|SYSTEM_PROMPT)\])|<(?=</?SYS>>)|<(?=/?SYS>>)",
    re.IGNORECASE,
)
"""The first character of what would be taken for a mark of ours or a control token of a model."""
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
"""Characters that nobody sees and models read: controls, directions, zero widths, tags. (U+200C, U+200D: letters need
them.)"""
SURROGATES = re.compile("[\ud800-\udfff]")
INSTEAD = {"<": "‹", "＜": "‹", ">": "›", "＞": "›", "[": "⁅"}


@dataclass(frozen=True, slots=True)
class Frame:
    """A request and what it came from. ``given[n - 1]`` is the passage that the reply cites as ``[n]``.

    ``dropped`` did not fit, from the end. ``input_tokens`` is an estimate, upwards.
    """

    request: Request
    given: tuple[Passage, ...]
    dropped: tuple[Passage, ...]
    template: str
    template_digest: str
    form: str
    mark: str = field(repr=False)
    input_tokens: int = 0


def frame(
    template: Template,
    model: Model,
    question: str,
    passages: Sequence[Passage],
    draw: Callable[[], str] = lambda: secrets.token_hex(16),
) -> Frame:
    """The request for one model. CONTEXT_TOO_SMALL where not even one passage fits."""
    if not passages:
        raise AvouchError(Code.INPUT_INVALID, "without passages there is nothing to ask a model about")
    asked, texts = harmless(question), [rendered_text(one) for one in passages[:MOST]]
    mark = unheard(asked, texts, draw)
    given, messages, tokens = _fitted(template, model, asked, texts, mark)
    reply = model.reply
    ids = range(1, given + 1)
    schema = written.schema(ids) if template.form == CLAIMS and model.grammar is not Grammar.NONE else ""
    return Frame(
        Request(messages, reply, schema),
        tuple(passages[:given]),
        tuple(passages[given:]),
        template.id,
        template.digest,
        template.form,
        mark,
        tokens,
    )


def _fitted(
    template: Template, model: Model, question: str, texts: Sequence[str], mark: str
) -> tuple[int, tuple[Message, ...], int]:
    """How many passages fit, from the first on, the messages with them, and their tokens."""
    around = of_messages(template.fill({"mark": mark, "question": question, "passages": ""}))
    tokens, most = around, model.context - model.reply - SLACK
    blocks: list[str] = []
    for number, text in enumerate(texts, 1):
        block = f'<passage mark="{mark}" id="{number}">\n{text}\n</passage mark="{mark}">'
        more = estimate(block) + BETWEEN
        if tokens + more > most:
            break
        tokens += more
        blocks.append(block)
    if not blocks:
        raise AvouchError(Code.CONTEXT_TOO_SMALL, f"{model.name} has no room for the question and one passage")
    return len(blocks), template.fill({"mark": mark, "question": question, "passages": "\n\n".join(blocks)}), tokens


def unheard(question: str, texts: Sequence[str], draw: Callable[[], str]) -> str:
    """A mark that stands in none of the texts; drawn again where it does."""
    for _ in range(DRAWS):
        mark = draw()
        if not any(mark.lower() in text.lower() for text in (question, *texts)):
            return mark
    raise AvouchError(Code.INTERNAL, "no mark could be drawn that is in no passage")


def rendered_text(passage: Passage) -> str:
    """Title, headings and text, harmless."""
    heads = [" ".join(one.split())[:TITLE] for one in (passage.title, *passage.headings) if one.strip()]
    return harmless("\n".join([" / ".join(heads), passage.text]) if heads else passage.text)


def harmless(text: str) -> str:
    """The text without what is not seen, and with what models take for control made visible text."""
    seen = SURROGATES.sub("\ufffd", UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return CONTROL.sub(lambda found: INSTEAD[found.group()], seen)


def failures(template: Template, model: Model) -> list[str]:
    """Run a template's own cases; what does not hold, in words."""
    return [f"{case.name}: {why}" for case in template.cases for why in _failures(template, model, case)]


def _failures(template: Template, model: Model, case: Case) -> list[str]:
    told = frame(template, model, case.question, [plain(number, text) for number, text in enumerate(case.passages)])
    system, user = (one.content for one in told.request.messages)
    missing = [f"the system message lacks {one!r}" for one in case.system_has if one not in system]
    missing += [f"the user message lacks {one!r}" for one in case.user_has if one not in user]
    return missing + [f"{one!r} stands in a message" for one in case.lacks if one in system or one in user]


def plain(number: int, text: str) -> Passage:
    """A passage of nothing but text, for cases."""
    return Passage("", f"v_{number}", "", "", 0, 0, len(text), (), text, 0.0, Scores(0.0), number)
