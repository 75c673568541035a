"""Language models: what is declared of one, what it is asked, what it says, and what that takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from avouch.records.people import Classification


class ModelKind(Enum):
    """How a model is reached. ``EXTRACTIVE`` quotes and is no language model: it is always there."""

    EXTRACTIVE = "extractive"
    OPENAI = "openai"
    TRANSFORMERS = "transformers"


class Grammar(Enum):
    """What the server can hold a reply to: nothing, some JSON object, or a JSON schema."""

    NONE = "none"
    JSON_OBJECT = "json_object"
    JSON_SCHEMA = "json_schema"


class Dialect(Enum):
    """How a server takes its orders. ``OPENAI``: as that vendor's newer models do, which choose their own
    temperature and call the bound of a reply ``max_completion_tokens``; all others are ``COMPATIBLE``."""

    COMPATIBLE = "compatible"
    OPENAI = "openai"


@dataclass(frozen=True, slots=True)
class Model:
    """One declared model. What is not said is the strictest: it may receive public passages only.

    ``url`` is the base address of an OpenAI-compatible server (``…/v1``), or the folder of a local model;
    ``remote`` is the model's name there. ``version`` is the digest of its weights, or the vendor's version.
    ``context`` is in tokens, questions and replies together; ``reply`` bounds a reply. Prices are per million
    tokens in ``currency``. ``receives`` is the highest classification whose passages it may get; ``personal``:
    it may get identified personal data. ``timeout`` is in seconds to the first token, ``pause`` between two.
    ``key`` says where its key is: ``env:AVOUCH_KEY_NAME`` or ``file:NAME``. ``plain_http``: without TLS also
    beyond this machine. ``ca`` is a file of certificates to trust instead of the system's.
    """

    name: str
    kind: ModelKind
    url: str = ""
    remote: str = ""
    version: str = ""
    context: int = 4096
    reply: int = 512
    price_in: Decimal = Decimal(0)
    price_out: Decimal = Decimal(0)
    currency: str = "USD"
    region: str = ""
    receives: Classification = Classification.PUBLIC
    personal: bool = False
    owner: str = ""
    timeout: float = 30.0
    pause: float = 15.0
    grammar: Grammar = Grammar.NONE
    dialect: Dialect = Dialect.COMPATIBLE
    key: str = ""
    plain_http: bool = False
    ca: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a model. ``role`` is system, user or assistant."""

    role: str
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """What a model is asked. ``schema`` is the JSON schema as text (empty: none) that the reply is held to."""

    messages: tuple[Message, ...]
    max_tokens: int
    schema: str = field(default="", repr=False)
    seed: int = 0
    temperature: float = 0.0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens read and written. ``estimated``: the server did not say."""

    input: int = 0
    output: int = 0
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a reply. The last one has ``finish`` (stop, length, content_filter …) and the usage, if known."""

    text: str = field(default="", repr=False)
    usage: Usage | None = None
    finish: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a model answers now, and in words why not. ``milliseconds``: what asking took."""

    ok: bool
    why: str = ""
    milliseconds: float = 0.0
