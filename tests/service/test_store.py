"""The store on SQLite and on PostgreSQL: isolation, fences, leases, audit, erasure, rotation."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from consultation.errors import InvalidOption
from jobs.errors import Cancelled, Conflict, Damaged, LostJob, NotFound
from jobs.lease import Watch
from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store import (
    access,
    artefacts,
    audit,
    consultations,
    idempotency,
    job_rows,
    keys,
    leases,
    pseudonyms,
)
from jobs.store.access import SCOPES, Role, Scope
from jobs.store.artefacts import SUMMARY, TRANSCRIPT
from jobs.store.idempotency import KeyReused
from jobs.store.orphans import remove_orphans
from jobs.store.rotation import rotate
from jobs.store.store import Store, open_store
from jobs.store.tables import ApiKey, Artefact, Job, new_id, now_ms
from tests.service.work import organisation


def consultation(store: Store, org_id: str) -> str:
    name = new_id("con")
    with store.database.write() as session:
        consultations.create(session, org_id=org_id, consultation_id=name, by="t", audio_bytes=None)
    return name


def put(store: Store, org: str, con: str, kind: str, content: bytes, name: str = "") -> int:
    with store.database.write() as session:
        return artefacts.put(
            session,
            store.ring,
            org_id=org,
            consultation_id=con,
            kind=kind,
            content=content,
            name=name,
        )


def get(store: Store, org: str, con: str, kind: str, name: str = "") -> artefacts.Stored | None:
    with store.database.read() as session:
        return artefacts.get(
            session, store.ring, org_id=org, consultation_id=con, kind=kind, name=name
        )


def job(store: Store, org: str, con: str) -> Job:
    with store.database.write() as session:
        return job_rows.create(
            session, org_id=org, consultation_id=con, kind="consultation", template=None
        )


def test_migrating_twice_and_at_once(settings: ServiceSettings) -> None:
    stores = [open_store(settings) for _ in range(3)]
    threads = [threading.Thread(target=one.database.migrate) for one in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stores[0].database.migrate()
    assert organisation(stores[1]).startswith("org_")
    for one in stores:
        one.close()


def test_tables_are_those_of_the_models(store: Store) -> None:
    """A column that is added to a model and to no migration shows here."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from jobs.store.all_tables import METADATA

    assert {"jobs", "batches", "webhooks", "uploads", "job_traces"} <= set(METADATA.tables)
    with store.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "anamnese_schema"})
        difference = compare_metadata(context, METADATA)
    ours = set(METADATA.tables)
    assert [
        d for d in difference if getattr(d[1], "name", "") in ours or d[0] != "remove_table"
    ] == []


def test_artefacts_are_versioned_and_encrypted(store: Store) -> None:
    org = organisation(store)
    con = consultation(store, org)
    assert put(store, org, con, TRANSCRIPT, b"Madame Zylberstein tousse") == 1
    assert put(store, org, con, TRANSCRIPT, b"second") == 2
    stored = get(store, org, con, TRANSCRIPT)
    assert stored is not None
    assert (stored.content, stored.version) == (b"second", 2)
    with store.database.read() as session:
        row = session.query(Artefact).one()
        assert b"second" not in row.body


def test_an_artefact_moved_to_another_consultation_does_not_open(store: Store) -> None:
    org = organisation(store)
    one, two = consultation(store, org), consultation(store, org)
    put(store, org, one, TRANSCRIPT, b"of one")
    put(store, org, two, TRANSCRIPT, b"of two")
    with store.database.write() as session:
        rows = {row.consultation_id: row for row in session.query(Artefact)}
        rows[two].body = rows[one].body
    with pytest.raises(Damaged):
        get(store, org, two, TRANSCRIPT)


def test_another_organisation_finds_nothing(store: Store) -> None:
    ours, theirs = organisation(store), organisation(store, "other")
    con = consultation(store, ours)
    made = job(store, ours, con)
    put(store, ours, con, TRANSCRIPT, b"x")
    assert get(store, theirs, con, TRANSCRIPT) is None
    with store.database.write() as session:
        with pytest.raises(NotFound):
            consultations.find(session, theirs, con)
        with pytest.raises(NotFound):
            job_rows.find(session, theirs, made.id)
        with pytest.raises(NotFound):
            job_rows.cancel(session, theirs, made.id)
        assert list(consultations.page(session, theirs, limit=9, after=None)) == []
        assert consultations.jobs(session, theirs, con) == []
        assert artefacts.listed(session, theirs, con) == ()
        assert job_rows.events(session, theirs, made.id, 0) == []
        consultations.erase(session, theirs, con)
    assert get(store, ours, con, TRANSCRIPT) is not None


