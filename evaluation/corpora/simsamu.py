"""SimSAMU: simulated emergency calls in French, MIT.

https://huggingface.co/datasets/medkit/simsamu, one folder a call:
``<call>/<call>.json``: {"monologues": [{"speaker": {"id": …}, "terms": [{"text", "type"}…]}…]}.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from consultation.errors import UnreadableFile
from consultation.transcript import Role
from evaluation.corpora.dialogue import Dialogue, content, dialogue

ROLES = {"medecin": Role.clinician, "patient": Role.patient}


def read(folder: Path) -> Iterator[Dialogue]:
    """By name; the caller counts as the patient, whoever is ill. Raises UnreadableFile."""
    for path in sorted(folder.glob("*/*.json")):
        try:
            turns = [
                (turn["speaker"]["id"], _text(turn["terms"]))
                for turn in json.loads(content(path))["monologues"]
            ]
        except (ValueError, KeyError, TypeError):
            raise UnreadableFile("a file of the corpus is not SimSAMU's JSON") from None
        if found := dialogue(path.stem, "fr", turns, ROLES):
            yield found


def _text(terms: list[dict[str, str]]) -> str:
    words: list[str] = []
    for term in terms:
        if term["type"] == "PUNCTUATION" and words and term["text"] in ",.":
            words[-1] += term["text"]
        else:
            words.append(term["text"])
    return " ".join(words)
