"""A language model in this process: a folder of safetensors, by torch and transformers (the extra ``local``).

Nothing is downloaded, no code of a model is run, no pickle is read. Greedy and one reply at a time: the same
request has the same reply. For small models and for trials; what many ask at once belongs behind a server.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from avouch.canon import canonical, digest
from avouch.errors import AvouchError, Code
from avouch.records import Health, Message, Model, Piece, Request, Usage

if TYPE_CHECKING:
    from types import ModuleType

PARTS = frozenset({".safetensors", ".json", ".txt", ".model", ".jinja"})
STEP = 256
"""Tokens of a question that are read at a time: the deadline is looked at in between."""


class TransformersGenerator:
    """The ``Generator`` port over a folder (``url``). ``digest`` is over every file that decides what it writes."""

    def __init__(self, model: Model) -> None:
        self.name, self._model, self._folder = model.name, model, Path(model.url)
        self.digest = digest_of(self._folder)
        if model.version.startswith("sha256:") and model.version != self.digest:
            raise AvouchError(Code.MODEL_DIGEST, f"{self.name}: the folder is not what was declared")
        self._one, self._loaded = threading.Lock(), False
        self._torch: ModuleType | Any = None
        self._net: Any = None
        self._tokenizer: Any = None
        self._ends: frozenset[int] = frozenset()

    def load(self) -> None:
        """Read the weights, once. MODEL_UNAVAILABLE without the extra; MODEL_INVALID."""
        if self._loaded:
            return
        try:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as error:
            raise AvouchError(Code.MODEL_UNAVAILABLE, f"{self.name}: needs avouch[local]") from error
        told: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(self._folder, **told)
            self._net = AutoModelForCausalLM.from_pretrained(self._folder, use_safetensors=True, **told)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise AvouchError(Code.MODEL_INVALID, f"{self.name}: {type(error).__name__} in its folder") from error
        if not self._tokenizer.chat_template:
            raise AvouchError(Code.MODEL_INVALID, f"{self.name}: its tokenizer has no chat template")
        self._net.eval()
        ends = self._net.generation_config.eos_token_id
        self._ends = frozenset([ends] if isinstance(ends, int) else ends or [])
        self._torch, self._loaded = torch, True

    def stream(self, request: Request, deadline: float) -> Iterator[Piece]:
        """The reply in pieces. MODEL_TIMEOUT, also while another reply is written; MODEL_REFUSED where it is too
        long for the context; as ``load``."""
        if not self._one.acquire(timeout=max(deadline - time.monotonic(), 0)):
            raise self._late()
        try:
            self.load()
            yield from self._write(request, deadline)
        finally:
            self._one.release()

    def _write(self, request: Request, deadline: float) -> Iterator[Piece]:
        asked = self._asked(request.messages)
        if len(asked) + request.max_tokens > self._model.context:
            raise AvouchError(Code.MODEL_REFUSED, f"{self.name}: question and reply are longer than its context")
        past, token, written, sent = None, 0, list[int](), ""
        steps = [asked[start : start + STEP] for start in range(0, len(asked), STEP)]
        while len(written) < request.max_tokens:
            for step in steps:
                if time.monotonic() >= deadline:
                    raise self._late()
                token, past = self._next(step, past)
            written.append(token)
            if token in self._ends:
                break
            steps = [[token]]
            text = self._text(written)
            if text.startswith(sent) and not text.endswith("\ufffd") and text != sent:
                yield Piece(text[len(sent) :])
                sent = text
        rest = self._text(written).removeprefix(sent)
        yield Piece(rest, Usage(len(asked), len(written)), "stop" if written[-1] in self._ends else "length")

    def _next(self, step: Sequence[int], past: Any) -> tuple[int, Any]:
        """The likeliest token after these, and what the net keeps of all before."""
        with self._torch.inference_mode():
            out = self._net(input_ids=self._torch.tensor([step]), past_key_values=past, use_cache=True)
            return int(out.logits[0, -1].argmax()), out.past_key_values

    def _asked(self, messages: Sequence[Message]) -> list[int]:
        """The conversation as tokens. No text of a message can be one of the tokenizer's own signs."""
        own = sorted(self._tokenizer.all_special_tokens, key=len, reverse=True)
        told = [{"role": one.role, "content": broken(one.content, own)} for one in messages]
        text = self._tokenizer.apply_chat_template(told, add_generation_prompt=True, tokenize=False)
        return list(self._tokenizer(text, add_special_tokens=False).input_ids)

    def _text(self, tokens: Sequence[int]) -> str:
        told = self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return str(told)

    def _late(self) -> AvouchError:
        return AvouchError(Code.MODEL_TIMEOUT, f"{self.name}: gave no whole reply within the time for the question")

    def health(self) -> Health:
        """Whether its libraries are installed and its folder is there; the weights are not read for it."""
        began = time.monotonic()
        missing = [name for name in ("torch", "transformers") if find_spec(name) is None]
        why = f"needs avouch[local] ({', '.join(missing)})" if missing else ""
        why = why or ("" if any(self._folder.glob("*.safetensors")) else "its folder holds no safetensors")
        return Health(not why, why, round((time.monotonic() - began) * 1e3, 3))

    def close(self) -> None:
        """Let go of the weights, once nothing is written any more."""
        with self._one:
            self._net = self._tokenizer = None
            self._loaded = False


def broken(text: str, signs: Sequence[str]) -> str:
    """The text with each sign cut in two."""
    for sign in signs:
        if len(sign) > 1:
            text = text.replace(sign, f"{sign[0]} {sign[1:]}")
    return text


def digest_of(folder: Path) -> str:
    """Over the names and digests of all parts of a model. MODEL_INVALID without weights."""
    parts: dict[str, str] = {}
    try:
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if path.suffix in PARTS and path.is_file():
                with path.open("rb") as file:
                    parts[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AvouchError(Code.MODEL_INVALID, f"the model's folder cannot be read: {type(error).__name__}") from error
    if not any(name.endswith(".safetensors") for name in parts):
        raise AvouchError(Code.MODEL_INVALID, "the model's folder holds no safetensors")
    return digest(canonical(parts))
