"""Exact search with numpy: the floor that the other peers are read against.

The boolean mask of a cell is made outside the clock; inside it (wall milliseconds) the allowed rows
are gathered, multiplied with the query, partitioned and sorted.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import protocol


def filtered(options: argparse.Namespace) -> dict[str, Any]:
    start = time.perf_counter()
    vectors, labels, cells = protocol.read_filtered(options.folder)
    load_s = time.perf_counter() - start

    def prepare(cell: protocol.Cell) -> Callable[[int], list[int]]:
        mask = np.isin(labels, cell.allowed)

        def search(number: int) -> list[int]:
            rows = np.flatnonzero(mask)
            scores = vectors[rows] @ cell.queries[number]
            k = min(protocol.TOP, len(rows))
            best = np.argpartition(-scores, k - 1)[:k] if k < len(rows) else np.arange(k)
            ranked: list[int] = rows[best[np.argsort(-scores[best], kind="stable")]].tolist()
            return ranked

        return search

    return {
        "load_s": load_s,
        "cells": protocol.run_cells(cells, labels, options.seconds, prepare),
    }


TASKS: dict[str, protocol.Task] = {"filtered": filtered}

if __name__ == "__main__":
    protocol.run("numpy", "numpy", TASKS, protocol.parser(TASKS).parse_args())