def test_a_page_follows_another(store: Store) -> None:
    org = organisation(store)
    made = {consultation(store, org) for _ in range(7)}
    seen: list[str] = []
    after = None
    with store.database.read() as session:
        while rows := consultations.page(session, org, limit=3, after=after):
            seen += [row.id for row in rows]
            after = (rows[-1].created, rows[-1].id)
    assert len(seen) == 7
    assert set(seen) == made


def test_only_the_last_who_began_may_write(store: Store) -> None:
    org = organisation(store)
    made = job(store, org, consultation(store, org))
    with store.database.write() as session:
        first = job_rows.begin(session, made.id, "transcript", "w1")
        assert first is not None
        old = first.fence
    with store.database.write() as session:
        second = job_rows.begin(session, made.id, "transcript", "w2")
        assert second is not None
        new = second.fence
    with store.database.write() as session:
        with pytest.raises(LostJob):
            job_rows.held(session, made.id, old)
        with pytest.raises(LostJob):
            job_rows.ready(session, made.id, old, "transcript")
        job_rows.fail(session, made.id, old, "x", "")
        job_rows.give_up(session, made.id, "w1")
        assert job_rows.find(session, org, made.id).status == "processing"
        assert job_rows.ready(session, made.id, new, "transcript").transcript_status == "ready"
        # An answer that was lost: it is said again.
        assert job_rows.ready(session, made.id, new, "transcript").status == "processing"
        assert job_rows.ready(session, made.id, new, "summary").status == "completed"
        assert job_rows.ready(session, made.id, new, "summary").status == "completed"
        assert job_rows.begin(session, made.id, "summary", "w1") is None


def test_cancel(store: Store) -> None:
    org = organisation(store)
    made = job(store, org, consultation(store, org))
    with store.database.write() as session:
        begun = job_rows.begin(session, made.id, "transcript", "w")
        assert begun is not None
        cancelled = job_rows.cancel(session, org, made.id)
        assert (cancelled.status, cancelled.transcript_status) == ("cancelled", "cancelled")
        with pytest.raises(Cancelled):
            job_rows.held(session, made.id, begun.fence)
        assert job_rows.cancel(session, org, made.id).status == "cancelled"
        assert job_rows.begin(session, made.id, "transcript", "w") is None
    other = job(store, org, consultation(store, org))
    with store.database.write() as session:
        job_rows.fail(session, other.id, None, "no_speech", "hint")
        with pytest.raises(Conflict):
            job_rows.cancel(session, org, other.id)


def test_erase_removes_everything_derived(store: Store, enqueuer: Enqueuer) -> None:
    org = organisation(store)
    con = consultation(store, org)
    made = job(store, org, con)
    with store.database.write() as session:
        enqueuer.add(session, made)
    put(store, org, con, TRANSCRIPT, b"x")
    put(store, org, con, SUMMARY, b"x", "soap")
    with store.database.write() as session:
        consultations.erase(session, org, con)
    enqueuer.forget([made.id])
    schema = "" if store.database.sqlite else "dbos."
    with store.database.read() as session:
        for table in ("consultations", "jobs", "job_events", "artefacts"):
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0, table
        for table in ("workflow_status", "workflow_input", "operation_outputs"):
            count = text(f"SELECT count(*) FROM {schema}{table}")
            assert session.execute(count).scalar() == 0, table


def test_api_keys(store: Store) -> None:
    org = organisation(store)
    with store.database.write() as session:
        row, secret = access.issue(
            session, org_id=org, name="n", role=Role.integration, expires=None
        )
        _, old = access.issue(session, org_id=org, name="n", role=Role.admin, expires=now_ms() - 1)
        with pytest.raises(InvalidOption):
            access.issue(
                session,
                org_id=org,
                name="n",
                role=Role.auditor,
                scopes=frozenset({Scope.read}),
                expires=None,
            )
        stored = row.sha256
    assert secret.rsplit("_", 1)[1] not in stored
    with store.database.read() as session:
        found = access.identify(session, secret)
        assert found is not None
        assert (found.org_id, found.scopes) == (org, SCOPES[Role.integration])
        for wrong in (
            old,
            secret[:-1],
            secret + "0",
            secret.upper(),
            "",
            "ana__",
            "ana_x",
            "é_é_é",
        ):
            assert access.identify(session, wrong) is None, wrong
    with store.database.write() as session:
        access.revoke(session, row.id)
        with pytest.raises(NotFound):
            access.revoke(session, "nobody")
    with store.database.read() as session:
        assert access.identify(session, secret) is None


