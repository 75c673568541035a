"""Text search with tantivy: BM25 over titles and chunk texts, filtered inside the search.

Texts are analysed and forgotten: the index holds terms and frequencies, never a text. Filters are
clauses of the query with a constant score of 0, so a score is the text's alone.

tantivy 0.27 traps: ``delete_documents`` on an unsigned field deletes nothing, silently (delete by
query); a deleted document's terms stay in files and statistics until its segment happens to be merged,
which cannot be asked for: what must be gone is gone with the whole folder (see ``index.generation``).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from tantivy import (
    Document,
    FieldType,
    Index,
    Occur,
    Order,
    Query,
    Schema,
    SchemaBuilder,
)

from avouch.adapters.text_terms import Pieces, Terms, is_pair, no_pieces
from avouch.errors import AvouchError, Code
from avouch.records import Rows, TextRow, TextScope, Vectors

Spans: TypeAlias = dict[str, tuple[int, int]]
WORDS, PAIRS = "terms.words", "terms.pairs"
PAIR_BOOST = 0.4
CAP = 2.2  # k1 + 1: what one term can add at most, in units of its weight
AT_ONCE = 512
TIMES = ("recorded", "ended", "world_from", "valid_to", "ended_at")
UNSPANNED: Spans = dict.fromkeys(TIMES, (2**63 - 1, -(2**63)))
HEAP_BYTES = 100_000_000
TIES = 16


def _schema() -> Schema:
    schema = SchemaBuilder()
    for name in ("row", "version", "class", "compartment"):
        schema.add_unsigned_field(name, indexed=True, fast=True)
    for name in TIMES:
        schema.add_integer_field(name, fast=True)
    # A JSON field keeps no lengths: chunks are of bounded length, and fused results are better without.
    schema.add_json_field("terms", tokenizer_name="whitespace", index_option="freq")
    return schema.build()


class TantivyText:
    """A text index in one folder. One writer; searches see what was committed."""

    def __init__(self, folder: Path, pieces: Pieces = no_pieces) -> None:
        """Open the index in ``folder``, or make an empty one. INDEX_STALE where it cannot be read."""
        folder.mkdir(parents=True, exist_ok=True)
        self._schema = _schema()
        self._terms = Terms(pieces)
        self._writer: Any = None
        self._view: tuple[Any, Spans]
        self._added = dict(UNSPANNED)
        self._lock = threading.Lock()
        try:
            self._index = Index(self._schema, str(folder), reuse=True)
        except ValueError as error:
            raise AvouchError(Code.INDEX_STALE, f"the text index {folder.name} cannot be opened") from error
        self._index.config_reader("manual")
        self._index.reload()
        searcher = self._index.searcher()
        self._view = searcher, _spans(searcher)

    def __len__(self) -> int:
        return int(self._view[0].num_docs)

    def add(self, rows: Iterable[TextRow]) -> None:
        """Add chunks; they are found after ``commit``."""
        with self._lock:
            writer = self._writing()
            for row, (words, pairs) in self._analysed(rows):
                document = Document()
                document.add_json("terms", {"words": words, "pairs": pairs})
                document.add_unsigned("row", row.row)
                document.add_unsigned("version", row.version)
                document.add_unsigned("class", row.class_id)
                document.add_unsigned("compartment", row.compartment)
                for name in TIMES:
                    at = getattr(row, name)
                    document.add_integer(name, at)
                    self._added[name] = _both(self._added[name], (at, at))
                writer.add_document(document)

    def drop(self, version_ordinals: Sequence[int]) -> None:
        """Take out all chunks of these versions that were added before this call."""
        if version_ordinals:
            with self._lock:
                query = Query.term_set_query(self._schema, "version", list(version_ordinals))
                self._writing().delete_documents_by_query(query)

    def drop_rows_from(self, row: int) -> None:
        """Take out, and commit, all from this row on and all uncommitted: what a broken append left."""
        beyond = Query.range_query(self._schema, "row", FieldType.Unsigned, lower_bound=row)
        with self._lock:
            if self._writer is not None:
                self._writer.rollback()
            left = self._view[0].search(beyond, 1, count=False).hits
            if left:
                self._writing().delete_documents_by_query(beyond)
        if left:
            self.commit()

    def commit(self) -> None:
        """Make everything since the last commit durable and visible, all or nothing."""
        with self._lock:
            if self._writer is not None:
                self._writer.commit()
                self._see()

    def learn(self, texts: Iterable[str]) -> None:
        """Analyse texts that are about to be added; any thread may do it beforehand."""
        left = iter(texts)
        while batch := list(islice(left, AT_ONCE)):
            self._terms.learn(batch)

    def words(self, text: str) -> list[str]:
        """The terms of a text, in order, as they are compared."""
        return self._terms.words(text)

    def analyse(self, question: str) -> tuple[str, ...]:
        """The distinct terms that a question is searched by, in order."""
        return self._terms.of_question(question)

    def weights(self, question: str) -> dict[str, float]:
        """The inverse document frequency of each word of a question, over all chunks."""
        return self._weigh([term for term in self.analyse(question) if not is_pair(term)])

    def search(self, terms: Sequence[str], scope: TextScope, k: int) -> tuple[Rows, Vectors]:
        """The k best rows inside ``scope`` and their BM25 scores, best first, ties by row."""
        if not terms or not (scope.classes or scope.inside or scope.outside) or k <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        searcher, spans = self._view
        query = Query.boolean_query([(Occur.Must, self._about(terms)), *self._within(scope, spans)])
        limit = k + TIES
        while True:
            hits = searcher.search(query, limit, count=False).hits
            # Which of equal scores come first depends on segments: look until the last of them.
            if len(hits) < limit or hits[-1][0] < hits[k - 1][0]:
                break
            limit *= 4
        rows, scores = _read(searcher, hits)
        best = np.lexsort((rows, -scores))[:k]
        return rows[best], scores[best]

    def score(self, terms: Sequence[str], rows: Sequence[int]) -> tuple[Rows, Vectors]:
        """The same scores for given rows, ascending; rows without any of the terms are left out."""
        if not terms or not len(rows):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        these = Query.term_set_query(self._schema, "row", [int(row) for row in rows])
        clauses = [(Occur.Must, self._about(terms)), (Occur.Must, Query.const_score_query(these, 0.0))]
        searcher = self._view[0]
        hits = searcher.search(Query.boolean_query(clauses), len(rows), count=False).hits
        found, scores = _read(searcher, hits)
        order = np.argsort(found, kind="stable")
        return found[order], scores[order]

    def self_score(self, terms: Sequence[str]) -> float:
        """What no text's score exceeds: every term at its cap. Terms that no chunk has count in full."""
        return CAP * sum(weight * boost_of(term) for term, weight in self._weigh(terms).items())

    def count(self, version_ordinals: Sequence[int]) -> int:
        """How many chunks of these versions the files still know, taken out ones included."""
        return sum(int(self._view[0].doc_freq("version", ordinal)) for ordinal in version_ordinals)

    def close(self) -> None:
        """Finish merges and let go of the folder. What was not committed is lost."""
        with self._lock:
            if self._writer is not None:
                self._writer.rollback()
                self._writer.wait_merging_threads()
                self._writer = None

    def _weigh(self, terms: Sequence[str]) -> dict[str, float]:
        searcher = self._view[0]
        total = searcher.num_docs
        known = {term: searcher.doc_freq(field_of(term), term) for term in terms}
        # Chunks taken out still count in a term's frequency, which may so exceed the total.
        return {term: math.log1p((max(total - n, 0) + 0.5) / (n + 0.5)) for term, n in known.items()}

    def _writing(self) -> Any:
        if self._writer is None:
            self._writer = self._index.writer(HEAP_BYTES, num_threads=1)
        return self._writer

    def _about(self, terms: Sequence[str]) -> Query:
        """Any of the terms."""
        found = [(Query.term_query(self._schema, field_of(term), term, "freq"), boost_of(term)) for term in terms]
        return Query.boolean_query([(Occur.Should, Query.boost_query(query, boost)) for query, boost in found])

    def _analysed(self, rows: Iterable[TextRow]) -> Iterator[tuple[TextRow, tuple[str, str]]]:
        """Rows with their words and pairs, a batch at a time."""
        left = iter(rows)
        while batch := list(islice(left, AT_ONCE)):
            yield from zip(batch, self._terms.fields([f"{row.title}\n{row.text}" for row in batch]), strict=True)

    def _see(self) -> None:
        """Take up the newest commit. To look what its times span would take long: what was taken out still counts."""
        self._index.reload()
        spans = {name: _both(span, self._added[name]) for name, span in self._view[1].items()}
        self._view = self._index.searcher(), spans  # one swap: a search never pairs one commit with another's spans
        self._added = dict(UNSPANNED)

    def _within(self, scope: TextScope, spans: Spans) -> list[tuple[Occur, Query]]:
        """The clauses of ``scope``; each adds 0 to the score. A clause that is true of all is left out."""
        snapshot, at = scope.moment.snapshot, scope.moment.at
        clauses = [(Occur.Must, self._visible(scope))]
        for field, upper in (("recorded", snapshot), ("world_from", at)):
            if spans[field][1] > upper:
                clauses.append((Occur.Must, self._range(field, upper=upper)))
        if spans["valid_to"][0] <= at:
            clauses.append((Occur.Must, self._range("valid_to", lower=at + 1)))
        if spans["ended"][0] <= snapshot and spans["ended_at"][0] <= at:
            ended = [self._range("ended", upper=snapshot), self._range("ended_at", upper=at)]
            both = Query.boolean_query([(Occur.Must, part) for part in ended])
            clauses.append((Occur.MustNot, both))
        if scope.hidden:
            clauses.append((Occur.MustNot, self._among("row", scope.hidden)))
        return [(occur, Query.const_score_query(clause, 0.0)) for occur, clause in clauses]

    def _visible(self, scope: TextScope) -> Query:
        """Chunks of visible classes; of those whose visibility hangs on the compartment, by compartment."""
        mine = self._among("compartment", scope.compartments)
        wherever = self._among("class", scope.classes)
        if not scope.inside and not scope.outside:
            return wherever
        inside = [(Occur.Must, self._among("class", scope.inside)), (Occur.Must, mine)]
        outside = [(Occur.Must, self._among("class", scope.outside)), (Occur.MustNot, mine)]
        parts = (wherever, Query.boolean_query(inside), Query.boolean_query(outside))
        return Query.boolean_query([(Occur.Should, part) for part in parts])

    def _among(self, field: str, numbers: Sequence[int]) -> Query:
        return Query.term_set_query(self._schema, field, list(numbers))

    def _range(self, field: str, lower: int | None = None, upper: int | None = None) -> Query:
        return Query.range_query(self._schema, field, FieldType.Integer, lower, upper)


def field_of(term: str) -> str:
    return PAIRS if is_pair(term) else WORDS


def boost_of(term: str) -> float:
    return PAIR_BOOST if is_pair(term) else 1.0


def _spans(searcher: Any) -> Spans:
    """What the times of all chunks span."""
    spans = dict(UNSPANNED)
    for field in TIMES if searcher.num_docs else ():
        ends = [
            searcher.search(Query.all_query(), 1, count=False, order_by_field=field, order=order).hits[0][0]
            for order in (Order.Asc, Order.Desc)
        ]
        spans[field] = ends[0], ends[1]
    return spans


def _both(span: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return min(span[0], other[0]), max(span[1], other[1])


def _read(searcher: Any, hits: Sequence[Any]) -> tuple[Rows, Vectors]:
    """Rows and scores of hits, in their order."""
    rows = searcher.fast_field_values("row", [address for _, address in hits])
    return np.asarray(rows, np.int64), np.asarray([score for score, _ in hits], np.float32)
