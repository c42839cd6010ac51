"""Results of a batch, an item at a time: memory does not grow with their number."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from consultation.errors import EngineMissing
from jobs.batch_source import ItemSource
from jobs.files import storage_errors
from jobs.store import artefacts, batch_items, records
from jobs.store.artefacts import SUMMARY, TRANSCRIPT
from jobs.store.batch_tables import BatchItem
from jobs.store.record_tables import is_record
from jobs.store.records import SYNTHESIS
from jobs.store.store import Store
from jobs.store.tables import Job
from prompts.library import default_template

_PAGE = 100
COLUMNS = (
    "item",
    "status",
    "path",
    "reference",
    "same_as",
    "attempts",
    "error_code",
    "error_hint",
    "consultation_id",
    "record_id",
    "job_id",
    "transcript",
    "summary",
    "synthesis",
)


def line(store: Store, item: BatchItem, job: Job | None) -> dict[str, Any]:
    """What there is to say of an item, without content."""
    source = ItemSource.model_validate_json(batch_items.source_of(item, store.ring))
    made = item.consultation_id or source.consultation_id
    active = item.status == "active" and job is not None
    failing = job if active and job is not None else item
    return {
        "item": item.number,
        "status": job.status if active and job is not None else item.status,
        "path": source.path,
        "reference": source.reference,
        "same_as": item.same_as,
        "attempts": item.attempts,
        "error_code": failing.error_code,
        "error_hint": failing.error_hint,
        "consultation_id": None if source.record else made,
        "record_id": made if source.record else None,
        "job_id": item.job_id,
    }


def results(
    store: Store, org_id: str, batch_id: str, *, content: bool = True
) -> Iterator[dict[str, Any]]:
    """A line an item, in order; of completed ones with transcript and note as they are now."""
    after = 0
    while True:
        with store.database.read() as session:
            found = batch_items.items(
                session, org_id, batch_id, limit=_PAGE, after=after, state=None
            )
            session.expunge_all()
        for item, job in found:
            said = line(store, item, job)
            if content:
                said |= _content(store, item, job)
            yield said
        if len(found) < _PAGE:
            return
        after = found[-1][0].number


def jsonl(store: Store, org_id: str, batch_id: str, *, content: bool = True) -> Iterator[str]:
    for one in results(store, org_id, batch_id, content=content):
        yield json.dumps(one, ensure_ascii=False) + "\n"


def write_jsonl(store: Store, org_id: str, batch_id: str, path: Path, *, content: bool) -> None:
    """Whole or not at all, readable by this user only. Raises DiskFull, StorageError."""
    with _replacing(path) as part, part.open("w", encoding="utf-8") as file:
        for text in jsonl(store, org_id, batch_id, content=content):
            file.write(text)


def write_parquet(store: Store, org_id: str, batch_id: str, path: Path, *, content: bool) -> None:
    """Transcript, note and synthesis as JSON text. Raises EngineMissing, DiskFull, StorageError."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise EngineMissing(
            "Parquet needs a library that is not installed",
            hint="Install it with: pip install 'anamnese[parquet]', or write a .jsonl file.",
        ) from None
    whole = {"item", "same_as", "attempts"}
    schema = pa.schema([(name, pa.int64() if name in whole else pa.string()) for name in COLUMNS])
    with _replacing(path) as part, pq.ParquetWriter(part, schema) as writer:
        rows: list[dict[str, Any]] = []

        def flush() -> None:
            if rows:
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
            rows.clear()

        for one in results(store, org_id, batch_id, content=content):
            for name in ("transcript", "summary", "synthesis"):
                if one.get(name) is not None:
                    one[name] = json.dumps(one[name], ensure_ascii=False)
            rows.append(one)
            if len(rows) >= _PAGE:
                flush()
        flush()


def _content(store: Store, item: BatchItem, job: Job | None) -> dict[str, Any]:
    found: dict[str, Any] = {"transcript": None, "summary": None, "synthesis": None}
    if job is None or job.status != "completed":
        return found
    with store.database.read() as session:
        if is_record(job.consultation_id):
            found["synthesis"] = _synthesis(session, store, job)
            return found
        for kind in (TRANSCRIPT, SUMMARY):
            name = ""
            if kind == SUMMARY:
                spoken = found[TRANSCRIPT]
                name = job.template or (default_template(spoken["language"]) if spoken else "")
            stored = artefacts.get(
                session,
                store.ring,
                org_id=item.org_id,
                consultation_id=job.consultation_id,
                kind=kind,
                name=name,
            )
            found[kind] = json.loads(stored.content) if stored is not None else None
    return found


def _synthesis(session: Session, store: Store, job: Job) -> Any:
    """The version that the item's own job made; None when it was removed since."""
    for row in records.syntheses(session, job.org_id, job.consultation_id):
        if row.job_id == job.id:
            content = records.get(
                session, store.ring, job.org_id, row.record_id, SYNTHESIS, str(row.version)
            )
            return json.loads(content) if content is not None else None
    return None


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """The path of a part that becomes ``path`` when all went well."""
    with storage_errors():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        os.close(handle)
        part = Path(name)
        try:
            yield part
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
