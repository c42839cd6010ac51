"""The recording as a player asks for it: any part of it, exactly, from a file and from parts."""

from __future__ import annotations

import secrets
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.problem import RangeNotSatisfiable
from api.ranges import span
from consultation.media import media_type
from jobs.errors import Damaged
from jobs.store import keys, lives, sealed_file
from jobs.store.artefacts import WAVEFORM
from jobs.store.resumable_file import ResumableWriter
from jobs.store.sealed_file import CHUNK, SealedWriter
from tests.service.test_http import AUDIO, Door, door, problem, upload
from tests.service.test_store import consultation, put

__all__ = ["door"]


def test_a_player_gets_the_part_that_it_asks_for(door: Door) -> None:
    con = str(upload(door)["consultation_id"])
    path = f"/v1/consultations/{con}/audio"
    whole = door.client.get(path, headers=door.as_())
    assert (whole.status_code, whole.content) == (200, AUDIO)
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["cache-control"] == "no-store"
    for asked, start, end in (
        ("bytes=0-", 0, len(AUDIO)),
        ("bytes=0-0", 0, 1),
        ("bytes=44-143", 44, 144),
        ("bytes=-10", len(AUDIO) - 10, len(AUDIO)),
        (f"bytes=100-{len(AUDIO) + 99}", 100, len(AUDIO)),
    ):
        part = door.client.get(path, headers=door.as_(Range=asked))
        assert (part.status_code, part.content) == (206, AUDIO[start:end]), asked
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{len(AUDIO)}"
        assert part.headers["content-length"] == str(end - start)
    for ignored in ("bytes=1-2,5-6", "bytes=9-3", "lines=1-2", "bytes=-"):
        assert door.client.get(path, headers=door.as_(Range=ignored)).status_code == 200
    beyond = door.client.get(path, headers=door.as_(Range=f"bytes={len(AUDIO)}-"))
    problem(beyond, 416, "range_not_satisfiable")
    assert beyond.headers["content-range"] == f"bytes */{len(AUDIO)}"
    other = door.as_(Range="bytes=0-1", **{"If-Range": '"other"'})
    assert door.client.get(path, headers=other).status_code == 200
    same = door.as_(Range="bytes=0-1", **{"If-Range": whole.headers["etag"]})
    assert door.client.get(path, headers=same).status_code == 206
    problem(door.client.get(path, headers=door.as_("auditor")), 403, "forbidden")
    problem(door.client.get(path, headers=door.as_("stranger")), 404, "not_found")


def test_a_recording_that_is_gone_says_so_and_its_waveform_goes_with_it(door: Door) -> None:
    made = upload(door)
    con, job = str(made["consultation_id"]), made["job"]
    waveform = f"/v1/consultations/{con}/waveform"
    problem(door.client.get(waveform, headers=door.as_()), 404, "not_found")
    put(door.store, door.org, con, WAVEFORM, b'{"duration_ms":1,"peaks_per_second":1,"peaks":[7]}')
    assert door.client.get(waveform, headers=door.as_()).json()["peaks"] == [7]
    door.client.post(f"/v1/jobs/{job['id']}/cancel", headers=door.as_())  # type: ignore[index]
    assert door.client.delete(f"/v1/consultations/{con}/audio", headers=door.as_()).is_success
    for what in ("audio", "waveform"):
        answer = door.client.get(f"/v1/consultations/{con}/{what}", headers=door.as_())
        problem(answer, 410, "audio_deleted")
    text = consultation(door.store, door.org)
    problem(
        door.client.get(f"/v1/consultations/{text}/audio", headers=door.as_()), 404, "not_found"
    )
    with door.store.database.read() as session:
        assert lives.audio_due(session, older_than=0, limit=9) == []


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17])
def test_spans_are_those_of_the_content(tmp_path: Path, size: int) -> None:
    ring, content = keys.new_ring(), secrets.token_bytes(size)
    writer = SealedWriter(tmp_path / "a", "c", ring)
    writer.write(content)
    writer.finish()
    sealed = (tmp_path / "a").read_bytes()
    assert sealed_file.content_length(BytesIO(sealed)) == size
    cuts = {0, 1, size // 2, size, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, size + 5}
    for start in cuts:
        for end in cuts:
            if start < end:
                got = sealed_file.read_span(BytesIO(sealed), "c", ring, start, end)
                assert b"".join(got) == content[start:end], (start, end)
    if size > CHUNK:
        cut = sealed[: len(sealed) - 5]
        with pytest.raises(Damaged):
            sealed_file.content_length(BytesIO(cut))
        moved = bytearray(sealed)
        moved[CHUNK // 2] ^= 1
        with pytest.raises(Damaged):
            list(sealed_file.read_span(BytesIO(bytes(moved)), "c", ring, 0, 10))
        # A file whose last chunk was taken away looks whole; its end does not open.
        less = sealed[: len(sealed) - (size % CHUNK + 28)]
        with pytest.raises(Damaged):
            list(sealed_file.read_span(BytesIO(less), "c", ring, 0, size))


def test_spans_of_a_file_that_grew_over_several_sessions(tmp_path: Path) -> None:
    """Its chunks are of any length."""
    ring, content = keys.new_ring(), secrets.token_bytes(2 * CHUNK + 12_345)
    writer = ResumableWriter(tmp_path / "a", "c", ring)
    cuts = [0, 10, 70_000, CHUNK + 70_001, len(content)]
    for start, end in pairwise(cuts):
        writer.write(content[start:end])
        mark = writer.mark()
        writer.close()
        writer = ResumableWriter.resume(tmp_path / "a", "c", ring, mark)
    writer.finish()
    sealed = (tmp_path / "a").read_bytes()
    assert sealed_file.content_length(BytesIO(sealed)) == len(content)
    for start in (0, 9, 10, 69_999, 70_000, CHUNK, CHUNK + 70_001, len(content) - 1):
        for end in (start + 1, start + 100_000, len(content)):
            got = sealed_file.read_span(BytesIO(sealed), "c", ring, start, end)
            assert b"".join(got) == content[start:end], (start, end)


@given(st.text(max_size=30) | st.from_regex(r"bytes=\d{0,3}-\d{0,3}"), st.integers(0, 500))
def test_a_range_is_within_or_refused(given: str, total: int) -> None:
    try:
        found = span(given, total)
    except RangeNotSatisfiable:
        return
    assert found is None or 0 <= found[0] < found[1] <= total


@pytest.mark.parametrize(
    ("start", "media"),
    [
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"RIFF\0\0\0\0AVI LIST", "application/octet-stream"),
        (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"ID3\x04\0\0", "audio/mpeg"),
        (b"OggS\0\x02", "audio/ogg"),
        (b"\x1a\x45\xdf\xa3", "audio/webm"),
        (b"fLaC", "audio/flac"),
        (b"<html><script>", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_type_is_told_from_the_bytes(start: bytes, media: str) -> None:
    assert media_type(start) == media
