"""A home that an older version wrote: it says what to run, and then has lost nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from avouch.errors import AvouchError, Code
from avouch.stack import audit, people
from avouch.stack.ask import ask
from avouch.stack.migrate import migrate
from avouch.stack.replay import replay
from avouch.stack.stack import Stack

OLD = sorted((Path(__file__).resolve().parents[1] / "golden").glob("home-*.zip"))


@pytest.mark.parametrize("archive", OLD, ids=lambda path: path.stem)
def test_an_old_home_comes_up_to_date_with_all_it_had(archive: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(archive).extractall(tmp_path)
    with pytest.raises(AvouchError) as error:
        Stack.open(tmp_path)
    assert error.value.code is Code.HOME_OLDER
    before, after = migrate(tmp_path)
    assert before == int(archive.stem.rpartition("-")[2]) < after
    with Stack.open(tmp_path) as stack:
        ann = people.find(stack, "ann")
        answer = ask(stack, ann, "How long is alcohol hand rub applied?")
        assert "20 seconds" in answer.claims[0].text
        voucher = stack.state.read(
            lambda tx: tx.exec_driver_sql("SELECT id FROM answers ORDER BY seq").scalars().first()
        )
        assert replay(stack, stack.owner, str(voucher)).verdict == "same"
        assert audit.audit(stack, []).valid
