"""Resumable uploads by tus 1.0: cut anywhere, killed at any moment, nothing lost or doubled."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import fsspec
import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select
from tusclient.client import TusClient

from jobs.errors import Damaged
from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store import keys, sealed_file
from jobs.store.audio import AudioFolder
from jobs.store.audit import Actor
from jobs.store.bucket import AudioBucket
from jobs.store.orphans import remove_orphans
from jobs.store.resumable_file import Mark, ResumableWriter
from jobs.store.sealed_file import CHUNK
from jobs.store.store import Store
from jobs.store.tables import Job
from jobs.store.upload_tables import Upload
from jobs.store.uploads import Gone
from jobs.uploads import Uploads
from tests.service import test_http
from tests.service.conftest import MakeSettings, free_port
from tests.service.test_http import AUDIO, Door, problem
from tests.service.test_serve import Running, a_service, events, start
from tests.service.work import recording

TUS = {"Tus-Resumable": "1.0.0"}
PART = {**TUS, "Content-Type": "application/offset+octet-stream"}
RING = keys.new_ring()
door = test_http.door


def meta(**values: str) -> dict[str, str]:
    pairs = (f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())
    return {"Upload-Metadata": ",".join(pairs)}


def begin(door: Door, length: int, **more: str) -> str:
    headers = door.as_(**TUS, **{"Upload-Length": str(length)}, **more)
    made = door.client.post("/v1/uploads", headers=headers)
    assert made.status_code == 201, made.text
    assert made.headers["upload-expires"].endswith("GMT")
    location: str = made.headers["location"]
    return location


def part(door: Door, path: str, offset: int, content: bytes, **more: str) -> httpx.Response:
    headers = door.as_(**PART, **{"Upload-Offset": str(offset)}, **more)
    answer: httpx.Response = door.client.patch(path, headers=headers, content=content)
    return answer


def offset(door: Door, path: str) -> int:
    answer = door.client.head(path, headers=door.as_(**TUS))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return int(answer.headers["upload-offset"])


def test_parts_become_a_job(door: Door) -> None:
    path = begin(door, len(AUDIO), **meta(language="fr", template="soap", filename="Marie.wav"))
    answer = door.client.head(path, headers=door.as_(**TUS))
    assert answer.headers["upload-length"] == str(len(AUDIO))
    assert answer.headers["upload-metadata"] == "language ZnI=,template c29hcA=="
    sizes = [1, 700, 5000, len(AUDIO) - 5701]
    at = 0
    for size in sizes:
        assert offset(door, path) == at
        answer = part(door, path, at, AUDIO[at : at + size])
        assert answer.status_code == 204, answer.text
        assert answer.headers["tus-resumable"] == "1.0.0"
        at += size
        assert answer.headers["upload-offset"] == str(at)
    shown = door.client.get(path, headers=door.as_()).json()
    job = door.client.get(f"/v1/jobs/{answer.headers['anamnese-job']}", headers=door.as_()).json()
    assert shown["job"] == job
    assert (job["kind"], job["template"], job["status"]) == ("consultation", "soap", "queued")
    consultation = answer.headers["anamnese-consultation"]
    assert b"".join(door.store.audio.read(door.org, consultation)) == AUDIO
    # It is finished once: sent again, nothing new is made.
    assert offset(door, path) == len(AUDIO)
    again = part(door, path, len(AUDIO), b"")
    assert again.headers["anamnese-job"] == job["id"]
    problem(part(door, path, 0, AUDIO), 409, "wrong_offset")
    headers = door.as_(**TUS)
    problem(door.client.delete(path, headers=headers), 409, "conflict")
    assert len(door.client.get("/v1/consultations", headers=door.as_()).json()["items"]) == 1
    left = [p for p in door.store.audio.folder.rglob("*") if p.is_file()]
    assert [p.name for p in left] == [f"{consultation}.anf"]


def test_the_first_part_may_come_along(door: Door) -> None:
    headers = door.as_(**PART, **{"Upload-Length": str(len(AUDIO))})
    half = door.client.post("/v1/uploads", headers=headers, content=AUDIO[:1000])
    assert (half.status_code, half.headers["upload-offset"]) == (201, "1000")
    assert offset(door, half.headers["location"]) == 1000
    whole = door.client.post("/v1/uploads", headers=headers, content=AUDIO)
    assert whole.headers["anamnese-job"].startswith("job_")


def test_options_of_the_server(door: Door) -> None:
    for path in ("/v1/uploads", "/v1/uploads/upl_0"):
        answer = door.client.options(path)
        assert answer.status_code == 204
        assert answer.headers["tus-version"] == "1.0.0"
        assert "creation" in answer.headers["tus-extension"]
        assert int(answer.headers["tus-max-size"]) == 2048 << 20


def test_what_is_refused(door: Door) -> None:
    path = begin(door, 100)
    post, send = door.client.post, door.client.patch
    length = {"Upload-Length": "10"}
    problem(post("/v1/uploads", headers=door.as_(**length)), 412, "tus_version")
    big = {"Upload-Length": str(2049 << 20)}
    problem(post("/v1/uploads", headers=door.as_(**TUS, **big)), 413, "too_large")
    none = {"Upload-Length": "0"}
    problem(post("/v1/uploads", headers=door.as_(**TUS, **none)), 422, "empty_file")
    problem(post("/v1/uploads", headers=door.as_(**TUS)), 422, "invalid_request")
    for bad in ("language %%%", "language ZnI=,language ZnI=", "language /w==", " ZnI="):
        headers = door.as_(**TUS, **length, **{"Upload-Metadata": bad})
        answer = post("/v1/uploads", headers=headers)
        assert answer.status_code == 422, bad
    headers = door.as_(**TUS, **length, **meta(language="xx"))
    problem(post("/v1/uploads", headers=headers), 422, "unsupported_language")
    headers = door.as_(**TUS, **length, **meta(name_of_patient="x"))
    problem(post("/v1/uploads", headers=headers), 422, "invalid_option")
    problem(part(door, path, 5, b"x"), 409, "wrong_offset")
    problem(part(door, path, 0, bytes(101)), 413, "too_large")
    wrong = door.as_(**TUS, **{"Upload-Offset": "0", "Content-Type": "text/plain"})
    problem(send(path, headers=wrong, content=b"x"), 415, "unsupported_media_type")
    stranger = door.as_("stranger", **PART, **{"Upload-Offset": "0"})
    problem(send(path, headers=stranger, content=b"x"), 404, "not_found")
    problem(part(door, "/v1/uploads/upl_0", 0, b"x"), 404, "not_found")
    assert offset(door, path) == 0


def test_a_part_without_a_length_that_is_too_long(door: Door) -> None:
    path = begin(door, 100)

    def body() -> Iterator[bytes]:
        yield bytes(60)
        yield bytes(60)

    headers = door.as_(**PART, **{"Upload-Offset": "0"})
    problem(door.client.patch(path, headers=headers, content=body()), 413, "too_large")
    assert offset(door, path) <= 100


@pytest.mark.parametrize("name", ["sha1", "sha256", "md5"])
def test_checksums(door: Door, name: str) -> None:
    path = begin(door, len(AUDIO))

    def sum_of(content: bytes) -> dict[str, str]:
        digest = hashlib.new(name, content).digest()
        return {"Upload-Checksum": f"{name} {base64.b64encode(digest).decode()}"}

    assert part(door, path, 0, AUDIO[:100], **sum_of(AUDIO[:100])).status_code == 204
    problem(part(door, path, 100, AUDIO[100:200], **sum_of(b"else")), 460, "checksum_mismatch")
    assert offset(door, path) == 100
    problem(part(door, path, 100, b"x", **{"Upload-Checksum": "crc x"}), 422, "invalid_option")
    last = part(door, path, 100, AUDIO[100:], **sum_of(AUDIO[100:]))
    stored = door.store.audio.read(door.org, last.headers["anamnese-consultation"])
    assert b"".join(stored) == AUDIO


def test_it_is_given_up(door: Door) -> None:
    path = begin(door, 100)
    part(door, path, 0, bytes(50))
    assert door.client.delete(path, headers=door.as_(**TUS)).status_code == 204
    assert door.client.head(path, headers=door.as_(**TUS)).status_code == 404
    assert [p for p in door.store.audio.folder.rglob("*") if p.is_file()] == []


def test_clients_that_know_post_alone(door: Door) -> None:
    path = begin(door, 100)
    more = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"}
    answer = door.client.post(path, headers=door.as_(**PART, **more), content=bytes(50))
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "50")
    more = {"X-HTTP-Method-Override": "DELETE"}
    assert door.client.post(path, headers=door.as_(**TUS, **more)).status_code == 204


def uploads_of(door: Door) -> Uploads:
    enqueuer: Enqueuer = door.client.app.state.service.enqueuer  # type: ignore[attr-defined]
    settings: ServiceSettings = door.client.app.state.service.settings  # type: ignore[attr-defined]
    return Uploads(door.store, enqueuer, settings)


def test_abandoned_uploads_are_removed(door: Door) -> None:
    old, finished, young = begin(door, 100), begin(door, len(AUDIO)), begin(door, 100)
    for path in (old, young):
        part(door, path, 0, bytes(50))
    consultation = part(door, finished, 0, AUDIO).headers["anamnese-consultation"]
    assert remove_orphans(door.store.database, door.store.audio, older=-1) == 0
    with door.store.database.write() as session:
        for row in session.scalars(select(Upload)):
            row.expires = row.expires if young.endswith(row.id) else 1
    problem(part(door, old, 50, bytes(50)), 410, "upload_expired")
    assert uploads_of(door).remove_expired() == 2
    problem(part(door, old, 50, bytes(50)), 404, "not_found")
    assert offset(door, young) == 50
    assert b"".join(door.store.audio.read(door.org, consultation)) == AUDIO
    names = {p.name.split(".", 1)[1] for p in door.store.audio.folder.rglob("*.anf*")}
    assert names <= {"anf", "anf.part", "anf.lock"}
    assert len(list(door.store.audio.folder.rglob("*.part"))) == 1


def test_an_answer_that_was_lost_makes_the_job_all_the_same(door: Door) -> None:
    """The process ended between the last byte and the job: the next look makes it, once."""
    path = begin(door, len(AUDIO))
    part(door, path, 0, AUDIO[:500])
    with door.store.database.read() as session:
        row = session.scalars(select(Upload)).one()
        session.expunge(row)
    where = f"audio|{door.org}|{row.consultation_id}"
    file = door.store.audio.path(door.org, row.consultation_id)
    mark = Mark(row.size, row.chunks, row.position)
    writer = ResumableWriter.resume(file, where, door.store.ring, mark)
    writer.write(AUDIO[500:])
    writer.finish()
    assert offset(door, path) == len(AUDIO)
    assert offset(door, path) == len(AUDIO)
    shown = door.client.get(path, headers=door.as_()).json()
    assert shown["job"]["status"] == "queued"
    with door.store.database.read() as session:
        assert len(session.scalars(select(Job)).all()) == 1


def test_an_upload_whose_key_was_destroyed_begins_again(door: Door) -> None:
    path = begin(door, 100)
    part(door, path, 0, bytes(50))
    ring = keys.new_ring()
    store = Store(door.store.database, ring, AudioFolder(door.store.audio.folder, ring))
    ours = uploads_of(door)
    uploads = Uploads(store, ours._enqueuer, ours._settings)
    with pytest.raises(Gone), uploads.hold(Actor(door.org, "k"), path.rsplit("/", 1)[1]):
        pass
    assert offset(door, path) == 50


CONTENT = os.urandom(2 * CHUNK + 77)
STEPS = st.lists(
    st.tuples(
        st.sampled_from([1, 999, 300_000, CHUNK, CHUNK + 5]),
        st.sampled_from(["go on", "mark", "cut"]),
        st.floats(0, 1),
    ),
    max_size=10,
)


@given(STEPS)
@hypothesis_settings(max_examples=50, deadline=None)
def test_a_file_cut_anywhere_goes_on(steps: list[tuple[int, str, float]]) -> None:
    """Parts of any size, a mark after some of them, torn off anywhere behind the last mark."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f"
        writer = ResumableWriter(path, "a", RING)
        mark, at = writer.mark(), 0
        for size, what, share in steps:
            writer.write(CONTENT[at : at + size])
            at = min(at + size, len(CONTENT))
            if what == "mark":
                mark = writer.mark()
            if what == "cut":
                writer.close()
                part_file = sealed_file.part_of(path)
                length = part_file.stat().st_size
                os.truncate(part_file, mark.position + int(share * (length - mark.position)))
                writer = ResumableWriter.resume(path, "a", RING, mark)
                assert mark.size <= writer.size <= at
                at = writer.size
        writer.write(CONTENT[at:])
        writer.finish()
        assert b"".join(sealed_file.read(path, "a", RING)) == CONTENT


