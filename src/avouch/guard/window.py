"""The windows of a text that are judged one by one: its sentences, and the sentences of its lines."""

from __future__ import annotations

from avouch.records import Span
from avouch.segment import sentences

MOST, LONGEST = 4000, 600


def windows(text: str) -> list[Span]:
    """Sentences by the text's flow and by its lines, in order, without doubles; at most 4,000.

    An injected line may have been run into its neighbour; a wrapped sentence may lie over two lines: both
    readings are judged. Of a long sentence the first 600 characters count.
    """
    found = {(span.start, min(span.end, span.start + LONGEST)) for span in sentences(text)}
    start = 0 if "\n" in text else len(text)
    while start < len(text):
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        found.update((span.start, min(span.end, span.start + LONGEST)) for span in sentences(text, start, stop))
        start = stop + 1
    kept = (Span(a, b) for a, b in sorted(found) if any(map(str.isalnum, text[a:b])))
    return [span for span, _ in zip(kept, range(MOST), strict=False)]
