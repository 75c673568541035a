"""What a generation holds, and which of its files are in use: replaced in one step, or not at all."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from avouch import durable
from avouch.errors import AvouchError, Code

FORMAT = 1
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """``model`` is the digest of the embedding weights; ``text`` numbers the text folder in use."""

    generation: int
    model: str
    dimensions: int
    rows: int = 0
    snapshot: int = 0
    text: int = 1
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        data = json.dumps(asdict(self), indent=1, sort_keys=True)
        durable.replace(folder / NAME, data.encode("ascii"))

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """INDEX_STALE where it is missing, unreadable or of another format: the index is made anew."""
        try:
            manifest = cls(**json.loads((folder / NAME).read_text(encoding="ascii")))
        except (FileNotFoundError, ValueError, TypeError) as error:
            raise AvouchError(Code.INDEX_STALE, f"{folder.name} has no readable manifest") from error
        if manifest.format != FORMAT:
            raise AvouchError(Code.INDEX_STALE, f"{folder.name} has format {manifest.format}")
        return manifest
