"""LangChain's retriever over a served home. Needs httpx2 and langchain-core."""

from __future__ import annotations

from typing import Any

from langchain_core.documents import Document  # type: ignore[import-not-found, unused-ignore]
from langchain_core.retrievers import BaseRetriever  # type: ignore[import-not-found, unused-ignore]
from pydantic import Field, SecretStr

from avouch.adapters.search_client import SearchClient, id_of


class AvouchRetriever(BaseRetriever):  # type: ignore[misc, unused-ignore]
    """Passages that the key's holder may see, as documents whose metadata cites the exact span.

    ``limit``: how many at most, 1 to 100. ``as_of``: a date or RFC 3339 time. Raises SearchFailed.
    """

    url: str
    api_key: SecretStr
    limit: int = Field(10, ge=1, le=100)
    as_of: str | None = None
    purpose: str = ""
    timeout: float = 30.0

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        return documents(self._client().search(query, self.limit, self.as_of))

    async def _aget_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        return documents(await self._client().asearch(query, self.limit, self.as_of))

    def _client(self) -> SearchClient:
        return SearchClient(self.url, self.api_key.get_secret_value(), self.purpose, self.timeout)


def documents(found: list[tuple[str, dict[str, Any]]]) -> list[Document]:
    """Passages as documents; ``source`` is the document's key, where LangChain's tools look for it."""
    return [
        Document(id=id_of(cited), page_content=text, metadata={**cited, "source": cited["document_key"]})
        for text, cited in found
    ]
