"""What a finished result was made with: another digest means that it is stale."""

from __future__ import annotations

import hashlib

from clinical.lexicon_digest import lexicons_sha256
from consultation.settings import Settings
from transcribe.pipeline import TranscribeOptions


def transcript_digest(settings: Settings, options: TranscribeOptions) -> str:
    """sha256 of all but the recording that a transcript depends on."""
    together = settings.digest("transcript") + options.model_dump_json() + lexicons_sha256()
    return hashlib.sha256(together.encode()).hexdigest()
