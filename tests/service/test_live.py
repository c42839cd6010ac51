"""Words while they are spoken, over a real WebSocket of a real service; a script has the words."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.service.conftest import MakeSettings, free_port
from tests.service.test_serve import Running, a_service
from transcribe.live_audio import wav_head

SAMPLE = Path(__file__).parents[2] / "evaluation" / "samples" / "consult_fr.flac"
SPOKEN = 26
"""Seconds of it; a turn ends before."""
SECOND = 32_000
CLIENTS = ExitStack()
"""Closed with the module: a test may well lose its connection in the middle."""
SOUND = (np.random.default_rng(7).normal(0, 900, 16_000 * 12).astype("<i2")).tobytes()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    from jobs.service_settings import ServiceSettings
    from jobs.store import keys

    folder = tmp_path_factory.mktemp("live")
    keys.save(keys.new_ring(), folder / "keys.json")
    settings = ServiceSettings.model_validate(
        {
            "data_folder": folder / "data",
            "keys_file": folder / "keys.json",
            "engines": "scripted",
            "poll_seconds": 0.2,
            "port": free_port(),
            "live_sessions": 2,
            "live_idle_seconds": 6,
        }
    )
    with a_service(settings, folder) as made:
        yield made
        CLIENTS.close()


def opened(live: Running, **first: Any) -> ClientConnection:
    """Connected, and the first message sent."""
    url = live.url.replace("http", "ws") + "/v1/consultations/live"
    socket = CLIENTS.enter_context(connect(url, max_size=None, open_timeout=60))
    token = live.headers["Authorization"].removeprefix("Bearer ")
    socket.send(json.dumps({"token": token, **first}))
    return socket


def begun(live: Running, **fields: str) -> tuple[ClientConnection, dict[str, Any]]:
    socket = opened(live, type="start", audio="pcm", fields={"language": "fr", **fields})
    return socket, awaited(socket, "ready")


def awaited(socket: ClientConnection, kind: str, words: list[Any] | None = None) -> dict[str, Any]:
    while True:
        message: dict[str, Any] = json.loads(socket.recv(timeout=60))
        if message["type"] == "words" and words is not None:
            words += message["final"]
        assert message["type"] != "error" or kind == "error", message
        if message["type"] == kind:
            return message


def refused(socket: ClientConnection, code: str, close: int) -> None:
    assert awaited(socket, "error")["code"] == code
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=30)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (close, code)


def stored(live: Running, consultation: str) -> bytes:
    answer = live.client.get(f"/v1/consultations/{consultation}/audio")
    assert answer.status_code == 200, answer.text
    return answer.content


def test_words_come_and_the_end_is_the_same_job(live: Running) -> None:
    socket, ready = begun(live, template="soap")
    assert (ready["offset"], ready["continued"], ready["words"]) == (0, False, True)
    words: list[Any] = []
    for at in range(0, len(SOUND), SECOND):
        socket.send(SOUND[at : at + SECOND])
        time.sleep(0.1)
    socket.send(json.dumps({"type": "end"}))
    made = awaited(socket, "job", words)
    for message in socket:  # until it is closed, properly
        words += json.loads(message).get("final", [])
    assert socket.close_code == 1000
    assert " ".join(word["text"] for word in words).startswith("Bonjour, qu'est-ce qui vous amène")
    assert stored(live, made["consultation_id"]) == wav_head() + SOUND
    end = time.monotonic() + 120
    while (job := live.client.get(f"/v1/jobs/{made['job_id']}").json())["status"] != "completed":
        assert job["status"] not in {"failed", "cancelled"}, job
        assert time.monotonic() < end, job
        time.sleep(0.3)
    assert live.client.get(f"/v1/consultations/{made['consultation_id']}/transcript").is_success


def test_a_lost_connection_and_a_killed_child_lose_nothing(live: Running) -> None:
    socket, ready = begun(live)
    socket.send(SOUND[: 4 * SECOND])
    known = awaited(socket, "received")["offset"]
    assert known == 4 * SECOND
    socket.send(SOUND[4 * SECOND : 5 * SECOND])
    # Cut, without a word.
    socket.socket.close()
    again = opened(live, type="resume", session=ready["session"], heard=1.0)
    offset = awaited(again, "ready")["offset"]
    assert known <= offset <= 5 * SECOND
    # The process with the models ends; the recording goes on, and so do the words.
    children = psutil.Process(live.process.pid).children(recursive=True)
    hearing = [one for one in children if "jobs.live_child" in one.cmdline()]
    assert len(hearing) == 1
    hearing[0].kill()
    for at in range(offset, len(SOUND), SECOND):
        again.send(SOUND[at : at + SECOND])
        time.sleep(0.5)
    assert awaited(again, "notice")["code"] == "live_words_restarted"
    awaited(again, "words")
    again.send(json.dumps({"type": "end"}))
    made = awaited(again, "job")
    assert stored(live, made["consultation_id"]) == wav_head() + SOUND
    # Whoever comes back after the end is told of the job.
    late = opened(live, type="resume", session=ready["session"])
    assert awaited(late, "job") == made


def test_what_cannot_be_is_refused_by_name(live: Running) -> None:
    refused(opened(live, type="start", audio="pcm", token="ana_wrong"), "unauthorized", 4401)
    refused(opened(live, type="start", audio="mp3"), "live_bad_message", 4422)
    refused(opened(live, type="resume", session="upl_" + "0" * 32), "not_found", 4404)
    bad = opened(live, type="start", audio="pcm", fields={"language": "de"})
    refused(bad, "unsupported_language", 4422)
    one, _ = begun(live)
    one.send("Marie Durand a mal")
    refused(one, "live_bad_message", 4422)
    big, _ = begun(live)
    big.send(bytes((1 << 20) + 1))
    refused(big, "live_frame_too_large", 4413)
    empty, _ = begun(live)
    empty.send(json.dumps({"type": "end"}))
    refused(empty, "empty_file", 4422)
    idle, _ = begun(live)
    refused(idle, "live_idle", 4408)
    first, _ = begun(live)
    second, _ = begun(live)
    refused(opened(live, type="start", audio="pcm"), "live_full", 4503)
    first.close()
    second.close()
    log = Path(live.log).read_text("utf-8")
    assert "Marie" not in log
    assert "Traceback" not in log


def test_an_api_that_is_killed_loses_nothing_acknowledged(live: Running) -> None:
    from tests.service.test_serve import start

    socket, ready = begun(live)
    socket.send(SOUND[: 4 * SECOND])
    known = awaited(socket, "received")["offset"]
    live.process.kill()
    live.process.wait()
    live.process = start(live.settings, live.log, "--worker")
    again = opened(live, type="resume", session=ready["session"])
    told = awaited(again, "ready")
    assert known <= told["offset"] <= 4 * SECOND
    again.send(SOUND[told["offset"] :])
    again.send(json.dumps({"type": "end"}))
    made = awaited(again, "job")
    assert stored(live, made["consultation_id"]) == wav_head() + SOUND


@pytest.mark.slow
def test_real_weights_hear_a_real_recording(make_settings: MakeSettings, tmp_path: Path) -> None:
    """Our French sample as a browser would send it: WebM, a second at a time. The job then waits
    for a worker, which this test has none of."""
    from evaluation.wer import word_errors
    from tests.service.test_serve import command, start

    settings = make_settings(
        port=free_port(),
        live_sessions=1,
        engines="models",
        live_idle_seconds=600,
        live_last_seconds=600,
    )
    key = command(settings, "apikeys", "new", "test").strip().splitlines()[-1]
    process = start(settings, tmp_path / "serve.log")
    url = f"http://127.0.0.1:{settings.port}"
    headers = {"Authorization": f"Bearer {key}"}
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=60) as client, ExitStack() as ends:
            running = Running(process, url, headers, settings, tmp_path / "serve.log", client)
            content, words = webm(SPOKEN), list[Any]()
            socket = opened(running, type="start", audio="container", fields={"language": "fr"})
            ends.callback(socket.close)
            awaited(socket, "ready")
            for at in range(0, len(content), 8000):
                socket.send(content[at : at + 8000])
            socket.send(json.dumps({"type": "end"}))
            made = awaited(socket, "job", words)
            for last in socket:
                words += json.loads(last).get("final", [])
            assert stored(running, made["consultation_id"]) == content
            said = " ".join(word["text"] for word in words)
            errors = word_errors(spoken_until(SPOKEN), said, "fr")
            assert errors.rate is not None
            assert errors.rate < 0.3, said
            assert {word["speaker"] for word in words} >= {"S1", "S2"}
    finally:
        process.kill()
        process.wait()


def webm(seconds: int) -> bytes:
    """The beginning of our sample, in Opus."""
    file, resampler = io.BytesIO(), av.AudioResampler("s16", "mono", 48_000, frame_size=960)
    with av.open(str(SAMPLE)) as source, av.open(file, "w", format="webm") as made:
        stream = made.add_stream("libopus", rate=48_000, layout="mono")
        for frame in source.decode(audio=0):
            if frame.time > seconds:
                break
            for part in resampler.resample(frame):
                made.mux(stream.encode(part))
        made.mux(stream.encode(None))
    return file.getvalue()


def spoken_until(seconds: int) -> str:
    turns = json.loads(SAMPLE.with_suffix(".json").read_text("utf-8"))
    return " ".join(turn["text"] for turn in turns if turn["end"] <= seconds)