def test_an_old_key_is_given_what_its_role_may_do_now(store: Store) -> None:
    """Never in silence: by who administers the keys."""
    org = organisation(store)
    with store.database.write() as session:
        key, text = access.issue(session, org_id=org, name="old", role=Role.admin, expires=None)
        # As an earlier version issued it, which did not know of webhooks.
        key.scopes = " ".join(sorted(SCOPES[Role.admin] - {Scope.webhooks}))
    with store.database.write() as session:
        old = access.identify(session, text)
        assert old is not None
        assert Scope.webhooks not in old.scopes
        access.rescope(session, key.id)
    with store.database.write() as session:
        now = access.identify(session, text)
        assert now is not None
        assert now.scopes == SCOPES[Role.admin]
        assert access.rescope(session, key.id, frozenset({Scope.read})).scopes == Scope.read
        clinician, _ = access.issue(
            session, org_id=org, name="c", role=Role.clinician, expires=None
        )
        with pytest.raises(InvalidOption):
            access.rescope(session, clinician.id, frozenset({Scope.webhooks}))
        access.revoke(session, key.id)
        with pytest.raises(NotFound):
            access.rescope(session, key.id)


def test_a_rotated_key_has_a_grace_and_its_use_is_noted_to_the_hour(store: Store) -> None:
    org = organisation(store)
    with store.database.write() as session:
        row, old = access.issue(session, org_id=org, name="n", role=Role.admin, expires=None)
    with store.database.write() as session:
        _, new = access.rotate(session, row.id, grace_ms=60_000)
    assert new.split("_")[1] == old.split("_")[1]

    def valid(*texts: str) -> list[bool]:
        with store.database.read() as session:
            return [access.identify(session, text) is not None for text in texts]

    assert valid(old, new, f"ana_{row.id}_", f"ana_{row.id}_x") == [True, True, False, False]
    with store.database.write() as session:
        session.get_one(ApiKey, row.id).previous_until = now_ms() - 1
    assert valid(old, new) == [False, True]
    with store.database.write() as session:
        _, newest = access.rotate(session, row.id, grace_ms=0)
    # Only the last one before: never a third.
    assert valid(old, new, newest, f"ana_{row.id}_") == [False, False, True, False]
    with store.database.read() as session:
        found = access.identify(session, newest)
        assert found is not None
        assert found.unseen
    with store.database.write() as session:
        access.seen(session, row.id)
    with store.database.read() as session:
        found = access.identify(session, newest)
        assert found is not None
        assert not found.unseen
        assert (session.get_one(ApiKey, row.id).last_used or 1) % 3_600_000 == 0
    with store.database.write() as session:
        access.revoke(session, row.id)
    assert valid(new, newest) == [False, False]
    with store.database.write() as session, pytest.raises(NotFound):
        access.rotate(session, row.id, grace_ms=1)


