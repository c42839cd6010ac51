"""What is sent by mistake, by a broken client or on purpose: an error with a code each, nothing
lost, nothing left, and the service alive.

Elsewhere: wrong and expired keys (test_http, test_oidc), other organisations (test_isolation),
replayed idempotency keys (test_http, test_rates), malformed multipart (test_http), uploads that are
cut (test_serve, test_uploads). What takes the disk or the database away is in test_outages.
"""

from __future__ import annotations

import io
import json
import socket
import time
import zipfile
from collections.abc import Iterator
from functools import cache
from urllib.parse import quote

import pytest
from sqlalchemy import text

from jobs.service_settings import ServiceSettings
from jobs.store import keys
from jobs.store.artefacts import OPTIONS, get
from jobs.tasks import JobOptions
from tests.service.conftest import free_port
from tests.service.test_http import AUDIO, FILE, Door, door, problem, routes, upload
from tests.service.test_serve import Running, a_service
from tests.service.work import recording

__all__ = ["door"]

HOSTILE = (
    "'; DROP TABLE jobs; --",
    "' OR '1'='1",
    '" UNION SELECT secret FROM api_keys --',
    "1); DELETE FROM consultations; --",
    "%' ESCAPE '!",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "file:///etc/passwd",
    "${jndi:ldap://x/a}",
    "{{7*7}}",
    "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe",
    "é" * 300,
    "a" * 5000,
)
TYPED = {"application/problem+json", "application/json"}


def tables(door: Door) -> dict[str, int]:
    """Rows of each of ours that a hostile text could reach."""
    names = ("organisations", "consultations", "jobs", "artefacts", "api_keys")
    with door.store.database.read() as session:
        return {
            name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar() or 0
            for name in names
        }


def as_bytes(door: Door, who: str = "clinician") -> dict[bytes, bytes]:
    return {name.encode(): value.encode() for name, value in door.as_(who).items()}


def test_hostile_texts_in_every_place_of_an_address(door: Door) -> None:
    """As each path's ids, as each query, and in the headers that are looked up."""
    upload(door)
    before = tables(door)
    asked = {path for _, path in routes(door)}
    assert len(asked) > 14
    for path in asked:
        for hostile in HOSTILE[:8]:
            odd = path
            for part in path.split("/"):
                if part.endswith("_0"):
                    odd = odd.replace(part, quote(hostile, safe=""))
            answer = door.client.get(
                odd,
                headers={**as_bytes(door, "admin"), b"If-None-Match": hostile.encode()},
                params={"cursor": hostile, "status": hostile, "template": hostile, "limit": "5"},
            )
            assert answer.status_code < 500, (odd, answer.text)
            if answer.status_code >= 400:
                assert answer.headers["content-type"] in TYPED, odd
                assert hostile not in answer.text
    assert tables(door) == before


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_as_values_are_stored_as_they_are_or_refused(
    door: Door, hostile: str
) -> None:
    before = tables(door)
    fields = {"vocabulary": hostile, "consent": hostile, "patient": hostile}
    answer = door.client.post(
        "/v1/consultations",
        headers={**as_bytes(door), b"Idempotency-Key": hostile.encode()[:200]},
        files={"file": (hostile, AUDIO, "audio/wav")},
        data=fields,
    )
    if answer.status_code == 202:
        with door.store.database.read() as session:
            kept = get(
                session,
                door.store.ring,
                org_id=door.org,
                consultation_id=answer.json()["consultation_id"],
                kind=OPTIONS,
            )
        assert kept is not None
        assert JobOptions.model_validate_json(kept.content).consent == hostile
        assert tables(door)["consultations"] == before["consultations"] + 1
    else:
        problem(answer, 422, answer.json()["code"])
        assert tables(door) == before
    # No name that a caller gave is the name of a file, here or elsewhere.
    folder = door.store.audio.folder
    named = [path for path in folder.parent.rglob("*") if path.is_file()]
    assert all(
        path.name.startswith(("con_", "anamnese.sqlite")) or path.suffix == ".lock"
        for path in named
    ), named


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": }',
        b"nul",
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"limit": NaN}',
        b'{"limit": 1e999}',
        b'{"limit": ' + b"9" * 5000 + b"}",
        b'{"a": "\\ud800"}',
        b'{"a": "\\u0000"}',
        b'"text"',
        b"[]",
        b"0",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_malformed_json_at_every_address_that_takes_some(door: Door, body: bytes) -> None:
    before = tables(door)
    described = door.client.get("/openapi.json").json()["paths"]
    asked = 0
    for method, path in routes(door):
        plain = next((p for p in described if _same_shape(p, path)), path)
        taken = described[plain][method.lower()].get("requestBody", {}).get("content", {})
        if "application/json" not in taken:
            continue
        asked += 1
        headers = door.as_("admin", **{"content-type": "application/json", "If-Match": "*"})
        answer = door.client.request(method, path, headers=headers, content=body)
        assert 400 <= answer.status_code < 500, (method, path, answer.text)
        assert answer.headers["content-type"] in TYPED
    assert asked >= 5
    assert tables(door) == before


