# SPDX-License-Identifier: Apache-2.0
"""Client of an anamnese service. One file that needs httpx alone; synchronous, typed.

    with Client("https://anamnese.example", key) as client:
        sent = client.upload(Path("consultation.m4a"), language="fr")
        client.wait(sent.job.id)
        print(client.transcript(sent.consultation_id).content["segments"])

Errors: everything raised on purpose is a ``ClientError``.

ClientError
├── ApiError          the service refused, and says why: code, hint, status, request_id
├── Unreachable       no answer, for as long as ``patience``
├── JobFailed         the job that was waited for failed or was cancelled
├── WaitedTooLong     the job that was waited for is not over in time; it goes on
└── InsecureAddress   the key would cross a network in clear

Their texts hold no word of a patient. A ``Client`` may be used by one thread at a time.
"""

from __future__ import annotations

import base64
import binascii
import email.utils
import hashlib
import hmac
import io
import ipaddress
import json
import os
import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal
from urllib.parse import quote

import httpx

__all__ = [
    "ApiError",
    "Batch",
    "Client",
    "ClientError",
    "Event",
    "InsecureAddress",
    "Job",
    "JobFailed",
    "Sent",
    "Unreachable",
    "Versioned",
    "WaitedTooLong",
    "verify_signature",
]

Json = dict[str, Any]
"""As the service's /openapi.json and docs/schema describe it."""
NoteFormat = Literal["json", "md", "txt", "fhir", "pdf", "docx", "hl7"]
TranscriptFormat = Literal["json", "txt", "vtt", "srt", "rttm"]
SummaryFormat = Literal["json", "md"]

NOTE_MEDIA: Final[Mapping[NoteFormat, str]] = {
    "json": "application/json",
    "md": "text/markdown",
    "txt": "text/plain",
    "fhir": "application/fhir+json",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "hl7": "x-application/hl7-v2+er7",
}
TRANSCRIPT_MEDIA: Final[Mapping[TranscriptFormat, str]] = {
    "json": "application/json",
    "txt": "text/plain",
    "vtt": "text/vtt",
    "srt": "application/x-subrip",
    "rttm": "text/x-rttm",
}
SUMMARY_MEDIA: Final[Mapping[SummaryFormat, str]] = {
    "json": "application/json",
    "md": "text/markdown",
}
FINAL: Final = frozenset({"completed", "failed", "cancelled"})

_TUS = {"Tus-Resumable": "1.0.0"}
_PART_BYTES = 4 << 20
"""Of one request of a resumable upload; what arrived of one that is cut is kept all the same."""
_READ_BYTES = 1 << 16
_SILENCE_SECONDS = 45.0
"""A stream of events says something every 15 seconds; after three times that it is lost."""
_LONGEST_PAUSE = 30.0
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_TRY_LATER = frozenset({429, 503})
_GATEWAY = frozenset({502, 504})
"""Of a proxy: whether the service did it is not known."""


class ClientError(Exception):
    """Base of all."""

    code: str = "error"
    hint: str = ""


class ApiError(ClientError):
    """The service refused. ``code`` is stable and for programs, ``hint`` says what to do."""

    def __init__(
        self,
        code: str,
        hint: str,
        status: int,
        request_id: str | None = None,
        *,
        detail: str = "",
        errors: Sequence[str] = (),
    ) -> None:
        super().__init__(f"{status} {code}: {detail or hint}")
        self.code, self.hint, self.status, self.request_id = code, hint, status, request_id
        self.detail, self.errors = detail, tuple(errors)
        """``errors``: places in what was sent that are wrong, or what blocks a signature."""

    @classmethod
    def of(cls, answer: httpx.Response) -> ApiError:
        """From problem+json (RFC 9457), or from whatever a proxy wrote, which is not repeated."""
        request_id = answer.headers.get("x-request-id")
        kind = answer.headers.get("content-type", "").partition(";")[0]
        try:
            body = answer.json() if kind == "application/problem+json" else None
        except ValueError:
            body = None
        if not isinstance(body, dict):
            hint = "This came from something before the service: check the address and the proxy."
            return cls("not_the_service", hint, answer.status_code, request_id)
        return cls(
            str(body.get("code", "error")),
            str(body.get("hint", "")),
            answer.status_code,
            str(body.get("request_id") or request_id or "") or None,
            detail=str(body.get("detail", "")),
            errors=[str(one) for one in body.get("errors") or ()],
        )


