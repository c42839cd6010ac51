"""How much the service itself bears and costs, with scripted engines: ``make load``.

    python -m tests.load [uploads|interactive|overhead|scaling|batch]… [--postgres] [--jobs N]

Real processes, a real database, recordings of two seconds. Prints a table a measure. What takes
part of the machine meanwhile is in the figures, too.
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from collections.abc import Callable

import httpx
import psutil

from jobs.queue import Enqueuer
from jobs.store import access, consultations, job_rows
from jobs.store.access import Role
from jobs.store.artefacts import SUMMARY, TRANSCRIPT, get
from jobs.store.store import Store
from jobs.store.tables import Job, new_id
from tests.load.batch import batch
from tests.load.place import Place, a_place
from tests.service.work import add_job, look, organisation, recording

AUDIO = recording(2.0)


def uploads(place: Place, clients: int, each: int) -> None:
    """``clients`` at the same time, each sending ``each`` recordings, one after the other."""
    with place.store() as (store, _), place.serve(), place.workers(2):
        org = organisation(store)
        with store.database.write() as session:
            options = {"org_id": org, "name": "load", "role": Role.clinician, "expires": None}
            key = access.issue(session, **options)[1]  # type: ignore[arg-type]
        spent: list[float] = []
        wrong: list[str] = []

        def client() -> None:
            headers = {"Authorization": f"Bearer {key}"}
            with httpx.Client(base_url=place.url, headers=headers, timeout=120) as http:
                for _ in range(each):
                    start = time.perf_counter()
                    try:
                        answer = http.post("/v1/consultations", files={"file": ("a.wav", AUDIO)})
                        if answer.status_code != 202:
                            wrong.append(str(answer.status_code))
                    except httpx.HTTPError as error:
                        wrong.append(type(error).__name__)
                    spent.append(time.perf_counter() - start)

        start = time.perf_counter()
        threads = [threading.Thread(target=client) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - start
        _until(lambda: _unfinished(store) == 0, 900)
        done = time.perf_counter() - start
    spent.sort()
    row(
        f"uploads, {clients} clients",
        f"{len(spent)} uploads: {len(spent) / took:.0f}/s, p50 {_at(spent, 0.5):.2f} s, "
        f"p99 {_at(spent, 0.99):.2f} s, errors {len(wrong)} {sorted(set(wrong))}; "
        f"all notes after {done:.0f} s",
    )


def interactive(place: Place, behind: int) -> None:
    """From enqueuing to the start of an interactive job, behind many of a batch."""
    with place.store() as (store, enqueuer):
        org = organisation(store)
        start = time.perf_counter()
        # A recording for those that may be reached; the others only stand in the queue.
        for _ in range(200):
            add_job(store, enqueuer, org, AUDIO, priority=job_rows.BATCH)
        for _ in range((behind - 200) // 500):
            with store.database.write() as session:
                for _ in range(500):
                    _queue(session, enqueuer, org, job_rows.BATCH)
        filled = time.perf_counter() - start
        with place.workers(1):
            _until(lambda: _count(store, "completed") > 1, 300)
            waits = []
            for _ in range(15):
                job = add_job(store, enqueuer, org, AUDIO, priority=job_rows.INTERACTIVE)
                _until(lambda job=job: look(store, job).started is not None, 60)  # type: ignore[misc]
                found = look(store, job)
                waits.append(((found.started or 0) - found.created) / 1000)
                time.sleep(0.3)
            left = _count(store, "queued")
    waits.sort()
    row(
        f"interactive behind {behind}",
        f"start after p50 {_at(waits, 0.5):.2f} s, most {waits[-1]:.2f} s of {len(waits)}; "
        f"{left} of the batch still waiting (enqueued in {filled:.0f} s)",
    )


def overhead(place: Place, jobs: int) -> None:
    """One job at a time, models that take no time: what is left is the service."""
    with place.store() as (store, enqueuer), place.workers(1) as workers:
        org = organisation(store)
        _finish(store, [add_job(store, enqueuer, org, AUDIO)])
        whole, ours, waiting = [], [], []
        for _ in range(jobs):
            (found,) = _finish(store, [add_job(store, enqueuer, org, AUDIO)])
            steps = _steps(store, found)
            took = ((found.finished or 0) - found.created) / 1000
            whole.append(took)
            ours.append(took - steps)
            waiting.append(((found.started or 0) - found.created) / 1000)
        process = psutil.Process(workers[0].pid)
        before, at = process.cpu_times(), time.perf_counter()
        time.sleep(15)
        after = process.cpu_times()
        idle = (after.user + after.system - before.user - before.system) / (
            time.perf_counter() - at
        )
    row(
        "overhead of a job",
        f"from upload stored to note p50 {_at(sorted(whole), 0.5):.2f} s, "
        f"of it outside of steps p50 {_at(sorted(ours), 0.5):.2f} s, most {max(ours):.2f} s; "
        f"before the start mean {statistics.mean(waiting):.2f} s; idle worker {idle:.1%} of a core",
    )


def scaling(place: Place, jobs: int) -> None:
    """No-op jobs (two steps each) per second, by the times at which they finished."""
    for count in (1, 2, 4):
        with place.store() as (store, enqueuer):
            org = organisation(store)
            made = [add_job(store, enqueuer, org, AUDIO) for _ in range(jobs)]
            with place.workers(count):
                ends = sorted(one.finished or 0 for one in _finish(store, made, 900))
        # After the first tenth: starting is not what is asked.
        first = len(ends) // 10
        rate = (len(ends) - 1 - first) / max((ends[-1] - ends[first]) / 1000, 0.001)
        row(f"no-op jobs, {count} worker(s)", f"{rate:.1f}/s ({jobs} jobs)")


def row(what: str, found: str) -> None:
    print(f"| {_DATABASE[0]} | {what} | {found} |", flush=True)


_DATABASE = ["SQLite"]


def _queue(session: object, enqueuer: Enqueuer, org: str, priority: int) -> None:
    consultation_id = new_id("con")
    options = {"org_id": org, "consultation_id": consultation_id}
    consultations.create(session, by="load", audio_bytes=1, **options)  # type: ignore[arg-type]
    job = job_rows.create(
        session,  # type: ignore[arg-type]
        kind="consultation",
        template=None,
        priority=priority,
        **options,
    )
    enqueuer.add(session, job)  # type: ignore[arg-type]


def _finish(store: Store, jobs: list[Job], seconds: float = 120) -> list[Job]:
    _until(lambda: _unfinished(store) == 0, seconds)
    rows = [look(store, job) for job in jobs]
    assert {one.status for one in rows} == {"completed"}, {one.error_code for one in rows}
    return rows


def _unfinished(store: Store) -> int:
    return _count(store, "queued") + _count(store, "processing")


def _count(store: Store, status: str) -> int:
    from sqlalchemy import func, select

    with store.database.read() as session:
        query = select(func.count()).select_from(Job).where(Job.status == status)
        return session.scalar(query) or 0


def _steps(store: Store, job: Job) -> float:
    """Seconds that the steps took which would be the models'."""
    from consultation.summary import Summary

    with store.database.read() as session:
        place = {"org_id": job.org_id, "consultation_id": job.consultation_id}
        found = get(session, store.ring, kind=SUMMARY, name="compte-rendu", **place)
        assert get(session, store.ring, kind=TRANSCRIPT, **place) is not None
    assert found is not None
    summary = Summary.model_validate_json(found.content)
    return sum(step.duration for step in summary.provenance.steps)


def _until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


def _at(values: list[float], part: float) -> float:
    return values[min(int(len(values) * part), len(values) - 1)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.load")
    known = ("uploads", "interactive", "overhead", "scaling")
    # A batch takes hours: only when it is asked for.
    parser.add_argument("measures", nargs="*", choices=[*known, "batch", []], default=known)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--jobs", type=int, default=60)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--each", type=int, default=6)
    parser.add_argument("--behind", type=int, default=20_000)
    parser.add_argument("--items", type=int, default=50_000)
    parser.add_argument("--every", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--poll", type=float, default=None)
    chosen = parser.parse_args()
    with a_place(postgres=chosen.postgres, poll=chosen.poll) as place:
        _DATABASE[0] = "PostgreSQL" if chosen.postgres else "SQLite"
        for name in chosen.measures:
            if name == "uploads":
                uploads(place, chosen.clients, chosen.each)
            elif name == "interactive":
                interactive(place, chosen.behind)
            elif name == "overhead":
                overhead(place, 10)
            elif name == "batch":
                batch(place, chosen.items, chosen.workers, chosen.every, row)
            else:
                scaling(place, chosen.jobs)


if __name__ == "__main__":
    main()
