"""The audit log of the caller's organisation: searched, verified, exported."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BeforeValidator

from api.auth import Auditor
from api.problem import responses
from api.service import Service, Used
from api.wire import AuditLine, AuditPage, Wire, audit_line, iso
from jobs.store import audit
from jobs.store.audit import Wanted

router = APIRouter(prefix="/v1/audit", tags=["audit"])
_AT_ONCE = 1000
_JSONL, _CSV = "application/x-ndjson", "text/csv"


def _written_out(given: object) -> object:
    """A moment as ISO 8601; bare numbers, which pydantic reads as seconds, are a mistake here."""
    if isinstance(given, str) and not re.match(r"\d{4}-\d\d-\d\d", given):
        raise ValueError("not an ISO 8601 date")
    return given


Moment = Annotated[datetime, BeforeValidator(_written_out)]


def searched(
    actor: Annotated[
        str | None,
        Query(max_length=40, description="A key or person, cli or worker, or how they begin."),
    ] = None,
    action: Annotated[
        str | None, Query(max_length=60, description="note.sign, or how it begins: note.")
    ] = None,
    subject: Annotated[
        str | None, Query(max_length=40, description="A consultation, job, key…, or how it begins.")
    ] = None,
    since: Annotated[Moment | None, Query(description="This moment and later.")] = None,
    until: Annotated[Moment | None, Query(description="Earlier than this moment.")] = None,
) -> Wanted:
    return Wanted(_text(actor), _text(action), _text(subject), _ms(since), _ms(until))


Search = Annotated[Wanted, Depends(searched)]


class BrokenOut(Wire):
    seq: int
    reason: Literal["missing", "changed", "unlinked"]
    """Entries before it are gone; its content does not fit its hash; or it does not follow the
    entry before."""
    at: str | None
    action: str | None
    """As it reads now; None for an entry of another organisation."""


class VerificationOut(Wire):
    unbroken: bool
    entries: int
    """That are as they were written, from the first one on; of all organisations, for the chain is
    one."""
    last_sha256: str
    """Of the last of these. Compare it with the one that was kept elsewhere before: entries that
    were cut off the end show only there."""
    broken: BrokenOut | None
    """The first entry that is wrong: everything from it on is in doubt."""


@router.get("", responses=responses())
def index(
    used: Used,
    who: Auditor,
    wanted: Search,
    after: Annotated[int, Query(ge=0, lt=2**53, description="next_after of a page.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    order: Literal["oldest", "newest"] = "oldest",
) -> AuditPage:
    """A page of entries for which all that is given holds."""
    with used.store.database.read() as session:
        rows = audit.page(
            session,
            who.org_id,
            after=after,
            limit=limit,
            wanted=wanted,
            newest=order == "newest",
        )
        items = [audit_line(entry) for entry in rows]
    return AuditPage(items=items, next_after=items[-1].seq if len(items) == limit else None)


@router.get("/verification", responses=responses())
def verification(used: Used, who: Auditor) -> VerificationOut:
    """Read the whole chain of hashes, over all organisations, and say whether it is unbroken. It
    takes some seconds for each hundred thousand entries."""
    with used.store.database.read() as session:
        found = audit.examine(session)
    one = found.broken
    ours = one is not None and one.org_id == who.org_id
    return VerificationOut(
        unbroken=one is None,
        entries=found.entries,
        last_sha256=found.last,
        broken=BrokenOut(
            seq=one.seq,
            reason=one.reason,
            at=iso(one.at) if ours else None,
            action=one.action if ours else None,
        )
        if one is not None
        else None,
    )


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={
        **responses(),
        200: {
            "description": "An entry a line, oldest first; CSV with a line of headers.",
            "content": {
                _JSONL: {"schema": {"type": "string"}},
                _CSV: {"schema": {"type": "string"}},
            },
        },
    },
)
def export(
    used: Used,
    who: Auditor,
    wanted: Search,
    form: Annotated[Literal["jsonl", "csv"], Query(alias="format")] = "jsonl",
) -> StreamingResponse:
    """All entries for which all that is given holds, as a file, with their hashes."""
    lines = _entries(used, who.org_id, wanted)
    made = _csv(lines) if form == "csv" else (line.model_dump_json() + "\n" for line in lines)
    headers = {"Content-Disposition": f'attachment; filename="audit.{form}"'}
    return StreamingResponse(made, media_type=_CSV if form == "csv" else _JSONL, headers=headers)


def _entries(used: Service, org_id: str, wanted: Wanted) -> Iterator[AuditLine]:
    after = 0
    while True:
        # A page a transaction: none is held open for as long as a caller takes to read.
        with used.store.database.read() as session:
            found = [
                audit_line(entry)
                for entry in audit.page(session, org_id, after=after, limit=_AT_ONCE, wanted=wanted)
            ]
        yield from found
        if len(found) < _AT_ONCE:
            return
        after = found[-1].seq


def _csv(lines: Iterator[AuditLine]) -> Iterator[str]:
    names = list(AuditLine.model_fields)
    yield ",".join(names) + "\r\n"
    for line in lines:
        buffer = io.StringIO()
        csv.DictWriter(buffer, names).writerow(line.model_dump())
        yield buffer.getvalue()


def _text(given: str | None) -> str | None:
    """What no entry can begin with finds nothing; PostgreSQL takes no NUL."""
    return given.replace("\x00", "\ufffd") if given else None


def _ms(given: datetime | None) -> int | None:
    """Without a zone it is UTC, as all that the service says."""
    if given is None:
        return None
    known = given if given.tzinfo is not None else given.replace(tzinfo=UTC)
    return int(known.timestamp() * 1000)
