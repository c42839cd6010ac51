"""Bars with intervals, as SVG: no library, no script, readable on paper and in the dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_LABEL, _BAR, _ROW, _VALUE = 230, 330, 26, 130
"""Pixels: width of labels and of bars, height of a row, width of the figures at the right."""


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    low: float | None = None
    high: float | None = None
    strong: bool = False
    """A pool, not one recording."""


def bars(title: str, rows: Sequence[Bar], *, share: bool = True) -> str:
    """One horizontal bar a row, on an axis from 0; per cent when ``share``."""
    top = max([1e-9, *(max(row.value, row.high or 0.0) for row in rows)])
    top = min(1.0, top) if share and top <= 1 else top
    width, height = _LABEL + _BAR + _VALUE, _ROW * len(rows) + 10
    parts = [
        f'<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"<title>{escape(title)}</title>"
    ]
    for number, row in enumerate(rows):
        parts.append(_row(row, 5 + number * _ROW, top, share))
    return "".join([*parts, "</svg>"])


def _row(row: Bar, y: float, top: float, share: bool) -> str:
    def x(value: float) -> float:
        return round(_LABEL + _BAR * min(max(value, 0.0), top) / top, 1)

    middle = y + _ROW / 2
    weight = ' class="strong"' if row.strong else ""
    parts = [
        f'<text{weight} x="{_LABEL - 8}" y="{middle + 4}" text-anchor="end">'
        f"{escape(_short(row.label))}</text>",
        f'<rect class="{"pool" if row.strong else "one"}" x="{_LABEL}" y="{y + 5}" '
        f'width="{max(1.0, x(row.value) - _LABEL):.1f}" height="{_ROW - 10}" rx="2"/>',
    ]
    text = shown(row.value, share)
    if row.low is not None and row.high is not None:
        low, high = x(row.low), x(row.high)
        parts.append(
            f'<path class="interval" d="M{low} {middle}H{high}M{low} {middle - 4}v8'
            f'M{high} {middle - 4}v8"/>'
        )
        text += f" ({shown(row.low, share, unit=False)}–{shown(row.high, share, unit=False)})"
    parts.append(f'<text{weight} x="{_LABEL + _BAR + 8}" y="{middle + 4}">{escape(text)}</text>')
    return "".join(parts)


def shown(value: float, share: bool, *, unit: bool = True) -> str:
    if not share:
        return f"{value:.2f}"
    return f"{100 * value:.1f}" + (" %" if unit else "")


def _short(label: str) -> str:
    return label if len(label) <= 34 else label[:33] + "…"
