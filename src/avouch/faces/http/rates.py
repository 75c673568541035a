"""Token buckets: how many requests a second a principal and a tenant may send."""

from __future__ import annotations

import time
from collections import OrderedDict

from avouch.config import Settings
from avouch.errors import AvouchError, Code
from avouch.records import Principal

KEPT = 10_000
BURST = 2.0


class Buckets:
    """One bucket a name, filled with ``rate`` tokens a second up to twice that many. 0: no limit."""

    def __init__(self, rate: float) -> None:
        self.rate, self.size = rate, max(1.0, rate * BURST)
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, name: str, now: float) -> float:
        """Seconds until there is a token; 0 where there is one."""
        left, then = self._held.get(name, (self.size, now))
        left = min(self.size, left + (now - then) * self.rate)
        self._held[name] = left, now
        self._held.move_to_end(name)
        while len(self._held) > KEPT:
            self._held.popitem(last=False)
        return 0.0 if left >= 1 else (1 - left) / self.rate

    def take(self, name: str) -> None:
        left, then = self._held[name]
        self._held[name] = left - 1, then


class Rates:
    """The buckets of principals and of tenants; used by the event loop alone."""

    def __init__(self, settings: Settings) -> None:
        self._principals, self._tenants = Buckets(settings.rate_principal), Buckets(settings.rate_tenant)

    def take(self, principal: Principal) -> None:
        """One request; RATE_LIMITED, with the time to wait, where there were too many."""
        now = time.monotonic()
        asked = [(b, n) for b, n in ((self._principals, principal.id), (self._tenants, principal.tenant)) if b.rate > 0]
        wait = max((buckets.wait(name, now) for buckets, name in asked), default=0.0)
        if wait:
            raise AvouchError(Code.RATE_LIMITED, "too many requests", wait)
        for buckets, name in asked:
            buckets.take(name)
