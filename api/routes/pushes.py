"""Signed notes sent to an EHR: what was sent, and again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from api.auth import Reader, Writer, actor
from api.problem import responses
from api.routes.notes import Template
from api.service import Used
from api.wire import iso
from jobs.notes import NotSigned, standing
from jobs.push.asked import PushOff, ask, sends
from jobs.store import audit, consultations, notes, pushes
from jobs.store.push_tables import Push, PushAttempt

router = APIRouter(prefix="/v1/consultations/{consultation_id}", tags=["sign-off"])


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class PushAttemptOut(_Wire):
    at: str
    duration_ms: int
    answer: str | None
    """The HTTP status of a FHIR server, or AA, AE, AR, CA, CE, CR of an HL7 acknowledgement."""
    error: str | None
    """Where there was no answer: address_refused, dns_failed, connect_failed, tls_failed, timeout,
    bad_answer, token_unreadable, gone (the note was deleted), not_signed, document_failed."""


class PushOut(_Wire):
    id: str
    template: str
    revision: int
    """Of the note: a signed one."""
    target: Literal["fhir", "mllp"]
    status: Literal["pending", "accepted", "failed"]
    tries: int
    """Begun, since it was asked for last."""
    created: str
    finished: str | None
    next: str | None
    """When it is tried again."""
    attempts: list[PushAttemptOut]
    """Oldest first; without those whose worker was killed."""


class Pushes(_Wire):
    items: list[PushOut]


@router.get("/pushes", responses=responses(404))
def index(consultation_id: str, used: Used, who: Reader) -> Pushes:
    """Signed notes of this consultation that were sent to an EHR or are to be, oldest first."""
    with used.store.database.read() as session:
        consultations.find(session, who.org_id, consultation_id)
        return _out(session, pushes.listed(session, who.org_id, consultation_id))


@router.post("/notes/{template}/push", status_code=202, responses=responses(404, 409))
def push(
    consultation_id: str, template: Template, request: Request, used: Used, who: Writer
) -> Pushes:
    """Send the signed note to every receiver that is configured. What was accepted is not sent
    twice; what failed or waits is tried now. 409 ``not_signed``, ``push_off``."""
    store = used.store
    with store.database.read() as session:
        found = standing(session, store.ring, who.org_id, consultation_id, template)
        if not sends(session, used.settings, who.org_id):
            raise PushOff("notes of this organisation are sent nowhere")
    if not found.version.signed:
        raise NotSigned("nobody signed the note as it stands")
    with store.database.write() as session:
        notes.hold(session, who.org_id, consultation_id)
        consultations.find(session, who.org_id, consultation_id)
        rows = ask(session, used.settings, who.org_id, consultation_id, found.version)
        audit.append(store.database, session, actor(request, who), "note.push", consultation_id)
        return _out(session, rows)


def _out(session: Session, rows: Sequence[Push]) -> Pushes:
    tries: defaultdict[str, list[PushAttempt]] = defaultdict(list)
    for one in pushes.attempts(session, [row.id for row in rows]):
        tries[one.push_id].append(one)
    return Pushes(items=[_push(row, tries[row.id]) for row in rows])


def _push(row: Push, tries: Sequence[PushAttempt]) -> PushOut:
    waits = row.status == "pending"
    return PushOut.model_validate(
        {
            "id": row.id,
            "template": row.template,
            "revision": row.revision,
            "target": row.target,
            "status": row.status,
            "tries": row.tries,
            "created": iso(row.created),
            "finished": iso(row.finished) if row.finished is not None else None,
            "next": iso(row.next_at) if waits else None,
            "attempts": [
                {
                    "at": iso(one.at),
                    "duration_ms": one.duration_ms,
                    "answer": one.answer,
                    "error": one.error,
                }
                for one in tries
            ],
        }
    )
