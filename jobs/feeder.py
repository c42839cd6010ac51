"""Keeps a bounded number of a batch's items in the queues, and says when it is done.

Run by every worker, and by the command that follows a batch: it needs nothing but the store. What
it does is in the rows, so it goes on wherever somebody was killed.
"""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy.orm import Session

from jobs.batch_intake import Intake
from jobs.batch_source import ItemSource
from jobs.batch_turn import Taken, Turn
from jobs.batches import cancel_jobs
from jobs.queue import Enqueuer
from jobs.store import batch_items, batches, consultations, outbox
from jobs.store.batch_tables import Batch, BatchItem
from jobs.store.job_rows import FINAL
from jobs.store.record_tables import is_record
from jobs.store.store import Store
from jobs.store.tables import Job, now_ms

_TOGETHER = 20
"""Items whose jobs are made in one transaction…"""
_SECONDS = 2.0
"""…or fewer, when reading them takes longer than this."""
_ABANDONED_MS = 3600 * 1000


class Feeder:
    def __init__(
        self,
        store: Store,
        enqueuer: Enqueuer,
        *,
        window: int,
        upload_limit: int,
        who: str,
        claim_seconds: float = 60.0,
    ) -> None:
        """
        Args:
            window: items with a job at one time, of all batches together.
            upload_limit: most bytes of a recording.
            claim_seconds: so long others leave a batch to who fills its window.
        """
        self._store, self._enqueuer, self._window = store, enqueuer, window
        self._intake = Intake(store, enqueuer, upload_limit)
        self._who, self._claim_ms = who, int(claim_seconds * 1000)
        self._tidied = 0

    def look(self) -> int:
        """One round: settle what is over, begin what fits. How many items were begun or refused.

        Raises DatabaseAway, DiskFull, StorageError: to be called again later.
        """
        self._tidy()
        with self._store.database.read() as session:
            open_ones = batches.unsettled(session)
            share = self._share(session, open_ones)
        return sum(self._one(batch_id, share) for batch_id in open_ones)

    def _share(self, session: Session, open_ones: list[str]) -> int:
        """Of each batch that has something waiting: evenly, so that a second batch does not wait
        for the first one's end."""
        room, sharing = self._window, 0
        for batch_id in open_ones:
            if batch_items.count(session, batch_id, "waiting", 1):
                sharing += 1
            else:
                room -= batch_items.count(session, batch_id, "active", self._window)
        return max(1, room // max(1, sharing))

    def _one(self, batch_id: str, window: int) -> int:
        if not self._wanted(batch_id, window):
            return 0
        found = self._settle(batch_id, window)
        if found is None:
            return 0
        org_id, folder, turns = found
        moved, begun, taken = 0, time.monotonic(), list[Taken]()
        try:
            for turn in turns:
                taken.append(self._intake.take(org_id, folder, turn))
                if len(taken) >= _TOGETHER or time.monotonic() - begun > _SECONDS:
                    moved += self._begin(batch_id, org_id, taken)
                    begun = time.monotonic()
            return moved + self._begin(batch_id, org_id, taken)
        except BaseException:
            for one in taken:
                self._intake.discard(org_id, one)
            raise

    def _wanted(self, batch_id: str, window: int) -> bool:
        """Looked at without a lock, because most of the time there is nothing to do."""
        with self._store.database.read() as session:
            row = session.get(Batch, batch_id)
            if row is None or row.status not in {"running", "cancelled"}:
                return False
            if batch_items.over(session, batch_id):
                return True
            active = batch_items.count(session, batch_id, "active", window)
            waiting = batch_items.count(session, batch_id, "waiting", 1)
            if row.status == "cancelled":
                return active > 0
            return active < window if waiting else active == 0

    def _settle(self, batch_id: str, window: int) -> tuple[str, Path, list[Turn]] | None:
        """What is over is noted; the items whose turn it is, if they are ours to begin."""
        dropped: list[str] = []
        with self._store.database.write() as session:
            row = batches.locked(session, batch_id)
            if row is None:
                return None
            for item, job in batch_items.over(session, batch_id):
                _note(item, job)
                if is_record(job.consultation_id):
                    continue  # its documents are what is kept
                if item.stamp is not None and item.status != "failed" and not row.keep_audio:
                    stored = consultations.find(session, item.org_id, job.consultation_id)
                    stored.audio_bytes = None
                    dropped.append(stored.id)
            session.flush()
            org_id, cancelled = row.org_id, row.status == "cancelled"
            turns = [] if cancelled else self._turns(session, row, window)
            folder = Path(batches.folder_of(row, self._store.ring))
        for consultation_id in dropped:
            self._store.audio.delete(org_id, consultation_id)
        if cancelled:
            cancel_jobs(self._store, self._enqueuer, org_id, batch_id)
        return (org_id, folder, turns) if turns else None

    def _turns(self, session: Session, row: Batch, window: int) -> list[Turn]:
        active = batch_items.count(session, row.id, "active", window)
        waiting = batch_items.waiting(session, row.id, window - active)
        if not waiting:
            if active == 0 and batch_items.count(session, row.id, "waiting", 1) == 0:
                row.status, row.finished, row.fed_by = "completed", now_ms(), None
                outbox.batch_over(session, row, batch_items.counts(session, row.id))
            return []
        at = now_ms()
        if row.fed_by not in {None, self._who} and (row.fed_until or 0) > at:
            return []
        row.fed_by, row.fed_until = self._who, at + self._claim_ms
        return [
            Turn(
                item.number,
                ItemSource.model_validate_json(batch_items.source_of(item, self._store.ring)),
                item.consultation_id,
                item.stamp,
            )
            for item in waiting
        ]

    def _begin(self, batch_id: str, org_id: str, taken: list[Taken]) -> int:
        """Jobs for what was read; ``taken`` is empty afterwards."""
        begun, recordings, jobs = 0, list[str](), list[str]()
        unwanted: list[Taken] = []
        with self._store.database.write() as session:
            row = batches.locked(session, batch_id)
            runs = row is not None and row.status == "running"
            for one in taken:
                item = session.get(BatchItem, (batch_id, one.turn.number))
                # In the meantime another one began it, or it was cancelled or erased.
                if row is None or not runs or item is None or item.status != "waiting":
                    unwanted.append(one)
                    continue
                if self._intake.must_wait(session, item, one):
                    continue
                left = self._intake.begin(session, row, item, one)
                recordings += left.recordings
                jobs += left.jobs
                begun += 1
            if row is not None and row.fed_by == self._who:
                row.fed_until = now_ms() + self._claim_ms
        taken.clear()
        for one in unwanted:
            self._intake.discard(org_id, one)
        for consultation_id in recordings:
            self._store.audio.delete(org_id, consultation_id)
        self._enqueuer.forget(jobs)
        return begun

    def _tidy(self) -> None:
        """Batches whose maker was killed while it wrote their items."""
        at = now_ms()
        if at - self._tidied > _ABANDONED_MS:
            self._tidied = at
            with self._store.database.write() as session:
                batches.drop_abandoned(session, at - _ABANDONED_MS)


def _note(item: BatchItem, job: Job) -> None:
    assert job.status in FINAL
    item.status = job.status
    item.error_code, item.error_hint = job.error_code, job.error_hint