class Unreachable(ClientError):
    """No answer, or one that broke off, again and again."""

    code = "unreachable"
    hint = "Check the address, the network, and that the service runs."


class JobFailed(ClientError):
    """``job`` says how it ended."""

    def __init__(self, job: Job) -> None:
        self.job, self.code, self.hint = job, job.error_code or job.status, job.error_hint or ""
        super().__init__(f"the job is {job.status}: {self.code}")


class WaitedTooLong(ClientError, TimeoutError):
    """The job goes on."""

    code = "waited_too_long"
    hint = "Wait again: the job goes on."


class InsecureAddress(ClientError):
    """Nothing was sent."""

    code = "insecure_address"
    hint = "Use https. Inside a network that is trusted whole, say so: insecure."


@dataclass(frozen=True)
class Job:
    """One piece of work of the service. Times are ISO 8601, UTC."""

    id: str
    consultation_id: str
    kind: str
    status: str
    """queued, processing, completed, failed or cancelled"""
    step: str | None
    progress: float
    """Of the step, from 0 to 1."""
    template: str | None
    error_code: str | None
    error_hint: str | None
    created: str
    started: str | None
    finished: str | None

    @property
    def over(self) -> bool:
        return self.status in FINAL

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Job:
        error = body.get("error") or {}
        return cls(
            id=body["id"],
            consultation_id=body["consultation_id"],
            kind=body["kind"],
            status=body["status"],
            step=body["step"],
            progress=body["progress"],
            template=body["template"],
            error_code=error.get("code"),
            error_hint=error.get("hint"),
            created=body["created"],
            started=body["started"],
            finished=body["finished"],
        )


@dataclass(frozen=True)
class Sent:
    """What was accepted, and the job that works on it."""

    consultation_id: str
    job: Job


@dataclass(frozen=True)
class Event:
    """Where a job is. ``id`` is what ``events`` goes on after."""

    id: str
    job_id: str
    status: str
    step: str | None
    progress: float
    at: str


@dataclass(frozen=True)
class Versioned:
    """Something that several may change. ``etag`` must be given back to change it."""

    content: Json
    etag: str


@dataclass(frozen=True)
class Batch:
    """Many consultations as one piece of work."""

    id: str
    status: str
    """running, completed or cancelled"""
    total: int
    items: Mapping[str, int]
    """waiting, active, completed, failed, cancelled, duplicate, erased → how many"""
    errors: Mapping[str, int]
    """Error code → how many items failed with it."""

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Batch:
        return cls(body["id"], body["status"], body["total"], body["items"], body["errors"])


class _Patience:
    """How long one thing is tried. Anything that arrives begins it anew."""

    def __init__(self, seconds: float, sleep: Callable[[float], None]) -> None:
        self._seconds, self._sleep = seconds, sleep
        self.renew()

    def renew(self) -> None:
        self._end, self._tries = time.monotonic() + self._seconds, 0

    def pause(self, asked: float | None = None) -> bool:
        """False when it is at its end. ``asked``: seconds, of Retry-After."""
        # Spread, so that many clients do not come back in the same moment.
        usual = min(_LONGEST_PAUSE, 0.25 * 2**self._tries) * random.uniform(1, 2)  # noqa: S311
        seconds = usual if asked is None else asked
        self._tries += 1
        if time.monotonic() + seconds > self._end:
            return False
        self._sleep(seconds)
        return True


