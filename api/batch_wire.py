"""HTTP's own types of batches."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.wire import JobError, iso
from jobs.store import batch_items
from jobs.store.batch_tables import Batch


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class BatchCounts(_Wire):
    waiting: int
    active: int
    """They have a job."""
    completed: int
    failed: int
    cancelled: int
    duplicate: int
    """The same recording with the same options as another item, which is done for both."""
    erased: int


class BatchOut(_Wire):
    id: str
    status: Literal["running", "completed", "cancelled"]
    total: int
    items: BatchCounts
    errors: dict[str, int]
    """Error code → how many items failed with it."""
    created: str
    finished: str | None


class RetryItems(_Wire):
    """Which of the failed items: all of them when nothing is given."""

    items: list[Annotated[int, Field(ge=1, le=1_000_000)]] | None = Field(
        default=None, min_length=1, max_length=1000
    )
    """Their numbers."""
    code: str | None = Field(default=None, min_length=1, max_length=60)
    """Those with this error code."""


class BatchPage(_Wire):
    items: list[BatchOut]
    next_cursor: str | None


class BatchItemOut(_Wire):
    item: int
    status: Literal[
        "waiting", "queued", "processing", "completed", "failed", "cancelled", "duplicate"
    ]
    path: str | None
    """In the folder that the batch was made from, where it was made from one."""
    reference: str | None
    same_as: int | None
    """Of a duplicate: the item that is done for both."""
    attempts: int
    error: JobError | None
    consultation_id: str | None
    record_id: str | None
    """Of an item that is a record."""
    job_id: str | None


class BatchItemPage(_Wire):
    items: list[BatchItemOut]
    next_cursor: str | None


def batch_out(session: Session, row: Batch) -> BatchOut:
    return BatchOut.model_validate(
        {
            "id": row.id,
            "status": row.status,
            "total": row.total,
            "items": batch_items.counts(session, row.id),
            "errors": batch_items.errors(session, row.id),
            "created": iso(row.created),
            "finished": iso(row.finished) if row.finished else None,
        }
    )


def item_out(line: dict[str, Any]) -> BatchItemOut:
    """``line`` as ``batch_results.line`` makes it."""
    told = dict(line)
    code, hint = told.pop("error_code"), told.pop("error_hint")
    told["error"] = {"code": code, "hint": hint or ""} if code else None
    return BatchItemOut.model_validate(told)
