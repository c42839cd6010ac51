"""Recognition and diarisation beside each other: same results, one story, nothing left running."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from consultation.engines import Diarization, Progress, SpeakerCount, no_progress
from consultation.errors import DiarizationFailed
from consultation.provenance import ModelUse
from consultation.transcript import Turn
from transcribe.together import Diarising

SAMPLES = np.zeros(16000, dtype=np.float32)
FOUND = Diarization(turns=(Turn(speaker="S1", start=0.0, end=1.0),), exclusive=())
PATIENCE = 10.0
"""Seconds after which a test that hangs fails instead."""


class Listener:
    """A diariser that reports until ``enough`` is set; tells when it began and when it ended."""

    def __init__(self, fail: Exception | None = None) -> None:
        self.begun, self.enough, self.ended = (threading.Event() for _ in range(3))
        self.fail = fail

    def models(self) -> tuple[ModelUse, ...]:
        return ()

    def diarize(
        self, samples: object, *, speakers: SpeakerCount, progress: Progress = no_progress
    ) -> Diarization:
        assert samples is SAMPLES
        assert speakers.exact == 2
        self.begun.set()
        try:
            while not self.enough.wait(0.005):
                progress("diarise", 0.5, 1.0)
            if self.fail is not None:
                raise self.fail
            progress("diarise", 1.0, 1.0)
            return FOUND
        finally:
            self.ended.set()


def beside(listener: Listener, progress: Progress = no_progress) -> Diarising:
    return Diarising(listener, SAMPLES, SpeakerCount(exact=2), progress)


def test_it_works_while_the_block_does_and_gives_what_it_found() -> None:
    listener = Listener()
    with beside(listener) as speaking:
        assert listener.begun.wait(PATIENCE), "before anybody asks for the result"
        listener.enough.set()
        assert speaking.result() == FOUND


def test_its_progress_is_told_when_recognition_is_over_and_not_before() -> None:
    told: list[tuple[str, float]] = []
    more = threading.Event()

    def progress(step: str, completed: float, _total: float) -> None:
        told.append((step, completed))
        if len(told) > 3:
            more.set()

    listener = Listener()
    with beside(listener, progress) as speaking:
        assert listener.begun.wait(PATIENCE)
        progress("recognise", 1.0, 1.0)
        assert told == [("recognise", 1.0)]
        threading.Thread(target=lambda: more.wait(PATIENCE) and listener.enough.set()).start()
        speaking.result()
    assert told[0] == ("recognise", 1.0)
    assert {step for step, _ in told[1:]} == {"diarise"}
    assert told[-1] == ("diarise", 1.0)


def test_a_failed_recognition_ends_it_in_the_middle() -> None:
    listener = Listener()

    def recognise() -> None:
        with beside(listener):
            assert listener.begun.wait(PATIENCE)
            raise MemoryError

    with pytest.raises(MemoryError):
        recognise()
    # Left, not finished; and the block did not end before the engine was free.
    assert listener.ended.is_set()
    assert not listener.enough.is_set()


def test_what_it_raises_is_raised_where_the_result_is_asked_for() -> None:
    listener = Listener(DiarizationFailed("no"))
    listener.enough.set()
    with beside(listener) as speaking, pytest.raises(DiarizationFailed):
        speaking.result()


def test_who_stops_the_job_by_its_progress_stops_it() -> None:
    class Cancelled(Exception):
        pass

    def progress(_step: str, completed: float, _total: float) -> None:
        if completed == 0.5:
            raise Cancelled

    listener = Listener()
    with beside(listener, progress) as speaking:
        assert listener.begun.wait(PATIENCE)
        with pytest.raises(Cancelled):
            speaking.result()
    assert listener.ended.is_set()
