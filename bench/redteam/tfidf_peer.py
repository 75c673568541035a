"""Peer, in an environment of its own with scikit-learn: TF-IDF and logistic regression.

Reads ``{"train": [[text, label], …], "test": [text, …]}`` from standard input, writes the scores as JSON.
"""

from __future__ import annotations

import json
import sys

from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-not-found,unused-ignore]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-not-found,unused-ignore]
from sklearn.pipeline import make_pipeline  # type: ignore[import-not-found,unused-ignore]


def main() -> None:
    given = json.load(sys.stdin)
    texts, labels = zip(*given["train"], strict=True)
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    model = make_pipeline(words, LogisticRegression(C=10, max_iter=1000, class_weight="balanced"))
    model.fit(texts, labels)
    json.dump([float(score) for score in model.decision_function(given["test"])], sys.stdout)


if __name__ == "__main__":
    main()
