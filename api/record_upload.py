"""Documents of a record as they are sent: many parts named file, each a document or an archive."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from fastapi import Request
from python_multipart.multipart import parse_options_header
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.form import check_consent, field_wrong, take_patient
from api.service import Service
from api.smart.filed import LAUNCH, of_launch
from api.upload import BadUpload, Parts, announced_size, feed, feed_arrived
from consultation.errors import EmptyFile, InvalidOption, UnknownTemplate, UnsupportedLanguage
from jobs.record_intake import Intake, NewDocument, Wanted
from jobs.record_options import RecordOptions
from jobs.service_settings import ServiceSettings
from jobs.store import records
from jobs.store.access import Principal
from jobs.store.audit import Actor
from jobs.store.job_rows import BATCH, INTERACTIVE
from jobs.store.spool import Spool
from jobs.store.tables import Job
from jobs.tasks import JobOptions
from jobs.upload_fields import UploadFields
from prompts.library import LANGUAGES
from prompts.syntheses import DEFAULT, synthesis_templates
from records.archive import safe_name

TEMPLATES = sorted({name for _, name in synthesis_templates()})
DAY = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"
_WANTED: dict[str, dict[str, Any]] = {
    "template": {"enum": ["", *TEMPLATES], "description": f"{DEFAULT} when not given."},
    "as_of": {"pattern": DAY, "description": "The day ages count to, YYYY-MM-DD; today."},
    "priority": {
        "enum": ["", "interactive", "batch"],
        "description": "interactive, or batch, which waits behind it.",
    },
}
_RECORD: dict[str, dict[str, Any]] = {
    "language": {
        "enum": ["", *LANGUAGES],
        "description": "Of the synthesis; that of most documents when not given.",
    },
    "consent": {
        "maxLength": 200,
        "description": "Your reference to the patient's agreement, stored encrypted.",
    },
    "patient": {
        "maxLength": 200,
        "description": "Your reference to the patient, kept as a keyed hash only: to erase by.",
    },
    "launch": LAUNCH,
}
FIELDS = {True: {**_RECORD, **_WANTED}, False: _WANTED}
"""Name → JSON Schema of what it takes, for a new record and for further documents."""


@dataclass(frozen=True)
class Sent:
    documents: tuple[NewDocument, ...]
    wanted: Wanted
    options: RecordOptions
    patient: str | None
    sha256: str
    """Of everything that was sent."""


def described(*, new: bool) -> dict[str, Any]:
    """For OpenAPI."""
    files = {
        "type": "array",
        "minItems": 1,
        "items": {"type": "string", "format": "binary"},
        "description": "Documents (text, Markdown, PDF, DOCX, RTF, HTML, e-mail, CDA, FHIR"
        " bundles, our transcripts and notes) and ZIP files of them; as many parts as you like.",
    }
    fields = {name: {"type": "string", **told} for name, told in FIELDS[new].items()}
    schema = {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {"file": files, **fields},
    }
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


@dataclass
class _Documents(Parts):
    """Every part named file is one; names of files are kept, for the store alone."""

    spool: Spool = field(kw_only=True)
    files: list[tuple[str, int, str, range]] = field(default_factory=list)

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", errors="replace")
        self._file = safe_name(options.get(b"filename", b"").decode("utf-8", errors="replace"))
        if self._name == "file":
            self.has_file = True
            self._before, self.digest = self.spool.size, hashlib.sha256()
            return
        super()._headers_finished()

    def _part_end(self) -> None:
        if self._name != "file":
            super()._part_end()
            return
        size = self.spool.size - self._before
        if size:
            self.files.append((self._file, size, self.digest.hexdigest(), self.spool.cut()))


@contextmanager
def spooled(used: Service) -> Iterator[Spool]:
    spool = Spool(used.settings.work, used.store.ring)
    try:
        yield spool
    finally:
        spool.close()


async def receive_documents(
    request: Request, used: Service, who: Principal, spool: Spool, *, new: bool
) -> Sent:
    """Raises TooLarge, TooBusy, StorageQuota, DiskFull, BadUpload, InputError. What is returned is
    read from ``spool``."""
    limit = used.settings.record_upload_mb << 20
    announced = announced_size(request, limit)
    await run_in_threadpool(used.admission.recording, who.org_id, announced)
    with used.admission.upload(announced) as room:
        parts = _Documents(spool, limit, room.arrived, frozenset(), spool=spool)
        await feed(request, parts)
    return await run_in_threadpool(_sent, parts, used, who.org_id, who.key_id, new=new)


def document_fields(
    used: Service, who: Principal, values: dict[str, str], metadata: str
) -> UploadFields:
    """Of a resumable upload of documents, whose options are in their form. Raises InvalidOption,
    NotFound."""
    if set(values) - {"form", "record"}:
        raise InvalidOption("a field has an unknown name", hint="Of documents: form, record.")
    record = values.get("record") or None
    if record is not None:
        with used.store.database.read() as session:
            records.find(session, who.org_id, record)
    return UploadFields(
        options=JobOptions(),
        priority=INTERACTIVE,
        metadata=metadata,
        form=values["form"],
        record=record,
    )


@contextmanager
def documents_arrived(
    used: Service, by: Actor, record_id: str, fields: UploadFields, content: Iterator[bytes]
) -> Iterator[Callable[[Session], Job]]:
    """Of a resumable upload (``jobs.uploads.Documents``): the body that a request would have had.
    Raises TooLarge, BadUpload, InputError."""
    with spooled(used) as spool:
        limit = used.settings.record_upload_mb << 20
        parts = _Documents(spool, limit, lambda _: None, frozenset(), spool=spool)
        feed_arrived(fields.form or "", content, parts)
        sent = _sent(parts, used, by.org_id, by.id, new=fields.record is None)
        intake = Intake(used.store, used.enqueuer, used.settings, by)

        def make(session: Session) -> Job:
            if fields.record is not None:
                return intake.documents(session, fields.record, sent.documents, sent.wanted)
            return intake.record(
                session, record_id, sent.documents, sent.wanted, sent.options, sent.patient
            )

        yield make


def _sent(parts: _Documents, used: Service, org_id: str, by: str, *, new: bool) -> Sent:
    spool = parts.spool
    if not parts.has_file:
        raise BadUpload(
            "there is no part named file", hint="Send each document as a part named file."
        )
    if not parts.files:
        raise EmptyFile("the documents hold no bytes")
    told = [*sorted(parts.fields.items()), *((one[0], one[2]) for one in parts.files)]
    patient = take_patient(parts.fields)
    named = parts.fields.pop("launch", None) if new else None
    launched = of_launch(used.store, org_id, by, named)
    options, wanted = _read(parts.fields, used.settings, new=new)
    if not new and patient is not None:
        raise field_wrong("patient", "It was sent with the record.")
    documents = tuple(
        NewDocument(name, size, sha256, partial(spool.read, chunks))
        for name, size, sha256, chunks in parts.files
    )
    digest = hashlib.sha256(repr(told).encode()).hexdigest()
    return Sent(documents, wanted, options, launched.patient if launched else patient, digest)


def wanted_of(template: str | None, as_of: str | None, priority: int = INTERACTIVE) -> Wanted:
    """Raises UnknownTemplate, InvalidOption."""
    if template is not None and template not in TEMPLATES:
        raise UnknownTemplate(
            "template: not one that there is", hint=f"Known: {', '.join(TEMPLATES)}."
        )
    if as_of is not None:
        try:
            if not re.fullmatch(DAY, as_of):
                raise ValueError
            date.fromisoformat(as_of)
        except ValueError:
            raise field_wrong("as_of", "Give a day as 2024-03-12.") from None
    return Wanted(template or DEFAULT, as_of, priority)


def _read(
    fields: dict[str, str], settings: ServiceSettings, *, new: bool
) -> tuple[RecordOptions, Wanted]:
    known = FIELDS[new]
    if set(fields) - set(known):
        raise InvalidOption("a field has an unknown name", hint=f"Known: {', '.join(known)}.")
    given = {name: value.strip() for name, value in fields.items() if value.strip()}
    language, consent = given.get("language"), given.get("consent")
    if language is not None and language not in LANGUAGES:
        raise UnsupportedLanguage("language: not one that is supported")
    if new:
        check_consent(consent, settings)
    if consent is not None and len(consent) > 200:
        raise field_wrong("consent", "At most 200 characters.")
    priorities: dict[str, int] = {"interactive": INTERACTIVE, "batch": BATCH}
    priority = given.get("priority", "interactive")
    if priority not in priorities:
        raise field_wrong("priority", "interactive or batch")
    wanted = wanted_of(given.get("template"), given.get("as_of"), priorities[priority])
    return RecordOptions(language=language, consent=consent), wanted
