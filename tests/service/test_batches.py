"""Batches: made whole or not at all, fed a window at a time, gone on with after any kill."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import psutil
import pytest
from sqlalchemy import event, func, select, update

from consultation.errors import InvalidOption
from jobs import batches as work
from jobs.batch_source import BadManifest, BadRow, GoodRow, ItemSource
from jobs.errors import Conflict, NotFound
from jobs.feeder import Feeder
from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store import audit, batch_items, batches, consultations, job_rows, outbox
from jobs.store.artefacts import OPTIONS
from jobs.store.batch_tables import Batch, BatchItem
from jobs.store.idempotency import KeyReused
from jobs.store.store import Store
from jobs.store.tables import Artefact, Consultation, Job
from tests.service.conftest import Processes
from tests.service.work import organisation, recording
from tests.unit.talk import transcript

AUDIO = recording(0.5)


def folder_of(tmp_path: Path, number: int) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    for one in range(1, number + 1):
        # Each another content.
        (folder / f"r{one}.wav").write_bytes(AUDIO + bytes([one % 256, one // 256]))
    return folder


def rows(number: int) -> Iterable[GoodRow]:
    return (GoodRow(one, ItemSource(path=f"r{one}.wav")) for one in range(1, number + 1))


def make(
    store: Store, folder: Path | None, of: Iterable[GoodRow | BadRow], **more: object
) -> tuple[str, str]:
    org = organisation(store)
    new = work.NewBatch(audit.Actor(org, "test"), folder=folder, **more)  # type: ignore[arg-type]
    return org, work.create(store, new, of)


def feeder(store: Store, enqueuer: Enqueuer, window: int = 10, who: str = "one") -> Feeder:
    return Feeder(store, enqueuer, window=window, upload_limit=1 << 20, who=who)


def counts(store: Store, batch_id: str) -> dict[str, int]:
    with store.database.read() as session:
        return {k: v for k, v in batch_items.counts(session, batch_id).items() if v}


def status(store: Store, batch_id: str) -> str:
    with store.database.read() as session:
        row = session.get(Batch, batch_id)
        assert row is not None
        return row.status


def end_jobs(store: Store, state: str = "completed") -> int:
    """As if workers had done all that has a job."""
    with store.database.write() as session:
        done = session.execute(
            update(Job)
            .where(Job.status == "queued")
            .values(status=state, transcript_status="ready", error_code="engine_failed")
            .returning(Job.id)
        ).all()
    return len(done)


def item(store: Store, batch_id: str, number: int) -> BatchItem:
    with store.database.read() as session:
        row = session.get(BatchItem, (batch_id, number))
        assert row is not None
        session.expunge(row)
        return row


def test_a_window_at_a_time_and_each_item_once(
    store: Store, enqueuer: Enqueuer, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path, 25)
    _, batch_id = make(store, folder, rows(25), keep_audio=False)
    one, other = feeder(store, enqueuer), feeder(store, enqueuer, who="two")
    most = begun = 0
    for _ in range(20):
        one.look()
        # Who does not hold the claim begins nothing.
        assert other.look() == 0
        stored = list(store.audio.folder.rglob("*.anf"))
        most = max(most, len(stored))
        begun += end_jobs(store)
        if status(store, batch_id) == "completed":
            break
    assert counts(store, batch_id) == {"completed": 25}
    assert begun == 25
    assert most == 10
    # Stored copies go with their item's completion, and the consultations stay.
    assert list(store.audio.folder.rglob("*.anf")) == []
    with store.database.read() as session:
        found = session.scalars(select(Consultation)).all()
        assert len(found) == 25
        assert {row.audio_bytes for row in found} == {None}
        assert {row.priority for row in session.scalars(select(Job))} == {job_rows.BATCH}


def test_batches_share_the_window(store: Store, enqueuer: Enqueuer, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 20)
    _, large = make(store, folder, rows(20))
    _, small = make(store, folder, [GoodRow(1, ItemSource(path="r1.wav"))])
    feeding = feeder(store, enqueuer, window=10)
    feeding.look()
    assert (counts(store, large)["active"], counts(store, small)["active"]) == (5, 1)
    # The small one needs no more of it.
    feeding.look()
    assert counts(store, large)["active"] == 9


def test_nothing_begins_when_a_row_is_bad(store: Store, tmp_path: Path) -> None:
    good = [GoodRow(one, ItemSource(path=f"r{one}.wav")) for one in range(1, 1200)]
    bad = [*good, BadRow(1200, "speakers: not a value"), GoodRow(1201, ItemSource(path="r3.wav"))]
    with pytest.raises(BadManifest) as refused:
        make(store, tmp_path, bad)
    assert refused.value.errors == [
        "line 1200: speakers: not a value",
        "line 1201: the same input with the same options as line 3",
    ]
    with pytest.raises(InvalidOption):
        make(store, tmp_path, [])
    with store.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Batch)) == 0
        assert session.scalar(select(func.count()).select_from(BatchItem)) == 0


def test_the_same_path_with_other_options_is_another_item(store: Store, tmp_path: Path) -> None:
    both = [
        GoodRow(1, ItemSource(path="a.wav", template="soap")),
        GoodRow(2, ItemSource(path="a.wav")),
    ]
    _, batch_id = make(store, tmp_path, both)
    assert counts(store, batch_id) == {"waiting": 2}


def test_the_same_content_under_two_names_is_done_once(
    store: Store, enqueuer: Enqueuer, tmp_path: Path
) -> None:
    for name in ("r1.wav", "r2.wav"):
        (tmp_path / name).write_bytes(AUDIO)
    _, batch_id = make(store, tmp_path, rows(2))
    feeder(store, enqueuer).look()
    assert counts(store, batch_id) == {"active": 1, "duplicate": 1}
    assert item(store, batch_id, 2).same_as == 1
    assert len(list(store.audio.folder.rglob("*.anf*"))) == 1


def test_bad_items_stop_nobody(store: Store, enqueuer: Enqueuer, tmp_path: Path) -> None:
    outside = tmp_path / "secret.wav"
    outside.write_bytes(AUDIO)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "link.wav").symlink_to(outside)
    (folder / "empty.wav").write_bytes(b"")
    (folder / "big.wav").write_bytes(bytes(2 << 20))
    (folder / "no.json").write_text('{"a": 1}')
    (folder / "good.wav").write_bytes(AUDIO)
    (folder / "said.json").write_text(transcript("D: Bonjour.", "P: J'ai mal.").to_json())
    (folder / "said.txt").write_text("Médecin : Bonjour.\nPatient : J'ai mal au dos.\n")
    (folder / "letter.txt").write_text("Mon cher confrère, je vous adresse ce patient.")
    names = ["missing.wav", "link.wav", "empty.wav", "big.wav", "no.json", "good.wav", "said.json"]
    names += ["said.txt", "letter.txt"]
    sources = [ItemSource(path=name) for name in names]
    sources += [ItemSource(path="../secret.wav"), ItemSource(consultation_id=f"con_{'0' * 32}")]
    _, batch_id = make(
        store, folder, [GoodRow(n, source) for n, source in enumerate(sources, start=1)]
    )
    feeding = feeder(store, enqueuer)
    feeding.look()
    feeding.look()
    with store.database.read() as session:
        found = {row.number: row.error_code for row in session.scalars(select(BatchItem))}
    assert found == {
        1: "source_missing",
        2: "source_outside",
        3: "empty_file",
        4: "too_large",
        5: "invalid_transcript",
        6: None,
        7: None,
        8: None,
        9: "invalid_transcript",
        10: "source_outside",
        11: "source_missing",
    }
    assert counts(store, batch_id) == {"failed": 8, "active": 3}
    assert len(list(store.audio.folder.rglob("*.anf*"))) == 1
    with store.database.read() as session:
        kinds = {row.kind for row in session.scalars(select(Job))}
    assert kinds == {"consultation", "summary"}


def test_only_what_failed_is_tried_again_and_what_was_finished_is_kept(
    store: Store, enqueuer: Enqueuer, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path, 3)
    org, batch_id = make(store, folder, rows(3))
    actor = audit.Actor(org, "test")
    feeding = feeder(store, enqueuer, window=2)
    feeding.look()
    end_jobs(store)
    feeding.look()
    feeding.look()
    end_jobs(store, "failed")
    feeding.look()
    feeding.look()
    assert counts(store, batch_id) == {"completed": 2, "failed": 1}
    assert status(store, batch_id) == "completed"
    before = item(store, batch_id, 3)
    assert before.error_code == "engine_failed"
    assert work.retry(store, actor, batch_id) == 1
    assert status(store, batch_id) == "running"
    feeding.look()
    after = item(store, batch_id, 3)
    # The file is the same: its consultation goes on, with another job.
    assert after.consultation_id == before.consultation_id
    assert after.job_id != before.job_id
    assert after.attempts == 2
    end_jobs(store, "failed")
    feeding.look()
    (folder / "r3.wav").write_bytes(AUDIO + b"mended")
    work.retry(store, actor, batch_id)
    feeding.look()
    mended = item(store, batch_id, 3)
    assert mended.consultation_id != after.consultation_id
    with store.database.read() as session, pytest.raises(NotFound):
        consultations.find(session, org, after.consultation_id or "")
    end_jobs(store)
    feeding.look()
    feeding.look()
    assert counts(store, batch_id) == {"completed": 3}
    assert work.retry(store, actor, batch_id) == 0
    assert status(store, batch_id) == "completed"
    assert len(list(store.audio.folder.rglob("*.anf*"))) == 3


def test_cancel_ends_what_waits_and_what_runs(
    store: Store, enqueuer: Enqueuer, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path, 6)
    org, batch_id = make(store, folder, rows(6))
    feeding = feeder(store, enqueuer, window=2)
    feeding.look()
    actor = audit.Actor(org, "test")
    with store.database.write() as session:
        # As when the canceller is killed before it reaches the jobs: a worker does it.
        batches.cancel(session, org, batch_id)
    feeding.look()
    feeding.look()
    assert counts(store, batch_id) == {"cancelled": 6}
    with store.database.read() as session:
        assert {job.status for job in session.scalars(select(Job))} == {"cancelled"}
    with pytest.raises(Conflict):
        work.retry(store, actor, batch_id)
    work.cancel(store, enqueuer, actor, batch_id)


def test_another_organisation_finds_nothing(store: Store, tmp_path: Path) -> None:
    _, batch_id = make(store, tmp_path, rows(1))
    other = organisation(store, "other")
    with store.database.read() as session, pytest.raises(NotFound):
        batches.find(session, other, batch_id)
    with pytest.raises(NotFound):
        work.retry(store, audit.Actor(other, "test"), batch_id)


def test_an_erased_consultation_takes_its_item_along(
    store: Store, enqueuer: Enqueuer, tmp_path: Path
) -> None:
    org, batch_id = make(store, folder_of(tmp_path, 2), rows(2))
    feeding = feeder(store, enqueuer)
    feeding.look()
    erased = item(store, batch_id, 1).consultation_id
    with store.database.write() as session:
        consultations.erase(session, org, erased or "")
    end_jobs(store)
    feeding.look()
    feeding.look()
    assert counts(store, batch_id) == {"completed": 1, "erased": 1}
    assert status(store, batch_id) == "completed"


def test_the_same_key_makes_one_batch(store: Store, tmp_path: Path) -> None:
    _, first = make(store, tmp_path, rows(2), key="k", request_sha256="a")
    _, again = make(store, tmp_path, rows(2), key="k", request_sha256="a")
    assert again == first
    with pytest.raises(KeyReused):
        make(store, tmp_path, rows(2), key="k", request_sha256="b")


def test_names_of_files_are_not_in_the_clear(store: Store, tmp_path: Path) -> None:
    source = ItemSource(path="Zylberstein Marie.wav", reference="dossier Zylberstein")
    _, batch_id = make(store, tmp_path / "Zylberstein", [GoodRow(1, source)])
    with store.database.read() as session:
        kept = b"".join(session.scalars(select(BatchItem.body)).all())
        kept += b"".join(session.scalars(select(Batch.body)).all())
        row = session.get(BatchItem, (batch_id, 1))
        assert row is not None
        assert ItemSource.model_validate_json(batch_items.source_of(row, store.ring)) == source
    assert b"Zylberstein" not in kept


@pytest.mark.slow
def test_two_thousand_items_in_flat_memory(
    store: Store, enqueuer: Enqueuer, tmp_path: Path
) -> None:
    """The process does not grow with what is done, once a quarter of it is."""
    (tmp_path / "said.json").write_text(transcript("D: Bonjour.", "P: J'ai mal.").to_json())
    many = (GoodRow(n, ItemSource(path="said.json", template=f"t{n}")) for n in range(1, 2001))
    _, batch_id = make(store, tmp_path, many)
    feeding = feeder(store, enqueuer, window=200)
    process, sizes = psutil.Process(), list[int]()
    while status(store, batch_id) != "completed":
        feeding.look()
        end_jobs(store)
        sizes.append(process.memory_info().rss)
        assert len(sizes) < 50
    assert counts(store, batch_id) == {"completed": 2000}
    assert sizes[-1] - sizes[len(sizes) // 4] < 8 << 20


def test_an_item_costs_the_same_however_large_its_batch_is(
    store: Store, enqueuer: Enqueuer, tmp_path: Path
) -> None:
    """In statements, for a hundred items of a batch of a hundred and of one of a thousand."""
    (tmp_path / "said.json").write_text(transcript("D: Bonjour.", "P: J'ai mal.").to_json())
    spent = 0

    def count(*_: object) -> None:
        nonlocal spent
        spent += 1

    found = []
    for size in (100, 1000):
        source = (ItemSource(path="said.json", template=f"t{size}.{n}") for n in range(size))
        make(store, tmp_path, [GoodRow(n, one) for n, one in enumerate(source)])
        feeding = feeder(store, enqueuer, window=50)
        event.listen(store.database.engine, "before_cursor_execute", count)
        spent = 0
        for _ in range(2):
            assert feeding.look() == 50
            assert end_jobs(store) == 50
        event.remove(store.database.engine, "before_cursor_execute", count)
        found.append(spent)
        # The small one is over then, and has no part of the window any more.
        feeding.look()
    small, large = found
    assert small > 500
    assert abs(large - small) < 20


@pytest.mark.slow
def test_a_batch_goes_on_whoever_is_killed(
    store: Store,
    enqueuer: Enqueuer,
    settings: ServiceSettings,
    processes: Processes,
    tmp_path: Path,
) -> None:
    folder = folder_of(tmp_path, 12)
    (folder / "r5.wav").write_bytes(b"no recording at all")
    small = settings.model_copy(update={"batch_window": 3, "scripted_seconds": 0.2})
    _, batch_id = make(store, folder, rows(12), keep_audio=False)
    killed, end = 0, time.monotonic() + 240
    worker = processes.worker(small)
    while status(store, batch_id) != "completed":
        done = counts(store, batch_id).get("completed", 0)
        assert counts(store, batch_id).get("active", 0) <= 3
        if killed < 2 and done >= 3 * (killed + 1):
            worker.kill()
            worker.wait()
            killed += 1
            worker = processes.worker(small)
        assert time.monotonic() < end, (counts(store, batch_id), processes.said())
        time.sleep(0.2)
    assert killed == 2
    assert counts(store, batch_id) == {"completed": 11, "failed": 1}
    assert item(store, batch_id, 5).error_code == "unsupported_audio"
    with store.database.read() as session:
        # Nothing was done twice: an item has one consultation, and it one transcript and one note.
        assert session.scalar(select(func.count()).select_from(Consultation)) == 12
        kept = session.execute(
            select(Artefact.kind, func.count(), func.max(Artefact.version)).group_by(Artefact.kind)
        ).all()
    assert {(row[0], row[1], row[2]) for row in kept if row[0] != OPTIONS} == {
        ("transcript", 11, 1),
        ("summary", 11, 1),
        ("waveform", 11, 1),
    }


def test_events_of_batches_are_known() -> None:
    assert {f"job.{state}" for state in job_rows.FINAL} <= set(outbox.EVENTS)


def test_keys_are_rotated_for_batches_and_webhooks_too(store: Store, tmp_path: Path) -> None:
    from jobs.store import webhooks
    from jobs.store.rotation import rotate

    org, batch_id = make(store, tmp_path, rows(450))
    with store.database.write() as session:
        hook = webhooks.create(
            session,
            store.ring,
            org_id=org,
            by="test",
            url="https://example.org/",
            secret="whsec_eA==",
            events=["job.failed"],
        )
    newer = store.ring.with_new()
    done, _ = rotate(store.database, newer, store.audio)
    assert done == 452
    assert rotate(store.database, newer, store.audio) == (0, 0)
    only = newer.only_active()
    with store.database.read() as session:
        batch, hook_now = session.get(Batch, batch_id), session.get(type(hook), hook.id)
        last = session.get(BatchItem, (batch_id, 450))
        assert batch is not None
        assert last is not None
        assert hook_now is not None
        assert batches.folder_of(batch, only) == str(tmp_path)
        assert b"r450.wav" in batch_items.source_of(last, only)
        assert webhooks.target(hook_now, only).url == "https://example.org/"
