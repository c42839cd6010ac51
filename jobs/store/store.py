"""The store as a whole: the database, the keys and the recordings."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.service_settings import ServiceSettings
from jobs.store import (  # noqa: F401 - so that all tables are known
    batch_tables,
    keys,
    record_tables,
    webhook_tables,
)
from jobs.store.audio import AudioFolder, AudioStore
from jobs.store.bucket import open_bucket
from jobs.store.database import Database
from jobs.store.keys import KeyRing


@dataclass(frozen=True)
class Store:
    database: Database
    ring: KeyRing
    audio: AudioStore

    def close(self) -> None:
        self.database.close()


def open_store(settings: ServiceSettings, *, migrate: bool = False) -> Store:
    """Raises KeysMissing, DatabaseAway, or EngineMissing for a bucket."""
    ring = keys.load(settings.keys_file)
    database = Database(settings.url)
    if migrate:
        database.migrate()
    return Store(database, ring, open_audio(settings, ring))


def open_audio(settings: ServiceSettings, ring: KeyRing) -> AudioStore:
    """Raises EngineMissing for a bucket without its libraries."""
    url = settings.audio_url
    if url is not None and url.startswith("s3://"):
        return open_bucket(url, ring)
    return AudioFolder(settings.audio_folder, ring)
