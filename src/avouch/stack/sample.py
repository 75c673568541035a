"""Samples of the metrics, taken while a server runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from avouch.errors import AvouchError
from avouch.observe.series import FINE
from avouch.stack import watch

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

logger = logging.getLogger("avouch.sample")


@contextmanager
def sampling(stack: Stack, every: float = FINE) -> Iterator[None]:
    """Take a sample now, and one each ``every`` seconds in the background. One that fails is left out."""
    over, series = threading.Event(), watch.of(stack).series

    def take() -> None:
        try:
            series.take()
        except (AvouchError, SQLAlchemyError, OSError) as error:
            logger.warning("sample error=%s", type(error).__name__)

    def run() -> None:
        while not over.wait(every):
            take()

    take()
    thread = threading.Thread(target=run, name="avouch-sample", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(every)
