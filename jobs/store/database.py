"""One database by its URL: SQLite in WAL mode, or PostgreSQL. Two ways in: read, or write."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from consultation.errors import StorageError

_MIGRATIONS = Path(__file__).parent / "migrations"
Result = TypeVar("Result")
_MIGRATION_LOCK = 0x616E616D
"""Number of PostgreSQL's advisory lock: any, always the same."""


class DatabaseAway(StorageError):
    code = "database_unavailable"
    retryable = True
    hint = "Check that the database server runs and that ANAMNESE_DATABASE_URL is right."


class DatabaseFull(DatabaseAway):
    """It answers, and cannot write: handled like one that is away, until there is room again."""

    code = "disk_full"
    hint = "Make room on the disk of the database."


class Database:
    """Safe to use from threads."""

    def __init__(self, url: str) -> None:
        self.url, self.sqlite = url, url.startswith("sqlite")
        # SQLite lets one write and has the others try again after ever longer pauses, so that of
        # forty threads some wait for many seconds. Here they queue, and one a process asks.
        self._turn: AbstractContextManager[object] = RLock() if self.sqlite else nullcontext()
        if self.sqlite:
            file = make_url(url).database
            if file:
                Path(file).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.engine = create_engine(url, connect_args={"timeout": 30}, pool_size=20)
            event.listen(self.engine, "connect", _open_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            self.engine = create_engine(
                url, pool_pre_ping=True, pool_size=10, connect_args={"connect_timeout": 10}
            )

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view; changes are not kept. Raises DatabaseAway."""
        with _away(), self.engine.connect() as plain:
            connection = plain.execution_options(anamnese_read=True)
            with Session(connection) as session:
                yield session
                session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction, kept when the body ends well. Writers wait for each other on SQLite."""
        with (
            self._turn,
            _away(),
            Session(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def persist(self, work: Callable[[Session], Result], *, seconds: float = 300.0) -> Result:
        """``work`` in one transaction, again while the database is away: for results that cost
        minutes. It must bear being done twice: a commit may arrive whose answer does not.

        Raises DatabaseAway after ``seconds``.
        """
        end = time.monotonic() + seconds
        while True:
            try:
                with self.write() as session:
                    return work(session)
            except DatabaseAway:
                if time.monotonic() > end:
                    raise
                time.sleep(1.0)

    def lock(self, session: Session, number: int) -> None:
        """Until the transaction ends; on SQLite, a writer is alone anyway."""
        if not self.sqlite:
            session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})

    def migrate(self) -> None:
        """Bring our tables to this version; several processes may do so at once."""
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with _away(), self._migrating() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextmanager
    def _migrating(self) -> Iterator[Connection]:
        if self.sqlite:
            lock = FileLock(f"{make_url(self.url).database}.migrating")
            with lock, self.engine.connect() as connection:
                yield connection
                connection.commit()
            return
        with self.engine.connect() as connection:
            number = {"number": _MIGRATION_LOCK}
            connection.execute(text("SELECT pg_advisory_lock(:number)"), number)
            connection.commit()
            try:
                yield connection
                connection.commit()
            finally:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(:number)"), number)
                connection.commit()

    def forget_log(self) -> bool:
        """On SQLite: what was deleted leaves the write-ahead log, too. False when a reader is in
        the way; nothing to do on PostgreSQL, whose VACUUM and log are its administrator's."""
        file = make_url(self.url).database
        if not self.sqlite or not file:
            return True
        with _away(), contextlib.closing(sqlite3.connect(file, isolation_level=None)) as one:
            busy: int = one.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def close(self) -> None:
        self.engine.dispose()


def _open_sqlite(connection: Any, _record: Any) -> None:
    # We say when a transaction begins, not the driver; WAL lets readers read while one writes.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


@event.listens_for(Engine, "connect")
def _overwrite(connection: Any, _record: Any) -> None:
    # What is deleted is overwritten, not only forgotten: also by the engine of jobs, whose
    # connections to the same file are its own.
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA secure_delete=ON")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: a reader that becomes a writer could only fail.
    reading = connection.get_execution_options().get("anamnese_read")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except (sqlite3.OperationalError, OperationalError) as error:
        # Its text quotes statements; the class of the cause says enough.
        cause = error.orig if isinstance(error, OperationalError) else error
        if _full(cause):
            raise DatabaseFull("no space is left on the disk of the database") from None
        raise DatabaseAway(f"the database does not answer: {type(cause).__name__}") from None


def _full(cause: BaseException | None) -> bool:
    """SQLITE_FULL, or PostgreSQL's disk_full."""
    number = getattr(cause, "sqlite_errorcode", None)
    return number == sqlite3.SQLITE_FULL or getattr(cause, "sqlstate", None) == "53100"
