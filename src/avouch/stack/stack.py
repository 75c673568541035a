"""The stack: opens a home, wires the rooms, offers the acts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from avouch import config
from avouch.adapters import blas
from avouch.errors import AvouchError, Code
from avouch.lake import keyring, schema
from avouch.lake.catalog import Catalog
from avouch.lake.store import Store
from avouch.lake.vault import Vault
from avouch.ledger import log
from avouch.ledger.note import VerifierKey
from avouch.ledger.prove import Signer
from avouch.policy.permits import Permits
from avouch.ports import Policy
from avouch.stack import people, watch
from avouch.stack.create import create
from avouch.stack.engines import open_blobs, open_state, open_tables
from avouch.stack.erase import replay, resume
from avouch.stack.follow import Follower
from avouch.stack.home import Home, hold
from avouch.stack.in_force import InForce
from avouch.stack.rights import OWNER
from avouch.stack.rooms import Rooms
from avouch.stack.throttle import Throttle
from avouch.stack.uploads import sweep

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from avouch.stack.engines import HomeState


class Stack(Rooms):
    """One open home. Use ``Stack.create`` or ``Stack.open``, as a context manager."""

    def __init__(self, home: Home, settings: config.Settings, state: HomeState, held: Any) -> None:
        blas.on_one_thread()
        self.home, self.settings, self.state, self._held = home, settings, state, held
        self.in_force = InForce(state, state.shared)
        self.log = log.Log()
        self.throttle = Throttle()
        self.permits = Permits()
        self.catalog = Catalog()
        self.id = state.read(lambda tx: schema.fact(tx, "id"))
        self.ring = keyring.load(home.keys, self.id)
        self.vault = Vault(self.ring)
        self.store = Store(open_blobs(home), self.vault)
        self.tables = open_tables(home, state)
        self.follower = Follower(self)
        if state.shared:
            state.follow = self.follower
        self.owner = people.find(self, OWNER)
        self.replayed: tuple[str, ...] = ()

    @classmethod
    def create(cls, root: Path) -> Stack:
        """Make a home in a new or empty folder; HOME_EXISTS."""
        create(root)
        return cls.open(root)

    @classmethod
    def open(cls, root: Path) -> Stack:
        """Open a home; HOME_MISSING, HOME_LOCKED, HOME_NEWER, HOME_OLDER, KEY_MISSING, KEY_WRONG."""
        settings = config.load(root)
        home = Home(root, settings)
        if not home.exists:
            raise AvouchError(Code.HOME_MISSING, f"no home in {root}")
        held = hold(home)
        state = open_state(home)
        try:
            state.read(schema.check)
            stack = cls(home, settings, state, held)
        except BaseException:
            state.close()
            held.close()
            raise
        try:
            resume(stack)
            stack.replayed = replay(stack)
            sweep(home)
        except BaseException:
            stack.close()
            raise
        return stack

    def __enter__(self) -> Stack:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End what was begun, last things first; each also where another fails."""
        with ExitStack() as ending:
            ending.callback(self._held.close)
            ending.callback(self.state.close)
            if "shelf" in self.__dict__:
                ending.callback(self.shelf.close)
            if "watch" in self.__dict__:
                ending.callback(watch.of(self).close)
            if "releases" in self.__dict__:
                ending.callback(self.releases.close)
            ending.callback(self.follower.stop)
            if self.throttle.counting:
                from avouch.stack.signin import tell

                tell(self, 0, whole=True)

    @property
    def policy(self) -> Policy:
        """The policy in force, at every access: another may have been activated."""
        return self.in_force.now()

    @policy.setter
    def policy(self, policy: Policy) -> None:
        self.in_force.pin(policy)

    def alone(self, name: str) -> AbstractContextManager[Callable[[Connection], None]]:
        """Hold a lock of the home, in whichever process; INGEST_BUSY where another holds it for long.

        Yields what an act calls in its transaction to be sure that the lock is still held.
        """
        return self.state.alone(name, self.settings.busy_seconds)

    @property
    def signer(self) -> Signer:
        """The key that signs this home's checkpoints, and the log's origin."""
        return Signer.of(f"avouch.home/{self.id}", self.ring.signing[-1].bytes)

    @property
    def verifier_keys(self) -> list[VerifierKey]:
        """The public keys of this home, those of earlier checkpoints included."""
        return [Signer.of(self.signer.origin, key.bytes).key for key in self.ring.signing]

    def use(self, ring: keyring.Keyring) -> None:
        """Go on with another keyring."""
        self.ring = self.vault.ring = ring
