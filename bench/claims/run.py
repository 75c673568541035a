"""Are changed claims caught, and faithful ones kept: by kind, beside simple checks, with the time it takes.

    python bench/claims/run.py --data DIR --out bench/claims/result.json

On bioasq: sentences of gold passages, word for word, said otherwise by rule, changed by rule, or cited to the
wrong passage. Figures are of the half of the questions (by hash) that no constant was fitted on. The other
sets say what is not known of them: nobody scored whether those sentences hold.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from claims.elsewhere import conclusions, own_abstract
from claims.gold import SEED, Sample, held_out
from claims.judge import PEERS, Judged, at_rate, auroc, by_kind, cosine, judged, rate, reasons
from claims.samples import samples
from claims.written import written
from machine import facts, goal, quantiles, write

from avouch.adapters.onnx_embedder import open_embedder
from avouch.claims.check import Asked, Embed, check_all, parted
from avouch.claims.lexicon import Lexicon
from avouch.retrieve.recent import Recent
from claims import gold

ANSWERS, CLAIMS = 150, 6
AIMED = ("number", "unit", "negation put in", "negation taken out", "name")


def counted(told: Sequence[Judged]) -> dict[str, Any]:
    """What is said of claims that nobody scored."""
    verdicts = Counter(one.checked.verdict.value for one in told)
    return {
        "claims": len(told),
        "verdicts": {name: round(n / len(told), 4) for name, n in verdicts.most_common()},
        "against": reasons(told),
    }


def timed(held: Sequence[Sample], embed: Embed) -> dict[str, Any]:
    """Milliseconds by the clock for an answer of six claims: without a model; with one; with the passages'
    sentences embedded before, as they are when an answer is written from passages."""
    chance = random.Random(SEED)
    answers = [[Asked(s.claim, s.cited, s.heads) for s in chance.sample(list(held), CLAIMS)] for _ in range(ANSWERS)]
    lexicon = Lexicon()
    found: dict[str, list[float]] = {"without_a_model": [], "with_embedding": [], "with_passages_embedded_before": []}
    for answer in answers:
        ready = Recent(embed).embed
        ready([part for one in answer for span in one.cited for part in parted(span)])
        for name, given in zip(found, (None, embed, ready), strict=True):
            started = time.perf_counter()
            check_all(answer, lexicon, given)
            found[name].append((time.perf_counter() - started) * 1e3)
    return {name: quantiles(taken) for name, taken in found.items()}


def report(held: Sequence[Sample], embed: Embed) -> dict[str, Any]:
    told = judged(held, embed)
    faithful = [one for one in told if one.sample.faithful]
    false = [one for one in told if not one.sample.faithful]
    rejected = rate(faithful)
    score = auroc(np.array([one.checked.score for one in faithful]), np.array([one.checked.score for one in false]))
    peers = {name: at_rate(held, np.array([peer(one) for one in held]), rejected) for name, peer in PEERS.items()}
    peers["MiniLM cosine"] = at_rate(held, np.array(cosine(held, embed)), rejected)
    return {
        "claims": len(told),
        "faithful": len(faithful),
        "rejected_of_faithful": rejected,
        "caught_of_false": rate(false),
        "auroc_of_score": score,
        "by_kind": by_kind(told),
        "peers_at_the_same_share_rejected": peers,
    }


def goals(found: dict[str, Any], times: dict[str, Any]) -> list[dict[str, Any]]:
    kinds = found["by_kind"]
    aimed = [kinds[kind] for kind in AIMED]
    caught = sum(kind["caught"] * kind["claims"] for kind in aimed) / sum(kind["claims"] for kind in aimed)
    least = min(kind["caught"] for kind in aimed)
    ours = times["without_a_model"]["p50_ms"]
    return [
        goal("caught of number, unit, negation and name mutations ≥ .97", caught, caught >= 0.97),
        goal("the least of these kinds ≥ .97", least, least >= 0.97),
        goal("faithful claims rejected ≤ .05", found["rejected_of_faithful"], found["rejected_of_faithful"] <= 0.05),
        goal("AUROC of the score ≥ .95", found["auroc_of_score"], found["auroc_of_score"] >= 0.95),
        goal("an answer of six claims < 30 ms (p50, no model)", ours, ours < 30),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    machine = facts()
    bioasq, pubmedqa = options.data / "bioasq", options.data / "pubmedqa"
    made = samples(bioasq)
    held = [sample for sample in made if held_out(sample.question)]
    with tempfile.TemporaryDirectory() as cache:
        embed = open_embedder(None, Path(cache)).embed
        found = report(held, embed)
        times = timed(held, embed)
        own = [s for s in written(bioasq, gold.passages(bioasq)) if held_out(s.question)]
        others = {
            "experts_answers_cited_to_their_nearest_passages": counted(judged([s for s in own if s.faithful], embed)),
            "experts_answers_cited_to_another_question": counted(judged([s for s in own if not s.faithful], embed)),
            "sentences_of_an_abstract_cited_to_its_chunk": counted(judged(own_abstract(pubmedqa), embed)),
            "conclusions_cited_to_the_abstract_without_them": counted(judged(conclusions(pubmedqa), embed)),
        }
    result = {
        "machine": machine,
        "set": "bioasq, the half of the questions that nothing was fitted on",
        "seed": SEED,
        "made_in_all": len(made),
        **found,
        "six_claims": times,
        "not_scored_by_anybody": others,
        "goals": goals(found, times),
    }
    write(options.out, result)
    print(json.dumps({k: v for k, v in result.items() if k != "machine"}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
