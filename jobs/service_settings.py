"""What only the service reads: the store, the queues, the door. Built by entry points alone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, IPvAnyNetwork, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Read from the environment: ``ANAMNESE_`` and the field's name in capitals."""

    model_config = SettingsConfigDict(
        env_prefix="ANAMNESE_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        use_attribute_docstrings=True,
    )

    data_folder: Path = Field(default_factory=lambda: user_data_path("anamnese"))
    """The SQLite database and the encrypted recordings."""
    database_url: SecretStr | None = None
    """postgresql://user:password@host/name for several machines; None keeps SQLite in the data
    folder."""
    keys_file: Path | None = None
    """Encryption keys, made by ``anamnese keys new``. No default: the service does not start
    without."""
    work_folder: Path | None = None
    """Where steps keep decoded audio while they run; a disk in memory is best. None takes
    ``work`` in the data folder."""

    host: str = "127.0.0.1"
    """Address that ``anamnese serve`` listens on."""
    port: int = Field(default=8765, ge=0, le=65535)
    """Its port."""
    authentication: Literal["keys", "none"] = "keys"
    """none lets everyone on this machine in, and is refused on any other address than loopback."""
    upload_limit_mb: int = Field(default=2048, ge=1)
    """A larger recording is refused, before it is read where its size is announced."""
    require_consent: bool = False
    """Refuse a recording without a reference to the patient's agreement."""

    speech_parallel: int = Field(default=1, ge=1)
    """Recordings that one worker transcribes at once; each loads the speech models."""
    notes_parallel: int = Field(default=1, ge=1)
    """Notes that one worker writes at once; with a vLLM server, as many as it batches well."""
    lease_seconds: float = Field(default=20.0, gt=0)
    """A worker that has not been heard of for so long has its jobs taken over."""
    poll_seconds: float = Field(default=1.0, gt=0)
    """Seconds between two looks of a worker at a queue."""
    drain_seconds: float = Field(default=600.0, ge=0)
    """How long a worker that is asked to stop may finish what it is doing."""
    step_attempts: int = Field(default=5, ge=1)
    """How often a step is tried whose error may pass by itself."""
    retry_seconds: float = Field(default=2.0, gt=0)
    """Before the second try; doubled for each further one."""

    batch_window: int = Field(default=200, ge=1)
    """Items of batches that have a job at one time; the others wait, unread, where they are."""
    webhook_networks: tuple[IPvAnyNetwork, ...] = ()
    """Networks that webhooks may reach although they are not public, as a JSON list:
    ["10.20.0.0/16"]. Without it, private, loopback and link-local addresses are refused."""
    webhook_http: bool = False
    """Let webhooks be sent without TLS."""
    webhook_attempts: int = Field(default=10, ge=1)
    """How often a delivery is tried, over about a day with the default pauses."""
    webhook_retry_seconds: float = Field(default=10.0, gt=0)
    """Before the second try; four times as long before each further one, up to eight hours."""
    webhook_timeout: float = Field(default=10.0, gt=0)
    """Seconds for one try, from connecting to the answer."""
    webhook_log_days: int = Field(default=30, ge=1)
    """How long deliveries that are over can be looked up and replayed."""

    engines: Literal["models", "scripted"] = "models"
    """scripted: no models, made-up words, to try or to load the service. Results say so."""
    scripted_dialogue: Path | None = None
    """For scripted engines: what is said, a line a turn."""
    scripted_seconds: float = Field(default=0.0, ge=0)
    """For scripted engines: how long each of recognising, diarising and writing takes."""

    @field_validator("database_url")
    @classmethod
    def _known(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(
            ("postgresql://", "postgresql+psycopg://", "sqlite:///")
        ):
            raise ValueError("a PostgreSQL or SQLite URL is expected")
        return value

    @property
    def url(self) -> str:
        """Of the database, as SQLAlchemy and the engine of jobs take it."""
        if self.database_url is None:
            return f"sqlite:///{self.data_folder / 'anamnese.sqlite'}"
        url = self.database_url.get_secret_value()
        return url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def audio_folder(self) -> Path:
        return self.data_folder / "audio"

    @property
    def work(self) -> Path:
        return self.work_folder or self.data_folder / "work"
