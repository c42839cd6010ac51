"""Documents that come in become a record and a job, in one transaction, for every door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from jobs.identity_settings import IdentitySettings
from jobs.queue import Enqueuer
from jobs.record_options import Asked, RecordOptions
from jobs.record_research import ResearchAsked
from jobs.store import audit, job_rows, lives, pseudonyms, quotas, records
from jobs.store.artefacts import OPTIONS
from jobs.store.audit import Actor
from jobs.store.job_rows import INTERACTIVE
from jobs.store.record_tables import RecordRow
from jobs.store.records import About
from jobs.store.store import Store
from jobs.store.tables import Job


@dataclass(frozen=True)
class NewDocument:
    """A file or an archive of files, on its way in."""

    name: str
    """As the sender calls it, without folders; it is stored encrypted only."""
    size: int
    sha256: str
    content: Callable[[], bytes]


@dataclass(frozen=True)
class Wanted:
    """Which synthesis is made of a record as it is then."""

    template: str
    as_of: str | None = None
    """The day that ages count to; None: today."""
    priority: int = INTERACTIVE
    research: ResearchAsked | None = None
    """For a research function, whose name is in ``template``."""


@dataclass
class Intake:
    """In the caller's transaction. All raise StorageQuota, TooManyUnfinished, NotFound."""

    store: Store
    enqueuer: Enqueuer
    settings: IdentitySettings | None
    """None: no quota is looked at, as for all that a batch takes in."""
    actor: Actor

    def record(
        self,
        session: Session,
        record_id: str,
        documents: Sequence[NewDocument],
        wanted: Wanted,
        options: RecordOptions,
        patient: str | None,
    ) -> Job:
        self._admit(session, documents, wanted)
        row = records.create(
            session, org_id=self.actor.org_id, record_id=record_id, by=self.actor.id
        )
        lives.belongs_to(session, self.store.ring, row.org_id, row.id, patient)
        content = options.to_json().encode()
        records.put(session, self.store.ring, row, OPTIONS, "", content)
        self._add(session, row, documents)
        return self._job(session, row, wanted, "record.create")

    def documents(
        self, session: Session, record_id: str, documents: Sequence[NewDocument], wanted: Wanted
    ) -> Job:
        """Those that are there already are not taken twice."""
        self._admit(session, documents, wanted)
        row = records.find(session, self.actor.org_id, record_id, lock=True)
        self._add(session, row, documents)
        return self._job(session, row, wanted, "record.documents.add")

    def synthesis(
        self, session: Session, record_id: str, wanted: Wanted, action: str = "synthesis.create"
    ) -> Job:
        self._admit(session, (), wanted)
        row = records.find(session, self.actor.org_id, record_id, lock=True)
        return self._job(session, row, wanted, action)

    def without(self, session: Session, record_id: str, number: int) -> Job | None:
        """Remove a document and all that was made from it; a job makes what is left of the latest
        synthesis anew, if there was one and a document is left."""
        row = records.find(session, self.actor.org_id, record_id, lock=True)
        records.document_row(session, row.org_id, row.id, number)
        made = records.syntheses(session, row.org_id, row.id)
        latest = made[-1] if made else None
        template, as_of = (latest.template, latest.as_of) if latest else ("", "")
        records.remove_document(session, row, number)
        audit.append(self.store.database, session, self.actor, "record.document.erase", row.id)
        left = records.documents(session, self.store.ring, row.org_id, row.id)
        if latest is None or all(one.status == "refused" for one in left):
            return None
        return self._job(session, row, Wanted(template, as_of), "synthesis.create")

    def _admit(self, session: Session, documents: Sequence[NewDocument], wanted: Wanted) -> None:
        if self.settings is None:
            return
        quotas.admit(
            self.store.database,
            session,
            self.settings,
            self.actor.org_id,
            sum(one.size for one in documents),
            wanted.priority,
        )

    def _add(self, session: Session, row: RecordRow, documents: Sequence[NewDocument]) -> None:
        ring = self.store.ring
        for one in documents:
            digest = pseudonyms.content(session, ring, row.org_id, one.sha256)
            if not records.known(session, row.id, digest):
                records.add_document(
                    session, ring, row, About(file=one.name), content=one.content(), digest=digest
                )

    def _job(self, session: Session, row: RecordRow, wanted: Wanted, action: str) -> Job:
        job = job_rows.create(
            session,
            org_id=row.org_id,
            consultation_id=row.id,
            kind="synthesis",
            template=wanted.template,
            priority=wanted.priority,
        )
        day = wanted.as_of or datetime.now(UTC).date().isoformat()
        content = Asked(as_of=day, research=wanted.research).to_json().encode()
        records.put(session, self.store.ring, row, OPTIONS, job.id, content)
        self.enqueuer.add(session, job)
        audit.append(self.store.database, session, self.actor, action, row.id)
        return job
