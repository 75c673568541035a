"""Files under one prefix of a bucket, on any store that speaks S3. Credentials come from the environment (AWS_…)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from avouch.errors import AvouchError, Code

SECONDS, RETRY_SECONDS = 30, 20


def delta_options(endpoint: str, region: str) -> dict[str, str]:
    """What deltalake takes to reach the same store. Commits are conditional puts: nobody overwrites another's."""
    seconds = {"timeout": f"{SECONDS}s", "retry_timeout": f"{RETRY_SECONDS}s"}
    options = {"aws_conditional_put": "etag", **seconds}
    if endpoint:
        options |= {"aws_endpoint_url": endpoint, "aws_allow_http": str(endpoint.startswith("http://")).lower()}
    if region:
        options["aws_region"] = region
    return options


@contextmanager
def coded() -> Iterator[None]:
    """What the store reports, as STORAGE_UNAVAILABLE; a missing object stays ``FileNotFoundError``."""
    try:
        yield
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):  # what is missing then is the store, not one object
            raise AvouchError(Code.STORAGE_UNAVAILABLE, "there is no such bucket") from error
        raise
    except (BaseError, OSError) as error:
        kind = type(error).__name__
        raise AvouchError(
            Code.STORAGE_UNAVAILABLE, f"the object store cannot be reached or refuses ({kind})"
        ) from error


class ObjectFiles:
    """Objects by name under ``s3://bucket/prefix``."""

    def __init__(self, url: str, endpoint: str = "", region: str = "") -> None:
        told = urlsplit(url)
        if told.scheme != "s3" or not told.netloc or told.query or "@" in told.netloc:
            raise AvouchError(Code.CONFIG_INVALID, "`storage` is not s3://bucket/prefix")
        more: dict[str, str] = {"endpoint": endpoint} if endpoint else {}
        if region:
            more["region"] = region
        self._store = S3Store(
            told.netloc,
            prefix=told.path.strip("/") or None,
            client_options={"allow_http": endpoint.startswith("http://"), "timeout": f"{SECONDS}s"},
            retry_config={"max_retries": 5, "retry_timeout": timedelta(seconds=RETRY_SECONDS)},
            **more,  # type: ignore[arg-type]
        )

    def names(self, prefix: str) -> Iterator[str]:
        """The objects below a folder (``""``: all), by name."""
        with coded():
            for page in obstore.list(self._store, prefix=prefix.rstrip("/") or None):
                yield from (str(found["path"]) for found in page)

    def folders(self) -> list[str]:
        """The folders at the top."""
        with coded():
            found = obstore.list_with_delimiter(self._store)["common_prefixes"]
        return [str(path).rstrip("/").rpartition("/")[2] for path in found]

    def get(self, name: str) -> bytes:
        """The bytes; ``FileNotFoundError`` where there are none."""
        with coded():
            return bytes(obstore.get(self._store, name).bytes())

    def readable(self, name: str) -> BytesIO:
        return BytesIO(self.get(name))

    def put(self, name: str, data: bytes) -> None:
        """Store an object; when this returns, it lasts."""
        with coded():
            obstore.put(self._store, name, data)

    def delete(self, name: str) -> None:
        """Remove an object; nothing happens where there is none."""
        with coded():
            try:
                obstore.delete(self._store, name)
            except FileNotFoundError:
                return
