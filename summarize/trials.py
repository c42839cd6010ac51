"""A record and trials' criteria → trials to examine. Research only; no model, no probability."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from clinical.lexicon_digest import lexicons_sha256
from clinical.trials.judge import judge, order
from clinical.trials.lines import title
from clinical.trials.parse import criteria
from clinical.trials.patient import AgeAt, DatedValue, DrugUse, PatientFacts, SexTold, Told, scan
from consultation.documents import PatientRecord
from consultation.provenance import Provenance, Quality, provenance
from consultation.record_facts import Category
from consultation.research import LABELS, TrialScreening, TrialToExamine, require_research
from consultation.settings import Settings
from consultation.summary import Experiencer, Polarity
from summarize.oncology_lines import oncology
from summarize.printed_limits import behind, listed
from summarize.record_facts.map import MapCache, MemoryCache, cached_facts, rules_sha256
from summarize.synthesis import record_sha256


def screen(
    record: PatientRecord,
    trials: Iterable[tuple[str, str, str]],
    settings: Settings,
    *,
    as_of: str | None = None,
    language: str | None = None,
    cache: MapCache | None = None,
) -> TrialScreening:
    """``trials``: (name, text of criteria, language) of each. ``language`` is the output's.

    Raises ResearchOff.
    """
    require_research(settings)
    spoken = language or record.language
    patient = patient_facts(record, as_of=as_of, cache=cache)
    made = []
    for name, text, written in trials:
        judged = tuple(judge(one, patient) for one in criteria(text, written))
        made.append((order(judged), name, TrialToExamine(
            trial=title(text) or name,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            judgements=judged,
            decided=sum(one.decided for one in judged),
            against=sum(one.against for one in judged),
            unknown=sum(not one.decided for one in judged),
        )))  # fmt: skip
    made.sort(key=lambda one: one[:2])
    return TrialScreening(
        label=LABELS[spoken],
        language=spoken,
        as_of=patient.as_of,
        trials=tuple(one for _, _, one in made),
        provenance=research_provenance(record, settings, spoken),
    )


def research_provenance(record: PatientRecord, settings: Settings, language: str) -> Provenance:
    made = provenance(
        language=language,
        quality=Quality.rules,
        settings_sha256=settings.digest("summary"),
        input_sha256=record_sha256(record),
        models=(),
        lexicons={"all": lexicons_sha256(), "rules": rules_sha256()},
    )
    return made.model_copy(update={"notice": LABELS[language]})


def patient_facts(
    record: PatientRecord, *, as_of: str | None = None, cache: MapCache | None = None
) -> PatientFacts:
    """All that criteria are judged on. ``as_of``: the latest document's date if not given."""
    kept = cache if cache is not None else MemoryCache()
    day = as_of or max((d.date for d in record.documents if d.date), default="1900-01-01")
    values: list[DatedValue] = []
    drugs: list[DrugUse] = []
    for document in record.documents:
        paragraphs = {one.id: one for one in document.paragraphs}
        for fact in cached_facts(document, kept):
            if fact.polarity is not Polarity.affirmed:
                continue
            if fact.experiencer is not Experiencer.patient:
                continue
            words = document.cite(paragraphs[fact.anchor], fact.start, fact.end)
            if fact.category is Category.laboratory:
                limit = behind(document, paragraphs[fact.anchor], fact) or listed(
                    document, fact.values["name"]
                )
                values.append(DatedValue(
                    fact.values["name"], float(fact.values["value"]), fact.values.get("unit"),
                    fact.values.get("sign"), fact.date or fact.told, words, limit,
                ))  # fmt: skip
            elif fact.category is Category.treatment and fact.status in ("current", "stopped"):
                status = "current" if fact.status == "current" else "stopped"
                drugs.append(DrugUse(fact.values["inn"], status, fact.date or fact.told, words))  # type: ignore[arg-type]
    found = tuple(scan(record.documents))
    return PatientFacts(
        history=oncology(record, kept),
        as_of=day,
        values=tuple(values),
        told=tuple(one for one in found if isinstance(one, Told)),
        drugs=tuple(drugs),
        ages=tuple(one for one in found if isinstance(one, AgeAt)),
        sexes=tuple(one for one in found if isinstance(one, SexTold)),
    )
