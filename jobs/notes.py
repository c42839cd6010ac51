"""Notes that people work on: as they stand, their next revision, and what follows from others.

A note that nobody touched is the AI's artefact, and counts as revision 1. With the first change the
AI's note becomes row 1, the changed one row 2; rows are never written again. The AI's next note of
the same consultation and template is one more revision, not an end of those before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from consultation.signoff import NoteState, NoteVersion, Resolution, next_draft
from consultation.summary import Statement, Summary
from consultation.transcript import Transcript
from jobs.errors import Conflict, NotFound
from jobs.store import artefacts, audit, consultations, notes
from jobs.store.artefacts import SUMMARY, TRANSCRIPT, Stored
from jobs.store.audit import Actor
from jobs.store.keys import KeyRing
from jobs.store.notes import AI
from jobs.store.store import Store
from jobs.store.tables import Job
from summarize.quotes import refreshed

SIGNED = (NoteState.signed.value, NoteState.amended.value)


class Moved(Conflict):
    code = "precondition_failed"
    hint = "It was changed since: read it again."


class BlockingChecks(Conflict):
    """``errors``: each as ``statement:rule``."""

    code = "blocking_checks"
    hint = "Edit or remove what fails, or resolve it with a reason."

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("checks that block are not resolved")
        self.errors = list(errors)


class AlreadySigned(Conflict):
    code = "already_signed"
    hint = "Edit it to begin a version that replaces it."


class NotSigned(Conflict):
    code = "not_signed"
    hint = "A clinician signs it first; a draft is at …/export."


@dataclass(frozen=True)
class Standing:
    """A note as it stands."""

    version: NoteVersion
    original: Summary
    """The AI's, which this version comes from."""
    touched: bool
    """Whether there are rows of it."""
    artefact_version: int


def standing(
    session: Session, ring: KeyRing, org_id: str, consultation_id: str, template: str
) -> Standing:
    """Raises NotFound."""
    consultations.find(session, org_id, consultation_id)
    written = artefacts.require(
        artefacts.get(
            session,
            ring,
            org_id=org_id,
            consultation_id=consultation_id,
            kind=SUMMARY,
            name=template,
        ),
        "such note of this consultation",
    )
    newest = notes.newest(session, ring, org_id, consultation_id, template)
    if newest is None:
        original = Summary.model_validate_json(written.content)
        return Standing(NoteVersion(revision=1, note=original), original, False, written.version)
    version = NoteVersion.model_validate_json(newest.content)
    source = notes.newest(session, ring, org_id, consultation_id, template, source=AI)
    if source is None:
        raise NotFound("the AI's note is not there")
    original = NoteVersion.model_validate_json(source.content).note
    return Standing(version, original, True, written.version)


def signed_version(
    session: Session, ring: KeyRing, org_id: str, consultation_id: str, template: str
) -> NoteVersion:
    """The newest revision that somebody answers for. Raises NotFound, NotSigned."""
    consultations.find(session, org_id, consultation_id)
    kept = notes.newest(session, ring, org_id, consultation_id, template, states=SIGNED)
    version = NoteVersion.model_validate_json(kept.content) if kept else None
    if version is None or not version.signed:
        raise NotSigned("nobody signed this note")
    return version


def append(
    session: Session,
    ring: KeyRing,
    actor: Actor,
    consultation_id: str,
    before: Standing,
    version: NoteVersion,
    source: str,
) -> None:
    """The next revision of what ``before`` was. Raises Moved, NotFound."""
    org, template = actor.org_id, version.note.template
    consultations.find(session, org, consultation_id)
    notes.hold(session, org, consultation_id)
    written = artefacts.get(
        session, ring, org_id=org, consultation_id=consultation_id, kind=SUMMARY, name=template
    )
    expected = before.version.revision if before.touched else 0
    same = written is not None and written.version == before.artefact_version
    if not same or notes.last(session, org, consultation_id, template) != expected:
        raise Moved("the note was changed since it was read")
    if not before.touched and written is not None:
        _add(session, ring, org, consultation_id, before.version, AI, "worker", written.job_id)
    _add(session, ring, org, consultation_id, version, source, actor.id, None)