def _same_shape(described: str, asked: str) -> bool:
    ours, theirs = described.split("/"), asked.split("/")
    return len(ours) == len(theirs) and all(
        a == b or (a.startswith("{") and b.endswith("_0"))
        for a, b in zip(ours, theirs, strict=True)
    )


@cache
def bomb() -> bytes:
    """A file of Word, which is an archive: a thousand times as large when it is unpacked."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w") as file:
            for _ in range(512):
                file.write(bytes(1 << 20))
    return made.getvalue()


def test_an_archive_is_never_unpacked(door: Door) -> None:
    """A document is no recording and no text: as what it is sent, it is refused unopened."""
    content = bomb()
    assert len(content) < 1 << 20
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    for kind in (word, "application/zip"):
        answer = door.client.post(
            "/v1/summaries", headers=door.as_(**{"content-type": kind}), content=content
        )
        problem(answer, 415, "unsupported_media_type")
        answer = door.client.post(
            "/v1/batches", headers=door.as_("admin", **{"content-type": kind}), content=content
        )
        assert answer.status_code in {415, 422}, answer.text
    for kind in ("text/plain", "application/json"):
        answer = door.client.post(
            "/v1/summaries", headers=door.as_(**{"content-type": kind}), content=content
        )
        assert answer.status_code == 422, answer.text


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("served")
    keys.save(keys.new_ring(), folder / "keys.json")
    settings = ServiceSettings.model_validate(
        {
            "data_folder": folder / "data",
            "keys_file": folder / "keys.json",
            "engines": "scripted",
            "port": free_port(),
        }
    )
    with a_service(settings, folder) as made:
        yield made


def said(running: Running, request: bytes, seconds: float = 20.0) -> bytes:
    """The answer to bytes as they are, until the server closes or has said all."""
    with socket.create_connection(("127.0.0.1", running.settings.port), seconds) as one:
        one.sendall(request)
        found = b""
        while b"\r\n\r\n" not in found:
            more = one.recv(65536)
            if not more:
                break
            found += more
        head, _, body = found.partition(b"\r\n\r\n")
        length = next(
            (
                int(x.split(b":")[1])
                for x in head.lower().split(b"\r\n")
                if x[:15] == b"content-length:"
            ),
            None,
        )
        while length is not None and len(body) < length:
            body += one.recv(65536)
        return head + b"\r\n\r\n" + body


def alive(running: Running) -> None:
    assert running.process.poll() is None
    assert running.client.get("/health/live").status_code == 200


def test_headers_cannot_be_injected(served: Running) -> None:
    """By line breaks of any kind in what is sent and comes back, or by requests in requests."""
    key = served.headers["Authorization"].encode()
    for value in (
        b"a\rSet-Cookie: x=1",
        b"a\nSet-Cookie: x=1",
        b"a\r\n Set-Cookie: x=1",
        b"a\x00Set-Cookie: x=1",
        b"a%0d%0aSet-Cookie: x=1",
        b"\xc4\x8d\xc4\x8aSet-Cookie: x=1",
        b"a" * 100_000,
    ):
        for name in (b"X-Request-ID", b"Idempotency-Key", b"Last-Event-ID", b"Origin"):
            answer = said(
                served,
                b"GET /v1/consultations HTTP/1.1\r\nHost: x\r\nAuthorization: " + key
                + b"\r\n" + name + b": " + value + b"\r\nConnection: close\r\n\r\n",
            )  # fmt: skip
            assert answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 4")), answer[:99]
            head = answer.partition(b"\r\n\r\n")[0].lower()
            assert b"\r\nset-cookie" not in head
            assert b"access-control-allow-origin" not in head
    for path in (b"/v1/jobs/x%0d%0aSet-Cookie:%20x=1", b"/%0d%0aLocation:%20http://x/"):
        answer = said(
            served,
            b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nAuthorization: " + key + b"\r\n\r\n",
        )
        head = answer.partition(b"\r\n\r\n")[0].lower()
        assert head.startswith(b"http/1.1 4")
        assert b"set-cookie" not in head
        assert b"location" not in head
    alive(served)


def test_requests_that_are_no_http(served: Running) -> None:
    start = b"POST /v1/summaries HTTP/1.1\r\nHost: x\r\n"
    for request in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
        b"GET\r\n\r\n",
        b"GET /nowhere HTTP/9.9\r\n\r\n",
        start + b"Content-Length: -1\r\n\r\n",
        start + b"Content-Length: 1\r\nContent-Length: 9\r\n\r\nx",
        start + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ):
        answer = said(served, request)
        assert answer == b"\r\n\r\n" or answer.startswith(b"HTTP/1.1 4"), answer[:99]
    alive(served)


def test_five_gigabytes_are_refused_before_any_is_read(served: Running) -> None:
    """The limit is 2 GiB; not a byte of the body is sent, and the answer is there."""
    key = served.headers["Authorization"].encode()
    size = str(5 << 30).encode()
    for path, kind, more in (
        (b"/v1/consultations", b"multipart/form-data; boundary=b", b""),
        (b"/v1/audio/transcriptions", b"multipart/form-data; boundary=b", b""),
        (b"/v1/summaries", b"application/json", b""),
    ):
        answer = said(
            served,
            b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nAuthorization: " + key
            + b"\r\nContent-Type: " + kind + b"\r\nContent-Length: " + size + more + b"\r\n\r\n",
        )  # fmt: skip
        assert answer.startswith(b"HTTP/1.1 413"), (path, answer[:99])
        assert b"too_large" in answer
    answer = served.client.post(
        "/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": size.decode()}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    folder = served.settings.audio_folder
    assert not [path for path in folder.rglob("*") if path.is_file()]
    alive(served)


def test_documents_as_recordings_fail_with_a_code(served: Running) -> None:
    """The whole way, with a worker: the archive is stored as it is and never opened."""
    made = served.client.post(
        "/v1/consultations", files={"file": ("note.docx", bomb(), "audio/wav")}
    ).json()
    good = served.client.post("/v1/consultations", files={"file": ("a.wav", recording())}).json()
    end = time.monotonic() + 120
    jobs = []
    while time.monotonic() < end:
        jobs = [served.client.get(f"/v1/jobs/{x['job']['id']}").json() for x in (made, good)]
        if all(job["status"] in {"failed", "completed"} for job in jobs):
            break
        time.sleep(0.2)
    assert [job["status"] for job in jobs] == ["failed", "completed"], json.dumps(jobs)
    assert jobs[0]["error"]["code"] == "unsupported_audio"


def test_uploads_that_say_nothing_block_nobody(served: Running) -> None:
    """Forty connections that announce a body and send none; others are answered."""
    key = served.headers["Authorization"].encode()
    waiting = []
    try:
        for _ in range(40):
            one = socket.create_connection(("127.0.0.1", served.settings.port), 20)
            one.sendall(
                b"POST /v1/consultations HTTP/1.1\r\nHost: x\r\nAuthorization: " + key
                + b"\r\nContent-Type: multipart/form-data; boundary=b"
                + b"\r\nContent-Length: 9999\r\n\r\n"
            )  # fmt: skip
            waiting.append(one)
        answer = served.client.post("/v1/consultations", files=FILE)
        assert answer.status_code == 202
        alive(served)
    finally:
        for one in waiting:
            one.close()
