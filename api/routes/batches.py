"""Batches: many stored consultations, or transcripts that are sent, as one piece of work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from api.auth import Reader, Writer, actor
from api.batch_manifest import OPTIONS, from_lines, read_row
from api.batch_wire import BatchItemPage, BatchOut, BatchPage, RetryItems, batch_out, item_out
from api.problem import responses
from api.record_manifest import read_stored
from api.routes.consultations import IdempotencyKey
from api.service import Service, Used
from api.wire import from_cursor, next_cursor
from consultation.errors import InvalidOption
from consultation.transcript import Transcript
from jobs import batch_results
from jobs import batches as work
from jobs.batch_source import BadRow, GoodRow
from jobs.store import batch_items, batches
from jobs.store.access import Principal

router = APIRouter(prefix="/v1/batches", tags=["batches"])
_KINDS = {
    "text/csv": ".csv",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/json": ".json",
}
_ITEM: dict[str, Any] = {
    "type": "object",
    "description": "One of consultation_id, transcript and record_id, and options as in an upload.",
    "properties": {
        "consultation_id": {"type": "string", "description": "One that is stored already."},
        "transcript": {"type": "object", "description": "docs/schema/transcript.json"},
        "record_id": {"type": "string", "description": "A record: a synthesis of it is made."},
        "as_of": {"type": "string", "description": "Of a record: the day ages count to."},
        "reference": {"type": "string", "maxLength": 200, "description": "Given back in results."},
        **{name: {"type": "string"} for name in sorted(OPTIONS)},
    },
}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["items"],
                    "properties": {"items": {"type": "array", "items": _ITEM}},
                }
            },
            "application/x-ndjson": {"schema": {"type": "string"}},
            "text/csv": {"schema": {"type": "string"}},
        },
    }
}


@router.post("", status_code=202, responses=responses(409, 413), openapi_extra=_BODY)
async def create(
    request: Request,
    response: Response,
    used: Used,
    who: Writer,
    idempotency_key: IdempotencyKey = None,
) -> BatchOut:
    """Start a batch from a JSON list, or from a manifest (CSV or JSON lines) with a column
    ``consultation_id``. It is looked at whole before anything starts; 422 names each bad line."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    kind = _KINDS.get(media)
    if kind is None:
        raise InvalidOption(
            "the content type is none that a batch is made from",
            hint=f"Send one of {', '.join(_KINDS)}.",
        )
    body = await request.body()
    made = await run_in_threadpool(_make, used, who, request, kind, body, idempotency_key)
    response.headers["Location"] = f"/v1/batches/{made.id}"
    return made


def _make(
    used: Service, who: Principal, request: Request, kind: str, body: bytes, key: str | None
) -> BatchOut:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidOption("the manifest is not UTF-8") from None
    rows: Iterator[GoodRow | BadRow]
    if kind == ".json":
        rows = _rows(text, used)
    else:
        rows = from_lines(text.splitlines(), kind, "consultation_id", {}, used.settings)
    new = work.NewBatch(
        actor(request, who),
        key=key,
        request_sha256=hashlib.sha256(kind.encode() + body).hexdigest(),
    )
    return _show(used, who, work.create(used.store, new, rows))


def _rows(text: str, used: Service) -> Iterator[GoodRow | BadRow]:
    """Lines are the numbers of the items, from 1."""
    try:
        items = json.loads(text)["items"]
    except (ValueError, KeyError, TypeError, RecursionError):
        items = None
    if not isinstance(items, list):
        raise InvalidOption('the body is no {"items": […]}', hint="See /openapi.json.")
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            yield BadRow(number, "is no JSON object")
        elif "record_id" in item:
            yield read_stored(number, item)
        elif "transcript" not in item:
            yield read_row(number, item, "consultation_id", {}, used.settings)
        else:
            yield _sent(number, dict(item), used)


