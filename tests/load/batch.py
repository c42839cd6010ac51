"""A batch of many notes to its end, with scripted engines: time, what an item costs, and memory.

Items are transcripts that differ, so that none is a duplicate. Processor time is that of the
workers and their children, so that it says something on a machine that others use, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psutil
from sqlalchemy import func, select

from jobs import batches
from jobs.batch_source import GoodRow, ItemSource
from jobs.slots import own_megabytes
from jobs.store import audit, batch_items
from jobs.store.artefacts import SUMMARY
from jobs.store.batch_tables import Batch
from jobs.store.store import Store
from jobs.store.tables import Artefact
from tests.load.place import Place
from tests.service.work import organisation
from tests.unit.talk import transcript


@dataclass(frozen=True)
class Sample:
    """At one moment."""

    seconds: float
    done: int
    processor: float
    """Seconds of the workers and their children, those that were replaced included."""
    workers_mb: float
    children_mb: float
    """Memory of their own, all together."""


def batch(
    place: Place, many: int, workers: int, every: int, row: Callable[[str, str], None]
) -> None:
    """``many`` items with ``workers``; a row of the table for each ``every`` items done."""
    with place.store() as (store, _):
        org = organisation(store)
        start = time.perf_counter()
        made = batches.create(store, batches.NewBatch(audit.Actor(org, "load")), items(many))
        row(f"batch of {many}", f"written in {time.perf_counter() - start:.0f} s")
        start = time.perf_counter()
        with place.workers(workers) as running:
            processes = [psutil.Process(one.pid) for one in running]
            before, next_row = Sample(0.0, 0, 0.0, 0.0, 0.0), every
            while before.done < many:
                time.sleep(1.0)
                now = sample(store, made, processes, start)
                if now.done >= min(next_row, many):
                    row(f"batch of {many}, {workers} worker(s)", said(before, now))
                    before, next_row = now, now.done + every
            _until_settled(store, made)
            took = time.perf_counter() - start
        counts, results = found(store, made)
        assert counts == {"completed": many}, counts
        assert results == (many, many), results
        row(f"batch of {many}, {workers} worker(s)", f"all in {took:.0f} s, {many / took:.1f}/s")


def items(many: int) -> Iterator[GoodRow]:
    for number in range(1, many + 1):
        said = transcript("D: Qu'est-ce qui vous amène ?", f"P: J'ai mal depuis {number} jours.")
        yield GoodRow(number, ItemSource(transcript=said.to_json()))


def sample(store: Store, made: str, processes: list[psutil.Process], start: float) -> Sample:
    with store.database.read() as session:
        done = batch_items.counts(session, made)["completed"]
    seconds = time.perf_counter() - start
    processor, own, theirs = 0.0, 0.0, 0.0
    for one in processes:
        spent = one.cpu_times()
        processor += spent.user + spent.system + spent.children_user + spent.children_system
        own += own_megabytes(one.pid)
        for child in one.children():
            theirs += own_megabytes(child.pid)
            try:
                spent = child.cpu_times()
            except psutil.NoSuchProcess:
                continue
            processor += spent.user + spent.system
    return Sample(seconds, done, processor, own, theirs)


def said(before: Sample, now: Sample) -> str:
    more, seconds = now.done - before.done, now.seconds - before.seconds
    return (
        f"{now.done} done after {now.seconds:.0f} s: {more / seconds:.1f}/s, "
        f"{(now.processor - before.processor) / more * 1000:.0f} ms of processor an item; "
        f"workers {now.workers_mb:.0f} MB, children {now.children_mb:.0f} MB"
    )


def found(store: Store, made: str) -> tuple[dict[str, int], tuple[int, int]]:
    """Items by state; notes, and consultations that have one."""
    with store.database.read() as session:
        counts = {k: v for k, v in batch_items.counts(session, made).items() if v}
        query = select(func.count(), func.count(Artefact.consultation_id.distinct()))
        notes = session.execute(query.where(Artefact.kind == SUMMARY, Artefact.version == 1)).one()
    return counts, (notes[0], notes[1])


def _until_settled(store: Store, made: str) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with store.database.read() as session:
            row = session.get(Batch, made)
            if row is not None and row.status == "completed":
                return
        time.sleep(0.2)
    raise AssertionError("the batch does not end")
