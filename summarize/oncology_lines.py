"""The oncology history of a record, kept by document, and its facts as lines."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from clinical.oncology.extract import facts_of
from clinical.oncology.merge import effective_date, merge
from clinical.oncology.wording import line
from clinical.text import LANGUAGES, fold
from consultation.documents import PatientRecord, SourceDocument
from consultation.oncology import (
    Biomarker,
    Fact,
    Interpretation,
    MarkerSeries,
    OncologyHistory,
    TreatmentLine,
    Tumor,
)
from consultation.record_facts import Category, FactStatus
from consultation.synthesis import (
    Conflict,
    ConflictSide,
    Flag,
    ResultPoint,
    ResultSeries,
    SynthesisLine,
)
from prompts.syntheses import Shows
from summarize.record_facts.map import MapCache, map_key
from summarize.reduce.checks import check, failed
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


def oncology(
    record: PatientRecord, cache: MapCache, keys: Mapping[str, str] | None = None
) -> OncologyHistory:
    """Of all documents in a language that rules read; the order they come in does not matter.
    ``keys``: the ``map_key`` of each document, by its id, where they are known."""
    keys = keys or {one.id: map_key(one) for one in record.documents}
    known = {one.id for one in record.documents}
    ordered = sorted(record.documents, key=lambda one: (one.date or "9999", one.sha256))
    return merge(
        [_of(one, known, cache, keys[one.id]) for one in ordered if one.language in LANGUAGES]
    )


def _of(
    document: SourceDocument, known: set[str], cache: MapCache, read_as: str
) -> OncologyHistory:
    copied = ",".join(
        p.id for p in document.paragraphs if p.repeats is not None and p.repeats.document in known
    )
    named = f"{document.title or document.file}"
    key = hashlib.sha256(f"oncology {read_as} {copied} {named}".encode()).hexdigest()
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
    """By what a section shows; ``oncology`` is all of them."""
    found: dict[Shows, list[SynthesisLine]] = {}
    for name, shown in _SHOWN.items():
        facts: Sequence[Fact] = getattr(history, name)
        found.setdefault(shown, []).extend(_lines(name, facts, as_of, language))
    found["oncology"] = [one for shown in dict.fromkeys(_SHOWN.values()) for one in found[shown]]
    return found


def tumour_conflicts(history: OncologyHistory) -> list[Conflict]:
    """One organ on two sides, unless one document tells both: a breast, a lung, a kidney."""
    sided: dict[str, list[Tumor]] = {}
    for tumor in history.tumors:
        if tumor.behaviour == "primary" and tumor.laterality in ("left", "right"):
            sided.setdefault(_organ(tumor), []).append(tumor)
    found = []
    for organ, tumors in sorted(sided.items()):
        tumors.sort(key=lambda t: (effective_date(t) or "", t.evidence[0].date or "", t.text))
        by_document: dict[str, set[str]] = {}
        for tumor in tumors:
            for one in tumor.evidence:
                by_document.setdefault(one.source, set()).add(tumor.laterality or "")
        if not organ or any(len(sides) > 1 for sides in by_document.values()):
            continue
        first = tumors[0]
        other = next((t for t in tumors if t.laterality != first.laterality), None)
        if other is not None:
            found.append(
                Conflict(
                    id=f"conflict.side.tumour-{hashlib.sha256(organ.encode()).hexdigest()[:8]}",
                    kind="side",
                    about=first.text,
                    one=ConflictSide(says=first.text, evidence=first.evidence[:1]),
                    other=ConflictSide(says=other.text, evidence=other.evidence[:1]),
                )
            )
    return found


def _organ(tumor: Tumor) -> str:
    codes = [code.code for code in tumor.codes if code.code.startswith("C")]
    return codes[0].split(".")[0] if codes else fold(tumor.topography or "")


def _told(fact: Fact, language: str) -> str:
    """In the record's terms where its quotes bear them out; else the words themselves."""
    said = line(fact.model_copy(update={"date": None, "certainty": "certain"}), language)
    if not failed(check(said, fact.evidence, language, verbatim=True)):
        return said
    if fact.text.count("(") != fact.text.count(")"):
        return fact.text.replace("(", "").replace(")", "")  # "RP) : 40 %"
    return fact.text


def _superseded(fact: Fact, facts: Sequence[Fact]) -> bool:
    """Awaited once, and known since."""
    if not isinstance(fact, Biomarker) or fact.interpretation is not Interpretation.pending:
        return False
    told = effective_date(fact) or ""
    return any(
        isinstance(one, Biomarker)
        and one.marker[:4] == fact.marker[:4]
        and one.interpretation not in (Interpretation.pending, Interpretation.not_done)
        and (effective_date(one) or "") > told
        for one in facts
    )


def _lines(name: str, facts: Sequence[Fact], as_of: str, language: str) -> list[SynthesisLine]:
    """One line for words that several facts share; the latest first."""
    lines: dict[tuple[str, str | None], SynthesisLine] = {}
    ordered = sorted(facts, key=lambda f: (effective_date(f) or "", f.text, f.id), reverse=True)
    for fact in ordered:
        if isinstance(fact, Biomarker) and _followed(fact):
            continue  # a series, in the table of results
        if _superseded(fact, facts):
            continue
        when = effective_date(fact)
        text = _told(fact, language)
        lasting = name in ("tumors", "stages", "biomarkers", "treatments")
        key = (fold(text), None if lasting else when)
        if key in lines:
            known = lines[key]
            again = dict.fromkeys((*known.evidence, *fact.evidence))
            lines[key] = known.model_copy(
                update={"evidence": tuple(again)[:MOST_SOURCES], "date": when or known.date}
            )
            continue
        doubted = fact.certainty == "uncertain" or (
            isinstance(fact, Tumor) and fact.behaviour == "uncertain"
        )
        flags: tuple[Flag, ...] = ("uncertain",) if doubted else ()
        digest = hashlib.sha256(f"{name} {key}".encode()).hexdigest()[:8]
        lines[key] = SynthesisLine(
            id=f"oncology.{name}-{digest}",
            category=Category.oncology,
            text=text,
            date=when,
            last_seen=max((e.date or "" for e in fact.evidence), default="") or None,
            age=age(when, as_of, language),
            status=_STATUS.get(fact.status) if isinstance(fact, TreatmentLine) else None,
            flags=flags,
            evidence=fact.evidence[:MOST_SOURCES],
        )
    return [
        one
        for one in lines.values()
        if not any(other.text.startswith(f"{one.text},") for other in lines.values())
    ]


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
