"""Serum markers over time."""

from __future__ import annotations

from collections.abc import Sequence

from consultation.oncology import Biomarker, MarkerSeries, SeriesPoint

FOLLOWED = ("PSA", "CA15-3", "CA125", "CA19-9", "CEA", "AFP")
_SAME = {"ug/L": ("ng/mL", 1.0), "kU/L": ("U/mL", 1.0), "ng/dL": ("ng/mL", 0.01)}


def marker_series(biomarkers: Sequence[Biomarker]) -> tuple[MarkerSeries, ...]:
    """One series a marker and unit, oldest first; what has no date comes last. A value without a
    unit joins the only unit that the marker has, else it has a series of its own."""
    units: dict[str, set[str]] = {}
    for one in biomarkers:
        if one.value is not None and one.unit:
            units.setdefault(one.marker, set()).add(_unit(one)[0] or "")
    found: dict[tuple[str, str | None], list[SeriesPoint]] = {}
    for one in biomarkers:
        if one.value is None or one.marker not in FOLLOWED:
            continue
        unit, factor = _unit(one)
        listed = units.get(one.marker, set())
        if unit is None and len(listed) == 1:
            unit = next(iter(listed))
        found.setdefault((one.marker, unit), []).append(
            SeriesPoint(
                date=one.date or one.evidence[0].date,
                value=one.value * factor,
                comparator=one.comparator,
                evidence=one.evidence[0],
            )
        )
    return tuple(
        MarkerSeries(marker=marker, unit=unit, points=tuple(sorted(points, key=_when)))
        for (marker, unit), points in found.items()
    )


def _unit(one: Biomarker) -> tuple[str | None, float]:
    """(the unit that a series counts in, what a value is multiplied by)"""
    if one.unit is None:
        return None, 1.0
    return _SAME.get(one.unit, (one.unit, 1.0))


def _when(point: SeriesPoint) -> tuple[bool, str]:
    return point.date is None, point.date or ""
