"""What a service that has worked for a while holds: people who came, batches that were run."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from jobs.store import people
from jobs.store.admin_tables import Person
from jobs.store.store import open_store
from jobs.store.tables import Job, Organisation, now_ms
from tests.browser.clinic import Clinic

DAY = 24 * 3600 * 1000


def fails(clinic: Clinic, consultation: str, code: str) -> str:
    """Its job, as if it had ended like this."""
    store = open_store(clinic.settings)
    with store.database.write() as session:
        job = session.scalars(select(Job).where(Job.consultation_id == consultation)).one()
        job.status, job.error_code, job.error_hint = "failed", code, "Try it again."
        found = job.id
    store.close()
    return found


def persons(clinic: Clinic) -> list[str]:
    """Three whom an identity provider named; the second is kept out."""
    store = open_store(clinic.settings)
    ids = [f"usr_{hashlib.sha256(who.encode()).hexdigest()[:32]}" for who in "abc"]
    with store.database.write() as session:
        org = session.scalars(select(Organisation).where(Organisation.name == "clinic")).one()
        for back, (one, role) in enumerate(
            zip(ids, ("clinician", "clinician", "auditor"), strict=True)
        ):
            at = now_ms() - back * 3 * DAY
            session.add(
                Person(id=one, org_id=org.id, role=role, first_seen=at - 40 * DAY, last_seen=at)
            )
        session.flush()
        people.block(session, org.id, ids[1], "test")
    store.close()
    return ids


def batch(clinic: Clinic, key: str, consultations: list[str], *, missing: int = 0) -> str:
    """Of notes of these consultations, and of some that are nowhere: these fail."""
    rows = [{"consultation_id": one, "template": "soap"} for one in consultations]
    rows += [{"consultation_id": f"con_{number:032x}"} for number in range(missing)]
    with clinic.client(key) as client:
        answer = client.post("/batches", json={"items": rows})
        return str(answer.raise_for_status().json()["id"])
