"""Transcript and notes in the format that the caller accepts; names and roles of speakers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.auth import Reader, Writer, actor, author
from api.disclosure import DISCLOSED, disclosed
from api.negotiate import negotiate
from api.preconditions import IF_MATCH, IfMatch, check_match
from api.problem import PreconditionFailed, responses
from api.service import Service, Used
from api.wire import SpeakerChange, SpeakerChanges, SpeakerOut, Speakers, TranscriptChanges
from consultation.errors import InvalidOption
from consultation.export.rttm import to_rttm
from consultation.export.subtitles import to_srt, to_vtt
from consultation.export.text import summary_to_markdown, transcript_to_text
from consultation.transcript import RoleSource, Speaker, Transcript
from consultation.word_edits import edited
from jobs.errors import NotFound
from jobs.notes import Moved, replace_transcript, standing
from jobs.store import artefacts, consultations
from jobs.store.access import Principal
from jobs.store.artefacts import SUMMARY, TRANSCRIPT, Stored

router = APIRouter(prefix="/v1/consultations/{consultation_id}", tags=["results"])
Accept = Annotated[str | None, Header(max_length=1000)]

TRANSCRIPTS: dict[str, Callable[[Transcript], str]] = {
    "application/json": lambda transcript: transcript.to_json(),
    "text/plain": transcript_to_text,
    "text/vtt": to_vtt,
    "application/x-subrip": to_srt,
    "text/x-rttm": to_rttm,
}
_ENDINGS = dict(zip(TRANSCRIPTS, ("json", "txt", "vtt", "srt", "rttm"), strict=True))
SUMMARIES = ("application/json", "text/markdown")


def formats(*media: str) -> dict[str, object]:
    return {
        "description": "In the format that Accept prefers.",
        "headers": DISCLOSED,
        "content": {
            one: {"schema": {"type": "string"}} for one in media if one != "application/json"
        }
        | {"application/json": {"schema": {"type": "object"}}},
    }


@router.get(
    "/transcript",
    response_class=Response,
    responses={**responses(404, 406), 200: formats(*TRANSCRIPTS)},
)
def transcript(consultation_id: str, used: Used, who: Reader, accept: Accept = None) -> Response:
    """Who said what, when: JSON, text, WebVTT, SubRip or RTTM."""
    with used.store.database.read() as session:
        stored = _transcript(used, session, who.org_id, consultation_id)
    read = Transcript.model_validate_json(stored.content)
    # Subtitles of a text without times would show made-up ones.
    known = TRANSCRIPTS if read.timed else ("application/json", "text/plain")
    media = negotiate(accept, tuple(known))
    answer = _content(TRANSCRIPTS[media](read), media, weak=f"v{stored.version}")
    name = f"{consultation_id}-transcript-ai.{_ENDINGS[media]}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@router.get(
    "/summary",
    response_class=Response,
    responses={**responses(404, 406), 200: formats(*SUMMARIES)},
)
def summary(
    consultation_id: str,
    used: Used,
    who: Reader,
    template: Annotated[str | None, Query(max_length=100)] = None,
    accept: Accept = None,
) -> Response:
    """A note, the newest one unless a template is named, as it stands: with what people changed.
    JSON or Markdown. The AI's own words are in its revisions."""
    with used.store.database.read() as session:
        consultations.find(session, who.org_id, consultation_id)
        made = artefacts.listed(session, who.org_id, consultation_id)
        names = [a.name for a in made if a.kind == SUMMARY and template in {None, a.name}]
        if not names:
            raise NotFound("there is no such note", hint="Look at the job: it may not be ready.")
        found = standing(session, used.store.ring, who.org_id, consultation_id, names[-1])
        said = _transcript(used, session, who.org_id, consultation_id)
    media = negotiate(accept, SUMMARIES)
    note, revision = found.version.note, found.version.revision
    if media == "text/markdown":
        read = Transcript.model_validate_json(said.content)
        text = summary_to_markdown(note, read, found.version)
    else:
        text = note.to_json()
    return _content(text, media, weak=f"r{revision}", signed=found.version.signed)


@router.get("/speakers", responses=responses(404))
def speakers(consultation_id: str, response: Response, used: Used, who: Reader) -> Speakers:
    """Their ETag is what a change must send back."""
    with used.store.database.read() as session:
        stored = _transcript(used, session, who.org_id, consultation_id)
    response.headers["ETag"] = f'"v{stored.version}"'
    return _speakers(Transcript.model_validate_json(stored.content))


