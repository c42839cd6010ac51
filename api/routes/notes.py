"""Notes that people check, change and sign. Every change is a revision; none is overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.orm import Session

from api.auth import Reader, Signer, Writer, actor, author
from api.note_wire import (
    Changes,
    NoteOut,
    RevisionLine,
    Revisions,
    SignatureIn,
    note_out,
    revision_line,
)
from api.preconditions import IF_MATCH, IfMatch, check_match
from api.problem import PreconditionFailed, responses
from api.service import Service, Used
from api.wire import iso
from consultation.signoff import NoteVersion, blocking, review, sign
from consultation.transcript import Transcript
from jobs.errors import NotFound
from jobs.notes import (
    AlreadySigned,
    BlockingChecks,
    Moved,
    Standing,
    append,
    now,
    standing,
)
from jobs.push.asked import at_signing
from jobs.store import artefacts, audit, consultations, lives, notes, outbox
from jobs.store.access import Principal
from jobs.store.artefacts import SUMMARY, TRANSCRIPT
from jobs.store.notes import PERSON
from summarize.quotes import stale
from summarize.revise import revise

router = APIRouter(prefix="/v1/consultations/{consultation_id}/notes/{template}", tags=["sign-off"])
Template = Annotated[str, Path(max_length=100, description="Of the note, as in /v1/templates.")]


@dataclass(frozen=True)
class Read:
    """A note and the transcript that it quotes, which may be gone."""

    standing: Standing
    transcript: Transcript | None

    @property
    def etag(self) -> str:
        return f'"r{self.standing.version.revision}"'

    def out(self) -> NoteOut:
        version = self.standing.version
        return note_out(version, stale(version.note, self.transcript) if self.transcript else ())


@router.get("", responses=responses(404))
def show(
    consultation_id: str, template: Template, response: Response, used: Used, who: Reader
) -> NoteOut:
    """The note as it stands, with its history and what must be resolved before it is signed."""
    read = read_note(used, who, consultation_id, template)
    response.headers["ETag"] = read.etag
    return read.out()


@router.patch("", responses=responses(404, 409, 412, 428), openapi_extra=IF_MATCH)
def change(
    consultation_id: str,
    template: Template,
    wanted: Changes,
    request: Request,
    response: Response,
    used: Used,
    who: Writer,
    if_match: IfMatch = None,
) -> NoteOut:
    """Edit, add, remove, restore, move; document or dismiss what was said; take what was refused;
    resolve a check. Code verifies what was changed. A change of a signed note begins a draft that
    replaces it."""
    read = read_note(used, who, consultation_id, template)
    check_match(if_match, read.etag)
    said = artefacts.present(read.transcript, "transcript of this consultation")
    before = read.standing
    with used.store.database.read() as session:
        by = author(session, who)
    version = revise(
        before.version,
        wanted.changes,
        original=before.original,
        transcript=said,
        author=by,
        at=now(),
    )
    if version is not before.version:
        actions = [f"note.{one.op}" for one in wanted.changes]
        _keep(used, request, who, consultation_id, before, version, actions)
    return _answer(response, version, said)


@router.post("/review", responses=responses(404, 409, 412, 428), openapi_extra=IF_MATCH)
def mark_reviewed(
    consultation_id: str,
    template: Template,
    request: Request,
    response: Response,
    used: Used,
    who: Writer,
    if_match: IfMatch = None,
) -> NoteOut:
    """Somebody read it whole. Nobody answers for it yet; any change makes it a draft again."""
    read = read_note(used, who, consultation_id, template)
    check_match(if_match, read.etag)
    before = read.standing
    if before.version.signature is not None:
        raise AlreadySigned("the note is signed")
    version = review(before.version)
    _keep(used, request, who, consultation_id, before, version, ["note.review"])
    return _answer(response, version, read.transcript)


@router.post("/sign", responses=responses(404, 409, 412, 428), openapi_extra=IF_MATCH)
def sign_note(
    consultation_id: str,
    template: Template,
    wanted: SignatureIn,
    request: Request,
    response: Response,
    used: Used,
    who: Signer,
    if_match: IfMatch = None,
) -> NoteOut:
    """A named clinician answers for exactly these words. 409 ``blocking_checks`` while a check that
    fails is not resolved. From now on the recording is due to be deleted."""
    read = read_note(used, who, consultation_id, template)
    check_match(if_match, read.etag)
    before = read.standing
    if before.version.signature is not None:
        raise AlreadySigned("the note is signed")
    left = blocking(before.version)
    if left:
        raise BlockingChecks([f"{one.statement}:{one.rule}" for one in left])
    with used.store.database.read() as session:
        by = author(session, who)
    version = sign(
        before.version,
        name=wanted.name,
        identifier=wanted.identifier,
        system=wanted.system,
        organisation=wanted.organisation,
        author=by,
        at=now(),
    )
    _keep(used, request, who, consultation_id, before, version, ["note.sign"])
    return _answer(response, version, read.transcript)


@router.get("/revisions", responses=responses(404))
def history(consultation_id: str, template: Template, used: Used, who: Reader) -> Revisions:
    """Every revision, oldest first. The AI's note that nobody touched is revision 1."""
    with used.store.database.read() as session:
        consultations.find(session, who.org_id, consultation_id)
        rows = notes.lines(session, who.org_id, consultation_id, template)
        if rows:
            return Revisions(items=[revision_line(row) for row in rows])
        made = artefacts.listed(session, who.org_id, consultation_id)
        only = next((a for a in made if a.kind == SUMMARY and a.name == template), None)
        if only is None:
            raise NotFound("there is no such note of this consultation")
        line = RevisionLine.model_validate(
            {
                "revision": 1,
                "state": "draft",
                "source": "ai",
                "created": iso(only.created),
                "created_by": "worker",
            }
        )
        return Revisions(items=[line])


