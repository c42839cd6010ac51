"""Two synthetic consultations of ours (CC0), French and English, with their references."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def sample_recordings() -> list[Path]:
    """The two recordings, French first."""
    return [FOLDER / "consult_fr.flac", FOLDER / "consult_en.flac"]


def sample_pairs() -> Path:
    """Ten short consultations of ours, six French and four English, with notes that are right."""
    return FOLDER / "pairs"
