"""The store as a whole: the database, the keys and the recordings."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.service_settings import ServiceSettings
from jobs.store import batch_tables, keys, webhook_tables  # noqa: F401 - so that all tables are known
from jobs.store.audio import AudioFolder
from jobs.store.database import Database
from jobs.store.keys import KeyRing


@dataclass(frozen=True)
class Store:
    database: Database
    ring: KeyRing
    audio: AudioFolder

    def close(self) -> None:
        self.database.close()


def open_store(settings: ServiceSettings, *, migrate: bool = False) -> Store:
    """Raises KeysMissing or DatabaseAway."""
    ring = keys.load(settings.keys_file)
    database = Database(settings.url)
    if migrate:
        database.migrate()
    return Store(database, ring, AudioFolder(settings.audio_folder, ring))
