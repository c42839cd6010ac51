"""Settings of what is kept, where, and for how long."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class LifeCycleSettings(BaseSettings):
    """Part of ``ServiceSettings``."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    audio_url: str | None = None
    """Where encrypted recordings are: a folder, or s3://bucket/prefix (needs ``anamnese[s3]``;
    address and credentials as for any client: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID…). None takes
    ``audio`` in the data folder."""
    require_consent: bool = False
    """Refuse a recording without a reference to the patient's agreement."""
    retention_audio_hours: float = Field(default=72.0, gt=0)
    """Age at which a recording is deleted, signed off or not; not while it is worked on."""
    retention_transcript_days: float | None = Field(default=None, gt=0)
    """Age at which a transcript is deleted; None keeps it."""
    retention_note_days: float | None = Field(default=None, gt=0)
    """Age at which a note is deleted; None keeps it."""

    retention_record_days: float | None = Field(default=None, gt=0)
    """How long after its last document or synthesis a record is erased, all of it; None keeps
    it."""

    @field_validator("audio_url")
    @classmethod
    def _reachable(cls, value: str | None) -> str | None:
        if value is None:
            return value
        parts = urlsplit(value)
        if parts.scheme == "s3":
            if not parts.netloc:
                raise ValueError("a bucket is expected: s3://bucket/prefix")
        elif parts.scheme or not Path(value).is_absolute():
            raise ValueError("a folder with its whole path or s3://bucket/prefix is expected")
        return value
