"""When not to answer: the probability that the passages hold an answer, from two figures of the search.

Fitted on questions whose gold documents were taken out (``bench/answer_quality``): ``best`` is the fused
score of the best passage, ``gap`` its lead over the tenth; both are comparable between questions. Likeness
and coverage of the chosen sentences add nothing to them (``fit.json`` there).
"""

from __future__ import annotations

import math

BIAS, BEST, GAP = -6.60, 11.13, 5.38


def confidence(best: float, gap: float) -> float:
    """The estimated probability that there is an answer, 0…1."""
    return 1.0 / (1.0 + math.exp(-(BIAS + BEST * best + GAP * gap)))