def rewritten(session: Session, ring: KeyRing, job: Job, summary: Summary) -> None:
    """The AI wrote this note again, before its artefact is replaced: both notes are kept, and what
    people changed in the one before. May be done twice for one job."""
    org, con, template = job.org_id, job.consultation_id, summary.template
    written = artefacts.get(
        session, ring, org_id=org, consultation_id=con, kind=SUMMARY, name=template
    )
    if written is None or written.job_id == job.id:
        return
    notes.hold(session, org, con)
    newest = notes.newest(session, ring, org, con, template)
    if newest is None:
        first = NoteVersion(revision=1, note=Summary.model_validate_json(written.content))
        _add(session, ring, org, con, first, AI, "worker", written.job_id)
        before = first
    else:
        before = NoteVersion.model_validate_json(newest.content)
    again = next_draft(before, note=summary, edits=(), resolutions=(), dismissals=())
    _add(session, ring, org, con, again, AI, "worker", job.id)


def replace_transcript(
    store: Store,
    actor: Actor,
    consultation_id: str,
    before: Stored,
    changed: Transcript,
    change: bytes,
    action: str,
) -> int:
    """The changed transcript and what unsigned notes become of it, all or none; its version.

    Args:
        change: what was asked for, as JSON, to be kept with who asked.

    Raises NotFound; Moved when the transcript or a note was changed since it was read.
    """
    org = actor.org_id
    was = Transcript.model_validate_json(before.content)
    with store.database.read() as session:
        following = (
            followers(session, store.ring, org, consultation_id, changed)
            if _said(was) != _said(changed)
            else []
        )
    with store.database.write() as session:
        consultations.find(session, org, consultation_id)
        notes.hold(session, org, consultation_id)
        stored = artefacts.get(
            session,
            store.ring,
            org_id=org,
            consultation_id=consultation_id,
            kind=TRANSCRIPT,
            for_update=True,
        )
        if stored is None or stored.version != before.version:
            raise Moved("the transcript was changed since it was read")
        version = artefacts.put(
            session,
            store.ring,
            org_id=org,
            consultation_id=consultation_id,
            kind=TRANSCRIPT,
            content=changed.to_json().encode(),
            job_id=stored.job_id,
        )
        notes.add_edit(
            session,
            store.ring,
            org_id=org,
            consultation_id=consultation_id,
            before=before.content,
            change=change,
            by=actor.id,
        )
        for one, note in following:
            append(session, store.ring, actor, consultation_id, one, note, notes.TRANSCRIPT)
        audit.append(store.database, session, actor, action, consultation_id)
    return version


def _said(transcript: Transcript) -> object:
    """Who says what, and in which role: what notes rest on."""
    roles = {speaker.id: speaker.role for speaker in transcript.speakers}
    return [(s.id, s.speaker, roles[s.speaker], s.text) for s in transcript.segments]


def followers(
    session: Session, ring: KeyRing, org_id: str, consultation_id: str, transcript: Transcript
) -> list[tuple[Standing, NoteVersion]]:
    """Unsigned notes whose quotes must follow a transcript that is being changed, with what each
    becomes. What is signed stays as it was signed."""
    found = []
    for made in artefacts.listed(session, org_id, consultation_id):
        if made.kind != SUMMARY:
            continue
        before = standing(session, ring, org_id, consultation_id, made.name)
        if before.version.signature is not None:
            continue
        note = refreshed(before.version, before.original, transcript)
        if note != before.version.note:
            kept = _still_meant(before.version, note)
            found.append((before, next_draft(before.version, note=note, resolutions=kept)))
    return found


def now() -> str:
    """UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _still_meant(version: NoteVersion, note: Summary) -> tuple[Resolution, ...]:
    """Reasons given for what did not change."""

    def by_id(summary: Summary) -> dict[str, Statement]:
        return {statement.id: statement for statement in summary.statements()}

    before, after = by_id(version.note), by_id(note)
    alike = version.note.contradictions == note.contradictions
    return tuple(
        one
        for one in version.resolutions
        if (
            before[one.statement] == after.get(one.statement)
            if one.statement in before
            else alike or not one.statement.startswith("contradictions.")
        )
    )


def _add(
    session: Session,
    ring: KeyRing,
    org_id: str,
    consultation_id: str,
    version: NoteVersion,
    source: str,
    by: str,
    job_id: str | None,
) -> None:
    notes.add(
        session,
        ring,
        org_id=org_id,
        consultation_id=consultation_id,
        template=version.note.template,
        revision=version.revision,
        content=version.model_dump_json(by_alias=True).encode(),
        source=source,
        state=version.state.value,
        by=by,
        job_id=job_id,
    )
