"""Results and options: whole blobs, encrypted, one for each consultation, kind and name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from jobs.errors import NotFound
from jobs.store.crypto import key_of, seal, unseal
from jobs.store.keys import KeyRing
from jobs.store.tables import Artefact, new_id, now_ms

Content = TypeVar("Content")
OPTIONS = "options"
RECOGNITION = "recognition"
DIARIZATION = "diarization"
TRANSCRIPT = "transcript"
SUMMARY = "summary"
WAVEFORM = "waveform"
"""How loud it is, for a player; goes with the recording."""


@dataclass(frozen=True)
class Stored:
    """One artefact, opened."""

    content: bytes
    version: int
    job_id: str | None
    name: str


@dataclass(frozen=True)
class Listed:
    """One artefact, closed."""

    kind: str
    name: str
    version: int
    created: int


def put(
    session: Session,
    ring: KeyRing,
    *,
    org_id: str,
    consultation_id: str,
    kind: str,
    content: bytes,
    name: str = "",
    job_id: str | None = None,
) -> int:
    """Write or replace; returns the version, from 1 on."""
    row = session.scalar(_one(org_id, consultation_id, kind, name).with_for_update())
    if row is None:
        row = Artefact(
            id=new_id("art"),
            org_id=org_id,
            consultation_id=consultation_id,
            kind=kind,
            name=name,
            version=0,
        )
        session.add(row)
    row.version += 1
    row.job_id, row.created = job_id, now_ms()
    context = _context(org_id, consultation_id, kind, name, row.version)
    row.body = seal(content, context, ring)
    row.key_id = key_of(row.body)
    return row.version


def get(
    session: Session,
    ring: KeyRing,
    *,
    org_id: str,
    consultation_id: str,
    kind: str,
    name: str = "",
    for_update: bool = False,
) -> Stored | None:
    """None where there is none; raises Damaged, KeysMissing. ``for_update`` locks it."""
    query = _one(org_id, consultation_id, kind, name)
    row = session.scalar(query.with_for_update() if for_update else query)
    if row is None:
        return None
    return Stored(unseal(row.body, context_of(row), ring), row.version, row.job_id, row.name)


def many(
    session: Session,
    ring: KeyRing,
    *,
    org_id: str,
    consultation_id: str,
    kind: str,
    names: Sequence[str],
) -> dict[str, bytes]:
    """As ``get``, of all these names at once; what is not there is left out. A caller gives as many
    names as he has memory for what they name. Raises Damaged, KeysMissing."""
    rows = session.execute(
        select(Artefact.name, Artefact.version, Artefact.body).where(
            Artefact.org_id == org_id,
            Artefact.consultation_id == consultation_id,
            Artefact.kind == kind,
            Artefact.name.in_(names),
        )
    )
    return {
        name: unseal(body, _context(org_id, consultation_id, kind, name, version), ring)
        for name, version, body in rows
    }


def names(session: Session, org_id: str, consultation_id: str, kind: str) -> set[str]:
    return set(
        session.scalars(
            select(Artefact.name).where(
                Artefact.org_id == org_id,
                Artefact.consultation_id == consultation_id,
                Artefact.kind == kind,
            )
        )
    )


def require(stored: Stored | None, what: str) -> Stored:
    """Raises NotFound."""
    if stored is None:
        raise NotFound(f"there is no {what}", hint="It may not be ready yet: look at the job.")
    return stored


def present(content: Content | None, what: str) -> Content:
    """Raises NotFound."""
    if content is None:
        raise NotFound(f"there is no {what}", hint="It may not be ready yet, or it was deleted.")
    return content


def listed(session: Session, org_id: str, consultation_id: str) -> tuple[Listed, ...]:
    """Transcript and summaries, oldest first."""
    rows = session.execute(
        select(Artefact.kind, Artefact.name, Artefact.version, Artefact.created)
        .where(
            Artefact.org_id == org_id,
            Artefact.consultation_id == consultation_id,
            Artefact.kind.in_((TRANSCRIPT, SUMMARY)),
        )
        .order_by(Artefact.created, Artefact.id)
    )
    return tuple(Listed(*row) for row in rows)


def forget(session: Session, org_id: str, consultation_id: str, *kinds: str) -> None:
    """Remove what was only needed on the way."""
    session.execute(
        delete(Artefact).where(
            Artefact.org_id == org_id,
            Artefact.consultation_id == consultation_id,
            Artefact.kind.in_(kinds),
        )
    )


def context_of(row: Artefact) -> str:
    return _context(row.org_id, row.consultation_id, row.kind, row.name, row.version)


def _context(org_id: str, consultation_id: str, kind: str, name: str, version: int) -> str:
    return "|".join(("artefact", org_id, consultation_id, kind, name, str(version)))


def _one(org_id: str, consultation_id: str, kind: str, name: str) -> Select[Artefact]:
    return select(Artefact).where(
        Artefact.org_id == org_id,
        Artefact.consultation_id == consultation_id,
        Artefact.kind == kind,
        Artefact.name == name,
    )
