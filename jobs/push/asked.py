"""Which notes are to be sent: those of the organisations that the settings name, once signed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from consultation.signoff import NoteVersion
from jobs.errors import Conflict
from jobs.push_settings import PushSettings
from jobs.store import access, pushes
from jobs.store.push_tables import Push


class PushOff(Conflict):
    code = "push_off"
    hint = "Whoever runs the service names a receiver and this organisation: docs/operations.md."


def at_signing(
    session: Session,
    settings: PushSettings,
    org_id: str,
    consultation_id: str,
    version: NoteVersion,
) -> None:
    """In the transaction of the signature; nothing where nothing is configured."""
    if settings.push == "signed" and sends(session, settings, org_id):
        ask(session, settings, org_id, consultation_id, version)


def ask(
    session: Session,
    settings: PushSettings,
    org_id: str,
    consultation_id: str,
    version: NoteVersion,
) -> list[Push]:
    """Raises PushOff."""
    if not sends(session, settings, org_id):
        raise PushOff("notes of this organisation are sent nowhere")
    template = version.note.template
    targets = settings.push_targets
    return pushes.ask(session, org_id, consultation_id, template, version.revision, targets)


def sends(session: Session, settings: PushSettings, org_id: str) -> bool:
    if not settings.push_targets:
        return False
    return access.organisation_name(session, org_id) in settings.push_organisations
