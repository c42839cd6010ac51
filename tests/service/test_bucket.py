"""Recordings in a bucket: in memory, and with a real S3 server on this machine."""

from __future__ import annotations

import os
import socket
import time
import tracemalloc
import uuid
from collections.abc import Iterator

import fsspec
import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.app import make_app
from consultation.errors import StorageError
from jobs.erasure import finish_removals
from jobs.errors import AudioAway, Damaged, KeysMissing
from jobs.queue import Enqueuer
from jobs.store import consultations, keys
from jobs.store.access import Role
from jobs.store.bucket import AudioBucket, open_bucket
from jobs.store.orphans import remove_orphans
from jobs.store.rotation import rotate
from jobs.store.store import Store, open_store
from jobs.store.tables import new_id
from tests.service.conftest import MakeSettings, Processes
from tests.service.test_http import issue, problem
from tests.service.work import add_job, organisation, recording, wait

RING = keys.new_ring()
MB = 1 << 20


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A bucket of a real server; the URL. Its address is in the environment, as for any client."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    patch = pytest.MonkeyPatch()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        patch.setenv(name, value)
    # The server keeps its buckets in this process: those of another module's are still there.
    httpx.post(f"http://{host}:{port}/moto-api/reset").raise_for_status()
    fsspec.filesystem("s3", skip_instance_cache=True).mkdir("recordings")
    yield "s3://recordings/anamnese"
    fsspec.filesystem("s3").clear_instance_cache()
    patch.undo()
    server.stop()


@pytest.fixture(params=["memory", "s3"])
def bucket(request: pytest.FixtureRequest) -> AudioBucket:
    if request.param == "memory":
        return AudioBucket(fsspec.filesystem("memory"), f"/b{uuid.uuid4().hex}", RING)
    return open_bucket(f"{request.getfixturevalue('s3')}/{uuid.uuid4().hex}", RING)


def put(bucket: AudioBucket, org: str, con: str, content: bytes, piece: int = 300_000) -> None:
    writer = bucket.writer(org, con)
    for start in range(0, len(content), piece):
        writer.write(content[start : start + piece])
    assert writer.size == len(content)
    writer.finish()


