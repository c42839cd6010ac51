"""What only the service reads: the store, the queues, the door. Built by entry points alone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import quote

from platformdirs import user_data_path
from pydantic import Field, HttpUrl, IPvAnyNetwork, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from consultation.errors import InvalidOption
from jobs.document_settings import DocumentSettings
from jobs.identity_settings import IdentitySettings
from jobs.life_cycle_settings import LifeCycleSettings
from jobs.live_settings import LiveSettings
from jobs.push_settings import PushSettings
from jobs.smart_settings import SmartSettings


class ServiceSettings(
    IdentitySettings,
    LifeCycleSettings,
    DocumentSettings,
    PushSettings,
    LiveSettings,
    SmartSettings,
):
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
    database_password_file: Path | None = None
    """A file with the password for that URL, which then needs none."""
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
    upload_hours: float = Field(default=24.0, gt=0)
    """A resumable upload that nothing was sent to for so long is removed."""

    openai_models: str = "anamnese,whisper-1"
    """Names that /v1/audio/transcriptions takes as its model, with commas. All of them mean the
    models that the workers' settings name."""
    openai_wait_seconds: float = Field(default=3600.0, gt=0)
    """How long such a call may take before it is given up."""
    openai_keep: bool = False
    """Keep the consultation that such a call makes; otherwise it is erased with the answer."""

    speech_parallel: int = Field(default=1, ge=1)
    """Recordings that one worker transcribes at once; each loads the speech models."""
    notes_parallel: int = Field(default=1, ge=1)
    """Notes that one worker writes at once; with a vLLM server, as many as it batches well."""
    records_parallel: int = Field(default=1, ge=1)
    """Syntheses of records that one worker makes at once."""
    record_upload_mb: int = Field(default=256, ge=1)
    """Documents of one request, together; more are sent with further ones."""
    lease_seconds: float = Field(default=20.0, gt=0)
    """A worker that has not been heard of for so long has its jobs taken over."""
    poll_seconds: float = Field(default=0.25, gt=0)
    """Seconds between two looks of a worker at a queue; a new job waits half of it. After a job, a
    worker looks for the next one, and for the next step, within hundredths of a second."""
    drain_seconds: float = Field(default=600.0, ge=0)
    """How long a worker that is asked to stop may finish what it is doing."""
    step_attempts: int = Field(default=5, ge=1)
    """How often a step is tried whose error may pass by itself."""
    retry_seconds: float = Field(default=2.0, gt=0)
    """Before the second try; doubled for each further one."""

    child_jobs: int = Field(default=500, ge=1)
    """After so many jobs the process with a worker's models is replaced by a new one."""
    child_growth_mb: float = Field(default=1500.0, gt=0)
    """So it is when it holds so much more memory of its own than after its first job."""
    memory_budget_mb: int | None = Field(default=None, ge=1)
    """Memory (or a card's memory, with figures of your own below) that one worker may fill with
    models and recordings; None bounds it by the numbers at once alone. A recording that does not
    fit yet waits, one that never could is refused."""
    memory_speech_mb: int = Field(default=1600, ge=0)
    """For the budget: a child with the speech models loaded."""
    memory_note_mb: int = Field(default=2200, ge=0)
    """For the budget: a note with its language model; little, where a vLLM server has it."""
    memory_record_mb: int = Field(default=300, ge=0)
    """For the budget: a synthesis by rules of a record with a thousand documents."""
    memory_minute_mb: float = Field(default=20.0, ge=0)
    """For the budget: a minute of recording while it is recognised and diarised."""
    stuck_seconds: float = Field(default=600.0, gt=0)
    """A step without progress for so long is an error in the log and in the metrics."""
    stuck_kill_seconds: float = Field(default=3600.0, gt=0)
    """And after so long it is ended and tried again, as often as ANAMNESE_STEP_ATTEMPTS."""

    queue_limit: int = Field(default=20_000, ge=0)
    """With so many jobs waiting, new ones over HTTP are refused for now; 0 refuses none."""
    disk_reserve_mb: int = Field(default=1024, ge=0)
    """An upload that would leave less free on the disk of the recordings is refused."""

    metrics_port: int | None = Field(default=None, ge=0, le=65535)
    """A worker answers Prometheus there; None does not. (The HTTP service has /metrics.)"""
    metrics_host: str = "127.0.0.1"
    """Its address; any other than loopback needs ANAMNESE_METRICS_TOKEN_FILE."""
    metrics_token_file: Path | None = None
    """A file with the bearer token that a worker's metrics ask for."""
    log_format: Literal["text", "json"] = "text"
    """json: one object a line, for a collector."""
    otlp_endpoint: HttpUrl | None = None
    """Traces go there, as http://collector:4318; none are made without. Ids and times only."""

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
    """For scripted engines: how long recognising and writing take; diarising takes twice that."""

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
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        if self.database_password_file is None:
            return url
        try:
            password = self.database_password_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise InvalidOption("ANAMNESE_DATABASE_PASSWORD_FILE cannot be read") from None
        scheme, _, rest = url.partition("://")
        user, _, place = rest.rpartition("@")
        return f"{scheme}://{user.partition(':')[0]}:{quote(password, safe='')}@{place}"

    @property
    def audio_folder(self) -> Path:
        """Where recordings are, unless they are in a bucket."""
        if self.audio_url is not None and "://" not in self.audio_url:
            return Path(self.audio_url)
        return self.data_folder / "audio"

    @property
    def work(self) -> Path:
        return self.work_folder or self.data_folder / "work"