class Client:
    """``url`` is of the service, without /v1; ``key`` is an API key or a token of your provider.

    ``patience``: seconds for which one request is tried again when there is no answer, or when the
    service asks to come back later. ``resumable_from``: bytes from which a recording is sent in
    parts. ``insecure`` lets the key go over http to another machine. ``verify`` is httpx's: False
    is not taken, a context with your own authority is.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        insecure: bool = False,
        patience: float = 120.0,
        timeout: float = 60.0,
        resumable_from: int = 8 << 20,
        verify: Any = True,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        address = _checked(url, insecure)
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("the key is empty or holds what no key holds")
        if verify is False:
            raise ValueError("verify=False would accept any server; give a context instead")
        self.url = str(address).rstrip("/")
        self._patience, self._sleep = patience, sleep
        self._resumable_from = resumable_from
        self._http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {key}", "User-Agent": "anamnese-client/0.1"},
            timeout=httpx.Timeout(timeout, connect=min(10.0, timeout)),
            verify=verify,
            transport=transport,
            # In clear, a proxy of the environment would read the key.
            trust_env=address.scheme == "https",
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    def close(self) -> None:
        self._http.close()

    # Recordings ------------------------------------------------------------------------------

    def upload(
        self,
        recording: Path | bytes,
        *,
        language: str | None = None,
        template: str | None = None,
        consent: str | None = None,
        patient: str | None = None,
        idempotency_key: str | None = None,
        resume: str | None = None,
        began: Callable[[str], None] | None = None,
        **fields: str,
    ) -> Sent:
        """Send a recording: in one request, or in parts when it is large, going on after a cut.

        ``began`` is told the id of an upload in parts; given as ``resume``, also in another
        process, it goes on where it was. ``fields``: speakers, vocabulary, channels, channel_roles,
        roles, allow_truncated, priority. The file's name is not sent: it often names the patient.
        Raises ApiError, Unreachable, OSError.
        """
        given = {
            "language": language,
            "template": template,
            "consent": consent,
            "patient": patient,
            **fields,
        }
        values = {name: value for name, value in given.items() if value is not None}
        size = len(recording) if isinstance(recording, bytes) else recording.stat().st_size
        if resume is None and size < self._resumable_from:
            return self._upload_whole(recording, values, idempotency_key or _new_key())
        upload = resume or self._begin(size, values)
        if began is not None:
            began(upload)
        return self._go_on(upload, recording, size)

    def _upload_whole(self, recording: Path | bytes, values: Json, key: str) -> Sent:
        def send() -> httpx.Response:
            with _opened(recording) as file:
                return self._http.post(
                    "/v1/consultations",
                    headers={"Idempotency-Key": key},
                    files={"file": ("recording", file, "application/octet-stream")},
                    data=values,
                )

        return _sent(self._try(send, again=True).json())

    def _begin(self, size: int, values: Mapping[str, str]) -> str:
        pairs = (f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in values.items())
        headers = {**_TUS, "Upload-Length": str(size)}
        if values:
            headers["Upload-Metadata"] = ",".join(pairs)
        # A lost answer leaves an empty upload behind, which the service removes by itself.
        answer = self._request("POST", "/v1/uploads", headers=headers, again=True)
        # The path alone: what is sent goes to this service, whatever the answer says.
        return str(answer.headers["location"]).rstrip("/").rpartition("/")[2]

    def _go_on(self, upload: str, recording: Path | bytes, size: int) -> Sent:
        path = f"/v1/uploads/{_safe(upload)}"
        patience = _Patience(self._patience, self._sleep)
        offset: int | None = None
        with _opened(recording) as file:
            while True:
                if offset is None:
                    answer = self._request("HEAD", path, headers=_TUS)
                    if int(answer.headers["upload-length"]) != size:
                        raise ValueError("this is not the recording that the upload began with")
                    arrived = int(answer.headers["upload-offset"])
                else:
                    try:
                        answer = self._http.patch(
                            path,
                            headers={
                                **_TUS,
                                "Upload-Offset": str(offset),
                                "Content-Type": "application/offset+octet-stream",
                                "Content-Length": str(min(_PART_BYTES, size - offset)),
                            },
                            content=_part(file, offset, min(_PART_BYTES, size - offset)),
                        )
                    except httpx.TransportError as error:
                        if not patience.pause():
                            raise Unreachable(type(error).__name__) from None
                        offset = None
                        continue
                    if answer.status_code in {409, 423} | _TRY_LATER | _GATEWAY:
                        # Another offset, or a connection before this one that is not given up yet.
                        if not patience.pause(_retry_after(answer)):
                            raise ApiError.of(answer)
                        offset = None
                        continue
                    if not answer.is_success:
                        raise ApiError.of(answer)
                    arrived = int(answer.headers["upload-offset"])
                    if arrived > offset:
                        patience.renew()
                if job := answer.headers.get("anamnese-job"):
                    return Sent(answer.headers["anamnese-consultation"], self.job(job))
                # All bytes and no job: the service ended in between; an empty part has it finish.
                offset = arrived

    # Jobs ------------------------------------------------------------------------------------

    def job(self, job_id: str) -> Job:
        return Job.read(self._json("GET", f"/v1/jobs/{_safe(job_id)}"))

    def cancel(self, job_id: str) -> Job:
        """ApiError 409 when it is over already."""
        return Job.read(self._json("POST", f"/v1/jobs/{_safe(job_id)}/cancel", again=False))

    def events(self, job_id: str, *, after: str | None = None) -> Iterator[Event]:
        """Progress as it happens, until the job is over. A lost connection goes on after the last
        event that arrived; ``after`` is the id of one that was seen before."""
        return self._events(job_id, after, None)

    def wait(self, job_id: str, *, timeout: float | None = None) -> Job:
        """Until the job is completed. Raises JobFailed, WaitedTooLong (``timeout`` in seconds)."""
        end = None if timeout is None else time.monotonic() + timeout
        for _ in self._events(job_id, None, end):
            pass
        job = self.job(job_id)
        if job.status != "completed":
            raise JobFailed(job)
        return job

    def _events(self, job_id: str, after: str | None, end: float | None) -> Iterator[Event]:
        patience = _Patience(self._patience, self._sleep)
        path = f"/v1/jobs/{_safe(job_id)}/events"
        while True:
            asked: float | None = None
            failure: ClientError = Unreachable("the stream of events broke off")
            try:
                headers = {"Accept": "text/event-stream"}
                if after is not None:
                    headers["Last-Event-ID"] = after
                silence = _SILENCE_SECONDS if end is None else _left(end)
                limits = httpx.Timeout(10.0, read=min(_SILENCE_SECONDS, silence))
                with self._http.stream("GET", path, headers=headers, timeout=limits) as answer:
                    if not answer.is_success:
                        answer.read()
                        failure = ApiError.of(answer)
                        if answer.status_code not in _TRY_LATER | _GATEWAY:
                            raise failure
                        asked = _retry_after(answer)
                    else:
                        for event in _parse_events(answer.iter_lines(), end):
                            patience.renew()
                            after = event.id
                            yield event
                            if event.status in FINAL:
                                return
                # It ended in order: over, with nothing later than ``after``?
                if answer.is_success and self.job(job_id).over:
                    return
            except httpx.TransportError as error:
                failure = Unreachable(type(error).__name__)
            if end is not None:
                _left(end)
            if not patience.pause(asked):
                raise failure

    # What was made ---------------------------------------------------------------------------

    def consultations(self) -> Iterator[Json]:
        """All of this organisation, newest first; pages are fetched as they are needed."""
        return self._pages("/v1/consultations", {})

    def consultation(self, consultation_id: str) -> Json:
        """What there is of it, and its jobs."""
        return self._json("GET", _of(consultation_id))

    def delete(self, consultation_id: str) -> None:
        """Erase it and everything made from it."""
        self._request("DELETE", _of(consultation_id), again=False)

    def transcript(self, consultation_id: str) -> Versioned:
        """docs/schema/transcript.json"""
        return _versioned(self._request("GET", _of(consultation_id, "transcript")))

    def transcript_as(self, consultation_id: str, kind: TranscriptFormat) -> bytes:
        headers = {"Accept": TRANSCRIPT_MEDIA[kind]}
        return self._request("GET", _of(consultation_id, "transcript"), headers=headers).content

    def edit_transcript(self, consultation_id: str, changes: Json, *, etag: str) -> Versioned:
        """``{"words": […], "corrections": […], "segments": […]}``; all or none. ApiError 412 when
        somebody changed it since."""
        path = _of(consultation_id, "transcript")
        return self._change("PATCH", path, changes, etag)

    def speakers(self, consultation_id: str) -> Versioned:
        return _versioned(self._request("GET", _of(consultation_id, "speakers")))

    def name_speakers(
        self, consultation_id: str, speakers: Mapping[str, Json], *, etag: str
    ) -> Versioned:
        """``{"S1": {"role": "clinician", "name": "Dr Martin"}}``"""
        path = _of(consultation_id, "speakers")
        return self._change("PATCH", path, {"speakers": dict(speakers)}, etag)

    def summary(self, consultation_id: str, template: str | None = None) -> Json:
        """A note as it stands, the newest one unless a template is named:
        docs/schema/summary.json."""
        return dict(json.loads(self.summary_as(consultation_id, "json", template)))

    def summary_as(
        self, consultation_id: str, kind: SummaryFormat, template: str | None = None
    ) -> bytes:
        return self._request(
            "GET",
            _of(consultation_id, "summary"),
            params={"template": template} if template else None,
            headers={"Accept": SUMMARY_MEDIA[kind]},
        ).content

    def summarise(self, consultation_id: str, template: str | None = None) -> Sent:
        """Have another note written; nothing is transcribed again."""
        body = {"template": template} if template else {}
        return self._create(_of(consultation_id, "summaries"), body)

    def summarise_text(
        self,
        text: str,
        *,
        language: str | None = None,
        template: str | None = None,
        consent: str | None = None,
        patient: str | None = None,
    ) -> Sent:
        """A note of a dialogue: lines such as ``Médecin : …``, WebVTT or SubRip."""
        given = {
            "text": text,
            "language": language,
            "template": template,
            "consent": consent,
            "patient": patient,
        }
        body = {name: value for name, value in given.items() if value is not None}
        return self._create("/v1/summaries", body)

    def templates(self) -> list[Json]:
        """language, name and title of each kind of note."""
        return list(self._json("GET", "/v1/templates")["items"])

    # Notes as people work on them ------------------------------------------------------------

    def newest_template(self, consultation_id: str) -> str:
        """Of the note that was written last. ApiError 404 when there is none yet."""
        made = self.consultation(consultation_id)["summaries"]
        if not made:
            raise ApiError("not_found", "Look at the job: it may not be ready.", 404)
        return str(made[-1]["template"])

    def notes(self, consultation_id: str) -> list[Versioned]:
        """Each of them as it stands."""
        made = self.consultation(consultation_id)["summaries"]
        return [self.note(consultation_id, one["template"]) for one in made]

    def note(self, consultation_id: str, template: str) -> Versioned:
        """As it stands, and what blocks a signature (``blocking``)."""
        return _versioned(self._request("GET", _note(consultation_id, template)))

    def edit(
        self, consultation_id: str, template: str, changes: Sequence[Json], *, etag: str
    ) -> Versioned:
        """Change it; code verifies what was changed. All changes or none; each is an operation:
        edit, add, remove, restore, move, document, dismiss, accept, resolve. ApiError 412 when
        somebody changed it since ``etag``."""
        body = {"changes": list(changes)}
        return self._change("PATCH", _note(consultation_id, template), body, etag)

    def review(self, consultation_id: str, template: str, *, etag: str) -> Versioned:
        """Somebody read it whole."""
        return self._change("POST", _note(consultation_id, template, "review"), None, etag)

    def sign(
        self,
        consultation_id: str,
        template: str,
        *,
        etag: str,
        name: str,
        identifier: str | None = None,
        system: str | None = None,
        organisation: str | None = None,
    ) -> Versioned:
        """The named clinician answers for exactly these words. ApiError 409 ``blocking_checks``
        while a check that fails is not resolved; its ``errors`` are ``statement:rule``."""
        given = {
            "name": name,
            "identifier": identifier,
            "system": system,
            "organisation": organisation,
        }
        body = {key: value for key, value in given.items() if value is not None}
        return self._change("POST", _note(consultation_id, template, "sign"), body, etag)

    def export(
        self, consultation_id: str, template: str, kind: NoteFormat, *, final: bool = False
    ) -> bytes:
        """The note as a document, marked a draft unless signed. ``final``: the signed one, or
        ApiError 409 ``not_signed``."""
        path = _note(consultation_id, template, "final" if final else "export")
        return self._request("GET", path, headers={"Accept": NOTE_MEDIA[kind]}).content

    # Batches ---------------------------------------------------------------------------------

    def create_batch(self, items: Sequence[Json], *, idempotency_key: str | None = None) -> Batch:
        """Each item has a ``consultation_id`` or a ``transcript``, and options as in an upload.
        ApiError 422 names each that is wrong, and nothing starts."""
        headers = {"Idempotency-Key": idempotency_key or _new_key()}
        body = {"items": list(items)}
        return Batch.read(self._json("POST", "/v1/batches", headers=headers, json=body))

    def batch(self, batch_id: str) -> Batch:
        return Batch.read(self._json("GET", f"/v1/batches/{_safe(batch_id)}"))

    def follow_batch(self, batch_id: str, *, every: float = 2.0) -> Iterator[Batch]:
        """Where it is, each time that has changed, until it is over; ``every`` in seconds."""
        last: Batch | None = None
        while True:
            batch = self.batch(batch_id)
            if batch != last:
                yield batch
            if batch.status != "running":
                return
            last = batch
            self._sleep(every)

    def batch_items(self, batch_id: str, *, status: str | None = None) -> Iterator[Json]:
        """In the order of the manifest."""
        params = {"status": status} if status else {}
        return self._pages(f"/v1/batches/{_safe(batch_id)}/items", params)

    def retry_batch(self, batch_id: str) -> Batch:
        """Try again what failed, and nothing else."""
        path = f"/v1/batches/{_safe(batch_id)}/retry"
        return Batch.read(self._json("POST", path, again=False))

    def cancel_batch(self, batch_id: str) -> Batch:
        path = f"/v1/batches/{_safe(batch_id)}/cancel"
        return Batch.read(self._json("POST", path, again=False))

    # Requests --------------------------------------------------------------------------------

    def _create(self, path: str, body: Json) -> Sent:
        headers = {"Idempotency-Key": _new_key()}
        return _sent(self._json("POST", path, headers=headers, json=body))

    def _change(self, method: str, path: str, body: Json | None, etag: str) -> Versioned:
        # Not again after a lost answer: if it was done, the second try would be told 412.
        headers = {"If-Match": etag}
        return _versioned(self._request(method, path, headers=headers, json=body, again=False))

    def _pages(self, path: str, params: Mapping[str, str]) -> Iterator[Json]:
        cursor: str | None = None
        while True:
            page = self._json(
                "GET", path, params={**params, **({"cursor": cursor} if cursor else {})}
            )
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _json(self, method: str, path: str, *, again: bool = True, **more: Any) -> Json:
        return dict(self._request(method, path, again=again, **more).json())

    def _request(
        self, method: str, path: str, *, again: bool = True, **more: Any
    ) -> httpx.Response:
        return self._try(lambda: self._http.request(method, path, **more), again=again)

    def _try(self, send: Callable[[], httpx.Response], *, again: bool) -> httpx.Response:
        """``again``: it may be done twice, so that it is sent again also when the answer was lost.
        What never left, or was put off with 429 or 503, is sent again in any case."""
        patience = _Patience(self._patience, self._sleep)
        while True:
            try:
                answer = send()
            except httpx.TransportError as error:
                may = again or isinstance(error, _NEVER_SENT)
                if not may or not patience.pause():
                    raise Unreachable(type(error).__name__) from None
                continue
            if answer.is_success:
                return answer
            later = answer.status_code in _TRY_LATER or (again and answer.status_code in _GATEWAY)
            if not later or not patience.pause(_retry_after(answer)):
                raise ApiError.of(answer)


def verify_signature(
    secret: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    tolerance: float = 300.0,
    now: float | None = None,
) -> bool:
    """Whether a webhook comes from the service (Standard Webhooks) and is not older or newer than
    ``tolerance`` seconds. ``body`` as it arrived, byte for byte. Takes as long for any signature.
    What was delivered before has the same ``webhook-id``: remember those that were dealt with."""
    sent = {name.lower(): value for name, value in headers.items()}
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        message, at = sent["webhook-id"], sent["webhook-timestamp"]
        signatures = sent["webhook-signature"].encode().split()
        age = (time.time() if now is None else now) - int(at)
    except (KeyError, ValueError, binascii.Error):
        return False
    if not key or abs(age) > tolerance:
        return False
    content = f"{message}.{at}.".encode() + body
    right = b"v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256))
    # All are compared: one of them may be made with the secret before.
    return any([hmac.compare_digest(right, one) for one in signatures])  # noqa: C419


def _checked(url: str, insecure: bool) -> httpx.URL:
    """Raises ValueError, InsecureAddress."""
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        raise ValueError("the address is no URL") from None
    if address.scheme not in {"http", "https"} or not address.host:
        raise ValueError("the address is none of https://…")
    if address.userinfo or address.query or address.fragment:
        raise ValueError("the address holds more than scheme, host, port and path")
    if address.scheme == "http" and not insecure and not _loopback(address.host):
        raise InsecureAddress("the key would cross the network in clear")
    return address


def _loopback(host: str) -> bool:
    """A name that only looks like it, such as localhost.example.org, is not."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds, of the header in either of its forms (RFC 9110, 10.2.3)."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _parse_events(lines: Iterator[str], end: float | None) -> Iterator[Event]:
    """Of text/event-stream, those that are whole."""
    number, data = "", ""
    for line in lines:
        if end is not None:
            _left(end)
        if line.startswith("id:"):
            number = line[3:].strip()
        elif line.startswith("data:"):
            data += line[5:].strip()
        elif not line and data:
            try:
                body = json.loads(data)
                event = Event(
                    number,
                    body["job_id"],
                    body["status"],
                    body["step"],
                    body["progress"],
                    body["at"],
                )
            except (ValueError, KeyError, TypeError):
                raise ApiError(
                    "not_the_service", "The stream holds something else than events.", 200
                ) from None
            data = ""
            yield event


