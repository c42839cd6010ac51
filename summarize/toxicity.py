"""A record → the factors of toxicity that it tells. Research only; a list, no score."""

from __future__ import annotations

from clinical.oncology.toxicity_factors import toxicity_factors
from consultation.documents import PatientRecord
from consultation.research import LABELS, ToxicityFactors, require_research
from consultation.settings import Settings
from summarize.record_facts.map import MapCache
from summarize.trials import patient_facts, research_provenance


def factors(
    record: PatientRecord,
    settings: Settings,
    *,
    as_of: str | None = None,
    language: str | None = None,
    cache: MapCache | None = None,
) -> ToxicityFactors:
    """Raises ResearchOff."""
    require_research(settings)
    spoken = language or record.language
    patient = patient_facts(record, as_of=as_of, cache=cache)
    return ToxicityFactors(
        label=LABELS[spoken],
        language=spoken,
        as_of=patient.as_of,
        factors=toxicity_factors(
            record.documents, patient.history, patient.values, patient.drugs, patient.as_of, spoken
        ),
        provenance=research_provenance(record, settings, spoken),
    )
