"""What a worker's child does for a synthesis: read what was not read yet, map, reduce, store.

Each document that was read, and what rules found in each, is stored at once and encrypted: a step
that is killed goes on where it was, and a document that is added later is the only one that is read
then. All of it is written under the fence that the step began with, or not at all.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from consultation.documents import PatientRecord
from consultation.engines import Progress
from consultation.errors import InputError
from consultation.provenance import Step, StepClock
from consultation.research import require_research
from consultation.settings import Settings
from jobs.record_pieces import Kept
from jobs.record_reading import read_all
from jobs.record_research import Function, ResearchAsked, function_of, research
from jobs.record_work import RecordWork
from jobs.store import records
from jobs.store.record_tables import RecordSynthesis
from jobs.store.records import MAP, RESEARCH, SYNTHESIS
from jobs.store.store import Store
from jobs.store.tables import now_ms
from jobs.tasks import Admit, Models
from prompts.syntheses import DEFAULT
from summarize.record_facts.map import map_key
from summarize.synthesis import synthesize, uses_model, wants_model


class NothingToRead(InputError):
    code = "no_readable_document"
    hint = "GET the record: each document tells why it was refused."


def synthesise_job(
    store: Store,
    settings: Settings,
    models: Models,
    job_id: str,
    fence: int,
    progress: Progress,
    _admit: Admit,
) -> tuple[Step, ...]:
    """Stored documents → a new version of the synthesis, or what a research function says of them;
    what it took. Raises AnamneseError."""
    work = RecordWork(store, job_id, fence)
    function = function_of(work.job.template)
    if function is not None:
        require_research(settings)
    if work.done():
        return ()
    clock = StepClock()
    with clock.step("read"):
        read_all(work, settings.ocr_command, progress)
        kept = Kept(work.pieces, work.put_map)
        record = work.record(kept.print_of)
    if not record.documents:
        raise NothingToRead("no document of the record could be read")
    keys = {one.id: map_key(one) for one in record.documents}
    for one in record.documents:
        kept.belong(keys[one.id], int(one.id[1:]))
    numbers = {int(one.id[1:]) for one in record.documents}
    if function is not None:
        content = _said(function, record, work, settings, kept, clock)

        def keep_said(session: Session) -> None:
            row = work.locked_with(session, numbers)
            records.put(session, store.ring, row, RESEARCH, job_id, content, job_id)

        work.persist(keep_said)
        return tuple(clock.steps)
    model = models.language_model() if wants_model(settings) else None
    made = synthesize(
        record,
        model if uses_model(model, settings) else None,
        settings,
        template=work.job.template or DEFAULT,
        as_of=work.asked().as_of,
        cache=kept,
        keys=keys,
        progress=progress,
    )

    def keep(session: Session) -> None:
        row = work.locked_with(session, numbers)
        row.versions += 1
        row.changed = now_ms()
        session.add(
            RecordSynthesis(
                record_id=row.id, version=row.versions, org_id=row.org_id, template=made.template,
                language=made.language, as_of=made.as_of, job_id=job_id, created=now_ms(),
                documents=" ".join(str(one) for one in sorted(numbers)),
            )
        )  # fmt: skip
        content = made.to_json().encode()
        records.put(session, store.ring, row, SYNTHESIS, str(row.versions), content, job_id)
        # What older rules found, and what was found in documents that are gone.
        records.forget_others(session, row, MAP, kept.used)

    work.persist(keep)
    return (*clock.steps, *made.provenance.steps)


def _said(
    function: Function,
    record: PatientRecord,
    work: RecordWork,
    settings: Settings,
    kept: Kept,
    clock: StepClock,
) -> bytes:
    asked = work.asked()
    with clock.step("research"):
        wanted = asked.research or ResearchAsked()
        made = research(function, record, wanted, asked.as_of, settings, kept)
    return made.to_json().encode()