def _sent(number: int, item: dict[str, Any], used: Service) -> GoodRow | BadRow:
    """A transcript in the item itself."""
    if "consultation_id" in item:
        return BadRow(number, "has both a transcript and a consultation_id")
    try:
        transcript = Transcript.model_validate(item.pop("transcript"))
    except (ValidationError, RecursionError):
        return BadRow(number, "transcript: not one (see docs/schema/transcript.json)")
    # Its options are read as those of any other item.
    read = read_row(
        number, {**item, "consultation_id": f"con_{'0' * 32}"}, "consultation_id", {}, used.settings
    )
    if isinstance(read, BadRow):
        return read
    content = {"consultation_id": None, "transcript": transcript.model_dump_json(by_alias=True)}
    return GoodRow(number, read.source.model_copy(update=content))


@router.get("", responses=responses())
def index(
    used: Used,
    who: Reader,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> BatchPage:
    """Newest first, a page at a time."""
    with used.store.database.read() as session:
        rows = batches.page(session, who.org_id, limit=limit + 1, after=from_cursor(cursor))
        items = [batch_out(session, row) for row in rows[:limit]]
        more = next_cursor(rows, limit)
    return BatchPage(items=items, next_cursor=more)


@router.get("/{batch_id}", responses=responses(404))
def show(batch_id: str, used: Used, who: Reader) -> BatchOut:
    """How far it is."""
    return _show(used, who, batch_id)


@router.get("/{batch_id}/items", responses=responses(404))
def items(
    batch_id: str,
    used: Used,
    who: Reader,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    cursor: Annotated[str | None, Query(max_length=9, pattern=r"^[0-9]+$")] = None,
    state: Annotated[
        Literal["waiting", "active", "completed", "failed", "cancelled", "duplicate"] | None,
        Query(alias="status"),
    ] = None,
) -> BatchItemPage:
    """In the order of the manifest, a page at a time."""
    with used.store.database.read() as session:
        batches.find(session, who.org_id, batch_id)
        found = batch_items.items(
            session, who.org_id, batch_id, limit=limit + 1, after=int(cursor or 0), state=state
        )
        lines = [item_out(batch_results.line(used.store, *one)) for one in found[:limit]]
    more = str(lines[-1].item) if len(found) > limit else None
    return BatchItemPage(items=lines, next_cursor=more)


@router.post("/{batch_id}/retry", status_code=202, responses=responses(404, 409))
def retry(
    batch_id: str, request: Request, used: Used, who: Writer, wanted: RetryItems | None = None
) -> BatchOut:
    """Try again what failed, or some of it, and nothing else. 409 when the batch is cancelled."""
    some = wanted or RetryItems()
    by = actor(request, who)
    work.retry(used.store, by, batch_id, numbers=some.items, code=some.code)
    return _show(used, who, batch_id)


@router.post("/{batch_id}/cancel", responses=responses(404, 409))
def cancel(batch_id: str, request: Request, used: Used, who: Writer) -> BatchOut:
    """Nothing of it begins any more; what runs ends within seconds, what is done stays."""
    work.cancel(used.store, used.enqueuer, actor(request, who), batch_id)
    return _show(used, who, batch_id)


@router.get(
    "/{batch_id}/results",
    response_class=StreamingResponse,
    responses={
        **responses(404),
        200: {
            "description": "A JSON line an item, in the order of the manifest.",
            "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
        },
    },
)
def results(
    batch_id: str,
    used: Used,
    who: Reader,
    content: Annotated[bool, Query(description="With transcripts and notes.")] = True,
) -> StreamingResponse:
    """What there is by now, as a stream: state, error, ids, transcript and note of each item."""
    with used.store.database.read() as session:
        batches.find(session, who.org_id, batch_id)
    lines = batch_results.jsonl(used.store, who.org_id, batch_id, content=content)
    return StreamingResponse(lines, media_type="application/x-ndjson")


def _show(used: Service, who: Principal, batch_id: str) -> BatchOut:
    with used.store.database.read() as session:
        return batch_out(session, batches.find(session, who.org_id, batch_id))
