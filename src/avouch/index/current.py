"""Which generation serves: a file ``CURRENT`` beside the generations' folders names it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from avouch import durable
from avouch.errors import AvouchError, Code

CURRENT = "CURRENT"
NAME = re.compile("g[0-9]{6}")


def serving(root: Path) -> Path | None:
    """The folder of the generation that serves; None where there is none yet. Others are left alone."""
    try:
        name = (root / CURRENT).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    if not (root / name).is_dir():
        raise AvouchError(Code.INDEX_STALE, f"{CURRENT} names {name[:20]!r}, which is not there")
    return root / name


def following(root: Path) -> tuple[int, Path]:
    """Number and folder of the generation to make next, beyond all that there are, or that were named last."""
    told = (root / CURRENT).read_text(encoding="ascii", errors="replace") if (root / CURRENT).exists() else ""
    names = [told.strip(), *(path.name for path in root.glob("g" + "[0-9]" * 6))]
    number = 1 + max((int(name[1:]) for name in names if NAME.fullmatch(name)), default=0)
    return number, root / f"g{number:06d}"


def switch(root: Path, folder: Path) -> None:
    """Let the generation in ``folder`` serve from now on, in one step, and remove all others."""
    durable.replace(root / CURRENT, folder.name.encode("ascii"))
    sweep(root)


def sweep(root: Path) -> None:
    """Remove generations that do not serve: old ones, and those that never got ready."""
    now = serving(root)
    for path in root.glob("g" + "[0-9]" * 6):
        if path != now:
            shutil.rmtree(path)