@pytest.mark.parametrize("length", [0, 1, MB - 1, MB, MB + 1, 20 * MB + 17])
def test_what_goes_in_comes_out(bucket: AudioBucket, length: int) -> None:
    content = os.urandom(length)
    put(bucket, "org_1", "con_1", content)
    assert b"".join(bucket.read("org_1", "con_1")) == content
    sealed = bucket._files.cat_file(bucket.path("org_1", "con_1"))
    assert length < 64 or content[:64] not in sealed
    # Elsewhere, cut, or altered it does not open.
    for wrong in (sealed[:-1], sealed[: len(sealed) // 2], sealed[:-3] + b"xyz"):
        bucket._files.pipe_file(bucket.path("org_1", "con_1"), wrong)
        with pytest.raises(Damaged):
            b"".join(bucket.read("org_1", "con_1"))
    bucket._files.pipe_file(bucket.path("org_1", "con_2"), sealed)
    with pytest.raises(Damaged):
        b"".join(bucket.read("org_1", "con_2"))
    for _ in range(2):
        bucket.delete("org_1", "con_1")
        bucket.delete("org_1", "con_2")
    with pytest.raises(StorageError):
        b"".join(bucket.read("org_1", "con_1"))
    assert list(bucket.entries()) == []


@given(st.lists(st.binary(max_size=200_000), max_size=12))
def test_however_it_is_cut_into_pieces(pieces: list[bytes]) -> None:
    bucket = AudioBucket(fsspec.filesystem("memory"), "/pieces", RING)
    writer = bucket.writer("o", "c")
    for piece in pieces:
        writer.write(piece)
    writer.finish()
    assert b"".join(bucket.read("o", "c")) == b"".join(pieces)


def test_what_is_discarded_never_appears(s3: str) -> None:
    bucket = open_bucket(f"{s3}/discarded", RING)
    for length in (10, 20 * MB):
        writer = bucket.writer("org_1", f"con_{length}")
        writer.write(bytes(length))
        writer.discard()
        writer.discard()
        del writer
    end = time.monotonic() + 10
    while bucket._files.call_s3("list_multipart_uploads", Bucket="recordings").get("Uploads"):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert list(bucket.entries()) == []


def test_memory_stays_flat(s3: str) -> None:
    """100 MB through a process that never holds more than some blocks of 8 MB."""
    bucket = open_bucket(f"{s3}/flat", RING)
    piece = os.urandom(MB)
    tracemalloc.start()
    writer = bucket.writer("org_1", "con_1")
    for _ in range(100):
        writer.write(piece)
    writer.finish()
    # The server is in this process, and holds what was sent; it counts for itself.
    after_writing = tracemalloc.take_snapshot()
    tracemalloc.clear_traces()
    total = 0
    for content in bucket.read("org_1", "con_1"):
        total += len(content)
    ours = [
        one
        for one in tracemalloc.take_snapshot().statistics("filename")
        if "jobs/store" in one.traceback[0].filename
    ]
    tracemalloc.stop()
    assert total == 100 * MB
    assert sum(one.size for one in ours) < 30 * MB
    mine = after_writing.filter_traces([tracemalloc.Filter(True, "*/jobs/store/*")])
    assert sum(one.size for one in mine.statistics("filename")) < 30 * MB


def test_a_bucket_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "topsecret")
        fsspec.filesystem("s3").clear_instance_cache()
        bucket = open_bucket("s3://recordings/x", RING)
        assert not bucket.ready(1)
        with pytest.raises(AudioAway) as caught:
            put(bucket, "org_1", "con_1", b"x")
        assert caught.value.retryable
        assert "topsecret" not in caught.value.message
        for work in (lambda: list(bucket.read("o", "c")), lambda: bucket.delete("o", "c")):
            with pytest.raises(AudioAway):
                work()
        fsspec.filesystem("s3").clear_instance_cache()


def test_rotation_and_orphans(s3: str, make_settings: MakeSettings) -> None:
    settings = make_settings(audio_url=f"{s3}/rotated")
    store = open_store(settings, migrate=True)
    org = organisation(store)
    con, lost = new_id("con"), new_id("con")
    for name in (con, lost):
        writer = store.audio.writer(org, name)
        writer.write(b"sound")
        writer.finish()
    with store.database.write() as session:
        consultations.create(session, org_id=org, consultation_id=con, by="t", audio_bytes=5)
    assert remove_orphans(store.database, store.audio) == 0
    assert remove_orphans(store.database, store.audio, older=-5.0) == 1
    assert [entry.consultation_id for entry in store.audio.entries()] == [con]
    newer = store.ring.with_new()
    assert settings.keys_file is not None
    keys.save(newer, settings.keys_file)
    both = open_store(settings)
    assert rotate(both.database, newer, both.audio) == (0, 1)
    assert rotate(both.database, newer, both.audio) == (0, 0)
    keys.save(newer.only_active(), settings.keys_file)
    after = open_store(settings)
    assert b"".join(after.audio.read(org, con)) == b"sound"
    with pytest.raises(KeysMissing):
        b"".join(store.audio.read(org, con))
    for one in (store, both, after):
        one.close()


@pytest.mark.slow
def test_from_upload_to_transcript_through_a_bucket(
    s3: str, make_settings: MakeSettings, processes: Processes
) -> None:
    settings = make_settings(audio_url=f"{s3}/whole")
    app = make_app(settings)
    store: Store = app.state.service.store
    org = organisation(store)
    headers = {"Authorization": f"Bearer {issue(store, org, Role.clinician)}"}
    with TestClient(app) as client:
        assert client.get("/health/ready").json()["checks"]["disk"] == "ok"
        files = {"file": ("x.wav", recording())}
        made = client.post("/v1/consultations", headers=headers, files=files).json()
        con = made["consultation_id"]
        assert [entry.consultation_id for entry in store.audio.entries()] == [con]
        assert not settings.audio_folder.exists()
        processes.worker(settings)
        enqueuer = Enqueuer(store.database)
        second = add_job(store, enqueuer, org, recording())
        (done,) = wait(store, [second])
        assert done.status == "completed"
        enqueuer.close()
        path = f"/v1/consultations/{con}"
        end = time.monotonic() + 60
        while client.get(path, headers=headers).json()["jobs"][0]["status"] != "completed":
            assert time.monotonic() < end
            time.sleep(0.2)
        # Away: what is asked of it is refused, erasure is done later, and nothing is lost.
        nobody = {"endpoint_url": "http://127.0.0.1:9", "skip_instance_cache": True}
        files_away = fsspec.filesystem("s3", **nobody, config_kwargs={"connect_timeout": 1})
        there = store.audio
        root = s3.removeprefix("s3://") + "/whole"
        object.__setattr__(store, "audio", AudioBucket(files_away, root, store.ring))
        refused = client.post("/v1/consultations", headers=headers, files=files)
        problem(refused, 503, "audio_store_unavailable")
        assert refused.headers["retry-after"] == "5"
        assert client.get("/health/ready").status_code == 503
        assert client.delete(path, headers=headers).status_code == 204
        object.__setattr__(store, "audio", there)
        assert con in {entry.consultation_id for entry in store.audio.entries()}
        enqueuer = Enqueuer(store.database)
        assert finish_removals(store, enqueuer, older_ms=-1) == 1
        enqueuer.close()
        assert con not in {entry.consultation_id for entry in store.audio.entries()}
