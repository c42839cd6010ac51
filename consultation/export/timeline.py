"""Treatments, responses and markers over time as one self-contained SVG: no script, no library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from html import escape

from consultation.oncology import MarkerSeries
from consultation.research import Efficacy

_LEFT, _WIDTH, _RIGHT, _ROW, _TRACK = 190, 620, 90, 26, 74
"""Pixels: width of names, of time and of figures; height of a treatment and of a marker."""
_WORDS = {
    "fr": {
        "title": "Traitements, réponses et marqueurs au cours du temps",
        "responses": "Réponses", "empty": "Rien de daté dans le dossier.",
        "desc": "{rows} traitements, {responses} réponses, {series} marqueurs, "
                "de {first} à {last}.",
        "open": "fin non dite", "unsaid": "début non dit",
    },
    "en": {
        "title": "Treatments, responses and markers over time",
        "responses": "Responses", "empty": "Nothing dated in the record.",
        "desc": "{rows} treatments, {responses} responses, {series} markers, "
                "from {first} to {last}.",
        "open": "end not told", "unsaid": "start not told",
    },
}  # fmt: skip
_STYLE = (
    "text{font:12px sans-serif;fill:#222}.small{font-size:10px;fill:#555}.label{font-weight:bold}"
    ".bar{fill:#3b6ea5}.open{fill:#9dbbdb}.axis{stroke:#999}.line{fill:none;stroke:#a53b3b}"
    ".dot{fill:#a53b3b}.response{fill:#2d7d46}"
)


def timeline_svg(efficacy: Efficacy) -> str:
    """Its title, description and label are text; colours are never the only sign."""
    words = _WORDS[efficacy.language]
    rows = [one for one in efficacy.rows if one.start or one.end]
    responses = [
        (when, one.value)
        for one in efficacy.history.responses
        if (when := one.date or one.evidence[0].date)
    ]
    series = [one for one in efficacy.history.series if any(p.date for p in one.points)]
    days = [_day(one.start) for one in rows if one.start]
    days += [_day(one.end) for one in rows if one.end]
    days += [_day(when) for when, _ in responses]
    days += [_day(p.date) for one in series for p in one.points if p.date]
    if not days:
        return _document(words["title"], words["empty"], efficacy.label, [], 60)
    first, last = min(days), max(days)
    span = max(1, last - first)

    def x(day: int) -> float:
        return round(_LEFT + _WIDTH * (day - first) / span, 1)

    parts: list[str] = []
    top = 64.0
    for row in rows:
        start = x(_day(row.start or row.end))
        end = x(_day(row.end)) if row.end else x(last)
        kind = "bar" if row.end else "open"
        parts.append(_text(_LEFT - 8, top + 16, _short(row.treatment), anchor="end"))
        told = f"{row.treatment}: {row.start or words['unsaid']} – {row.end or words['open']}"
        parts.append(
            f'<rect class="{kind}" x="{start}" y="{top + 5}" width="{max(3.0, end - start):.1f}" '
            f'height="{_ROW - 10}" rx="2"><title>{escape(told)}</title></rect>'
        )
        top += _ROW
    if responses:
        parts.append(_text(_LEFT - 24, top + 16, words["responses"], anchor="end"))
        for when, value in responses:
            parts.append(_text(x(_day(when)), top + 16, value, kind="response", anchor="middle"))
        top += _ROW
    for one in series:
        parts += _series(one, top, x)
        top += _TRACK
    parts.append(f'<path class="axis" d="M{_LEFT} {top + 4}H{_LEFT + _WIDTH}"/>')
    parts.append(_text(_LEFT, top + 18, _iso(first), kind="small"))
    parts.append(_text(_LEFT + _WIDTH, top + 18, _iso(last), kind="small", anchor="end"))
    told = words["desc"].format(
        rows=len(rows), responses=len(responses), series=len(series), first=_iso(first),
        last=_iso(last),
    )  # fmt: skip
    return _document(words["title"], told, efficacy.label, parts, top + 30)


def _series(one: MarkerSeries, top: float, x: Callable[[int], float]) -> list[str]:
    """One marker in its own scale, from 0 to its highest value; both are written."""
    points = [(x(_day(p.date)), p) for p in one.points if p.date]
    highest = max(p.value for _, p in points) or 1.0
    height = _TRACK - 24
    places = [(at, round(top + 10 + height * (1 - p.value / highest), 1)) for at, p in points]
    parts = [_text(_LEFT - 8, top + 24, f"{one.marker} {one.unit or ''}".strip(), anchor="end")]
    if len(places) > 1:
        parts.append(f'<polyline class="line" points="{" ".join(f"{a},{b}" for a, b in places)}"/>')
    for (at, y), (_, point) in zip(places, points, strict=True):
        told = f"{point.comparator or ''}{point.value:g}"
        parts.append(
            f'<circle class="dot" cx="{at}" cy="{y}" r="3"><title>{escape(told)} '
            f"({point.date})</title></circle>"
        )
        parts.append(_text(at + 5, y + 12, told, kind="small"))
    return parts


def _document(title: str, told: str, label: str, parts: Sequence[str], height: float) -> str:
    width = _LEFT + _WIDTH + _RIGHT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t d" '
        f'viewBox="0 0 {width} {height:.0f}" width="{width}" height="{height:.0f}">'
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(told)} {escape(label)}</desc>'
        f"<style>{_STYLE}</style>"
        f'<rect width="100%" height="100%" fill="#fff"/>'
        + _text(8, 20, title, kind="label")
        + _text(8, 38, label, kind="small")
        + "".join(parts)
        + "</svg>\n"
    )


def _text(x: float, y: float, words: str, *, kind: str = "", anchor: str = "start") -> str:
    shown = f' class="{kind}"' if kind else ""
    return f'<text{shown} x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def _day(partial: str | None) -> int:
    """Days; a month or a year counts from its first day."""
    whole = (partial or "") + "-01-01"[{4: 0, 7: 3}.get(len(partial or ""), 6) :]
    try:
        return date.fromisoformat(whole).toordinal()
    except ValueError:
        return date(int(whole[:4]), 1, 1).toordinal()


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()


def _short(name: str) -> str:
    return name if len(name) <= 28 else name[:27] + "…"