def test_audit_log_is_a_chain_that_cannot_be_changed(store: Store) -> None:
    org = organisation(store)

    def entries() -> None:
        for _ in range(5):
            with store.database.write() as session:
                audit.append(store.database, session, audit.Actor(org, "k", "r"), "a", "s")

    threads = [threading.Thread(target=entries) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.database.read() as session:
        number, last = audit.verify(session)
    assert number == 20
    for change in ("UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log WHERE seq = 3"):
        with pytest.raises(DatabaseError), store.database.write() as session:
            session.execute(text(change))
    with store.database.read() as session:
        assert audit.verify(session) == (20, last)


@pytest.mark.parametrize("change", ["SET action = 'nothing'", "SET org_id = 'x'", "SET seq = 99"])
def test_an_altered_audit_log_is_noticed(store: Store, change: str) -> None:
    """By somebody who may drop the triggers."""
    org = organisation(store)
    for _ in range(3):
        with store.database.write() as session:
            audit.append(store.database, session, audit.Actor(org, "k", "r"), "a", "s")
    with store.database.write() as session:
        if store.database.sqlite:
            session.execute(text("DROP TRIGGER audit_log_no_UPDATE"))
        else:
            session.execute(text("ALTER TABLE audit_log DISABLE TRIGGER ALL"))
        session.execute(text(f"UPDATE audit_log {change} WHERE seq = 2"))
    with store.database.read() as session, pytest.raises(Damaged, match=r"entry [23]"):
        audit.verify(session)


def test_idempotency_under_concurrency(store: Store) -> None:
    org = organisation(store)
    made: list[str] = []

    def once() -> None:
        def make(session: object) -> Job:
            con = new_id("con")
            consultations.create(
                session,
                org_id=org,
                consultation_id=con,
                by="t",
                audio_bytes=None,  # type: ignore[arg-type]
            )
            return job_rows.create(
                session,
                org_id=org,
                consultation_id=con,
                kind="summary",
                template=None,  # type: ignore[arg-type]
            )

        made.append(idempotency.once(store.database, org, "key", "a" * 64, make).id)

    threads = [threading.Thread(target=once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1
    with pytest.raises(KeyReused):
        idempotency.once(store.database, org, "key", "b" * 64, lambda _: pytest.fail("made"))


def test_leases(store: Store) -> None:
    with store.database.write() as session:
        leases.register(session, "w")
        assert leases.renew(session, "w")
        assert leases.beats(session) == {"w": 1}
        assert not leases.take(session, "w", 0)
        assert leases.take(session, "w", 1)
        assert not leases.take(session, "w", 1)
        assert not leases.renew(session, "w")


def test_watch_needs_uninterrupted_silence() -> None:
    now = 0.0
    watch = Watch("me", 10.0, clock=lambda: now)
    assert watch.dead({"me": 1, "a": 5, "b": 1}) == {}
    now = 9.0
    assert watch.dead({"me": 1, "a": 5, "b": 2}) == {}
    now = 11.0
    assert watch.dead({"me": 1, "a": 5, "b": 2}) == {"a": 5}
    watch.interrupted()
    now = 25.0
    assert watch.dead({"me": 1, "a": 5, "b": 2}) == {}
    now = 36.0
    assert watch.dead({"me": 1, "a": 5, "b": 3}) == {"a": 5}


def test_rotation(store: Store, settings: ServiceSettings) -> None:
    org = organisation(store)
    con = new_id("con")
    writer = store.audio.writer(org, con)
    writer.write(b"sound")
    writer.finish()
    with store.database.write() as session:
        consultations.create(session, org_id=org, consultation_id=con, by="t", audio_bytes=5)
    put(store, org, con, TRANSCRIPT, b"words")
    with store.database.write() as session:
        hashed = pseudonyms.patient(session, store.ring, org, "IPP 1")
    newer = store.ring.with_new()
    assert settings.keys_file is not None
    keys.save(newer, settings.keys_file)
    with_both = open_store(settings)
    # In the database: the words, and the key of the organisation.
    assert rotate(with_both.database, newer, with_both.audio) == (2, 1)
    assert rotate(with_both.database, newer, with_both.audio) == (0, 0)
    with_both.close()
    keys.save(newer.only_active(), settings.keys_file)
    after = open_store(settings)
    stored = get(after, org, con, TRANSCRIPT)
    assert stored is not None
    assert stored.content == b"words"
    assert b"".join(after.audio.read(org, con)) == b"sound"
    with after.database.write() as session:
        assert pseudonyms.patient(session, after.ring, org, "IPP 1") == hashed
    after.close()


def test_orphans_go_and_others_stay(store: Store) -> None:
    org = organisation(store)
    con, lost = new_id("con"), new_id("con")
    for name in (con, lost):
        writer = store.audio.writer(org, name)
        writer.finish()
    with store.database.write() as session:
        consultations.create(session, org_id=org, consultation_id=con, by="t", audio_bytes=1)
    assert remove_orphans(store.database, store.audio) == 0
    assert remove_orphans(store.database, store.audio, older=-1.0) == 1
    assert store.audio.path(org, con).exists()
    assert not store.audio.path(org, lost).exists()


def test_sqlite_is_in_wal_mode(make_settings: object, tmp_path: Path) -> None:
    from jobs.store.database import Database

    database = Database(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with database.read() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    database.close()
