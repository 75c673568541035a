"""Uploads as they come in: files go to the spool piece by piece, fields stay small (RFC 7578)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from anyio import to_thread
from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from avouch.errors import AvouchError, Code
from avouch.stack import uploads

FILES, FIELD, FIELDS = 1000, 100_000, 50
TREE = "tree"
"""The name of parts that are files of a folder: their names are paths below it."""


@dataclass(slots=True)
class Form:
    """What came: how many files, and the fields by name."""

    files: int = 0
    fields: dict[str, str] = field(default_factory=dict)


class Receiver:
    """Writes the files of one form into a folder as their bytes come."""

    def __init__(self, folder: Path, boundary: bytes, most: int) -> None:
        self.folder, self.most, self.form = folder, most, Form()
        self._headers: dict[str, bytes] = {}
        self._name, self._value, self._label = "", bytearray(), bytearray()
        self._file: IO[bytes] | None = None
        self._size = 0
        self.ended = False
        self._field: bytearray | None = None
        self.parser = MultipartParser(boundary, self.callbacks())

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self.begin,
            "on_header_field": lambda data, start, end: self._label.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self.header,
            "on_headers_finished": self.headers,
            "on_part_data": self.data,
            "on_part_end": self.finish,
            "on_end": self.over,
        }

    def begin(self) -> None:
        self._headers = {}

    def header(self) -> None:
        self._headers[bytes(self._label).decode("latin-1").lower()] = bytes(self._value)
        self._label.clear()
        self._value.clear()

    def headers(self) -> None:
        """A part begins: a file where it has a file name, else a field."""
        told, options = parse_options_header(self._headers.get("content-disposition", b""))
        name = options.get(b"name")
        if told != b"form-data" or name is None:
            raise AvouchError(Code.INPUT_INVALID, "body: a part has no name")
        self._name = name.decode("utf-8", "replace")[:100]
        if b"filename" in options:
            self.form.files += 1
            if self.form.files > FILES:
                raise AvouchError(Code.INPUT_INVALID, f"body: more than {FILES} files at once")
            self._file = uploads.create(self.folder, as_text(options[b"filename"]), nested=self._name == TREE)
            self._size = 0
        elif len(self.form.fields) >= FIELDS:
            raise AvouchError(Code.INPUT_INVALID, f"body: more than {FIELDS} fields")
        else:
            self._field = bytearray()

    def data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._size += end - start
            if self._size > self.most:
                raise AvouchError(Code.FILE_TOO_LARGE, f"a file has more than {self.most:,} bytes")
            self._file.write(data[start:end])
        elif self._field is not None:
            self._field += data[start:end]
            if len(self._field) > FIELD:
                raise AvouchError(Code.INPUT_INVALID, "body: a field is too long")

    def finish(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        elif self._field is not None:
            self.form.fields[self._name] = bytes(self._field).decode("utf-8", "replace")
            self._field = None

    def over(self) -> None:
        self.ended = True

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def as_text(name: bytes) -> str:
    """A file's name; FILE_NAME_INVALID where its bytes are not UTF-8."""
    try:
        return name.decode()
    except UnicodeDecodeError as error:
        raise AvouchError(Code.FILE_NAME_INVALID, "a file's name is not UTF-8") from error


async def receive(request: Request, folder: Path, most: int) -> Form:
    """Take the form in. INPUT_INVALID, MEDIA_TYPE, FILE_NAME_INVALID, FILE_TOO_LARGE, BODY_TOO_LARGE."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not 0 < len(options.get(b"boundary", b"")) <= 100:
        raise AvouchError(Code.MEDIA_TYPE, "an upload is multipart/form-data with a boundary")
    receiver = Receiver(folder, options[b"boundary"], most)
    try:
        async for piece in request.stream():
            await to_thread.run_sync(receiver.parser.write, piece)
    except FormParserError as error:
        raise AvouchError(Code.INPUT_INVALID, "body: not a form as its type says") from error
    finally:
        receiver.close()
    if not receiver.ended:
        raise AvouchError(Code.INPUT_INVALID, "body: the form was cut short")
    if not receiver.form.files:
        raise AvouchError(Code.INPUT_INVALID, "body: no file is in it")
    return receiver.form
