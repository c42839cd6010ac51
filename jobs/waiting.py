"""Whether a queue holds something: a small question before a large one.

The engine asks three things of each queue in two transactions, several times a second, also when
nothing has come for hours. This asks whether there is anything to ask about.
"""

from __future__ import annotations

from sqlalchemy import text

from consultation.errors import StorageError
from jobs.store.database import Database


class Waiting:
    """Safe to use from threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # The engine's own table, whose version is pinned. The first condition is that of its index,
        # word for word, without which SQLite would read every job there ever was.
        table = "workflow_status" if database.sqlite else "dbos.workflow_status"
        self._statement = text(
            f"SELECT EXISTS (SELECT 1 FROM {table} WHERE status IN ('ENQUEUED', 'PENDING') "  # noqa: S608
            "AND queue_name = :queue AND status = 'ENQUEUED')"
        )

    def at(self, queue: str) -> bool:
        """True too when the database does not answer: then the engine finds out, and tells."""
        try:
            with self._database.read() as session:
                return bool(session.scalar(self._statement, {"queue": queue}))
        except StorageError:
            return True