def test_a_torn_chunk_never_meets_its_nonce_again(tmp_path: Path) -> None:
    """Two sessions encrypt the same chunk number: with different keys."""
    path = tmp_path / "f"
    writer = ResumableWriter(path, "a", RING)
    mark = writer.mark()
    writer.write(bytes(100))
    writer.mark()
    writer.close()
    part_file = sealed_file.part_of(path)
    first = part_file.read_bytes()[mark.position :]
    with part_file.open("r+b") as file:
        file.truncate(len(part_file.read_bytes()) - 1)
    writer = ResumableWriter.resume(path, "a", RING, mark)
    assert writer.size == 0
    writer.write(bytes(100))
    writer.mark()
    writer.close()
    second = part_file.read_bytes()[mark.position :]
    assert len(first) == len(second)
    assert first[12:] != second[12:]


def test_what_was_marked_and_is_gone_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "f"
    writer = ResumableWriter(path, "a", RING)
    writer.write(bytes(100))
    mark = writer.mark()
    writer.close()
    with sealed_file.part_of(path).open("r+b") as file:
        file.truncate(mark.position - 1)
    with pytest.raises(Damaged):
        ResumableWriter.resume(path, "a", RING, mark)


@pytest.fixture
def running(make_settings: MakeSettings, tmp_path: Path) -> Iterator[Running]:
    with a_service(make_settings(port=free_port()), tmp_path) as made:
        yield made


