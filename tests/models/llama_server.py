# mypy: ignore-errors
"""Serves FOLDER/tiny.gguf with llama.cpp's own server on loopback until standard input ends; prints its address."""

from __future__ import annotations

import sys
from pathlib import Path

import xllamacpp
from tiny import write

if __name__ == "__main__":
    path = Path(sys.argv[1]) / "tiny.gguf"
    if not path.exists():
        write(path)
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.model_alias = {"tiny"}
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel, params.n_predict = 32768, 4, 64
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2
    params.offline, params.ui, params.warmup = True, False, False
    params.api_keys = sys.argv[2:]
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()
