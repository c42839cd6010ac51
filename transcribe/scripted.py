"""A recogniser and a diariser that hear what they are told to: for tests, and to try or load the
service without weights. They keep the promises of real ones: times lie within the samples, and
speakers are named in order of first speech."""

from __future__ import annotations

import time
from collections.abc import Sequence

from consultation.audio import SAMPLE_RATE, Samples
from consultation.engines import (
    Diarization,
    Progress,
    Recognition,
    Span,
    SpeakerCount,
    no_progress,
)
from consultation.provenance import ModelUse
from consultation.transcript import Turn, Word

DIALOGUE = (
    "Bonjour, qu'est-ce qui vous amène ?",
    "J'ai mal à la tête depuis trois jours.",
    "Avez-vous de la fièvre ?",
    "Non, pas de fièvre.",
)
"""What is said when nothing else is given; speakers take turns."""

_TICK = 0.05
"""Seconds between two reports of progress."""


class ScriptedRecognizer:
    """Hears ``dialogue``, spread over the recording; takes ``seconds`` to do so."""

    def __init__(
        self, dialogue: Sequence[str] = DIALOGUE, *, language: str = "fr", seconds: float = 0.0
    ) -> None:
        self._dialogue, self._language, self._seconds = tuple(dialogue), language, seconds

    def models(self) -> tuple[ModelUse, ...]:
        return (ModelUse(task="recognition", name="scripted", engine="scripted"),)

    def recognize(
        self,
        samples: Samples,
        *,
        language: str | None,
        vocabulary: Sequence[str],  # noqa: ARG002
        progress: Progress = no_progress,
    ) -> Recognition:
        _work("recognise", self._seconds, progress)
        turns = _turns(self._dialogue, samples)
        words: list[Word] = []
        for line, turn in zip(self._dialogue, turns, strict=True):
            texts = line.split()
            each = (turn.end - turn.start) / max(1, len(texts))
            words += [
                Word(
                    text=text,
                    start=round(turn.start + number * each, 3),
                    end=round(turn.start + (number + 0.9) * each, 3),
                    probability=0.9,
                )
                for number, text in enumerate(texts)
            ]
        return Recognition(
            language=language or self._language,
            language_probability=1.0,
            words=tuple(words),
            speech=tuple(Span(start=turn.start, end=turn.end) for turn in turns),
            gaps=(),
        )


class ScriptedDiarizer:
    """Speakers S1 and S2 take turns, a line of ``dialogue`` each."""

    def __init__(self, dialogue: Sequence[str] = DIALOGUE, *, seconds: float = 0.0) -> None:
        self._dialogue, self._seconds = tuple(dialogue), seconds

    def models(self) -> tuple[ModelUse, ...]:
        return (ModelUse(task="segmentation", name="scripted", engine="scripted"),)

    def diarize(
        self,
        samples: Samples,
        *,
        speakers: SpeakerCount,  # noqa: ARG002
        progress: Progress = no_progress,
    ) -> Diarization:
        _work("diarise", self._seconds, progress)
        turns = _turns(self._dialogue, samples)
        return Diarization(turns=turns, exclusive=turns)


def _turns(dialogue: Sequence[str], samples: Samples) -> tuple[Turn, ...]:
    """Lines one after another over the recording, each as long as its share of the words."""
    count = [max(1, len(line.split())) for line in dialogue]
    each = len(samples) / SAMPLE_RATE / max(1, sum(count))
    starts = [sum(count[:number]) * each for number in range(len(count) + 1)]
    return tuple(
        Turn(
            speaker=f"S{number % 2 + 1}",
            start=round(starts[number], 3),
            end=round(starts[number + 1] - each / 10, 3),
        )
        for number in range(len(count))
    )


def _work(step: str, seconds: float, progress: Progress) -> None:
    progress(step, 0, 1)
    start = time.monotonic()
    while (spent := time.monotonic() - start) < seconds:
        progress(step, spent, seconds)
        time.sleep(min(_TICK, seconds - spent))
    progress(step, 1, 1)
