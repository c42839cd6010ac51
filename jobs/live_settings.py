"""Settings of live words."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LiveSettings(BaseSettings):
    """Part of ``ServiceSettings``; the HTTP service reads them."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    live_sessions: int = Field(default=0, ge=0)
    """Conversations whose words one HTTP process shows while they are spoken; 0 offers none. It
    then needs the recogniser's weights on its machine, and about 1.2 GB in a child process."""
    live_idle_seconds: float = Field(default=60.0, gt=0)
    """A live session without a sound for so long is closed; what arrived is kept, and can be gone
    on with."""
    live_hours: float = Field(default=4.0, gt=0)
    """A live session this old is ended, and becomes a job."""
    live_last_seconds: float = Field(default=8.0, gt=0)
    """A session that has ended stays open for so long at most, for its last words; its job is there
    already."""
