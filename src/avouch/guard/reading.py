"""A text as the windows that are judged: those of itself, then those of what is encoded in it."""

from __future__ import annotations

import numpy as np

from avouch.guard.decode import MOST, View, views
from avouch.guard.window import windows
from avouch.records import Span

ENCODED, INVISIBLE, PAYLOADS = 2.0, 4.0, 60
"""What it adds to a logit that an order was encoded, or written where nobody sees it; windows of payloads at most."""


class Reading:
    """Of each window its words, its span in the text, how it was hidden, and what that adds."""

    def __init__(self, text: str) -> None:
        self.sentences: list[str] = []
        self.spans: list[Span] = []
        self.how: list[tuple[str, ...]] = []
        for start in range(0, len(text), MOST):
            part = text[start : start + MOST]
            first, *payloads = views(part)
            whole = Span(start, start + len(part))
            self._take(first, None if first.text == part else whole, start, len(part))
            for payload in payloads:
                self._take(payload, whole, start, PAYLOADS)
        bonus = [(INVISIBLE if "invisible" in how else ENCODED) if how else 0.0 for how in self.how]
        self.bonus = np.array(bonus, np.float32)

    def _take(self, view: View, span: Span | None, offset: int, most: int) -> None:
        for window in windows(view.text)[:most]:
            self.sentences.append(view.text[window.start : window.end])
            self.spans.append(span or Span(offset + window.start, offset + window.end))
            self.how.append(view.how)