@router.get("/revisions/{revision}", responses=responses(404))
def one_revision(
    consultation_id: str,
    template: Template,
    revision: Annotated[int, Path(ge=1, le=1_000_000)],
    used: Used,
    who: Reader,
) -> NoteOut:
    """The note as it was then."""
    with used.store.database.read() as session:
        found = standing(session, used.store.ring, who.org_id, consultation_id, template)
        version = found.version
        if revision != version.revision:
            kept = notes.at(
                session, used.store.ring, who.org_id, consultation_id, template, revision
            )
            if kept is None:
                raise NotFound("the note has no such revision")
            version = NoteVersion.model_validate_json(kept.content)
        said = _transcript(session, used, who, consultation_id)
    return Read(Standing(version, found.original, True, 0), said).out()


def read_note(used: Service, who: Principal, consultation_id: str, template: str) -> Read:
    """Raises NotFound."""
    with used.store.database.read() as session:
        found = standing(session, used.store.ring, who.org_id, consultation_id, template)
        return Read(found, _transcript(session, used, who, consultation_id))


def _transcript(
    session: Session, used: Service, who: Principal, consultation_id: str
) -> Transcript | None:
    stored = artefacts.get(
        session,
        used.store.ring,
        org_id=who.org_id,
        consultation_id=consultation_id,
        kind=TRANSCRIPT,
    )
    return Transcript.model_validate_json(stored.content) if stored else None


def _keep(
    used: Service,
    request: Request,
    who: Principal,
    consultation_id: str,
    before: Standing,
    version: NoteVersion,
    actions: list[str],
) -> None:
    """The revision, its lines in the audit log, and what follows from a signature: all or none."""
    by = actor(request, who)
    try:
        with used.store.database.write() as session:
            append(session, used.store.ring, by, consultation_id, before, version, PERSON)
            for action in actions:
                audit.append(used.store.database, session, by, action, consultation_id)
            if version.signature is not None:
                lives.signed_off(session, who.org_id, consultation_id)
                outbox.note_signed(
                    session, who.org_id, consultation_id, version.note.template, version.revision
                )
                at_signing(session, used.settings, who.org_id, consultation_id, version)
    except Moved as error:
        raise PreconditionFailed(error.message) from None


def _answer(response: Response, version: NoteVersion, said: Transcript | None) -> NoteOut:
    read = Read(Standing(version, version.note, True, 0), said)
    response.headers["ETag"] = read.etag
    return read.out()
