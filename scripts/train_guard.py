"""Train the guard's detector and write its weights: the same bytes from the same data and the same embedder.

    python scripts/train_guard.py --data DIR --out src/avouch/guard/weights.npz

Trained on instructions and pages that we write ourselves (``avouch.redteam``), and on what is under MIT terms in
``DIR``: BIPIA's training instructions and e-mails, and PubMedQA's abstracts. No other carrier and no other set of
attacks is read, so that the rest of ``DIR`` can judge the result (``bench/redteam``). The weights hold no text.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from avouch.guard.decode import views
from avouch.guard.features import contrast, flags_of, hashed, surroundings
from avouch.guard.fit import Windows, fit
from avouch.guard.weights import DENSE, Layer, pack
from avouch.guard.window import windows
from avouch.records import Vectors
from avouch.redteam.attacks import DIRECT, attacks, place
from avouch.redteam.carriers import pages, questions
from avouch.redteam.tongues import harmless, orders
from avouch.segment import sentences

Embed = Callable[[Sequence[str]], Vectors]
PAGES, INSTRUCTIONS, QUESTIONS, FOREIGN = 3000, 4000, 1500, 650
WHERE = ("start", "middle", "end")
THRESHOLDS = {"context": 5.1, "context-words": 2.2, "prompt": 4.3, "prompt-words": 1.7}
"""Logits over which at most 1 in 50 of each set of harmless texts lies, with some room: by ``bench/redteam``. A layer
with vectors is added to the one without them, so its threshold is of the sum."""
INSTRUCTED = 0.4  # of a window, or .9 of the instruction's first line, that is the instruction's: it counts as one


@dataclass
class Text:
    """A text by its windows: labels 1 where they are an instruction; counts 0 for what follows in the instruction."""

    said: list[str]
    labels: list[float]
    counts: list[float]
    meta: tuple[str, ...] = field(default=())


def labelled(text: str, hidden: str = "", meta: tuple[str, ...] = ()) -> Text:
    """The windows of a text in which ``hidden`` stands (nowhere, where that is empty)."""
    text = views(text)[0].text
    hidden = views(hidden)[0].text
    start = text.find(hidden) if hidden else -1
    end = start + len(hidden)
    line = text.find("\n", start, end) if start >= 0 else -1
    first = line if line >= 0 else end
    found = Text([], [], [], meta)
    for window in windows(text):
        shared = min(window.end, end) - max(window.start, start) if start >= 0 else 0
        leading = min(window.end, first) - max(window.start, start)
        told = shared > 0 and (leading > INSTRUCTED * (window.end - window.start) or leading >= 0.9 * (first - start))
        found.said.append(text[window.start : window.end])
        found.labels.append(float(told))
        found.counts.append(float(told or shared <= 0))
    return found


def hide(rng: random.Random, page: str, hidden: str, where: str, meta: tuple[str, ...] = ()) -> Text:
    """The page with an instruction in it."""
    return labelled(place(rng, page, hidden, where, [span.end for span in sentences(page)])[0], hidden, meta)


def as_pages(texts: Sequence[str], codes: Sequence[str], mails: Sequence[str], abstracts: Sequence[str]) -> list[Text]:
    """The training texts of the context layers: each page once clean and once with an instruction in it.

    ``texts`` and ``codes`` are instructions beside ours, ``mails`` and ``abstracts`` pages beside ours.
    """
    rng = random.Random("pages")  # noqa: S311
    ours = [one.text for one in attacks(7, INSTRUCTIONS)]
    carriers = [*pages(1, PAGES), *(("abstract", one) for one in abstracts), *(("email", one) for one in [*mails] * 3)]
    found = []
    for kind, page in carriers:
        share = rng.random()
        pool = (
            codes if share < (0.4 if kind == "code" else 0.05) else texts if share < 0.35 and kind != "code" else ours
        )
        found += [labelled(page), hide(rng, page, rng.choice(pool or ours), rng.choice(WHERE))]
    abroad = list(harmless(2, FOREIGN))
    for (_, page), (_, order), (_, own) in zip(abroad, orders(2, FOREIGN), pages(3, FOREIGN), strict=True):
        found += [labelled(page), hide(rng, rng.choice((page, own)), order, rng.choice(WHERE))]
    return found + [labelled(one) for one in requests()]


def as_prompts() -> list[Text]:
    """The training texts of the prompt layers: what people ask, and attacks alone or after a question."""
    rng = random.Random("prompts")  # noqa: S311
    asked = requests()
    found = [labelled(one) for one in asked] + [labelled(page) for _, page in pages(4, 600)]
    found += [labelled(one.text) for one in attacks(11, 400, ("task",))]
    for one in attacks(9, INSTRUCTIONS // 2, DIRECT):
        found += [labelled(one.text, one.text), hide(rng, rng.choice(asked), one.text, rng.choice(WHERE))]
    for (_, order), (_, page) in zip(orders(4, FOREIGN), harmless(4, FOREIGN), strict=True):
        found += [labelled(order, order), labelled(page)]
    return found


def requests() -> list[str]:
    """Harmless requests, alone and several at once."""
    rng = random.Random("requests")  # noqa: S311
    single = list(dict.fromkeys(questions(3, QUESTIONS)))
    return single + [" ".join(rng.sample(single, rng.randint(2, 5))) for _ in range(QUESTIONS // 2)]


def measured(texts: Sequence[Text], embed: Embed | None) -> tuple[Windows, np.ndarray[Any, Any]]:
    """The features of all windows that count, and which text each belongs to."""
    known: dict[str, Any] = {}
    if embed:
        said = list(dict.fromkeys(one for text in texts for one in text.said))
        known = dict(zip(said, embed(said), strict=True))
    flags = {one: flags_of([one])[0] for text in texts for one in text.said}
    slots = {one: hashed(one) for one in flags}
    dense = []
    for text in texts:
        if text.said:
            own = surroundings(np.stack([flags[one] for one in text.said]), [len(one) for one in text.said])
            dense.append(np.hstack([own, contrast(np.stack([known[one] for one in text.said]))]) if embed else own)
    rows = [slots[one] for text in texts for one in text.said]
    labels = np.array([one for text in texts for one in text.labels], np.float32)
    counts = np.array([one for text in texts for one in text.counts], np.float32)
    owner = np.repeat(np.arange(len(texts)), [len(text.said) for text in texts])
    return Windows(rows, np.vstack(dense), labels, counts), owner


def layer(texts: Sequence[Text], embed: Embed | None, seed: int = 0) -> Layer:
    """A layer fitted to texts, with vectors or without."""
    return fit(measured(texts, embed)[0], seed)


def scored(fitted: Layer, texts: Sequence[Text], embed: Embed | None) -> np.ndarray[Any, Any]:
    """The largest logit of each text; -99 where it has no window."""
    found, owner = measured(texts, embed)
    worst = np.full(len(texts), -99.0)
    np.maximum.at(worst, owner, fitted.logits(found.slots, found.dense))
    return worst


def lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        return [json.loads(line) for line in file]


def of_data(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str], list[str]]:
    """BIPIA's instructions for text and for code, its e-mails, and PubMedQA's abstracts."""
    bipia = folder / "attacks" / "bipia"
    mails = [one["context"] for one in lines(bipia / "email_train.jsonl")]
    abstracts = [one["text"] for one in lines(folder / "pubmedqa" / "corpus.jsonl.gz")]
    return lines(bipia / "text_attack_train.jsonl"), lines(bipia / "code_attack_train.jsonl"), mails, abstracts


def main(argv: Iterable[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("models"), help="where the embedder's graph is kept")
    options = parser.parse_args(None if argv is None else list(argv))
    from avouch.adapters.onnx_embedder import open_embedder

    embedder = open_embedder(None, options.cache, 1)
    texts, codes, mails, abstracts = of_data(options.data)
    page = as_pages([one["attack"] for one in texts], [one["attack"] for one in codes], mails, abstracts[:400])
    prompt = as_prompts()
    layers = {
        "context": layer(page, embedder.embed),
        "context-words": layer(page, None),
        "prompt": layer(prompt, embedder.embed),
        "prompt-words": layer(prompt, None),
    }
    assert all(len(one.inner) >= DENSE for one in layers.values())  # noqa: S101
    data = pack(layers, THRESHOLDS, embedder.digest)
    options.out.write_bytes(data)
    sys.stdout.write(f"{options.out}: {len(data)} bytes, {len(page)} pages, {len(prompt)} prompts\n")


if __name__ == "__main__":
    main()
