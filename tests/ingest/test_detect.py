"""Content decides the type and the encoding, not the name."""

from __future__ import annotations

import contextlib
import gzip
import random
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from tests.ingest.source import read, write

from avouch.errors import AvouchError
from avouch.ingest.detect import CSV, DOCX, HTML, JSONL, MARKDOWN, PDF, TEXT, detect

PROSE = "The naïve dose is 5 µg – for “most” patients, who weigh more than 50 kg. Größe, déjà vu, señor. " * 3


def zipped(*names: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", "Plain text, with commas, and more.\nSecond line, too, here.\n", TEXT),
        ("a.xyz", "Plain text.", TEXT),
        ("notes.csv", "This is prose saved under a wrong name. Nothing more.\n", TEXT),
        ("a.txt", "<!-- c -->\n<!DOCTYPE html><p>x</p>", HTML),
        ("a.md", "<html><body>x</body></html>", HTML),
        ("a.pdf", "<HTML><p>Not found</p></HTML>", HTML),
        ("a.txt", "\ufeff<?xml version='1.0'?>\n<html xmlns='x'></html>", HTML),
        ("a.html", "just words", TEXT),
        ("a.txt", "%PDF-1.7\n...", PDF),
        ("a.pdf", "words about %PDF", TEXT),
        ("a.txt", '{"id": 1, "text": "a"}\n{"id": 2, "text": "b"}\n', JSONL),
        ("a.jsonl", '{"id": 1}\nbroken\nbroken\n', JSONL),
        ("a.csv", '{"id": 1, "text": "a"}\n{"id": 2, "text": "b"}', JSONL),
        ("a.csv", "id,text\n1,a\n2,b\n", CSV),
        ("a.csv", "id;text\n1;a, with comma\n2;b, too\n", CSV),
        ("a.tsv", "id\ttext\n1\ta\n", CSV),
        ("a.txt", "id,name,dose\n" + "1,a,2\n" * 8, CSV),
        ("a.md", "no signs at all", MARKDOWN),
        ("a.txt", "---\ntitle: x\n---\nwords", MARKDOWN),
        ("a.txt", "# One\n\ntext\n\n# Two\n\ntext\n", MARKDOWN),
        ("a.txt", "# only a comment\nkey = value\n", TEXT),
        ("README", "# One\n\n- a [link](http://x.example)\n", MARKDOWN),
        ("a.md", '<p align="center">logo</p>\n\n# Title\n', MARKDOWN),
    ],
)
def test_types(name: str, content: str, kind: str) -> None:
    assert detect(content.encode(), name, True) == kind


def test_zips() -> None:
    assert detect(zipped("word/document.xml"), "a.txt", True) == DOCX


NO_DOCUMENTS = {
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4,
    "noise": random.Random(7).randbytes(4096),
    "zeros": bytes(4096),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(64),
    "rtf": b"{\\rtf1 text}",
    "svg": b"<svg xmlns='x'></svg>",
    "json": b'{\n  "id": 1,\n  "text": "x"\n}',
    "array": b"[1, 2, 3]",
    "xlsx": zipped("xl/workbook.xml"),
    "cut zip": b"PK\x03\x04 broken",
    "packed noise": gzip.compress(random.Random(7).randbytes(4096), mtime=0),
    "packed twice": gzip.compress(gzip.compress(b"only prose", mtime=0), mtime=0),
    "old office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
}


@pytest.mark.parametrize("content", NO_DOCUMENTS.values(), ids=NO_DOCUMENTS)
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.csv"])
def test_what_is_no_document(tmp_path: Path, name: str, content: bytes) -> None:
    assert read(write(tmp_path, {name: content})).problems == [(name, "TYPE_UNKNOWN")]


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)  # fmt: skip
def test_encodings(tmp_path: Path, codec: str) -> None:
    result = read(write(tmp_path, {"a.txt": PROSE.encode(codec)}))
    assert not result.messages
    assert result.parsed["a.txt"].text == PROSE