@router.patch("/speakers", responses=responses(404, 412, 428), openapi_extra=IF_MATCH)
def change_speakers(
    consultation_id: str,
    changes: SpeakerChanges,
    request: Request,
    response: Response,
    used: Used,
    who: Writer,
    if_match: IfMatch = None,
) -> Speakers:
    """Name speakers and set their roles. Quotes of unsigned notes follow, and what they support is
    verified again; to have a note written with the new roles, ask for it again."""
    with used.store.database.read() as session:
        stored = _transcript(used, session, who.org_id, consultation_id)
    check_match(if_match, f'"v{stored.version}"')
    changed = _changed(Transcript.model_validate_json(stored.content), changes)
    version = _replace(used, request, who, consultation_id, stored, changed, changes, "speakers")
    response.headers["ETag"] = f'"v{version}"'
    return _speakers(changed)


@router.patch(
    "/transcript",
    response_class=Response,
    responses={
        **responses(404, 412, 428),
        200: {
            "description": "The transcript as it is now.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
    },
    openapi_extra=IF_MATCH,
)
def change_transcript(
    consultation_id: str,
    changes: TranscriptChanges,
    request: Request,
    used: Used,
    who: Writer,
    if_match: IfMatch = None,
) -> Response:
    """Replace words, which keep their time; undo or take corrections; say who spoke. What was
    recognised and who changed it stay with the words. Quotes of unsigned notes follow; those that
    are no longer true are marked, and block until they are resolved. Signed notes stay as they
    are."""
    with used.store.database.read() as session:
        stored = _transcript(used, session, who.org_id, consultation_id)
        by = author(session, who)
    # Readers get a weak one, because there are several formats.
    check_match(if_match.removeprefix("W/") if if_match else None, f'"v{stored.version}"')
    read = Transcript.model_validate_json(stored.content)
    changed = edited(
        read,
        words=changes.words,
        corrections=changes.corrections,
        segments=changes.segments,
        author=by,
    )
    version = stored.version
    if changed != read:
        version = _replace(
            used, request, who, consultation_id, stored, changed, changes, "transcript"
        )
    headers = {"ETag": f'"v{version}"'}
    return Response(changed.to_json().encode(), media_type="application/json", headers=headers)


def _replace(
    used: Service,
    request: Request,
    who: Principal,
    consultation_id: str,
    stored: Stored,
    changed: Transcript,
    change: BaseModel,
    what: str,
) -> int:
    """The new version. Raises PreconditionFailed when somebody was faster."""
    try:
        return replace_transcript(
            used.store,
            actor(request, who),
            consultation_id,
            stored,
            changed,
            change.model_dump_json().encode(),
            f"{what}.change",
        )
    except Moved as error:
        raise PreconditionFailed(error.message) from None


def _changed(read: Transcript, changes: SpeakerChanges) -> Transcript:
    unknown = set(changes.speakers) - {speaker.id for speaker in read.speakers}
    if unknown:
        raise InvalidOption("there is no such speaker", hint="GET the speakers for their ids.")
    return read.model_copy(
        update={
            "speakers": tuple(
                _one(speaker, changes.speakers.get(speaker.id)) for speaker in read.speakers
            )
        }
    )


def _one(speaker: Speaker, change: SpeakerChange | None) -> Speaker:
    if change is None:
        return speaker
    update: dict[str, object] = {}
    if change.name is not None:
        update["name"] = change.name.strip() or None
    if change.role is not None:
        update |= {"role": change.role, "confidence": 1.0, "source": RoleSource.hint}
    return speaker.model_copy(update=update)


def _speakers(read: Transcript) -> Speakers:
    return Speakers(
        speakers=[
            SpeakerOut(
                id=one.id,
                role=one.role,
                confidence=one.confidence,
                source=one.source.value,
                name=one.name,
            )
            for one in read.speakers
        ]
    )


def _transcript(used: Service, session: Session, org_id: str, consultation_id: str) -> Stored:
    """Raises NotFound."""
    consultations.find(session, org_id, consultation_id)
    stored = artefacts.get(
        session,
        used.store.ring,
        org_id=org_id,
        consultation_id=consultation_id,
        kind=TRANSCRIPT,
    )
    return artefacts.require(stored, "transcript of this consultation")


def _content(text: str, media: str, *, weak: str, signed: bool = False) -> Response:
    headers = {"ETag": f'W/"{weak}"', "Vary": "Accept", **disclosed(signed=signed)}
    return Response(text.encode(), media_type=media, headers=headers)
