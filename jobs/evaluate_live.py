"""Live words against the reading of the whole recording: how late they are, and what that costs.

A recording is sent as a microphone would send it, on a clock of its own: sound arrives at its pace,
and each step takes the processor seconds that it took, of all threads, as if one core did them one
after the other. So other programs hardly change the figures, two cores are quicker than they say,
and who falls behind is seen to. A word's delay runs from its end until it is final.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from pydantic import Field
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

from consultation.audio import SAMPLE_RATE
from consultation.settings import Settings
from consultation.wire import Record
from evaluation.manifest import Entry, load_reference
from evaluation.reference import ReferenceTurn
from evaluation.wer import Errors, pooled, word_errors
from jobs.files import temporary_folder
from jobs.live_engines import RealLiveModels
from jobs.live_session import LiveSession
from transcribe.audio import decode, mono

_ARRIVES = 0.1
"""Seconds of sound at a time."""
_MINUTE = 60.0


class LiveFigures(Record):
    """Of one recording; seconds."""

    id: str
    duration: float
    words: int
    delay_median: float
    delay_p95: float
    behind: float
    """How long after the end of the sound the last word came."""
    processor: float
    """Processor seconds, of all threads."""
    elapsed: float
    steps: int
    live: Errors | None
    offline: Errors | None
    """Of the same weights, reading the whole recording at leisure."""
    speaker_right: float | None = Field(default=None, ge=0, le=1)
    """Share of the words with a speaker that have the right one, by the best naming."""
    speaker_known: float | None = Field(default=None, ge=0, le=1)


class LiveReport(Record):
    recordings: tuple[LiveFigures, ...]


def evaluate_live(
    entries: Sequence[Entry],
    settings: Settings,
    *,
    minutes: float | None = None,
    offline: bool = True,
    started: Callable[[str], None] = lambda _: None,
) -> LiveReport:
    """``minutes``: the first so many of each recording, without word error rates. Raises
    AnamneseError."""
    models = RealLiveModels(settings)
    found = []
    for entry in entries:
        started(entry.id)
        with temporary_folder() as work:
            found.append(_one(entry, settings, models, work, minutes, offline))
    return LiveReport(recordings=tuple(found))


def _one(
    entry: Entry,
    settings: Settings,
    models: RealLiveModels,
    work: Path,
    minutes: float | None,
    offline: bool,
) -> LiveFigures:
    reference = load_reference(entry)
    samples = mono(decode(entry.audio, work, max_seconds=settings.max_duration_hours * 3600))
    if minutes is not None:
        samples = samples[: round(minutes * _MINUTE * SAMPLE_RATE)]
    content = np.clip(np.asarray(samples) * 32768, -32768, 32767).astype("<i2").tobytes()
    duration = len(samples) / SAMPLE_RATE
    session = LiveSession(models, kind="pcm", language=entry.language)
    size = round(_ARRIVES * SAMPLE_RATE) * 2
    clock, sent, steps = 0.0, 0, 0
    delays: list[float] = []
    words: list[dict[str, object]] = []
    began, processor = time.perf_counter(), time.process_time()
    over = False
    while not over:
        arrived = min(len(content), int(clock / _ARRIVES) * size)
        session.feed(content[sent:arrived])
        sent, over = arrived, arrived == len(content)
        before = time.process_time()
        message = session.step(over=over)
        took = time.process_time() - before
        if message is not None:
            steps += 1
            delays += [clock + took - word["end"] for word in message["final"]]
            words += message["final"]
            for number, speaker in message["speakers"]:
                words[number]["speaker"] = speaker
        # The next piece of sound comes when it comes, however quick this was.
        clock = max(clock + took, (int(clock / _ARRIVES) + 1) * _ARRIVES)
    processor, elapsed = time.process_time() - processor, time.perf_counter() - began
    whole = reference.text if minutes is None else None
    text = " ".join(str(word["text"]) for word in words)
    right, known = _speakers(words, reference.timed)
    return LiveFigures(
        id=entry.id,
        duration=round(duration, 2),
        words=len(words),
        delay_median=statistics.median(delays) if delays else 0.0,
        delay_p95=float(np.percentile(delays, 95)) if delays else 0.0,
        behind=max(0.0, clock - duration),
        processor=processor,
        elapsed=elapsed,
        steps=steps,
        live=word_errors(whole, text, entry.language) if whole else None,
        offline=_offline(models, samples, entry, whole) if whole and offline else None,
        speaker_right=right,
        speaker_known=known,
    )


def _offline(models: RealLiveModels, samples: object, entry: Entry, text: str) -> Errors:
    heard = models.recognizer.recognize(np.asarray(samples), language=entry.language, vocabulary=())
    return word_errors(text, " ".join(word.text for word in heard.words), entry.language)


def _speakers(
    words: Sequence[dict[str, object]], turns: Sequence[ReferenceTurn]
) -> tuple[float | None, float | None]:
    pairs = []
    for word in words:
        middle = (float(str(word["start"])) + float(str(word["end"]))) / 2
        said = [
            t.speaker
            for t in turns
            if t.start is not None and t.end is not None and t.start <= middle <= t.end
        ]
        if len(set(said)) == 1:
            pairs.append((said[0], word["speaker"]))
    named = [(said, str(heard)) for said, heard in pairs if heard is not None]
    if not named:
        return None, (0.0 if pairs else None)
    rows = sorted({said for said, _ in named})
    columns = sorted({heard for _, heard in named})
    table = np.zeros((len(rows), len(columns)))
    for truth, name in named:
        table[rows.index(truth), columns.index(name)] += 1
    best = table[linear_sum_assignment(table, maximize=True)].sum()
    return float(best / len(named)), len(named) / len(pairs)


def to_markdown(report: LiveReport) -> str:
    lines = [
        "| Recording | Length (s) | Delay to final words, median (s) | p95 (s) | Behind at the end "
        "(s) | Processor s per s | Elapsed s per s | WER live | WER of the whole | Speaker known | "
        "right |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for one in report.recordings:
        lines.append(
            f"| {one.id} | {one.duration:.0f} | {one.delay_median:.2f} | {one.delay_p95:.2f} | "
            f"{one.behind:.1f} | {one.processor / one.duration:.2f} | "
            f"{one.elapsed / one.duration:.2f} | {_rate(one.live)} | {_rate(one.offline)} | "
            f"{_share(one.speaker_known)} | {_share(one.speaker_right)} |"
        )
    live = pooled(one.live for one in report.recordings)
    offline = pooled(one.offline for one in report.recordings)
    lines.append(f"\nAll words: live {_rate(live)}, the whole {_rate(offline)}.")
    return "\n".join(lines) + "\n"


def _rate(errors: Errors | None) -> str:
    return _share(errors.rate if errors else None)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"
