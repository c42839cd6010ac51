"""Reference transcripts of our samples, and notes made from recorded answers."""

from __future__ import annotations

import json
from pathlib import Path

from consultation.transcript import Transcript
from tests.unit.talk import transcript

FOLDER = Path(__file__).parent
SAMPLES = FOLDER.parent.parent / "evaluation" / "samples"
NOTES = (("fr", "compte-rendu"), ("fr", "soap"), ("en", "soap"), ("en", "history-and-physical"))


def reference(language: str) -> Transcript:
    """What is really said in a sample, without any error of recognition."""
    turns = json.loads((SAMPLES / f"consult_{language}.json").read_text("utf-8"))
    lines = (f"{t['speaker']}: {t['text'].replace(' ?', '?')}" for t in turns)
    return transcript(*lines, language=language)
