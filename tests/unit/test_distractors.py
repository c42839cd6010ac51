"""Names that nobody said are not inserted: text that is spelt right stays as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.corrections import inserted, main

SAMPLES = Path(__file__).parents[2] / "evaluation" / "samples"


@pytest.mark.parametrize("probability", [0.3, 1.0])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_references_of_our_consultations_are_left_alone(
    language: str, probability: float
) -> None:
    turns = json.loads((SAMPLES / f"consult_{language}.json").read_text("utf-8"))
    assert list(inserted((t["text"] for t in turns), language, probability)) == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_phrases_of_the_number_tests_are_left_alone(language: str) -> None:
    """Seven hundred phrases with doses in them: where correction is boldest."""
    file = Path(__file__).parents[1] / "data" / f"numbers_{language}.txt"
    lines = [line.split("|")[0] for line in file.read_text("utf-8").splitlines()]
    assert list(inserted(lines, language, 0.5)) == []


def test_the_measure_can_see_an_insertion(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "talk.txt"
    file.write_text("I take lisonopril, ten milligrams.\nThank you.\n")
    main("en", "0.5", str(file))
    out = capsys.readouterr().out
    assert "[lisonopril,] → lisinopril" in out
    assert "1 applied in 7 words" in out
