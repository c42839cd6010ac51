"""Treatments beside responses and markers, in time. Research only: a sequence is no cause."""

from __future__ import annotations

from collections.abc import Sequence

from clinical.oncology.begun import begun
from clinical.oncology.merge import effective_date
from clinical.oncology.wording_terms import drug_names
from consultation.documents import DocumentEvidence, PatientRecord
from consultation.oncology import (
    MarkerSeries,
    OncologyHistory,
    Response,
    SeriesPoint,
    TreatmentLine,
)
from consultation.research import LABELS, Efficacy, EfficacyRow, require_research
from consultation.settings import Settings
from summarize.oncology_lines import oncology
from summarize.record_facts.map import MapCache, MemoryCache
from summarize.trials import research_provenance


def efficacy(
    record: PatientRecord,
    settings: Settings,
    *,
    as_of: str | None = None,
    language: str | None = None,
    cache: MapCache | None = None,
) -> Efficacy:
    """Treatments that were begun, oldest first. Raises ResearchOff.

    A response belongs to the line that it names, else to the last dated treatment before its day,
    operations left out; others are listed apart.
    """
    require_research(settings)
    spoken = language or record.language
    history = oncology(record, cache if cache is not None else MemoryCache())
    day = as_of or max((d.date for d in record.documents if d.date), default="1900-01-01")
    groups = _groups(history, day, spoken)
    taken: dict[int, list[Response]] = {}
    apart: list[str] = []
    for response in history.responses:
        index = _line_of(response, groups)
        if index is None:
            apart.append(_said(response))
        else:
            taken.setdefault(index, []).append(response)
    return Efficacy(
        label=LABELS[spoken],
        language=spoken,
        rows=tuple(
            _row(one, groups[n + 1 :], taken.get(n, []), history.series)
            for n, one in enumerate(groups)
        ),
        undated=tuple(apart),
        history=history,
        provenance=research_provenance(record, settings, spoken),
    )


_AT_ONCE = ("surgery", "transplant")


class _Group:
    """The facts of one treatment."""

    def __init__(self, name: str, lines: list[TreatmentLine]) -> None:
        self.name = name
        self.lines = lines
        self.at_once = lines[0].kind in _AT_ONCE
        self.start = min((d for one in lines if (d := _start(one))), default=None)
        self.end = max((d for one in lines if (d := _end(one))), default=None)
        if self.end and self.start and self.end < self.start:
            self.start = None  # they are not of one course
        told = [one.status for one in lines if one.status != "unknown"]
        self.status = "completed" if self.at_once else told[-1] if told else "unknown"

    @property
    def anchor(self) -> str | None:
        return self.start or self.end


def _start(line: TreatmentLine) -> str | None:
    """A date that does not say which is the start, unless the treatment is told as over."""
    over = line.status in ("completed", "stopped") and line.kind not in _AT_ONCE
    return line.start or (None if over else line.date)


def _end(line: TreatmentLine) -> str | None:
    if line.kind in _AT_ONCE:
        return line.end or line.start or line.date
    over = line.status in ("completed", "stopped")
    return line.end or (line.date if over and line.date != line.start else None)


def _groups(history: OncologyHistory, day: str, language: str) -> list[_Group]:
    """Facts of one protocol, or of the same drugs, make one treatment; a kind alone, undated, is
    none."""
    names = drug_names(language)
    found: dict[tuple[str, int | None], list[TreatmentLine]] = {}
    for line in history.treatments:
        if line.kind == "supportive" or not begun(line, day):
            continue
        name = line.protocol or ", ".join(names.get(one, one) for one in line.drugs)
        name = name or line.text
        if not (line.protocol or line.drugs or line.start or line.date):
            continue
        found.setdefault((name, line.line), []).append(line)
    groups = [_Group(name, lines) for (name, _), lines in found.items()]
    return sorted(groups, key=lambda one: (one.anchor is None, one.anchor or "", one.name))


def _line_of(response: Response, groups: Sequence[_Group]) -> int | None:
    for index, one in enumerate(groups):
        if response.line and any(line.id == response.line for line in one.lines):
            return index
    date = effective_date(response)
    before = [
        n
        for n, one in enumerate(groups)
        if one.anchor and date and one.anchor < date and not one.at_once
    ]
    return before[-1] if before else None


def _said(response: Response) -> str:
    date = effective_date(response)
    doubt = " ?" if response.certainty == "uncertain" else ""
    return f"{response.value}{doubt} ({date})" if date else f"{response.value}{doubt}"


def _row(
    group: _Group,
    later: Sequence[_Group],
    responses: list[Response],
    series: Sequence[MarkerSeries],
) -> EfficacyRow:
    until = next((one.anchor for one in later if one.anchor), None)
    since = group.anchor
    markers = []
    evidence = [line.evidence[0] for line in group.lines]
    evidence += [one.evidence[0] for one in responses]
    for one in series:
        points = [p for p in one.points if p.date]
        before = [p for p in points if since and (p.date or "") <= since][-1:]
        within = [
            p
            for p in points
            if since and (p.date or "") > since and (until is None or (p.date or "") <= until)
        ]
        shown = [*before, *within[:1], *within[-1:]] if len(within) > 1 else [*before, *within]
        if within:
            markers.append(f"{one.marker} " + " → ".join(_point(p, one.unit) for p in shown))
            evidence += [p.evidence for p in shown]
    return EfficacyRow(
        treatment=group.name,
        start=group.start,
        end=group.end,
        status=group.status,
        responses=tuple(_said(one) for one in sorted(responses, key=_when)),
        markers=tuple(markers),
        evidence=_once(evidence),
    )


def _when(response: Response) -> str:
    return effective_date(response) or "9999"


def _point(point: SeriesPoint, unit: str | None) -> str:
    return f"{point.comparator or ''}{point.value:g}{' ' + unit if unit else ''} ({point.date})"


def _once(evidence: Sequence[DocumentEvidence]) -> tuple[DocumentEvidence, ...]:
    return tuple({(e.source, e.anchor, e.quote_start, e.quote_end): e for e in evidence}.values())
