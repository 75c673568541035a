"""What every Parser must do.

class TestMine(ParserSuite):
    def parser(self): return MyParser()
    def sample(self, words): a small document of its type that shows these words
    rubbish = (b"...",)   # bytes that its type is never made of, if there are any
    words = ("...",)      # where a sample of its type cannot show the usual ones
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from avouch.errors import AvouchError
from avouch.plaintext import clean
from avouch.ports import Parser
from avouch.records import BlockKind, Parsed

WORDS = ("Paracetamol", "1 g", "4.0 mmol/L", "naïve", "β-blocker")


def check(parsed: Parsed, media_types: frozenset[str]) -> None:
    """The promises of ``Parsed``: clean text, and blocks and pages in order and inside it."""
    text = parsed.text
    assert parsed.media_type in media_types
    assert text == clean(text), "control characters or foreign line ends are left"
    for block in parsed.blocks:
        assert 0 <= block.start < block.end <= len(text)
        assert text[block.start : block.end].strip(), "a block of white space"
        assert (1 <= block.level <= 6) == (block.kind is BlockKind.HEADING)
    assert all(before.end <= after.start for before, after in pairwise(parsed.blocks))
    assert list(parsed.pages) == sorted(parsed.pages)
    assert all(0 <= page <= len(text) for page in parsed.pages)
    assert not parsed.pages or parsed.pages[0] == 0


class ParserSuite:
    """Subclass it, and give it a parser and samples."""

    rubbish: Sequence[bytes] = ()
    words: Sequence[str] = WORDS

    def parser(self) -> Parser:
        raise NotImplementedError

    def sample(self, words: Sequence[str]) -> bytes:
        raise NotImplementedError

    def test_says_what_it_reads(self) -> None:
        types = self.parser().media_types
        assert types
        assert all(kind == kind.lower() and "/" in kind for kind in types)

    def test_keeps_the_words(self) -> None:
        parser = self.parser()
        parsed = parser.parse(self.sample(self.words), "sample")
        check(parsed, parser.media_types)
        for word in self.words:
            assert word in parsed.text

    def test_every_word_is_in_a_block(self) -> None:
        parsed = self.parser().parse(self.sample(self.words), "sample")
        inside = "\n".join(parsed.text[block.start : block.end] for block in parsed.blocks)
        assert all(word in inside for word in self.words)

    def test_is_deterministic(self) -> None:
        data = self.sample(self.words)
        assert self.parser().parse(data, "sample") == self.parser().parse(data, "sample")

    def test_declares_nothing_that_is_not_there(self) -> None:
        metadata = self.parser().parse(self.sample(self.words), "sample").metadata
        assert metadata.labels is None
        assert metadata.classification is None

    def test_refuses_rubbish_with_a_code(self) -> None:
        for data in self.rubbish:
            with pytest.raises(AvouchError) as caught:
                self.parser().parse(data, "rubbish")
            assert "rubbish" in caught.value.message

    def test_cut_files_end_in_a_text_or_a_code(self) -> None:
        data, parser = self.sample(self.words), self.parser()
        for keep in range(0, len(data), max(1, len(data) // 40)):
            try:
                check(parser.parse(data[:keep], "cut"), parser.media_types)
            except AvouchError as error:
                assert not any(word in error.message for word in self.words)
