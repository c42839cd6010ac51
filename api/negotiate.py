"""Which representation a caller wants: Accept (RFC 9110, 12.5.1) against what there is."""

from __future__ import annotations

from collections.abc import Sequence

from api.problem import NotAcceptable


def negotiate(accept: str | None, available: Sequence[str]) -> str:
    """The best of ``available``; the first one where the caller does not care.

    Raises NotAcceptable.
    """
    ranges = [_range(part) for part in (accept or "").split(",") if part.strip()]
    if not ranges:
        return available[0]
    scored = [(_quality(ranges, media), -place, media) for place, media in enumerate(available)]
    quality, _, media = max(scored)
    if quality <= 0:
        raise NotAcceptable(
            "none of the media types asked for is there",
            hint=f"Accept one of: {', '.join(available)}.",
        )
    return media


def _range(part: str) -> tuple[str, str, float]:
    media, *parameters = (piece.strip().lower() for piece in part.split(";"))
    kind, _, sub = media.partition("/")
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = min(max(float(value), 0.0), 1.0)
            except ValueError:
                quality = 0.0
    return kind, sub, quality if quality == quality else 0.0


def _quality(ranges: Sequence[tuple[str, str, float]], media: str) -> float:
    """That of the range which names it most exactly."""
    kind, _, sub = media.partition("/")
    exact = [
        ((k == kind) + (s == sub), q) for k, s, q in ranges if k in {kind, "*"} and s in {sub, "*"}
    ]
    return max(exact, default=(0, 0.0))[1]