@pytest.mark.parametrize(
    ("codec", "prose"),
    [
        ("cp1251", "Первая доза антибиотика вводится в течение одного часа после постановки диагноза. " * 4),
        ("shift_jis", "患者は毎日二回、五ミリグラムの薬を服用します。痛みが続く場合は医師に相談してください。" * 4),
        ("gb18030", "患者每天服用两次，每次五毫克。如果疼痛持续，请咨询医生。" * 4),
    ],
)
def test_other_scripts_are_read_right_or_refused(tmp_path: Path, codec: str, prose: str) -> None:
    result = read(write(tmp_path, {"a.txt": prose.encode(codec)}))
    if result.problems:
        assert result.problems == [("a.txt", "ENCODING_UNKNOWN")]
    else:
        assert result.parsed["a.txt"].text == prose


@pytest.mark.parametrize(
    ("codec", "prose"),
    [
        ("cp1252", "Die Händehygiene wird für 30 Sekunden durchgeführt. Größe und Übelkeit werden geprüft."),
        ("cp1252", "La première dose d'antibiotique est administrée dans l'heure. Où est l'infirmière ?"),
        ("cp1252", "The patient’s dose is 5 µg – no more. “Stop” if > 38 °C."),
        ("cp1250", "Pierwsza dawka antybiotyku jest podawana w ciągu godziny od rozpoznania. Należy myć ręce."),
        ("cp1250", "Az első antibiotikum adagot a diagnózis után egy órán belül adják be, és őrzik a beteget."),
        ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy. První dávka se podává do jedné hodiny."),
        ("cp1254", "İlk antibiyotik dozu tanıdan sonraki bir saat içinde verilir. Hastanın ağırlığı ölçülür."),
        ("koi8_r", "Первая доза антибиотика вводится в течение одного часа после постановки диагноза."),
        ("cp1253", "Η πρώτη δόση του αντιβιοτικού χορηγείται εντός μίας ώρας από τη διάγνωση."),
    ],
)
def test_legacy_letters_are_never_wrong(tmp_path: Path, codec: str, prose: str) -> None:
    result = read(write(tmp_path, {"a.txt": prose.encode(codec)}))
    if codec == "cp1252" or result.parsed:
        assert result.parsed["a.txt"].text == prose
    else:
        assert result.problems == [("a.txt", "ENCODING_UNKNOWN")]


def test_a_page_says_its_encoding(tmp_path: Path) -> None:
    page = '<html><head><meta charset="windows-1251"></head><body><p>Доза: 5 мг</p></body></html>'
    assert read(write(tmp_path, {"a.html": page.encode("cp1251")})).parsed["a.html"].text == "Доза: 5 мг"


def test_damaged_utf8_is_refused(tmp_path: Path) -> None:
    damaged = "Ünïcödé größer naïve 手の衛生 ".encode() * 20 + b"\xff\xc3\x28\x81" + b"\x8d\x90" * 20
    assert read(write(tmp_path, {"a.txt": damaged})).problems == [("a.txt", "ENCODING_UNKNOWN")]


def test_a_stray_zero_byte_is_dropped(tmp_path: Path) -> None:
    assert read(write(tmp_path, {"a.txt": b"a" * 200 + b"\x00b"})).parsed["a.txt"].text == "a" * 200 + "b"


@pytest.mark.parametrize(
    "content", ["   \n\t\n", "---\ntitle: x\n---\n  \n", "<html><body><script>x</script></body></html>"]
)
def test_nothing_readable(tmp_path: Path, content: str) -> None:
    assert read(write(tmp_path, {"a.txt": content})).problems == [("a.txt", "TEXT_EMPTY")]


@pytest.mark.parametrize("unit", ["<!---->", "<!-- ", "---\n", "{", "[", '{"a":', "a,", "# \n", "\n", "|"])
def test_looking_takes_no_time(unit: str) -> None:
    start = time.process_time()
    with contextlib.suppress(AvouchError):
        detect((unit * 70_000)[:65_536].encode(), "a", False)
    assert time.process_time() - start < 2
