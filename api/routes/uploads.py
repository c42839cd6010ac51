"""Resumable uploads by tus 1.0: what is cut half way goes on where it was.

Options of a recording are metadata of the upload. Documents of a record are sent as the form that
``POST /v1/records`` takes; its Content-Type is the metadata ``form``. With the last byte there is a
job, as if all had been sent in one request.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from api import tus
from api.auth import Reader, Writer, actor
from api.form import FIELDS
from api.openapi import header
from api.parts import Holding, receive_part
from api.problem import TooLarge, UnsupportedMedia, responses
from api.record_upload import document_fields, documents_arrived
from api.service import Service, Used
from api.smart.filed import upload_fields
from api.upload import OVERHEAD
from api.wire import JobOut, UploadOut, job_out, upload_out
from consultation.errors import EmptyFile
from jobs.store import job_rows
from jobs.store import uploads as rows
from jobs.store.access import Principal
from jobs.store.record_tables import is_record
from jobs.store.upload_tables import Upload
from jobs.upload_fields import UploadFields
from jobs.uploads import Uploads


def _version(
    _: Writer,  # who may not be here at all is told so first
    tus_resumable: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> None:
    tus.check_version(tus_resumable)


router = APIRouter(prefix="/v1/uploads", tags=["resumable uploads"])
Speaks = [Depends(_version)]
Length = Annotated[int, Header(ge=0, lt=2**53, description="Bytes of the recording or form.")]
Offset = Annotated[int, Header(ge=0, lt=2**53, description="Where this part begins.")]
Digest = Annotated[
    str | None,
    Header(max_length=200, description=f"{', '.join(tus.ALGORITHMS)}, and base64 of the digest."),
]
Metadata = Annotated[
    str | None,
    Header(
        max_length=32_768,
        description="key base64(value), with commas between. Keys: " + ", ".join(FIELDS) + ". Or,"
        " of documents: form, the Content-Type of the multipart/form-data that POST /v1/records"
        " takes, which is what is uploaded; and record, where they are added to one.",
    ),
]
_SPOKEN: dict[str, Any] = {
    "parameters": [header("Tus-Resumable", "Version of the protocol.", enum=[tus.VERSION])]
}
_PART: dict[str, Any] = {
    **_SPOKEN,
    "requestBody": {
        "content": {tus.MEDIA: {"schema": {"type": "string", "format": "binary"}}},
    },
}


def _uploads(used: Service) -> Uploads:
    documents = partial(documents_arrived, used)
    return Uploads(used.store, used.enqueuer, used.settings, documents)


@router.options("", include_in_schema=False)
@router.options("/{upload_id}", include_in_schema=False)
def options(used: Used) -> Response:
    """What this server can do, for anybody."""
    headers = {
        "Tus-Extension": tus.EXTENSIONS,
        "Tus-Max-Size": str(used.settings.upload_limit_mb << 20),
        "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
    }
    return Response(status_code=204, headers=headers)


@router.post(
    "",
    status_code=201,
    response_class=Response,
    dependencies=Speaks,
    responses=responses(412, 413, 415, 460, 507),
    openapi_extra=_PART,
)
async def create(
    request: Request,
    used: Used,
    who: Writer,
    upload_length: Length,
    upload_metadata: Metadata = None,
    upload_checksum: Digest = None,
) -> Response:
    """Begin an upload; its first part may come along. Location says where the rest goes."""
    values, kept = tus.read_metadata(upload_metadata)
    form = "form" in values
    limit = (used.settings.record_upload_mb if form else used.settings.upload_limit_mb) << 20
    if upload_length > limit + (OVERHEAD if form else 0):
        raise TooLarge(f"the upload is larger than {limit >> 20} MiB")
    if upload_length == 0:
        raise EmptyFile("the upload holds no bytes")
    if form:
        fields = await run_in_threadpool(document_fields, used, who, values, kept)
    else:
        filed = partial(upload_fields, metadata=kept)
        fields = await run_in_threadpool(filed, used.store, used.settings, who, values)
    checksum = tus.Checksum(upload_checksum) if upload_checksum else None
    first = bool(request.headers.get("content-type"))
    if first:
        _check_media(request)
    await run_in_threadpool(used.admission.recording, who.org_id, upload_length)
    with used.admission.upload(upload_length):
        pass  # there is room now; later, each part sees whether the disk is full
    by = actor(request, who)
    row = await run_in_threadpool(_uploads(used).create, by, upload_length, fields)
    if first:
        row = await receive_part(request, _uploads(used), by, row.id, 0, checksum)
    headers = {"Location": f"/v1/uploads/{row.id}", **await run_in_threadpool(_told, used, row)}
    return Response(status_code=201, headers=headers)


@router.head(
    "/{upload_id}",
    response_class=Response,
    dependencies=Speaks,
    responses=responses(404, 410, 412, 423),
    openapi_extra=_SPOKEN,
)
async def head(upload_id: str, request: Request, used: Used, who: Writer) -> Response:
    """How much has arrived: Upload-Offset."""
    by = actor(request, who)
    async with Holding(_uploads(used), by, upload_id) as held:
        row, writer = held.row, held.writer
        offset = row.length if writer is None else writer.size
        told = await run_in_threadpool(_told, used, row)
        headers = {**told, "Upload-Offset": str(offset), "Upload-Length": str(row.length)}
        if row.fields:
            sealed = rows.fields_of(row, used.store.ring)
            metadata = UploadFields.model_validate_json(sealed).metadata
            headers |= {"Upload-Metadata": metadata} if metadata else {}
    return Response(status_code=200, headers=headers)


@router.patch(
    "/{upload_id}",
    status_code=204,
    response_class=Response,
    dependencies=Speaks,
    responses=responses(404, 409, 410, 412, 413, 415, 423, 460, 507),
    openapi_extra={**_SPOKEN, "requestBody": {**_PART["requestBody"], "required": True}},
)
async def patch(
    upload_id: str,
    request: Request,
    used: Used,
    who: Writer,
    upload_offset: Offset,
    upload_checksum: Digest = None,
) -> Response:
    """Send a part. With the last one, Anamnese-Job names the job that was made."""
    _check_media(request)
    checksum = tus.Checksum(upload_checksum) if upload_checksum else None
    by = actor(request, who)
    row = await receive_part(request, _uploads(used), by, upload_id, upload_offset, checksum)
    return Response(status_code=204, headers=await run_in_threadpool(_told, used, row))


@router.delete(
    "/{upload_id}",
    status_code=204,
    response_class=Response,
    dependencies=Speaks,
    responses=responses(404, 409, 410, 412, 423),
    openapi_extra=_SPOKEN,
)
def terminate(upload_id: str, request: Request, used: Used, who: Writer) -> Response:
    """Give it up: what has arrived is removed."""
    _uploads(used).terminate(actor(request, who), upload_id)
    return Response(status_code=204)


@router.post(
    "/{upload_id}",
    status_code=204,
    response_class=Response,
    dependencies=Speaks,
    responses=responses(404, 409, 410, 412, 413, 415, 423, 460, 507),
    openapi_extra=_PART,
)
async def overridden(
    upload_id: str,
    request: Request,
    used: Used,
    who: Writer,
    x_http_method_override: Annotated[str, Header(pattern="^(PATCH|DELETE)$")],
    upload_offset: Annotated[int, Header(ge=0, lt=2**53)] = 0,
    upload_checksum: Digest = None,
) -> Response:
    """For clients that cannot send these methods."""
    if x_http_method_override == "DELETE":
        return await run_in_threadpool(terminate, upload_id, request, used, who)
    return await patch(upload_id, request, used, who, upload_offset, upload_checksum)


@router.get("/{upload_id}", responses=responses(404, 410))
def show(upload_id: str, used: Used, who: Reader) -> UploadOut:
    """How far it is, and the job that it became."""
    row = _uploads(used).look(who.org_id, upload_id)
    return upload_out(row, _job(used, who, row))


def _job(used: Service, who: Principal, row: Upload) -> JobOut | None:
    if row.job_id is None:
        return None
    with used.store.database.read() as session:
        return job_out(job_rows.find(session, who.org_id, row.job_id))


def _told(used: Service, row: Upload) -> dict[str, str]:
    headers = {"Upload-Offset": str(row.size), "Upload-Expires": tus.date(row.expires)}
    if row.job_id is None:
        return headers
    headers["Anamnese-Job"] = row.job_id
    if not is_record(row.consultation_id):
        return headers | {"Anamnese-Consultation": row.consultation_id}
    # Its own when it made one, or the one that documents were added to.
    with used.store.database.read() as session:
        job = job_rows.find(session, row.org_id, row.job_id)
        return headers | {"Anamnese-Record": job.consultation_id}


def _check_media(request: Request) -> None:
    if request.headers.get("content-type", "").partition(";")[0].strip() != tus.MEDIA:
        raise UnsupportedMedia("a part is of another type", hint=f"Content-Type: {tus.MEDIA}")
