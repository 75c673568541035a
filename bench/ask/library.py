"""The library that is asked: generated documents in about 2,000 visibility classes, and who may read them.

A document has ten paragraphs of about 80 words, each of which becomes one chunk. Words are the model's own
English vocabulary, Zipf-distributed (so that a word is one token, as in real text); one sentence in each
paragraph is about one of 200 topics, and the paragraph's stand-in vector lies near that sentence's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np

from avouch.adapters.onnx_embedder import default_folder
from avouch.ports import Embedder
from avouch.records import Classification, Principal, Vectors
from avouch.stack import people
from avouch.stack.stack import Stack

SEED, PARAGRAPHS, SENTENCES, WORDS, LABELS = 20_260, 10, 4, 17, 500
CHUNK_CHARS = 620
REAL, SPREAD = 256, 0.8
LEVELS = ("public", "internal", "confidential", "restricted")
SHARES = {"all": 1.0, "third": 0.3, "few": 0.03}
SUBJECTS = (
    "asthma gout lupus measles anemia stroke epilepsy psoriasis hepatitis diabetes malaria sepsis migraine obesity "
    "arthritis pneumonia influenza glaucoma scoliosis eczema tetanus rabies cholera leprosy syphilis sarcoidosis "
    "osteoporosis narcolepsy endometriosis appendicitis bronchitis cirrhosis dementia fibromyalgia gastritis "
    "hypertension insomnia jaundice leukemia melanoma"
).split()
ASPECTS = {
    "What are the symptoms of {}?": "The first symptoms of {} are fever and pain in the joints",
    "How is {} treated in adults?": "In adults {} is treated with a short course of tablets",
    "What causes {}?": "It is known that {} is caused by a change in the blood",
    "Which dose is given for {}?": "The usual dose for {} is given twice a day with food",
    "How often does {} recur after treatment?": "After treatment {} recurs in some patients within a year",
}
TOPICS = [(question.format(s), told.format(s)) for s, (question, told) in product(SUBJECTS, ASPECTS.items())]
QUESTIONS = [question for question, _ in TOPICS]


class StandIn:
    """The real model for questions and sentences; for the many texts of an ingest, seeded vectors near a topic."""

    def __init__(self, real: Embedder) -> None:
        self._real = real
        self.digest, self.engine, self.precision = real.digest, real.engine, real.precision
        self.dimensions, self.pieces = real.dimensions, real.pieces
        self._draw = np.random.default_rng(SEED)
        told = [sentence for _, sentence in TOPICS]
        self._centres = real.embed(told)
        self._topics = {sentence: topic for topic, sentence in enumerate(told)}
        self._told = re.compile("|".join(map(re.escape, told)))

    def embed(self, texts: Sequence[str]) -> Vectors:
        if len(texts) <= REAL:
            return self._real.embed(texts)
        found = [self._told.search(text) for text in texts]
        topics = [self._topics[one.group()] if one else 0 for one in found]
        noise = self._draw.standard_normal((len(texts), self.dimensions), np.float32)
        vectors = self._centres[topics] + noise * np.float32(SPREAD / self.dimensions**0.5)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def vocabulary() -> list[str]:
    """Whole lower-case words of the model's vocabulary, in its order (about that of frequency)."""
    model = json.loads((default_folder() / "tokenizer.json").read_text("utf-8"))["model"]
    return [
        word for word in sorted(model["vocab"], key=model["vocab"].__getitem__) if re.fullmatch("[a-z]{2,12}", word)
    ]


def write(folder: Path, name: str, count: int, seed: int = SEED) -> Path:
    """A folder with one file of ``count`` documents as JSON lines, labels and dates declared."""
    folder.mkdir(exist_ok=True)
    draw = np.random.default_rng(seed)
    words = np.array(vocabulary())
    zipf, popular = 1 / np.arange(3, len(words) + 3), 1 / np.arange(1, LABELS + 1)
    label = draw.choice(LABELS, count, p=popular / popular.sum())
    level = draw.choice(len(LEVELS), count, p=[0.4, 0.3, 0.2, 0.1])
    with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as stream:
        for number in range(count):
            drawn = words[draw.choice(len(words), (PARAGRAPHS, SENTENCES, WORDS), p=zipf / zipf.sum())]
            topics = draw.integers(0, len(TOPICS), PARAGRAPHS)
            row = {
                "_id": f"{name}{number}",
                "title": f"Note {number}",
                "text": "\n\n".join(map(paragraph, drawn, topics.tolist())),
                "labels": [f"g{label[number]}"],
                "classification": LEVELS[level[number]],
                "valid_from": "2024-01-01",
            }
            stream.write(json.dumps(row) + "\n")
    return folder


def paragraph(drawn: Sequence[Sequence[str]], topic: int) -> str:
    """One sentence about the topic among sentences of drawn words."""
    told = [" ".join(words).capitalize() + "." for words in drawn]
    told.insert(topic % SENTENCES, f"{TOPICS[topic][1]} ({drawn[0][0]} {drawn[0][1]}).")
    return " ".join(told)


def readers(stack: Stack) -> dict[str, Principal]:
    """Who sees all, about 30 % and about 3 %: with labels drawn until they hold so much."""
    draw = np.random.default_rng(SEED)
    weight = 1 / np.arange(1, LABELS + 1)
    weight /= weight.sum()
    made = {}
    for name, share in SHARES.items():
        groups, left = set[str](), share
        for label in range(LABELS) if share == 1 else draw.permutation(LABELS).tolist():
            if share == 1 or weight[label] <= left:
                groups.add(f"g{label}")
                left -= weight[label]
        made[name] = people.add(stack, name, frozenset(groups), Classification.RESTRICTED, frozenset({"reader"}))
    return made
