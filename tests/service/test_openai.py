"""``/v1/audio/transcriptions`` and ``/v1/models``: OpenAI's own client, a real service."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openai
import pytest
from openai.types.audio import (
    Transcription,
    TranscriptionDiarized,
    TranscriptionVerbose,
)
from sqlalchemy import select

from api.openai_fields import read_asked
from api.upload import Form
from consultation.errors import InvalidOption
from jobs.intake import Incoming, add_consultation, add_recording
from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store import artefacts, consultations
from jobs.store.audit import Actor
from jobs.store.store import Store, open_store
from jobs.store.tables import Consultation, Job, Organisation, new_id
from jobs.tasks import JobOptions
from tests.service.conftest import MakeSettings, Processes, free_port
from tests.service.test_serve import command, start
from tests.service.work import add_job, organisation, recording, wait

SAID = "J'ai mal à la tête depuis trois jours."


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServiceSettings, str]]:
    """One service with a worker for all tests of this file, and a key."""
    from jobs.store import keys

    folder = tmp_path_factory.mktemp("openai")
    keys.save(keys.new_ring(), folder / "keys.json")
    settings = ServiceSettings.model_validate(
        {
            "data_folder": folder / "data",
            "keys_file": folder / "keys.json",
            "engines": "scripted",
            "poll_seconds": 0.2,
            "port": free_port(),
            "upload_limit_mb": 1,
        }
    )
    key = command(settings, "apikeys", "new", "test").strip().splitlines()[-1]
    process = start(settings, folder / "log", "--worker")
    yield settings, key
    process.terminate()
    process.wait(60)


@pytest.fixture
def client(served: tuple[ServiceSettings, str]) -> openai.OpenAI:
    settings, key = served
    return openai.OpenAI(
        api_key=key, base_url=f"http://127.0.0.1:{settings.port}/v1", timeout=60, max_retries=0
    )


def ask(client: openai.OpenAI, **more: object) -> object:
    asked = {"model": "whisper-1", "file": ("Dupont Marie.wav", recording()), **more}
    return client.audio.transcriptions.create(**asked)  # type: ignore[call-overload]


def nothing_is_left(settings: ServiceSettings) -> bool:
    store = open_store(settings)
    with store.database.read() as session:
        rows = [session.scalars(select(kind)).all() for kind in (Consultation, Job)]
    store.close()
    files = [path for path in settings.audio_folder.rglob("*") if path.is_file()]
    return rows == [[], []] and files == []


def test_json_and_nothing_is_kept(
    client: openai.OpenAI, served: tuple[ServiceSettings, str]
) -> None:
    made = ask(client, language="fr", prompt="amoxicilline, Doliprane", temperature=0.2)
    assert isinstance(made, Transcription)
    assert SAID in made.text
    Transcription.model_validate(made.model_dump(), strict=True)
    assert made.usage is not None
    assert nothing_is_left(served[0])


def test_verbose_json_is_what_the_client_takes(client: openai.OpenAI) -> None:
    both = ask(client, response_format="verbose_json", timestamp_granularities=["word", "segment"])
    assert isinstance(both, TranscriptionVerbose)
    read = TranscriptionVerbose.model_validate(both.model_dump(), strict=True)
    assert read.language == "french"
    assert read.duration == pytest.approx(2.0, abs=0.1)
    assert read.words is not None
    assert read.segments is not None
    assert " ".join(word.word for word in read.words) == read.text
    assert " ".join(segment.text for segment in read.segments) == read.text
    assert all(0 <= word.start <= word.end <= read.duration for word in read.words)
    assert all(-1 < segment.avg_logprob < 0 for segment in read.segments)
    words = ask(client, response_format="verbose_json", timestamp_granularities=["word"])
    assert isinstance(words, TranscriptionVerbose)
    assert words.words
    assert words.segments is None
    plain = ask(client, response_format="verbose_json")
    assert isinstance(plain, TranscriptionVerbose)
    assert plain.segments
    assert plain.words is None


def test_diarized_json_is_what_the_client_takes(client: openai.OpenAI) -> None:
    made = ask(client, response_format="diarized_json", chunking_strategy="auto")
    assert isinstance(made, TranscriptionDiarized)
    read = TranscriptionDiarized.model_validate(made.model_dump(), strict=True)
    assert [segment.speaker for segment in read.segments] == ["A", "B", "A", "B"]
    roles = [(segment.model_extra or {})["role"] for segment in read.segments]
    assert roles[0] != roles[1]


@pytest.mark.parametrize(
    ("form", "start"), [("text", "Bonjour"), ("srt", "1\n00:00:00"), ("vtt", "WEBVTT\n")]
)
def test_formats_that_are_text(client: openai.OpenAI, form: str, start: str) -> None:
    made = ask(client, response_format=form)
    assert isinstance(made, str)
    assert made.startswith(start)
    assert "mal à la tête" in made


def test_models(client: openai.OpenAI) -> None:
    assert [one.id for one in client.models.list()] == ["anamnese", "whisper-1"]
    assert client.models.retrieve("anamnese").object == "model"
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("gpt-9")
    assert caught.value.code == "model_not_found"


@pytest.mark.parametrize(
    ("more", "kind", "code", "param"),
    [
        ({"model": "gpt-9"}, openai.NotFoundError, "model_not_found", "model"),
        ({"language": "xx"}, openai.BadRequestError, "unsupported_language", "language"),
        ({"temperature": 7}, openai.BadRequestError, "invalid_option", "temperature"),
        ({"stream": True}, openai.BadRequestError, "unsupported_parameter", "stream"),
        ({"include": ["logprobs"]}, openai.BadRequestError, "unsupported_parameter", "include"),
        (
            {"timestamp_granularities": ["word"]},
            openai.BadRequestError,
            "invalid_option",
            "timestamp_granularities",
        ),
        (
            {"response_format": "docx"},
            openai.BadRequestError,
            "invalid_option",
            "response_format",
        ),
        ({"file": ("x.wav", b"")}, openai.BadRequestError, "empty_file", None),
        ({"file": ("x.txt", b"no audio")}, openai.BadRequestError, "unsupported_audio", "file"),
        ({"file": ("x.wav", bytes(2 << 20))}, openai.APIStatusError, "too_large", None),
        ({"extra_body": {"zzz": "1"}}, openai.BadRequestError, "unsupported_parameter", None),
    ],
)
def test_refusals_are_typed(
    client: openai.OpenAI,
    served: tuple[ServiceSettings, str],
    more: dict[str, object],
    kind: type[openai.APIStatusError],
    code: str,
    param: str | None,
) -> None:
    with pytest.raises(kind) as caught:
        ask(client.with_options(max_retries=2), **more)
    assert (caught.value.code, caught.value.param) == (code, param)
    assert nothing_is_left(served[0])


def test_keys(client: openai.OpenAI) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        client.with_options(api_key="ana_no").models.list()
    assert caught.value.code == "unauthorized"


def test_the_log_has_nothing_of_it(served: tuple[ServiceSettings, str]) -> None:
    log = (served[0].data_folder.parent / "log").read_text()
    assert "method='POST' route='/v1/audio/transcriptions' status=200" in log
    assert "Dupont" not in log
    assert "mal à la tête" not in log


def test_who_goes_away_leaves_nothing(make_settings: MakeSettings, tmp_path: Path) -> None:
    """The job is cancelled in mid-step; and what a killed service left is erased by a worker."""
    settings = make_settings(port=free_port(), scripted_seconds=30)
    key = command(settings, "apikeys", "new", "test").strip().splitlines()[-1]
    process = start(settings, tmp_path / "log", "--worker")
    client = openai.OpenAI(
        api_key=key, base_url=f"http://127.0.0.1:{settings.port}/v1", max_retries=0
    )
    try:
        with pytest.raises(openai.APITimeoutError):
            ask(client.with_options(timeout=4))
        end = time.monotonic() + 30
        while not nothing_is_left(settings):
            assert time.monotonic() < end
            time.sleep(0.2)
    finally:
        process.terminate()
        process.wait(60)


def test_a_service_that_stops_leaves_nothing(make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings(port=free_port())  # and no worker: the call waits
    key = command(settings, "apikeys", "new", "test").strip().splitlines()[-1]
    process = start(settings, tmp_path / "log")
    client = openai.OpenAI(
        api_key=key, base_url=f"http://127.0.0.1:{settings.port}/v1", max_retries=0, timeout=120
    )
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, client)
        end = time.monotonic() + 60
        while nothing_is_left(settings):
            assert time.monotonic() < end
            time.sleep(0.2)
        process.terminate()
        process.wait(60)
        assert isinstance(asked.exception(), openai.APIError)
    assert nothing_is_left(settings)


def test_what_a_killed_call_left_is_erased(make_settings: MakeSettings) -> None:
    from jobs.erasure import erase_forsaken
    from jobs.store import awaited
    from jobs.store.upload_tables import Awaited

    store = open_store(make_settings(), migrate=True)
    enqueuer = Enqueuer(store.database)
    enqueuer.migrate()
    org = organisation(store)
    jobs = [add_job(store, enqueuer, org, b"x") for _ in range(3)]
    with store.database.write() as session:
        for job in jobs[:2]:
            awaited.begin(session, org, job.consultation_id)
    assert erase_forsaken(store, enqueuer) == 0
    with store.database.write() as session:
        for row in session.scalars(select(Awaited)):
            row.expires = 1
        awaited.still(session, jobs[1].consultation_id)
    assert erase_forsaken(store, enqueuer) == 1
    with store.database.read() as session:
        left = {row.id for row in consultations.page(session, org, limit=9, after=None)}
        assert session.scalars(select(Organisation.id)).all()
    assert left == {job.consultation_id for job in jobs[1:]}
    assert not store.audio.path(org, jobs[0].consultation_id).exists()
    enqueuer.close()
    store.close()


def test_words_to_expect() -> None:
    def words(**fields: str) -> tuple[str, ...]:
        form = Form({"model": "m", **fields}, "", 1, {"keywords": ["Kardegic"]})
        return read_asked(form, ServiceSettings()).options.transcribe.vocabulary

    assert words() == ("Kardegic",)
    assert words(prompt="metformine, Dr Martin\nHbA1c 7.5") == (
        "Kardegic",
        "metformine",
        "Dr Martin",
        "HbA1c 7.5",
    )
    assert words(prompt="Suivi d'asthme. Ventoline !") == (
        "Kardegic",
        "Suivi d'asthme",
        "Ventoline",
    )
    with pytest.raises(InvalidOption):
        read_asked(Form({}, "", 1), ServiceSettings())


def test_a_job_of_a_transcript_alone(
    settings: ServiceSettings, store: Store, enqueuer: Enqueuer, processes: Processes
) -> None:
    """On both databases: it is over after the transcript, and no note is begun."""
    org, consultation_id = organisation(store), new_id("con")
    writer = store.audio.writer(org, consultation_id)
    writer.write(recording())
    incoming = Incoming(
        id=consultation_id, content=JobOptions(), kind="transcript", audio_bytes=writer.size
    )
    actor = Actor(org, "test")
    job = add_recording(
        store,
        actor,
        consultation_id,
        writer,
        lambda session: add_consultation(session, store, enqueuer, settings, actor, incoming),
    )
    processes.worker(settings)
    (done,) = wait(store, [job], 120)
    parts = (done.status, done.transcript_status, done.summary_status, done.attempts)
    assert parts == ("completed", "ready", "not_wanted", 1)
    with store.database.read() as session:
        made = artefacts.listed(session, org, consultation_id)
    assert [one.kind for one in made] == ["transcript"]
