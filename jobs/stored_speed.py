"""What a synthesis costs as the service makes it: encrypted pieces in a database, read back."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from time import process_time

from sqlalchemy import event

from consultation.engines import no_progress
from consultation.settings import Settings
from consultation.wire import Record
from evaluation.planted.long_record import long_record
from jobs.engines import models
from jobs.queue import Enqueuer
from jobs.record_intake import Intake, NewDocument, Wanted
from jobs.record_options import RecordOptions
from jobs.record_tasks import synthesise_job
from jobs.service_settings import ServiceSettings
from jobs.store import access, job_rows, keys
from jobs.store.audit import Actor
from jobs.store.record_tables import PREFIX
from jobs.store.store import Store, open_store
from jobs.store.tables import Job, new_id
from prompts.syntheses import DEFAULT

_DAY = "2025-01-01"


class StoredFigures(Record):
    documents: int
    first_seconds: float
    """Of one processor, as all seconds here: files in the database to a stored synthesis."""
    first_statements: int
    """Asked of the database."""
    second_seconds: float
    """With one document more."""
    second_statements: int
    again_seconds: float
    """With the same documents, for another day or template."""
    again_statements: int


def measure_stored(documents: int, settings: Settings, *, seed: int = 0) -> StoredFigures:
    """One patient of ``documents`` documents of about a thousand words, in a database and with keys
    of its own that are gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        keys.save(keys.new_ring(), root / "keys.json")
        service = ServiceSettings(
            database_url=f"sqlite:///{root / 'speed.sqlite'}",
            keys_file=root / "keys.json",
            data_folder=root / "data",
            engines="scripted",
        )
        store = open_store(service, migrate=True)
        enqueuer = Enqueuer(store.database)
        enqueuer.migrate()
        try:
            return _measured(store, enqueuer, service, settings, documents, seed)
        finally:
            enqueuer.close()
            store.close()


def _measured(
    store: Store,
    enqueuer: Enqueuer,
    service: ServiceSettings,
    settings: Settings,
    documents: int,
    seed: int,
) -> StoredFigures:
    with store.database.write() as session:
        org_id = access.organisation(session, "speed")
    intake = Intake(store, enqueuer, None, Actor(org_id, "cli"))
    files = [
        NewDocument(name, len(data), hashlib.sha256(data).hexdigest(), partial(bytes, data))
        for name, data in long_record(documents + 1, seed=seed)
    ]
    record_id, wanted = new_id(PREFIX), Wanted(DEFAULT, _DAY)
    run = partial(_run, store, service, settings)
    with store.database.write() as session:
        options = RecordOptions(language="fr")
        job = intake.record(session, record_id, files[:-1], wanted, options, None)
    first = run(job)
    with store.database.write() as session:
        job = intake.documents(session, record_id, files[-1:], wanted)
    second = run(job)
    with store.database.write() as session:
        job = intake.synthesis(session, record_id, wanted)
    again = run(job)
    return StoredFigures(
        documents=documents,
        first_seconds=first[0], first_statements=first[1],
        second_seconds=second[0], second_statements=second[1],
        again_seconds=again[0], again_statements=again[1],
    )  # fmt: skip


def _run(store: Store, service: ServiceSettings, settings: Settings, job: Job) -> tuple[float, int]:
    """The step as a worker's child does it: seconds, statements."""
    asked: Counter[str] = Counter()

    def count(*_: object) -> None:
        asked["statements"] += 1

    with store.database.write() as session:
        begun = job_rows.begin(session, job.id, "summary", "speed")
        fence = begun.fence if begun is not None else 0
    loaded = models(settings, service)
    event.listen(store.database.engine, "before_cursor_execute", count)
    start = process_time()
    synthesise_job(store, settings, loaded, job.id, fence, no_progress, lambda _: None)
    seconds = process_time() - start
    event.remove(store.database.engine, "before_cursor_execute", count)
    with store.database.write() as session:
        job_rows.ready(session, job.id, fence, "summary")
    return round(seconds, 2), asked["statements"]


def to_markdown(found: list[StoredFigures]) -> str:
    out = [
        "| Documents | First | Statements | One document more | Statements | Factor "
        "| Same documents | Statements |",
        "|---|---|---|---|---|---|---|---|",
    ]
    out += [
        f"| {f.documents:,} | {f.first_seconds:.1f} s | {f.first_statements:,} "
        f"| {f.second_seconds:.2f} s | {f.second_statements:,} "
        f"| {f.first_seconds / max(f.second_seconds, 1e-6):.1f} × "
        f"| {f.again_seconds:.2f} s | {f.again_statements:,} |"
        for f in found
    ]
    return "\n".join(out) + "\n"
