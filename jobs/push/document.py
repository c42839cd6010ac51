"""The document of a signed revision, built from the store when it is sent: the outbox has ids."""

from __future__ import annotations

from typing import Any

from consultation.export.fhir import to_fhir
from consultation.export.fhir.transaction import to_transaction
from consultation.export.hl7v2 import to_mdm
from consultation.signoff import NoteVersion
from consultation.transcript import Transcript
from jobs.document_context import document_context
from jobs.errors import NotFound
from jobs.notes import NotSigned
from jobs.service_settings import ServiceSettings
from jobs.store import artefacts, notes
from jobs.store.artefacts import TRANSCRIPT
from jobs.store.push_tables import Push
from jobs.store.store import Store
from summarize.note_oncology import note_oncology


def fhir_bundle(store: Store, settings: ServiceSettings, row: Push) -> dict[str, Any]:
    """As ``fhir_mode`` has it. Raises NotFound, NotSigned and what the store raises."""
    with store.database.read() as session:
        ring, org, con = store.ring, row.org_id, row.consultation_id
        version, said = _signed(store, session, row)
        context = document_context(session, ring, settings, org, con, version)
        bundle = to_fhir(version, said, context, note_oncology(version.note))
        if settings.fhir_mode == "document":
            return bundle
        before = []
        for line in notes.lines(session, org, con, row.template):
            if line.revision < row.revision and line.state in {"signed", "amended"}:
                old = _version(store, session, row, line.revision)
                its = document_context(session, ring, settings, org, con, old)
                before.append(to_fhir(old, said, its, note_oncology(old.note)))
        return to_transaction(bundle, before)


def hl7_message(store: Store, settings: ServiceSettings, row: Push) -> str:
    """Raises as ``fhir_bundle``."""
    with store.database.read() as session:
        version, said = _signed(store, session, row)
        context = document_context(
            session, store.ring, settings, row.org_id, row.consultation_id, version
        )
        return to_mdm(version, said, context)


def _signed(store: Store, session: Any, row: Push) -> tuple[NoteVersion, Transcript]:
    version = _version(store, session, row, row.revision)
    if not version.signed:
        raise NotSigned("nobody answers for this revision")
    stored = artefacts.get(
        session,
        store.ring,
        org_id=row.org_id,
        consultation_id=row.consultation_id,
        kind=TRANSCRIPT,
    )
    if stored is None:
        raise NotFound("the transcript is gone")
    return version, Transcript.model_validate_json(stored.content)


def _version(store: Store, session: Any, row: Push, revision: int) -> NoteVersion:
    kept = notes.at(session, store.ring, row.org_id, row.consultation_id, row.template, revision)
    if kept is None:
        raise NotFound("the revision is gone")
    return NoteVersion.model_validate_json(kept.content)
