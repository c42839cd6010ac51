"""The store for the commands of ``anamnese batch``, and the bar that follows one."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import typer
from rich.console import Console as Terminal
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from api.console import Console, Mode
from api.serve import worker_beside
from api.wire import iso
from consultation.errors import AnamneseError, Interrupted
from jobs.chores import feeder
from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store import access, batch_items, batches
from jobs.store.audit import Actor
from jobs.store.database import DatabaseAway
from jobs.store.store import open_store

_LOOK_SECONDS = 1.0
_LISTED = 50


class Opened:
    """Closed with the ``with``."""

    def __init__(self, settings: ServiceSettings, organisation: str) -> None:
        self.settings = settings
        self.store = open_store(settings, migrate=True)
        self.enqueuer = Enqueuer(self.store.database)
        self.enqueuer.migrate()
        with self.store.database.write() as session:
            org_id = access.organisation(session, organisation)
        self.actor = Actor(org_id, "cli")

    def __enter__(self) -> Opened:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.enqueuer.close()
        self.store.close()

    def state(self, batch_id: str) -> dict[str, Any]:
        """Raises NotFound."""
        with self.store.database.read() as session:
            row = batches.find(session, self.actor.org_id, batch_id)
            return {
                "batch": row.id,
                "status": row.status,
                "total": row.total,
                "items": batch_items.counts(session, row.id),
                "errors": batch_items.errors(session, row.id),
                "created": iso(row.created),
            }

    def latest(self) -> list[dict[str, Any]]:
        with self.store.database.read() as session:
            rows = batches.page(session, self.actor.org_id, limit=_LISTED, after=None)
            ids = [row.id for row in rows]
        return [self.state(one) for one in ids]

    def say(self, batch_id: str, console: Console) -> None:
        """And leave with the exit code of what is worst."""
        state = self.state(batch_id)
        if console.mode is Mode.json:
            typer.echo(json.dumps(state))
        elif console.mode is Mode.people:
            known = ", ".join(f"{n} {what}" for what, n in state["items"].items() if n)
            typer.echo(f"{state['status']}: {known}")
            for code, number in state["errors"].items():
                typer.echo(f"  {number} × {code}", err=True)
        code = exit_code(state)
        if code:
            raise typer.Exit(code)

    def follow(self, batch_id: str, console: Console, *, work: bool) -> None:
        """Until it is over; then ``say``. This process fills the batch's window as workers do."""
        who = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        feeding = feeder(self.store, self.enqueuer, self.settings, who)
        with _beside(work), _bar(console) as bar:
            task = bar.add_task("", total=None, failed=0)
            while True:
                try:
                    moved = feeding.look()
                    state = self.state(batch_id)
                except DatabaseAway:
                    time.sleep(_LOOK_SECONDS)
                    continue
                items = state["items"]
                open_ones = items["waiting"] + items["active"]
                bar.update(
                    task,
                    total=state["total"],
                    completed=state["total"] - open_ones,
                    failed=items["failed"],
                )
                if state["status"] != "running" and not items["active"]:
                    break
                if not moved:
                    time.sleep(_LOOK_SECONDS)
        self.say(batch_id, console)


def exit_code(state: dict[str, Any]) -> int:
    """As for several files: that of the worst failure; of a cancelled batch, that of stopping."""
    if state["status"] == "cancelled":
        return Interrupted.exit_code
    known = {kind.code: kind.exit_code for kind in _kinds(AnamneseError)}
    return max((known.get(code, 1) for code in state["errors"]), default=0)


def _kinds(kind: type[AnamneseError]) -> Iterator[type[AnamneseError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _kinds(one)


@contextmanager
def _bar(console: Console) -> Iterator[Progress]:
    with Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("[red]{task.fields[failed]} failed"),
        _Rate("{task.completed}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Terminal(stderr=True),
        disable=console.mode is not Mode.people,
        # Over hours the rate of the last minutes says more than that of the first ones.
        speed_estimate_period=600,
    ) as bar:
        yield bar


class _Rate(TextColumn):
    """Items a minute, as measured lately."""

    def render(self, task: Any) -> Any:
        speed = task.finished_speed or task.speed
        text = f"{speed * 60:.1f}/min" if speed else "–"
        return type(super().render(task))(text)


@contextmanager
def _beside(work: bool) -> Iterator[None]:
    """A worker, which ends with this command, however that ends."""
    if not work:
        yield
        return
    process = worker_beside()
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