def test_a_real_client_goes_on_after_the_server_was_killed(running: Running) -> None:
    audio = recording(150.0)  # 4.8 MB
    half = len(audio) // 2
    tus = TusClient(f"{running.url}/v1/uploads", headers=running.headers)
    made = tus.uploader(
        file_stream=io.BytesIO(audio),
        chunk_size=half,
        metadata={"language": "fr", "filename": "Dupont.wav"},
    )
    made.upload_chunk()
    # And half of what is left, on a connection that the server's death cuts.
    third = _half_a_part(running, made.url, half, audio)
    running.process.kill()
    running.process.wait()
    third.close()
    for path in running.settings.data_folder.rglob("*"):
        assert not path.is_file() or audio[1000:1064] not in path.read_bytes()
    running.process = start(running.settings, running.log, "--worker")
    at = int(running.client.head(made.url, headers=TUS).headers["upload-offset"])
    assert half <= at < len(audio)
    resumed = tus.uploader(
        file_stream=io.BytesIO(audio), chunk_size=1 << 20, url=made.url, upload_checksum=True
    )
    assert resumed.offset == at
    resumed.upload()
    shown = running.client.get(made.url).json()
    seen = list(events(running, shown["job"]["id"]))
    assert seen[-1]["status"] == "completed"
    store_path = f"/v1/consultations/{shown['consultation_id']}/transcript"
    recorded = running.client.get(store_path).json()["recording"]
    assert recorded["sha256"] == hashlib.sha256(audio).hexdigest()
    assert "Dupont" not in running.log.read_text()


