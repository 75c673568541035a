"""Retrieval quality: nDCG and recall of ranked document ids against graded relevance.

Source: Järvelin and Kekäläinen 2002 (gain = grade, discount = log2(rank + 1)).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence


def ndcg(ranked: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """nDCG@k in 0…1; 0 where nothing is relevant."""
    gain = sum(relevant.get(one, 0) / math.log2(rank + 2) for rank, one in enumerate(ranked[:k]))
    best = sorted(relevant.values(), reverse=True)[:k]
    ideal = sum(grade / math.log2(rank + 2) for rank, grade in enumerate(best))
    return gain / ideal if ideal else 0.0


def recall(ranked: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """The share of relevant documents among the first k."""
    wanted = {one for one, grade in relevant.items() if grade > 0}
    return len(wanted & set(ranked[:k])) / len(wanted) if wanted else 0.0
