"""How much of anything is read: what is beyond is refused, and never cut in silence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    document_bytes: int = 100_000_000
    """One file, and one member of an archive when inflated."""
    characters: int = 5_000_000
    """Of text in one document: about 800,000 words."""
    paragraphs: int = 200_000
    pages: int = 2_000
    depth: int = 200
    """Of nested elements of XML, HTML or JSON."""
    elements: int = 1_000_000
    """Of one XML document: each takes memory, however short it is."""
    documents: int = 20_000
    """In one record."""
    archive_members: int = 20_000
    archive_bytes: int = 2_000_000_000
    """All members of one archive, inflated."""
    archive_ratio: int = 200
    """Inflated over packed, counted from 10 MB on: text rarely goes beyond 20."""
    ocr_seconds: float = 60.0
    """For one page."""


DEFAULT = Limits()
