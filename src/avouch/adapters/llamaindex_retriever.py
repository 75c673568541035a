"""LlamaIndex's retriever over a served home. Needs httpx2 and llama-index-core."""

from __future__ import annotations

from typing import Any

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from avouch.adapters.search_client import SearchClient, id_of

TOLD = ("title", "page", "headings")
"""What a language model is told of a passage beside its text."""


class AvouchRetriever(BaseRetriever):  # type: ignore[misc, unused-ignore]
    """Passages that the key's holder may see, as nodes whose metadata cites the exact span.

    ``limit``: how many at most, 1 to 100. ``as_of``: a date or RFC 3339 time. Raises SearchFailed.
    """

    def __init__(self, client: SearchClient, limit: int = 10, as_of: str | None = None, **more: Any) -> None:
        super().__init__(**more)
        self._client, self._limit, self._as_of = client, limit, as_of

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return nodes(self._client.search(query_bundle.query_str, self._limit, self._as_of))

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return nodes(await self._client.asearch(query_bundle.query_str, self._limit, self._as_of))


def nodes(found: list[tuple[str, dict[str, Any]]]) -> list[NodeWithScore]:
    """Passages as nodes with their scores, each of the document that it is from."""
    return [NodeWithScore(node=node(text, cited), score=cited["score"]) for text, cited in found]


def node(text: str, cited: dict[str, Any]) -> TextNode:
    quiet = [name for name in cited if name not in TOLD]
    return TextNode(
        id_=id_of(cited),
        text=text,
        metadata=cited,
        start_char_idx=cited["start"],
        end_char_idx=cited["end"],
        excluded_llm_metadata_keys=quiet,
        excluded_embed_metadata_keys=quiet,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=cited["document_id"])},
    )
