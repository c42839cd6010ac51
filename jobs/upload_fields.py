"""What comes with a resumable upload, and what its bytes become."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Literal

from sqlalchemy.orm import Session

from consultation.wire import Record
from jobs.store.audit import Actor
from jobs.store.tables import Job
from jobs.tasks import JobOptions


class UploadFields(Record):
    """What came with an upload; clinical, so stored encrypted."""

    options: JobOptions
    template: str | None = None
    priority: int
    patient: str | None = None
    context: str | None = None
    """As in ``Incoming``."""
    metadata: str = ""
    """As it was sent, without the file's name."""
    live: Literal["pcm", "container"] | None = None
    """What a live session sends; its length is open: ``length`` is the most that it may be."""
    form: str | None = None
    """Of documents: the Content-Type of the form that arrives; their options are in it."""
    record: str | None = None
    """The record that documents are added to; None: a new one."""


Becomes = AbstractContextManager[Callable[[Session], Job]]
"""What is prepared outside of a transaction, and made within it."""
Documents = Callable[[Actor, str, UploadFields, Iterator[bytes]], Becomes]
"""Who asks, id of a new record, what came with it, and the form that has arrived."""
