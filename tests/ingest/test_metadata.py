"""What is declared, where, and which place wins. What cannot be understood is never passed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.ingest.source import read, write

from avouch.canon import to_micros
from avouch.ingest.discover import Options
from avouch.ingest.metadata import merge, title_of
from avouch.records import Classification, Metadata, Parsed

PUBLIC, INTERNAL, CONFIDENTIAL = Classification.PUBLIC, Classification.INTERNAL, Classification.CONFIDENTIAL


def test_front_matter(tmp_path: Path) -> None:
    source = (
        "---\n# a comment\ntitle: 2024 report\nlabels: [no, clinical]\nclassification: Internal\n"
        "valid_from: 2024-04-08\nvalid_to: 2025-04-08T10:00:00+02:00\nsource_url: https://a.example/b\nauthor: x\n"
        "---\n# Heading\n\ntext\n"
    )
    parsed = read(write(tmp_path, {"a.md": source.replace("\n", "\r\n")})).parsed["a.md"]
    assert parsed.text == "# Heading\n\ntext\n"
    assert parsed.metadata == Metadata(
        "2024 report",
        frozenset({"no", "clinical"}),
        INTERNAL,
        to_micros("2024-04-08"),
        to_micros("2025-04-08T08:00:00Z"),
        "https://a.example/b",
    )


@pytest.mark.parametrize(
    "front",
    [
        "classification: publik",
        "classification: [public]",
        "labels: {a: b}",
        "labels: [a, [b]]",
        "labels: 'a; drop'",
        "valid_from: yesterday",
        "valid_from: 2024-13-45",
        "valid_from: 2025-01-01\nvalid_to: 2024-01-01",
        "source_url: javascript:alert(1)",
        "title: [x",
        "title: x\n  - bad indent: [",
        "a: " + "[" * 3000,
    ],
)
def test_bad_front_matter(tmp_path: Path, front: str) -> None:
    result = read(
        write(tmp_path, {"a.md": f"---\n{front}\n---\ntext", "b.md": "fine"}), Options(Metadata(labels=frozenset("a")))
    )
    assert result.problems == [("a.md", "METADATA_INVALID")]
    assert "publik" not in result.messages[0]
    assert list(result.parsed) == ["b.md"]


def test_front_matter_that_is_not_closed(tmp_path: Path) -> None:
    result = read(write(tmp_path, {"a.md": "---\nclassification: restricted\n\n# Heading\n\ntext"}))
    assert result.problems == [("a.md", "METADATA_INVALID")]


def test_a_line_of_dashes_is_no_front_matter(tmp_path: Path) -> None:
    assert (
        read(write(tmp_path, {"a.md": "---\n\nSome words here.\n\n---\n\nmore"})).parsed["a.md"].metadata.labels is None
    )


def test_laughing_yaml_takes_no_time(tmp_path: Path) -> None:
    laughs = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 20))
    result = read(write(tmp_path, {"a.md": f"---\n{laughs}title: x\n---\ntext"}))
    assert result.parsed["a.md"].metadata.title == "x"


def test_the_manifest_and_who_wins(tmp_path: Path) -> None:
    manifest = """
    defaults: {labels: [clinical], classification: internal}
    files:
      "sub/b.txt": {title: Named, classification: public}
      "sub/*.txt": {classification: confidential, valid_from: 2025-04-01}
      "**/deep.txt": {labels: []}
    """
    write(
        tmp_path,
        {
            "avouch.yaml": manifest,
            "a.txt": "text",
            "sub/b.txt": "text",
            "sub/c.txt": "text",
            "sub/d.txt": "---\nclassification: internal\n---\ntext",
            "sub/x/deep.txt": "text",
            "own/avouch.yaml": "defaults: {classification: confidential}",
            "own/e.txt": "text",
        },
    )
    options = Options(Metadata(labels=frozenset({"cli"}), classification=PUBLIC, source_url="https://a.example"))
    told = {key: parsed.metadata for key, parsed in read(tmp_path, options).parsed.items()}
    assert {key: (sorted(m.labels or ()), m.classification) for key, m in told.items()} == {
        "a.txt": (["clinical"], INTERNAL),
        "own/e.txt": (["clinical"], CONFIDENTIAL),
        "sub/b.txt": (["clinical"], PUBLIC),
        "sub/c.txt": (["clinical"], CONFIDENTIAL),
        "sub/d.txt": (["clinical"], INTERNAL),
        "sub/x/deep.txt": ([], INTERNAL),
    }
    assert told["sub/b.txt"].title == "Named"
    assert {m.source_url for m in told.values()} == {"https://a.example"}


@pytest.mark.parametrize(
    ("manifest", "stopped"),
    [
        ("defaults: [", ["a.txt", "b.txt"]),
        ("defaults: {classification: publik}", ["a.txt", "b.txt"]),
        ("defaults: {clasification: public}", ["a.txt", "b.txt"]),
        ("default: {classification: public}", ["a.txt", "b.txt"]),
        ("just words", ["a.txt", "b.txt"]),
        ("files: {a.txt: {classification: publik}}", ["a.txt"]),
        ("files: {a.txt: {owner: me}}", ["a.txt"]),
        ("files: {'*.txt': {valid_to: never}}", ["a.txt", "b.txt"]),
        ("files: {'c*.txt': {valid_to: never}}", []),
    ],
)
def test_a_bad_manifest_stops_the_files_that_it_may_restrict(tmp_path: Path, manifest: str, stopped: list[str]) -> None:
    write(tmp_path, {"avouch.yaml": manifest, "a.txt": "text", "b.txt": "text"})
    result = read(tmp_path, Options(Metadata(classification=PUBLIC)))
    assert result.problems == [(key, "METADATA_INVALID") for key in stopped]
    assert all("avouch.yaml" in message for message in result.messages)


def test_titles(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "heading.md": "# The `heading` here #\n\ntext",
            "page.html": "<title> A\n page </title><h1>Heading</h1><p>x</p>",
            "poor.html": "<title>Untitled document</title><h1>Heading</h1><p>x</p>",
            "stem.txt": "Only a sentence, which is no title.",
            "told.html": "<title>A page</title><p>x</p>",
            "avouch.yaml": "files: {told.html: {title: Told}}",
        },
    )
    assert {key: parsed.metadata.title for key, parsed in read(tmp_path).parsed.items()} == {
        "heading.md": "The `heading` here",
        "page.html": "A page",
        "poor.html": "Heading",
        "stem.txt": "stem",
        "told.html": "Told",
    }


def test_merge() -> None:
    outer = Metadata("a", frozenset({"x"}), PUBLIC, 1, 2, "u")
    assert merge(outer, Metadata()) == outer
    assert merge(Metadata(), outer) == outer
    assert merge(outer, Metadata(labels=frozenset())).labels == frozenset()
    assert merge(outer, Metadata(title="b", valid_from=0)) == Metadata("b", frozenset({"x"}), PUBLIC, 0, 2, "u")


def test_the_other_spelling_of_the_manifest(tmp_path: Path) -> None:
    write(tmp_path, {"avouch.yml": "defaults: {classification: confidential}", "a.txt": "text"})
    assert read(tmp_path).parsed["a.txt"].metadata.classification is CONFIDENTIAL
    write(tmp_path, {"avouch.yaml": "defaults: {classification: public}"})
    assert read(tmp_path).problems == [("a.txt", "METADATA_INVALID")]


def test_an_entry_for_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    manifest = "files: {secert.txt: {classification: restricted}, sub: {labels: [x]}, '*.pdf': {labels: [y]}}"
    result = read(write(tmp_path, {"sub/avouch.yaml": manifest, "sub/secret.txt": "x", "z.txt": "y"}))
    assert result.problems == [("sub/avouch.yaml", "METADATA_INVALID")] * 2
    assert result.messages[0].endswith("files, secert.txt: there is no such file")
    assert sorted(result.parsed) == ["sub/secret.txt", "z.txt"]
    assert not read(tmp_path / "z.txt").problems


def test_there_is_always_a_title() -> None:
    parsed = Parsed("text", (), "text/plain")
    assert title_of(Metadata(), parsed, "a/b.c.txt.gz") == "b.c"
    assert title_of(Metadata(title="declared"), parsed, "a") == "declared"
    assert title_of(Metadata(title="x"), Parsed("text", (), "text/plain", Metadata(title="own")), "a") == "own"


def test_a_page_from_anywhere_lets_nobody_in_who_is_kept_out(tmp_path: Path) -> None:
    """Metas of a page come with the page; front matter and manifests are written by who takes it in."""
    metas = "".join(
        f'<meta name="avouch:{name}" content="{said}">'
        for name, said in (("classification", "{}"), ("labels", "{}"), ("class_reviewed", "yes"))
    )
    page = f"<html><head>{metas}</head><body><p>Iron is given once.</p></body></html>"
    told = Options(Metadata(labels=frozenset({"board", "clinical"}), classification=INTERNAL))
    for level, labels, held, seen in (
        ("public", "staff", INTERNAL, {"board", "clinical"}),
        ("confidential", "board", CONFIDENTIAL, {"board"}),
    ):
        found = read(write(tmp_path, {"a.html": page.format(level, labels)}), told).parsed["a.html"].metadata
        assert (found.classification, found.labels, found.class_reviewed) == (held, frozenset(seen), None)
    alone = read(write(tmp_path, {"a.html": page.format("public", "staff")})).parsed["a.html"].metadata
    assert (alone.classification, alone.labels, alone.class_reviewed) == (PUBLIC, frozenset({"staff"}), True)


@pytest.mark.parametrize("slip", ["label: [hr]", "class: restricted", "Labels: [hr]", "clasification: restricted"])
def test_a_slip_of_the_pen_publishes_nothing(tmp_path: Path, slip: str) -> None:
    found = read(write(tmp_path, {"a.md": f"---\ntitle: Pay\n{slip}\n---\nIt is much.\n"}))
    assert found.problems == [("a.md", "METADATA_INVALID")]


def test_front_matter_for_other_programs_is_let_be(tmp_path: Path) -> None:
    front = "author: x\ndate: 2024-01-01\ntags: [a]\nlayout: post\ndescription: d\nversion: 3\nstatus: draft"
    assert not read(write(tmp_path, {"a.md": f"---\n{front}\n---\nIron is given once.\n"})).problems
