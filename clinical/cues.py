"""The cues of each language: what denies, what doubts, who is spoken of, what asks."""

from __future__ import annotations

from clinical.cue_kinds import Cues
from clinical.cues_en import EN
from clinical.cues_fr import FR

CUES: dict[str, Cues] = {"fr": FR, "en": EN}
