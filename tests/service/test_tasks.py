"""What a step does, in this process and without an engine of jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from consultation.engines import LanguageModel, Recognition, no_progress
from consultation.settings import Settings
from jobs.queue import Enqueuer
from jobs.store import job_rows
from jobs.store.store import Store
from jobs.tasks import read_transcript, transcribe_job
from tests.service.work import add_job, organisation, recording
from transcribe.scripted import ScriptedDiarizer, ScriptedRecognizer

_DIALOGUE = ("Que prenez-vous ?", "Je prends de l'amodipine, cinq milligrammes.")


class _Listening(ScriptedRecognizer):
    heard: tuple[str, ...] = ()

    def recognize(self, samples: Any, *, vocabulary: Sequence[str], **more: Any) -> Recognition:
        self.heard = tuple(vocabulary)
        return super().recognize(samples, vocabulary=vocabulary, **more)


class _Models:
    def __init__(self) -> None:
        self._recognizer = _Listening(_DIALOGUE)

    def recognizer(self) -> _Listening:
        return self._recognizer

    def diarizer(self) -> ScriptedDiarizer:
        return ScriptedDiarizer(_DIALOGUE)

    def language_model(self) -> LanguageModel:
        raise AssertionError("no note is written here")


def test_settings_of_the_place_count(store: Store, enqueuer: Enqueuer) -> None:
    """Its vocabulary is expected, and correction can be turned off for all."""
    org = organisation(store)
    corrections = {}
    for correction in (True, False):
        settings = Settings(vocabulary=("Dupont",), correction=correction)
        job = add_job(store, enqueuer, org, recording(8))
        models = _Models()
        with store.database.write() as session:
            begun = job_rows.begin(session, job.id, "transcript", "test")
            assert begun is not None
            fence = begun.fence
        transcribe_job(store, settings, models, job.id, fence, no_progress, lambda _: None)
        assert "Dupont" in models.recognizer().heard
        made = read_transcript(store, org, job.consultation_id)
        corrections[correction] = [one.corrected for one in made.corrections]
    assert corrections == {True: [("l'amlodipine",)], False: []}
