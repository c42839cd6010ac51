"""What every export says of itself: that a machine wrote it, and who signed it, if anybody did."""

from __future__ import annotations

from consultation.export.safe import line
from consultation.export.wording import wording
from consultation.provenance import Provenance, Quality
from consultation.signoff import NoteVersion
from consultation.transcript import Transcript


def note_banner(version: NoteVersion) -> str:
    """Over what nobody signed; empty once somebody did."""
    return "" if version.signed else wording(version.note.language).draft


def note_notice(version: NoteVersion) -> str:
    """One sentence: made by artificial intelligence, and of what quality, or signed by whom."""
    signature = version.signature
    if not version.signed or signature is None:
        return line(version.note.provenance.notice)
    said = wording(version.note.language).signed_notice
    return said.format(name=line(signature.name))


def transcript_label(transcript: Transcript) -> str:
    """Empty for a dialogue that people wrote."""
    if transcript.recording is None:
        return ""
    return wording(transcript.language).unsigned_transcript


def synthesis_label(provenance: Provenance, language: str) -> str:
    """Nobody signs a synthesis."""
    words = wording(language)
    made_by_rules = provenance.quality is Quality.rules
    return words.unsigned_rules if made_by_rules else words.unsigned_synthesis
