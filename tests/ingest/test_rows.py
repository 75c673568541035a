"""Records of JSONL, CSV and BEIR corpora."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest
from tests.ingest.source import read, write

from avouch.errors import AvouchError, Code
from avouch.ingest.discover import Options, count
from avouch.records import Classification, Metadata


def lines(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def test_a_beir_folder_is_its_corpus(tmp_path: Path) -> None:
    corpus = lines(
        {"_id": "1", "title": "A", "text": "One.\n\nTwo.", "url": "https://a.example/1", "metadata": {"x": [1]}},
        {"_id": "2", "title": "Title only", "text": ""},
        {"_id": 3, "title": "", "text": "Naïve first line\nand more"},
    )
    write(
        tmp_path,
        {
            "corpus.jsonl.gz": gzip.compress(corpus.encode()),
            "queries.jsonl": lines({"_id": "q", "text": "question"}),
            "qrels/test.tsv": "query-id\tcorpus-id\tscore\n",
            "README.md": "notes",
        },
    )
    result = read(tmp_path)
    assert not result.problems
    assert {key: (p.text, p.metadata.title) for key, p in result.parsed.items()} == {
        "corpus.jsonl.gz#1": ("One.\n\nTwo.", "A"),
        "corpus.jsonl.gz#2": ("Title only", "Title only"),
        "corpus.jsonl.gz#3": ("Naïve first line\nand more", "Naïve first line"),
    }
    assert result.found["corpus.jsonl.gz#1"].metadata.source_url == "https://a.example/1"
    assert result.found["corpus.jsonl.gz#3"].original == corpus.splitlines()[2].encode()
    assert count(tmp_path) > 0


def test_bad_records_stop_nothing_else(tmp_path: Path) -> None:
    body = (
        b'{"id": "a", "text": "fine"}\n\nnot json secret\n[1]\n{"id": "a", "text": "again"}\n{"id": "", "text": "x"}\n'
        b'{"id": "b", "text": {"no": "text"}}\n{"id": "c", "text": "  "}\n'
        b'{"id": "d", "text": "bad \\ud800\\u0000 end"}\n'
    ) + b'{"id": "e", "text": "caf\xe9"}\n{"id": "f", "text": "last"}'
    result = read(write(tmp_path, {"a.jsonl": body}))
    assert {key: parsed.text for key, parsed in result.parsed.items()} == {
        "a.jsonl#a": "fine",
        "a.jsonl#d": "bad  end",
        "a.jsonl#f": "last",
    }
    assert result.problems == [
        ("a.jsonl", "RECORD_INVALID"),
        ("a.jsonl", "RECORD_INVALID"),
        ("a.jsonl", "RECORD_DUPLICATE"),
        ("a.jsonl", "RECORD_INVALID"),
        ("a.jsonl#b", "RECORD_INVALID"),
        ("a.jsonl#c", "TEXT_EMPTY"),
        ("a.jsonl", "RECORD_INVALID"),
    ]
    assert "line 3" in result.messages[0]
    assert not any("secret" in message for message in result.messages)


def test_columns_declare(tmp_path: Path) -> None:
    body = lines(
        {"code": 1, "body": {"main": "One."}, "who": ["a", "b"], "level": "internal", "from": "2024-01-01"},
        {"code": 2, "body": {"main": "Two."}, "who": "a", "level": "publik"},
        {"code": 3, "body": {"main": "Three."}, "until": "2020-01-01", "from": "2021-01-01"},
    )
    columns = {
        "id": "code", "text": "body.main", "labels": "who", "classification": "level",
        "valid_from": "from", "valid_to": "until",
    }  # fmt: skip
    options = Options(Metadata(labels=frozenset({"z"}), classification=Classification.PUBLIC), columns)
    result = read(write(tmp_path, {"a.jsonl": body}), options)
    metadata = result.parsed["a.jsonl#1"].metadata
    assert metadata.labels == frozenset({"a", "b"})
    assert metadata.classification is Classification.INTERNAL
    assert result.problems == [("a.jsonl#2", "METADATA_INVALID"), ("a.jsonl#3", "METADATA_INVALID")]


def test_csv(tmp_path: Path) -> None:
    body = (
        'code;name;strength;note\r\n1;Enoxaparin;40 mg;"Pack of 10.\r\nKeep; cool"\r\n2;Warfarin;1 mg;\r\n'
        "3;short\r\n;;;\r\n4;Größe;1 µg;x;\r\n"
    )
    manifest = "files: {stock.csv: {columns: {id: code, title: name, text: [name, strength, note]}}}"
    result = read(write(tmp_path, {"stock.csv": body.encode("cp1252"), "avouch.yaml": manifest}))
    assert {key: parsed.text for key, parsed in result.parsed.items()} == {
        "stock.csv#1": "name: Enoxaparin\nstrength: 40 mg\nnote: Pack of 10.\nKeep; cool",
        "stock.csv#2": "name: Warfarin\nstrength: 1 mg",
        "stock.csv#4": "name: Größe\nstrength: 1 µg\nnote: x",
    }
    assert result.problems == [("stock.csv", "RECORD_INVALID")]
    assert "line 5" in result.messages[0]
    assert json.loads(result.found["stock.csv#2"].original) == {
        "code": "2",
        "name": "Warfarin",
        "strength": "1 mg",
        "note": "",
    }


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_csv_and_jsonl_in_wide_encodings(tmp_path: Path, codec: str) -> None:
    write(
        tmp_path,
        {
            "a.csv": "sep=,\nid,text\n1,naïve\n".encode(codec),
            "b.jsonl": lines({"id": 1, "text": "naïve"}).encode(codec),
        },
    )
    result = read(tmp_path)
    assert not result.messages
    assert [parsed.text for parsed in result.parsed.values()] == ["naïve", "naïve"]


def test_without_ids_content_is_the_identity(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": "title,text\nA,one\nB,two\nA,one\n"})
    first = read(tmp_path)
    write(tmp_path, {"a.csv": "title,text\nC,three\nB,two\nA,one\n"})
    assert first.problems == [("a.csv", "RECORD_DUPLICATE")]
    assert set(first.found) < set(read(tmp_path).found)


def test_columns_that_are_not_there(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": "x,y\n1,2\n", "b.jsonl": lines({"x": 1}), "c.jsonl": lines({"text": "x"})})
    assert read(tmp_path).problems == [("a.csv", "COLUMN_MISSING"), ("b.jsonl", "COLUMN_MISSING")]
    told = read(tmp_path, Options(columns={"text": "y"}))
    assert [key for key, _ in told.problems] == ["b.jsonl", "c.jsonl"]


def test_unknown_roles_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(AvouchError) as caught:
        read(tmp_path, Options(columns={"txt": "y"}))
    assert caught.value.code is Code.INPUT_INVALID


def test_the_recipe_follows_the_columns(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": "id,a,b\n1,x,y\n"})
    recipes = {read(tmp_path, Options(columns={"text": text})).found["a.csv#1"].recipe for text in ("a", "b", "a,b")}
    assert len(recipes) == 3


def test_long_lines(tmp_path: Path) -> None:
    long = lines({"id": "long", "text": "x" * 5000})
    write(
        tmp_path,
        {
            "a.jsonl": lines({"id": 1, "text": "a"}) + long + lines({"id": 2, "text": "b"}),
            "b.csv": "id,text\n1,a\n2," + "x" * 5000 + "\n3,c\n",
            "c.txt": "short\n" + "x" * 5000,
            "d.md": "x" * 5000,
        },
    )
    result = read(tmp_path, Options(max_line_chars=1000))
    assert sorted(result.parsed) == ["a.jsonl#1", "a.jsonl#2", "b.csv#1"]
    assert result.problems == [(key, "LINE_TOO_LONG") for key in ("a.jsonl", "b.csv", "c.txt", "d.md")]


def test_300_mb_of_one_line_end_quickly(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.csv", "c.txt"):
        with (tmp_path / name).open("wb") as file:
            file.write(b'{"id": "1", "text": "' if name == "a.jsonl" else b"id,text" + b"x" * 70_000)
            for _ in range(30):
                file.write(b"x" * 1_000_000)
            file.truncate(300_000_000)
    start = time.process_time()
    codes = {code for _, code in read(tmp_path, Options(max_line_chars=1_000_000)).problems}
    assert codes <= {"LINE_TOO_LONG", "FILE_TOO_LARGE"}
    assert time.process_time() - start < 15


def test_gzip_bombs_and_damage(tmp_path: Path) -> None:
    record = lines({"id": "1", "text": "x"})
    bomb = gzip.compress(record.encode() + (b" " * 1000 + b"\n") * 30_000)
    whole = gzip.compress(lines(*({"id": i, "text": f"text {i * 7919}"} for i in range(5000))).encode())
    write(
        tmp_path,
        {"bomb.jsonl.gz": bomb, "cut.jsonl.gz": whole[: len(whole) // 2], "bad.jsonl.gz": b"\x1f\x8b\x08rubbish"},
    )
    result = read(tmp_path, Options(max_ratio=100))
    assert result.problems == [
        ("bad.jsonl.gz", "PARSE_FAILED"),
        ("bomb.jsonl.gz", "ARCHIVE_BOMB"),
        ("cut.jsonl.gz", "PARSE_FAILED"),
    ]
    assert len(result.parsed) > 1000


def test_unclosed_quote_is_said(tmp_path: Path) -> None:
    result = read(write(tmp_path, {"a.csv": 'id,text\n1,fine\n2,"open\n3,lost\n4,lost\n'}))
    assert "a.csv#1" in result.parsed
    assert result.problems == [("a.csv", "RECORD_INVALID")]


def test_columns_that_call_themselves_so_declare(tmp_path: Path) -> None:
    body = lines(
        {"id": 1, "text": "One.", "labels": ["a"], "classification": "restricted"},
        {"id": 2, "text": "Two.", "labels": "what is this?"},
        {"id": 3, "text": "Three."},
    )
    root = write(tmp_path, {"a.jsonl": body})
    public = Metadata(classification=Classification.PUBLIC)
    result = read(root, Options(public))
    assert result.parsed["a.jsonl#1"].metadata.classification is Classification.RESTRICTED
    assert result.parsed["a.jsonl#3"].metadata.classification is Classification.PUBLIC
    assert result.problems == [("a.jsonl#2", "METADATA_INVALID")]
    assert not read(root, Options(public, {"labels": ""})).problems


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    result = read(write(tmp_path, {"a.csv": "id,text,note,note\n1,one,two,three\n"}))
    assert json.loads(result.found["a.csv#1"].original) == {
        "id": "1",
        "text": "one",
        "note": "two",
        "note (2)": "three",
    }
    told = read(tmp_path, Options(columns={"text": "note, note (2)"}))
    assert told.parsed["a.csv#1"].text == "note: two\nnote (2): three"


def test_packed_texts(tmp_path: Path) -> None:
    files = {"a.txt": b"Plain prose.", "b.md": b"---\ntitle: T\n---\n# H", "c.html": b"<html><p>Hello</p></html>"}
    write(tmp_path, {f"{name}.gz": gzip.compress(data) for name, data in files.items()})
    write(tmp_path, {"d.txt.gz": gzip.compress(b"word " * 4_000_000), "e.txt.gz": gzip.compress(b"word " * 500)})
    write(tmp_path, {"f.txt.gz": gzip.compress(b"Plain prose that is cut off.")[:-12]})
    result = read(tmp_path, Options(max_file_bytes=30_000, max_ratio=100))
    assert [(p.text, p.metadata.title) for p in result.parsed.values()] == [
        ("Plain prose.", "a"),
        ("# H", "T"),
        ("Hello", "c"),
        ("word " * 500, "e"),
    ]
    assert result.problems == [("d.txt.gz", "FILE_TOO_LARGE"), ("f.txt.gz", "PARSE_FAILED")]
    assert read(tmp_path, Options(max_ratio=100)).problems[0] == ("d.txt.gz", "ARCHIVE_BOMB")


def test_a_lying_size_does_not_spoil_the_count(tmp_path: Path) -> None:
    packed = gzip.compress(lines({"id": 1, "text": "x"}).encode())
    write(tmp_path, {"a.jsonl.gz": packed[:-4] + b"\xff\xff\xff\xff"})
    assert count(tmp_path, Options(max_ratio=10)) < 100
