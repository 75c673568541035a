"""What every Blobs must do.

class TestMine(BlobsSuite):
    def open(self, folder): return MyBlobs(...)
"""

from __future__ import annotations

from pathlib import Path

import pytest

from avouch.ports import Blobs

NAMES = [f"{n:02x}" * 32 for n in range(20)]


class BlobsSuite:
    """Bytes by name: what was put is got, also after reopening; what was deleted is gone."""

    def open(self, folder: Path) -> Blobs:
        raise NotImplementedError

    def test_put_get_names(self, tmp_path: Path) -> None:
        blobs = self.open(tmp_path)
        for n, name in enumerate(NAMES):
            blobs.put(name, bytes([n]) * n)
        blobs.sync()
        again = self.open(tmp_path)
        assert sorted(again.names()) == sorted(NAMES)
        assert [again.get(name) for name in NAMES] == [bytes([n]) * n for n in range(len(NAMES))]

    def test_put_twice_is_put_once(self, tmp_path: Path) -> None:
        blobs = self.open(tmp_path)
        blobs.put(NAMES[0], b"one")
        blobs.put(NAMES[0], b"one")
        assert list(blobs.names()) == [NAMES[0]]

    def test_deleted_is_gone_and_may_be_deleted_again(self, tmp_path: Path) -> None:
        blobs = self.open(tmp_path)
        blobs.put(NAMES[0], b"a secret")
        blobs.delete(NAMES[0])
        blobs.delete(NAMES[0])
        assert list(blobs.names()) == []
        with pytest.raises(KeyError):
            blobs.get(NAMES[0])

    def test_no_name_leads_out(self, tmp_path: Path) -> None:
        blobs = self.open(tmp_path / "blobs")
        for name in ("../escape", "a/b", "", ".."):
            with pytest.raises(ValueError):
                blobs.put(name, b"x")
