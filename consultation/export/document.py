"""The note as a document to file, print and send: DOCX and PDF.

The libraries are in the extra ``documents`` and are loaded when they are used.
"""

from __future__ import annotations

from consultation.errors import EngineMissing
from consultation.export.context import DocumentContext
from consultation.export.paper import paper
from consultation.signoff import NoteVersion
from consultation.transcript import Transcript

_HINT = "Install it with: pip install 'anamnese[documents]'"


def to_docx(version: NoteVersion, transcript: Transcript, context: DocumentContext) -> bytes:
    """A Word document (OOXML). Raises EngineMissing."""
    try:
        from consultation.export.docx import written
    except ImportError as missing:
        raise EngineMissing(f"{missing.name} is not installed", hint=_HINT) from None
    return written(paper(version, transcript, context))


def to_pdf(version: NoteVersion, transcript: Transcript, context: DocumentContext) -> bytes:
    """A PDF/A-3u file: archivable, every letter embedded. Raises EngineMissing."""
    try:
        from consultation.export.pdf import written
    except ImportError as missing:
        raise EngineMissing(f"{missing.name} is not installed", hint=_HINT) from None
    return written(paper(version, transcript, context))
