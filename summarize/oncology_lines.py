"""The oncology history of a record, kept by document, and its facts as lines."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from clinical.oncology.extract import facts_of
from clinical.oncology.merge import effective_date, merge
from clinical.text import LANGUAGES, fold
from consultation.documents import PatientRecord, SourceDocument
from consultation.oncology import Biomarker, Fact, MarkerSeries, OncologyHistory, TreatmentLine
from consultation.record_facts import Category, FactStatus
from consultation.synthesis import Flag, ResultPoint, ResultSeries, SynthesisLine
from prompts.syntheses import Shows
from summarize.record_facts.map import MapCache, map_key
from summarize.reduce.lines import MOST_SOURCES
from summarize.reduce.phrases import age

_NOBODY = "d000"
"""The id under which a document's facts are kept: the same document may have another one later."""
_SHOWN: dict[str, Shows] = {
    "tumors": "oncology_tumour",
    "stages": "oncology_stage",
    "biomarkers": "oncology_biomarkers",
    "treatments": "oncology_treatments",
    "performance": "oncology_status",
    "responses": "oncology_status",
    "toxicities": "oncology_status",
}
_STATUS: dict[str, FactStatus] = {
    "planned": "planned",
    "current": "current",
    "completed": "done",
    "stopped": "stopped",
}


def oncology(record: PatientRecord, cache: MapCache) -> OncologyHistory:
    """Of all documents in a language that rules read; the order they come in does not matter."""
    known = {one.id for one in record.documents}
    ordered = sorted(record.documents, key=lambda one: (one.date or "9999", one.sha256))
    return merge([_of(one, known, cache) for one in ordered if one.language in LANGUAGES])


def _of(document: SourceDocument, known: set[str], cache: MapCache) -> OncologyHistory:
    copied = ",".join(
        p.id for p in document.paragraphs if p.repeats is not None and p.repeats.document in known
    )
    named = f"{document.title or document.file}"
    key = hashlib.sha256(f"oncology {map_key(document)} {copied} {named}".encode()).hexdigest()
    kept = cache.get(key)
    if kept is None:
        found = facts_of(document.model_copy(update={"id": _NOBODY}), repeats_in=known)
        kept = found.model_dump_json(by_alias=True, exclude_defaults=True).encode()
        cache.put(key, kept)
    if kept == b"{}":
        return OncologyHistory()
    return _owned(OncologyHistory.model_validate_json(kept), document.id)


def _owned(history: OncologyHistory, document: str) -> OncologyHistory:
    """The same facts, of this document."""
    fields = {}
    for name in _SHOWN:
        fields[name] = tuple(
            fact.model_copy(
                update={
                    "id": fact.id.replace(_NOBODY, document),
                    "evidence": tuple(
                        one.model_copy(update={"source": document}) for one in fact.evidence
                    ),
                }
            )
            for fact in getattr(history, name)
        )
    return history.model_copy(update=fields)


def oncology_lines(
    history: OncologyHistory, as_of: str, language: str
) -> dict[Shows, list[SynthesisLine]]:
    """By what a section shows; ``oncology`` is all of them. Words are the documents'."""
    found: dict[Shows, list[SynthesisLine]] = {}
    for name, shown in _SHOWN.items():
        facts: Sequence[Fact] = getattr(history, name)
        found.setdefault(shown, []).extend(_lines(name, facts, as_of, language))
    found["oncology"] = [line for shown in dict.fromkeys(_SHOWN.values()) for line in found[shown]]
    return found


def _lines(name: str, facts: Sequence[Fact], as_of: str, language: str) -> list[SynthesisLine]:
    """One line for words that several facts share; the latest first."""
    lines: dict[tuple[str, str | None], SynthesisLine] = {}
    ordered = sorted(facts, key=lambda f: (effective_date(f) or "", f.text, f.id), reverse=True)
    for fact in ordered:
        if isinstance(fact, Biomarker) and _followed(fact):
            continue  # a series, in the table of results
        when = effective_date(fact)
        key = (fold(fact.text), when)
        if key in lines:
            continue
        flags: tuple[Flag, ...] = ("uncertain",) if fact.certainty == "uncertain" else ()
        digest = hashlib.sha256(f"{name} {key}".encode()).hexdigest()[:8]
        lines[key] = SynthesisLine(
            id=f"oncology.{name}-{digest}",
            category=Category.oncology,
            text=fact.text,
            date=when,
            last_seen=max((e.date or "" for e in fact.evidence), default="") or None,
            age=age(when, as_of, language),
            status=_STATUS.get(fact.status) if isinstance(fact, TreatmentLine) else None,
            flags=flags,
            evidence=fact.evidence[:MOST_SOURCES],
        )
    return list(lines.values())


def _followed(one: Biomarker) -> bool:
    return one.value is not None and one.unit is not None and one.unit not in ("%", "{mut}/Mb")


def marker_results(
    found: Sequence[MarkerSeries], as_of: str, language: str
) -> tuple[ResultSeries, ...]:
    """Serum markers beside the other measurements."""
    return tuple(
        ResultSeries(
            name=one.marker,
            unit=one.unit,
            age=age(next((p.date for p in reversed(one.points) if p.date), None), as_of, language),
            points=tuple(
                ResultPoint(
                    date=point.date,
                    value=point.value,
                    comparator=point.comparator,
                    text=f"{point.comparator or ''}{point.value:g} {one.unit or ''}".strip(),
                    evidence=point.evidence,
                )
                for point in one.points
            ),
        )
        for one in found
    )
