"""The verifier in a clean process: what it drags in, and that it works with nothing else of ours."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import avouch

GOLDEN = Path(__file__).parent.parent / "golden"
PARTS = (
    "__init__.py",
    "canon.py",
    "errors.py",
    *(f"ledger/{n}.py" for n in ("__init__", "verify", "verify_export", "verify_log", "verify_voucher")),
    *(f"ledger/{n}.py" for n in ("entry", "formats", "merkle", "note", "report")),
)
CHECK = """
import sys
from avouch.ledger.verify import verify
report = verify(open(sys.argv[1], "rb").read())
ours = sorted(name for name in sys.modules if name.startswith("avouch"))
third = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
print(report.valid, *ours, "|", *sorted(name for name in third if not name.startswith(("_", "avouch"))))
"""


def test_the_verifier_runs_from_its_own_files_alone(tmp_path: Path) -> None:
    """Copied out of the project with its format files only, in an isolated process."""
    source = Path(avouch.__file__).parent
    for part in PARTS:
        (tmp_path / "avouch" / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / part, tmp_path / "avouch" / part)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{CHECK}"
    run = [sys.executable, "-c", code, str(GOLDEN / "voucher.json")]
    done = subprocess.run(run, capture_output=True, text=True, check=True, cwd=tmp_path)
    told, third = done.stdout.split("|")
    names = {f"avouch.{part[:-3].replace('/', '.')}".removesuffix(".__init__") for part in PARTS}
    assert told.split()[0] == "True"
    assert set(told.split()[1:]) <= names
    assert set(third.split()) <= {"cryptography", "rfc8785", "cffi", "site", "sitecustomize"}
