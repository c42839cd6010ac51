"""Two synthetic consultations of ours (CC0), French and English, with their references."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def sample_recordings() -> list[Path]:
    """The two recordings, French first."""
    return [FOLDER / "consult_fr.flac", FOLDER / "consult_en.flac"]
