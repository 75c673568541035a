"""The rooms of a stack that are opened at first use, so that a home opens without them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from avouch import config
from avouch.errors import AvouchError, Code
from avouch.lake import schema
from avouch.ports import Embedder
from avouch.retrieve.recent import Recent
from avouch.stack.home import Home

if TYPE_CHECKING:
    from avouch.adapters.jwt_bearer import JwtBearer
    from avouch.adapters.oidc_login import OidcLogin
    from avouch.adapters.onnx_entails import OnnxEntails
    from avouch.claims.lexicon import Lexicon
    from avouch.generate.cache import Cache
    from avouch.guard.detect import Detector
    from avouch.stack.engines import HomeState
    from avouch.stack.release import Releases
    from avouch.stack.senses import Senses
    from avouch.stack.shelf import Shelf
    from avouch.stack.stack import Stack


class Rooms:
    """What a ``Stack`` has besides its state, keys and stores."""

    home: Home
    settings: config.Settings
    state: HomeState

    @cached_property
    def bearer(self) -> JwtBearer:
        """Checks the tokens of services; remembers the issuers' keys."""
        from avouch.adapters.jwt_bearer import JwtBearer

        return JwtBearer(self.settings.issuers)

    @cached_property
    def logins(self) -> dict[str, OidcLogin]:
        """The identity providers that people sign in by, by issuer."""
        from avouch.adapters.oidc_login import OidcLogin

        return {one.issuer: OidcLogin(one) for one in self.settings.issuers if one.client_id}

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model, loaded at first use."""
        from avouch.adapters.onnx_embedder import open_embedder

        model = Path(self.settings.model) if self.settings.model else None
        embedder = open_embedder(model, self.home.models, self.settings.threads)
        held = self.state.read(lambda tx: schema.fact(tx, "model"))
        if not held:
            self.state.write(lambda tx: schema.set_fact(tx, "model", embedder.digest))
        elif held != embedder.digest:
            raise AvouchError(Code.MODEL_CHANGED, "the home was embedded with another model")
        return embedder

    @cached_property
    def lexicon(self) -> Lexicon:
        """Names and what else they are called, for the checks of claims: the home's, then those of installed packs."""
        from avouch.claims.lexicon import Lexicon
        from avouch.plugins import names
        from avouch.stack.names import read

        own = read(self.home.root / self.settings.names) if self.settings.names else []
        return Lexicon.of([*own, *names()])

    @cached_property
    def entails(self) -> OnnxEntails | None:
        """A model that reads whether a source says a claim, beside the checks; None where none is set."""
        if not self.settings.entails:
            return None
        from avouch.adapters.onnx_entails import open_entails

        return open_entails(Path(self.settings.entails))

    @cached_property
    def detector(self) -> Detector:
        """Judges what people ask: whether it gives orders to a machine. It only ever raises a flag."""
        from avouch.guard.detect import Detector

        return Detector(self.recent.embed, self.embedder.digest)

    @cached_property
    def releases(self) -> Releases:
        """The models and templates in force, with the models opened at first use."""
        from avouch.stack.release import Releases

        return Releases(cast("Stack", self))

    @cached_property
    def answered(self) -> Cache:
        """What models wrote lately, for the same question under the same circumstances."""
        from avouch.generate.cache import Cache

        return Cache()

    @cached_property
    def senses(self) -> Senses:
        """What identifies somebody in the passages that models were given lately."""
        from avouch.stack.senses import Senses

        return Senses()

    @cached_property
    def recent(self) -> Recent:
        """Vectors of the sentences that answers were drawn from lately."""
        return Recent(self.embedder.embed)

    @cached_property
    def shelf(self) -> Shelf:
        """The index, brought up to date with the lake at first use."""
        from avouch.stack.shelf import Shelf

        return Shelf(cast("Stack", self))
