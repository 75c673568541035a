"""The network's training in numpy: forward, backward, Adam; and its weights in eight bits."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import numpy as np

from avouch.protect.recognise.names import DILATIONS, KINDS, LABELS, REACH, TABLES, Floats, beside, rows, tokens

WIDTH = 96
BATCH = 48
DROP = 0.15
DROP_WORD = 0.25

Example = tuple[Any, Any]
"""Features (n, 6) and labels (n,)."""


class Network:
    """Weights as float32 and their Adam moments."""

    def __init__(self, seed: int) -> None:
        self.dice = np.random.default_rng(seed)
        self.tables = [self.dice.normal(0, 0.1, (many, wide)).astype(np.float32) for _, many, wide in TABLES]
        wide = sum(wide for _, _, wide in TABLES)
        shapes = [(wide, WIDTH), *[(3 * WIDTH, WIDTH)] * len(DILATIONS), (WIDTH, len(LABELS))]
        self.weights = [self.dice.normal(0, (1.0 / a) ** 0.5, (a, b)).astype(np.float32) for a, b in shapes]
        self.biases = [np.zeros(b, np.float32) for _, b in shapes]
        everything = self.tables + self.weights + self.biases
        self.moments = [(np.zeros_like(one), np.zeros_like(one)) for one in everything]
        self.step = 0

    def example(self, text: str, spans: list[tuple[int, int, str]]) -> Example:
        found = tokens(text)
        labels = np.zeros(len(found), np.int64)
        for start, end, label in spans:
            first = True
            for i, token in enumerate(found):
                if token.start >= start and token.end <= end:
                    labels[i] = LABELS.index(("B-" if first else "I-") + label)
                    first = False
        return rows(text, found), labels

    def epoch(self, made: list[Example], rate: float) -> float:
        order = self.dice.permutation(len(made))
        losses = []
        for at in range(0, len(made), BATCH):
            ids, labels, real = join([made[i] for i in order[at : at + BATCH]])
            losses.append(self.learn(ids, labels, real, rate))
        return float(np.mean(losses))

    def forward(self, ids: Any, real: Any, train: bool) -> tuple[Floats, list[Any]]:
        parts = [table[ids[:, i]] for i, table in enumerate(self.tables)]
        kept = np.ones((len(ids), 1), np.float32)
        if train:
            kept = (self.dice.random((len(ids), 1)) >= DROP_WORD).astype(np.float32)
            parts[0] = parts[0] * kept
        inputs = np.concatenate(parts, axis=1)
        hidden = np.maximum(inputs @ self.weights[0] + self.biases[0], 0) * real
        memory: list[Any] = [inputs, kept, hidden]
        if train:
            drop = (self.dice.random(hidden.shape) >= DROP).astype(np.float32) / (1 - DROP)
            hidden = hidden * drop
            memory.append(drop)
        for layer, gap in enumerate(DILATIONS, 1):
            around = beside(hidden, gap)
            more = np.maximum(around @ self.weights[layer] + self.biases[layer], 0) * real
            memory.append((around, more))
            hidden = hidden + more
        memory.append(hidden)
        return hidden @ self.weights[-1] + self.biases[-1], memory

    def learn(self, ids: Any, labels: Any, real: Any, rate: float) -> float:
        logits, memory = self.forward(ids, real, True)
        logits -= logits.max(axis=1, keepdims=True)
        odds = np.exp(logits)
        odds /= odds.sum(axis=1, keepdims=True)
        total = real.sum()
        loss = float(-(np.log(odds[np.arange(len(labels)), labels] + 1e-9) * real[:, 0]).sum() / total)
        odds[np.arange(len(labels)), labels] -= 1
        grad = odds * real / total
        hidden = memory.pop()
        weights, biases = [hidden.T @ grad], [grad.sum(axis=0)]
        back = grad @ self.weights[-1].T
        for layer in range(len(DILATIONS), 0, -1):
            around, more = memory.pop()
            inner = back * (more > 0)
            weights.append(around.T @ inner)
            biases.append(inner.sum(axis=0))
            back = back + fold(inner @ self.weights[layer].T, DILATIONS[layer - 1])
        inputs, kept, first, drop = memory
        inner = back * drop * (first > 0)
        weights.append(inputs.T @ inner)
        biases.append(inner.sum(axis=0))
        wide = inner @ self.weights[0].T
        self.step += 1
        at = 0
        for i, (_, _, width) in enumerate(TABLES):
            part = wide[:, at : at + width] * (kept if i == 0 else 1)
            at += width
            self.sparse(i, ids[:, i], part, rate)
        for i, change in enumerate([*reversed(weights), *reversed(biases)]):
            self.dense(len(TABLES) + i, (self.weights + self.biases)[i], change, rate)
        return loss

    def sparse(self, i: int, ids: Any, part: Any, rate: float) -> None:
        """Adam on the rows of a table that were used."""
        order = np.argsort(ids, kind="stable")
        used, starts = np.unique(ids[order], return_index=True)
        change = np.add.reduceat(part[order], starts, axis=0)
        first, second = self.moments[i]
        m = first[used] = 0.9 * first[used] + 0.1 * change
        v = second[used] = 0.999 * second[used] + 0.001 * change * change
        step = min(self.step, 4000)
        self.tables[i][used] -= rate * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)

    def dense(self, i: int, weight: Any, change: Any, rate: float) -> None:
        first, second = self.moments[i]
        first *= 0.9
        first += 0.1 * change
        second *= 0.999
        second += 0.001 * change * change
        weight -= rate * (first / (1 - 0.9**self.step)) / (np.sqrt(second / (1 - 0.999**self.step)) + 1e-8)

    def judge(self, held: list[Example]) -> str:
        """Token recall and precision by kind on texts that were not trained on."""
        counts = np.zeros((len(KINDS) + 1, len(KINDS) + 1), np.int64)
        for at in range(0, len(held), BATCH):
            ids, labels, real = join(held[at : at + BATCH])
            said = self.forward(ids, real, False)[0].argmax(axis=1)
            here = real[:, 0] > 0
            np.add.at(counts, ((labels[here] + 1) // 2, (said[here] + 1) // 2), 1)
        return "  ".join(
            f"{kind.value.lower()} {counts[i, i] / counts[i].sum():.3f}/{counts[i, i] / max(1, counts[:, i].sum()):.3f}"
            for i, kind in enumerate(KINDS, 1)
        )


def fold(wide: Floats, gap: int) -> Floats:
    """The transpose of ``beside``: (n, 3d) to (n, d)."""
    width = wide.shape[1] // 3
    made = wide[:, width : 2 * width].copy()
    made[:-gap] += wide[gap:, :width]
    made[gap:] += wide[:-gap, 2 * width :]
    return made


def join(examples: list[Example]) -> tuple[Any, Any, Any]:
    """Texts in one array with nothing between them, so that none looks into another: features, labels, what is real."""
    gap = np.zeros((REACH, len(TABLES)), np.int32)
    ids, labels, real = [], [], []
    for features, marks in examples:
        ids += [features, gap]
        labels += [marks, np.zeros(REACH, np.int64)]
        real += [np.ones(len(marks), np.float32), np.zeros(REACH, np.float32)]
    return np.concatenate(ids), np.concatenate(labels), np.concatenate(real)[:, None]


def pack(network: Network) -> bytes:
    """An ``.npz`` without dates: tables in eight bits with a scale for each column, the rest in sixteen."""
    arrays: dict[str, Any] = {}
    for (name, _, _), table in zip(TABLES, network.tables, strict=True):
        scale = np.maximum(np.abs(table).max(axis=0), 1e-6) / 127
        arrays[name] = np.round(table / scale).astype(np.int8)
        arrays[f"{name}_scale"] = scale.astype(np.float32)
    for i, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        arrays[f"w{i}"], arrays[f"b{i}"] = weight.astype(np.float16), bias.astype(np.float16)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            inner = BytesIO()
            np.lib.format.write_array(inner, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", (2020, 1, 1, 0, 0, 0)), inner.getvalue(), zipfile.ZIP_DEFLATED
            )
    return out.getvalue()