def _left(end: float) -> float:
    """Seconds, more than none. Raises WaitedTooLong."""
    left = end - time.monotonic()
    if left <= 0:
        raise WaitedTooLong("the job is not over yet")
    return left


@contextmanager
def _opened(recording: Path | bytes) -> Iterator[BinaryIO]:
    if isinstance(recording, bytes):
        yield io.BytesIO(recording)
    else:
        with recording.open("rb") as file:
            yield file


def _part(file: BinaryIO, offset: int, length: int) -> Iterator[bytes]:
    file.seek(offset, os.SEEK_SET)
    while length:
        piece = file.read(min(_READ_BYTES, length))
        if not piece:
            raise OSError("the recording became shorter while it was sent")
        length -= len(piece)
        yield piece


def _sent(body: Mapping[str, Any]) -> Sent:
    return Sent(body["consultation_id"], Job.read(body["job"]))


def _versioned(answer: httpx.Response) -> Versioned:
    return Versioned(dict(answer.json()), answer.headers["etag"])


def _of(consultation_id: str, rest: str = "") -> str:
    path = f"/v1/consultations/{_safe(consultation_id)}"
    return f"{path}/{rest}" if rest else path


def _note(consultation_id: str, template: str, rest: str = "") -> str:
    path = _of(consultation_id, f"notes/{_safe(template)}")
    return f"{path}/{rest}" if rest else path


def _safe(part: str) -> str:
    """One segment of a path, whatever it holds. Raises ValueError for none at all."""
    if not part.strip("."):
        raise ValueError("an id is empty")
    return quote(part, safe="")


def _new_key() -> str:
    return secrets.token_urlsafe(24)
