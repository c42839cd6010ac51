"""RTF, by striprtf: its text, then lines as of plain text."""

from __future__ import annotations

from consultation.document_errors import DocumentTooDeep, missing_library
from consultation.documents import DocumentFormat
from records.blocks import Reading
from records.limits import Limits
from records.lines import blocks_of_lines


def read_rtf(data: bytes, limits: Limits) -> Reading:
    """Raises DocumentTooDeep. Groups are counted before anything is read."""
    try:
        from striprtf.striprtf import rtf_to_text
    except ImportError:
        raise missing_library() from None
    depth = 0
    for byte in data:
        depth += (byte == 0x7B) - (byte == 0x7D)
        if depth > limits.depth:
            raise DocumentTooDeep("groups are nested too deep")
    text: str = rtf_to_text(data.decode("latin-1"), encoding="cp1252", errors="replace")
    lines = [line.rstrip("|") for line in text.splitlines()]
    return Reading(DocumentFormat.rtf, tuple(blocks_of_lines(lines)))
