"""Searches a served home over its REST API, for programs that are elsewhere. Needs only httpx2.

Where Avouch is not installed, this file and the retriever beside it are all that is needed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx2

PATH = "/api/v1/search"
CITED = ("document_id", "version_id", "document_key", "title", "page", "start", "end", "headings", "score")


class SearchFailed(Exception):  # noqa: N818
    """The service refused or could not be reached. ``code`` is Avouch's, or ``UNREACHABLE``, or ``NO_ANSWER``.

    ``retry_after`` is in seconds, where waiting that long helps.
    """

    def __init__(self, code: str, message: str, status: int = 0, todo: str = "", retry_after: float | None = None):
        super().__init__(f"{code}: {message}. {todo}".rstrip())
        self.code, self.status, self.todo, self.retry_after = code, status, todo, retry_after


@dataclass(frozen=True)
class SearchClient:
    """Where the service is, and the key that decides what is visible. ``timeout`` is in seconds."""

    url: str
    api_key: str = field(repr=False)
    purpose: str = ""
    timeout: float = 30.0

    def search(self, question: str, limit: int, as_of: str | None = None) -> list[tuple[str, dict[str, Any]]]:
        """Passages, best first: the text, and what it is cited by. SearchFailed."""
        try:
            with httpx2.Client(timeout=self.timeout) as client:
                return passages(client.post(**self._request(question, limit, as_of)))
        except httpx2.HTTPError as error:
            raise SearchFailed("UNREACHABLE", f"no answer from the service ({type(error).__name__})") from error

    async def asearch(self, question: str, limit: int, as_of: str | None = None) -> list[tuple[str, dict[str, Any]]]:
        """The same, without blocking."""
        try:
            async with httpx2.AsyncClient(timeout=self.timeout) as client:
                return passages(await client.post(**self._request(question, limit, as_of)))
        except httpx2.HTTPError as error:
            raise SearchFailed("UNREACHABLE", f"no answer from the service ({type(error).__name__})") from error

    def _request(self, question: str, limit: int, as_of: str | None) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.api_key}"}
        if self.purpose:
            headers["avouch-purpose"] = self.purpose
        told = {"question": question, "limit": limit, **({"as_of": as_of} if as_of else {})}
        return {"url": self.url.rstrip("/") + PATH, "json": told, "headers": headers}


def passages(response: httpx2.Response) -> list[tuple[str, dict[str, Any]]]:
    """The passages of a response; SearchFailed for a problem, or for what is no answer of Avouch."""
    try:
        told = response.json()
        if response.status_code == 200:
            beside = {name: told[name] for name in ("snapshot", "as_of", "entry")}
            return [(one["text"], {**{name: one[name] for name in CITED}, **beside}) for one in told["passages"]]
        code, message, todo = told["code"], told["detail"], told["todo"]
    except (ValueError, KeyError, TypeError) as error:
        raise SearchFailed("NO_ANSWER", "this is no answer of Avouch", response.status_code) from error
    after = response.headers.get("retry-after", "")
    raise SearchFailed(code, message, response.status_code, todo, float(after) if after.isdigit() else None)


def id_of(cited: dict[str, Any]) -> str:
    """The id of a passage: its span of its version."""
    return f"{cited['version_id']}:{cited['start']}-{cited['end']}"
