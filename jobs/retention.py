"""What goes by its age: recordings after ``retention_audio_hours`` or once they are signed off,
transcripts, notes and records where the settings say so; and recordings that belong to nothing. One
worker of all does it, once a minute."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

from consultation.errors import AnamneseError
from jobs import erasure
from jobs.errors import NotFound
from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store import audit, launches, lives, records
from jobs.store.artefacts import SUMMARY, TRANSCRIPT
from jobs.store.audit import Actor
from jobs.store.forecast import Ages
from jobs.store.orphans import remove_orphans
from jobs.store.store import Store
from jobs.store.tables import DAY_MS, HOUR_MS, now_ms

log = logging.getLogger("anamnese.retention")
WORK = "retention"
EVERY_SECONDS = 60.0
ORPHANS_SECONDS = 3600.0
_AT_ONCE = 200


class Retention:
    """A chore of every worker (``chores.py``)."""

    def __init__(self, store: Store, enqueuer: Enqueuer, settings: ServiceSettings) -> None:
        self._store, self._enqueuer, self._settings = store, enqueuer, settings

    def turn(self) -> int:
        """What is this worker's to do now; 0, for the next look is soon enough for more."""
        if self.claim(WORK, EVERY_SECONDS):
            self.look()
        if self.claim("orphans", ORPHANS_SECONDS):
            remove_orphans(self._store.database, self._store.audio)
        return 0

    def claim(self, work: str, every_seconds: float) -> bool:
        """Whether it is this worker's turn."""
        with self._store.database.write() as session:
            return lives.claim(session, work, int(every_seconds * 1000))

    def look(self) -> dict[str, int]:
        """Kind → how many went."""
        keeps = ages(self._settings)
        gone = {"audio": self._audio(now_ms() - keeps.recordings)}
        for kind, age in ((TRANSCRIPT, keeps.transcripts), (SUMMARY, keeps.notes)):
            if age is not None:
                gone[kind] = self._results(kind, now_ms() - age)
        if keeps.records is not None:
            gone["records"] = self._records(now_ms() - keeps.records)
        with self._store.database.write() as session:
            launches.forget(session)
        # Last, and after a while: see erasure.py.
        gone["removals"] = erasure.finish_removals(self._store, self._enqueuer)
        if any(gone.values()):
            log.info("retention: %s", ", ".join(f"{n} {kind}" for kind, n in gone.items()))
        return gone

    def _audio(self, older_than: int) -> int:
        with self._store.database.read() as session:
            due = lives.audio_due(session, older_than=older_than, limit=_AT_ONCE)
        return sum(release(self._store, Actor(org, "worker"), con) for org, con in due)

    def _records(self, older_than: int) -> int:
        with self._store.database.read() as session:
            due = records.due(session, older_than=older_than, limit=_AT_ONCE)
        for org, one in due:
            with suppress(NotFound):
                erasure.erase_consultation(self._store, self._enqueuer, Actor(org, "worker"), one)
        return len(due)

    def _results(self, kind: str, older_than: int) -> int:
        with self._store.database.read() as session:
            due = lives.results_due(session, kind, older_than=older_than, limit=_AT_ONCE)
        total = 0
        for org, con in due:
            with self._store.database.write() as session:
                gone = lives.forget_results(session, org, con, kind, older_than=older_than)
                if gone:
                    actor = Actor(org, "worker")
                    audit.append(self._store.database, session, actor, f"{kind}.expire", con)
            total += gone
        return total


def ages(settings: ServiceSettings) -> Ages:
    """After which each kind goes, by the settings."""

    def days(given: float | None) -> int | None:
        return int(given * DAY_MS) if given is not None else None

    return Ages(
        recordings=int(settings.retention_audio_hours * HOUR_MS),
        transcripts=days(settings.retention_transcript_days),
        notes=days(settings.retention_note_days),
        records=days(settings.retention_record_days),
    )


def release(store: Store, actor: Actor, consultation_id: str) -> bool:
    """Delete a recording alone. False when a job needs it, or there is none."""
    with store.database.write() as session:
        if not lives.release_audio(session, actor.org_id, consultation_id):
            return False
        audit.append(store.database, session, actor, "audio.delete", consultation_id)
    _now(lambda: store.audio.delete(actor.org_id, consultation_id))
    return True


def _now(delete: Callable[[], None]) -> None:
    try:
        delete()
    except AnamneseError as error:
        log.warning("a recording is deleted later: %s", error.code)
