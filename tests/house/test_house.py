"""The house rules as tests: floors, sizes, docs that cannot lie, nothing that names a machine."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
LISTED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
TRACKED = [ROOT / line for line in LISTED.split("\n") if line]
LINES, FUNCTION, PARAMETERS = 320, 60, 8
"""Only ever made smaller."""


def test_imports_go_down_only() -> None:
    run = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "ignore_imports" not in (ROOT / ".importlinter").read_text()


def test_files_and_functions_are_small() -> None:
    assert not [str(path) for path in SOURCES if path.read_text().count("\n") > LINES]
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < FUNCTION, f"{path.name}:{node.name}"
                if "faces" not in path.parts:
                    count = len(node.args.args) + len(node.args.kwonlyargs)
                    assert count <= PARAMETERS, f"{path.name}:{node.name} has {count} parameters"


def test_every_file_and_class_says_what_it_is() -> None:
    for path in SOURCES:
        tree = ast.parse(path.read_text())
        assert ast.get_docstring(tree) or not tree.body, path
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                small = (node.end_lineno or 0) - node.lineno <= 12
                assert ast.get_docstring(node) or small, f"{path.name}:{node.name}"


def test_no_drawer_is_called_common() -> None:
    forbidden = {"common", "utils", "util", "helpers", "helper", "manager", "misc"}
    assert not forbidden & {part for path in SOURCES for part in path.relative_to(ROOT).with_suffix("").parts}


def docs() -> Any:
    spec = importlib.util.spec_from_file_location("docs", ROOT / "scripts" / "docs.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_docs_are_those_of_the_code() -> None:
    for name, make in docs().PAGES.items():
        assert (ROOT / "docs" / name).read_text() == make(), f"docs/{name}: run `make docs`"


def test_commands_in_the_docs_exist() -> None:
    known = set(re.findall(r"^## `avouch ([a-z]+(?: [a-z]+)?)", docs().command_page(), re.M))
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for words in re.findall(r"(?:^|`)avouch ((?:[a-z]+ ?)+)", page.read_text(), re.M):
            told = words.split()
            assert any(" ".join(told[:n]) in known for n in (1, 2)), f"{page.name}: avouch {words}"


def test_links_in_the_docs_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_benches_in_the_docs_exist_and_their_results_are_whole() -> None:
    for page in (ROOT / "README.md", ROOT / "docs" / "design" / "README.md"):
        for name in re.findall(r"`bench/(\w+)`", page.read_text()):
            assert (ROOT / "bench" / name / "run.py").exists(), name
    for path in sorted((ROOT / "bench").glob("*/result.json")):
        told = json.loads(path.read_text())
        assert "machine" in told, path
        assert all({"goal", "measured", "met"} <= set(goal) for goal in told.get("goals", [])), path


@pytest.mark.skipif(not TRACKED, reason="not a git checkout")
def test_nothing_names_a_machine_or_a_registry() -> None:
    hosts = "|".join(["pypi" + r"\.org", "python" + "hosted", "npm" + "js", "index" + "-url", "find" + "-links"])
    pattern = re.compile(rf"{hosts}|/(?:work|root|home/\w+)/(?:main|shared)")
    for path in TRACKED:
        if path.suffix in {".py", ".md", ".toml", ".txt", ".yaml", ".json", ""} and path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            found = [line for line in text.split("\n") if pattern.search(line) and "--no-emit" not in line]
            assert not found or path == Path(__file__), f"{path}: {found[:2]}"
