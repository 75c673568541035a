"""Runs Presidio's analyzer, without a downloaded model, over texts: ``presidio_peer.py IN.json OUT.json [all]``.

IN is a list of texts; OUT is {version, seconds, seen: [[[kind, start, end], ...], ...]}. A blank English pipeline gives
tokens and no names. With ``all``, the recognisers for India, the United Kingdom and US medicine that are off by default
are switched on.
"""

# mypy: ignore-errors
# ruff: noqa: E402
import json
import logging
import sys
import time
from importlib.metadata import version
from pathlib import Path

logging.disable(logging.CRITICAL)

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, predefined_recognizers
from presidio_analyzer.nlp_engine import SpacyNlpEngine

MORE = (
    "InAadhaarRecognizer", "InPanRecognizer", "InPassportRecognizer", "InVoterRecognizer", "InAbhaRecognizer",
    "NhsRecognizer",
    "UkNinoRecognizer", "UkPostcodeRecognizer", "UsMbiRecognizer", "UsNpiRecognizer", "MedicalLicenseRecognizer",
    "DateRecognizer",
)  # fmt: skip


class Blank(SpacyNlpEngine):
    """Tokens, and no model."""

    def load(self) -> None:
        self.nlp = {"en": spacy.blank("en")}


def main() -> None:
    texts = json.loads(Path(sys.argv[1]).read_text())
    engine = Blank()
    engine.load()
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    if "all" in sys.argv[3:]:
        there = {type(one).__name__ for one in registry.recognizers}
        for name in MORE:
            if name not in there and hasattr(predefined_recognizers, name):
                registry.add_recognizer(getattr(predefined_recognizers, name)())
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])
    analyzer.analyze("warm up", "en")
    start = time.perf_counter()
    seen = [[[one.entity_type, one.start, one.end] for one in analyzer.analyze(text, "en")] for text in texts]
    seconds = time.perf_counter() - start
    names = sorted({type(one).__name__ for one in registry.recognizers})
    found = {"version": version("presidio-analyzer"), "recognisers": names, "seconds": seconds, "seen": seen}
    Path(sys.argv[2]).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
