"""The oncology history of a record, and its facts as lines. Filled by ``clinical.oncology``."""

from __future__ import annotations

from consultation.documents import PatientRecord
from consultation.engines import Progress
from consultation.oncology import OncologyHistory
from consultation.synthesis import SynthesisLine
from prompts.syntheses import Shows
from summarize.record_facts.map import MapCache


def oncology(record: PatientRecord, cache: MapCache, progress: Progress) -> OncologyHistory:
    return OncologyHistory()


def oncology_lines(
    history: OncologyHistory, as_of: str, language: str
) -> dict[Shows, list[SynthesisLine]]:
    return {}
