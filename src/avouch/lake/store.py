"""Content in the blob store: original bytes and extracted text, encrypted under the document's key."""

from __future__ import annotations

import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterable

from sqlalchemy import Connection

from avouch.errors import AvouchError, Code
from avouch.lake.vault import Vault, decrypt, encrypt
from avouch.ports import Blobs

CACHE_CHARS = 64_000_000


class Store:
    """Puts and gets content of documents. Decrypted texts are cached up to 64 M characters."""

    def __init__(self, blobs: Blobs, vault: Vault) -> None:
        self.blobs, self.vault = blobs, vault
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._gone: set[str] = set()
        self._chars = 0
        self._lock = threading.Lock()

    def put(self, document_id: str, key: bytes, content: bytes) -> str:
        """Store content of a document once; returns its blob name. Durable after ``blobs.sync``."""
        name = self.vault.name(document_id, content)
        self.blobs.put(name, encrypt(key, name, zlib.compress(content, 1)))
        return name

    def put_text(self, document_id: str, key: bytes, text: str) -> str:
        """Store an extracted text; the index, which needs it next, finds it in the cache."""
        name = self.put(document_id, key, text.encode())
        self._remember(name, text)
        return name

    def get(self, tx: Connection, document_id: str, name: str) -> bytes:
        """The content; ERASED where key or blob are gone."""
        key = self.vault.key(tx, document_id)
        try:
            data = self.blobs.get(name)
        except KeyError as error:
            raise AvouchError(Code.ERASED, f"blob {name[:12]} of {document_id} is gone") from error
        return zlib.decompress(decrypt(key, name, data))

    def text(self, tx: Connection, document_id: str, name: str) -> str:
        """An extracted text, from the cache where it is there."""
        with self._lock:
            if name in self._texts:
                self._texts.move_to_end(name)
                return self._texts[name]
        text = self.get(tx, document_id, name).decode()
        self._remember(name, text)
        return text

    def held(self, tx: Connection, document_id: str, name: str) -> str | None:
        """The same; ``None`` where key or blob are gone: one text that is lost is no loss of the others."""
        try:
            return self.text(tx, document_id, name)
        except AvouchError as error:
            if error.code is not Code.ERASED:
                raise
        return None

    def _remember(self, name: str, text: str) -> None:
        with self._lock:
            if name not in self._texts and name not in self._gone:
                self._texts[name] = text
                self._chars += len(text)
            while self._chars > CACHE_CHARS:
                self._chars -= len(self._texts.popitem(last=False)[1])

    def let_go(self, names: Iterable[str]) -> None:
        """Forget texts for good: a reader who still sees the time before does not bring them back."""
        with self._lock:
            for name in names:
                self._gone.add(name)
                self._chars -= len(self._texts.pop(name, ""))

    def drop(self, names: list[str]) -> None:
        """Delete blobs and forget their texts."""
        self.let_go(names)
        for name in names:
            self.blobs.delete(name)

    def cached(self, names: tuple[str, ...]) -> int:
        """How many of these texts are in memory."""
        with self._lock:
            return sum(name in self._texts for name in names)