def _half_a_part(running: Running, url: str, at: int, audio: bytes) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", running.settings.port))
    path = url.removeprefix(running.url)
    one.sendall(
        f"PATCH {path} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\n"
        f"Authorization: {running.headers['Authorization']}\r\n"
        f"Content-Type: application/offset+octet-stream\r\nUpload-Offset: {at}\r\n"
        f"Content-Length: {len(audio) - at}\r\n\r\n".encode()
    )
    one.sendall(audio[at : at + (1 << 20) + 1000])
    time.sleep(1.0)
    return one


def test_who_comes_back_takes_over_from_a_dead_connection(running: Running) -> None:
    audio = recording(150.0)
    headers = {**TUS, "Upload-Length": str(len(audio))}
    url = running.url + running.client.post("/v1/uploads", headers=headers).headers["location"]
    silent = _half_a_part(running, url, 0, audio)  # says nothing more, and does not end
    began = time.monotonic()
    at = int(running.client.head(url, headers=TUS).headers["upload-offset"])
    assert time.monotonic() - began < 10
    assert at == (1 << 20) + 1000
    more = {**PART, "Upload-Offset": str(at)}
    answer = running.client.patch(url, headers=more, content=audio[at:])
    assert answer.status_code == 204
    assert answer.headers["anamnese-job"]
    silent.close()


def test_an_upload_goes_on_into_a_bucket(door: Door) -> None:
    """It arrives in a folder, because an object cannot be gone on with, and leaves it whole."""
    bucket = AudioBucket(fsspec.filesystem("memory"), f"/b{os.urandom(8).hex()}", door.store.ring)
    service = door.client.app.state.service  # type: ignore[attr-defined]
    door.client.app.state.service = replace(  # type: ignore[attr-defined]
        service, store=Store(door.store.database, door.store.ring, bucket)
    )
    path = begin(door, len(AUDIO))
    assert part(door, path, 0, AUDIO[:50]).status_code == 204
    done = part(door, path, 50, AUDIO[50:])
    consultation = done.headers["anamnese-consultation"]
    assert b"".join(bucket.read(door.org, consultation)) == AUDIO
    arriving = service.settings.data_folder / "arriving"
    assert not list(arriving.rglob("*.anf")), "nothing stays where it arrived"
    assert not list(arriving.rglob("*.part"))
