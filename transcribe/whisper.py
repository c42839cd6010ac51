"""Speech to words with faster-whisper, and nothing lost or invented in silence.

Windows of up to 28 s, cut where nobody speaks, are read in batches. A window whose text shows
signs of invention (guards.py) is read again by itself, at rising temperatures; failing that, its
text is refused. Speech without words (coverage.py) is read again in a window of its own. What
still has no words becomes a gap in the transcript. docs/adr/0005 has the figures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from consultation.audio import SAMPLE_RATE, Samples
from consultation.engines import Progress, Recognition, Span, no_progress
from consultation.errors import EngineMissing, RecognitionFailed, WeightsMissing
from consultation.provenance import ModelUse
from consultation.transcript import Gap, GapReason, Word
from consultation.weights import silence_telemetry
from consultation.wire import to_millisecond
from transcribe import coverage, guards, language, vocabulary
from transcribe.guards import Heard
from transcribe.speech import spans_of, speech_probabilities
from transcribe.windows import Window, pack, split_long, spread
from transcribe.words import Piece, join, monotone, trim

UNKNOWN_LANGUAGE = "und"
"""ISO 639-2 for undetermined: what an empty recording is in."""
_TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8)
_LOUD = 0.1
"""Root mean square that speech is brought to (−20 dBFS); Whisper hears quiet speech badly."""
_MAX_GAIN = 30.0
_RETRY_PAUSE = 1.0
"""Seconds; holes that are nearer are read again together."""
_BETTER = 0.3
"""Seconds of speech that a second reading must add to take the place of the first."""
_VAD = "silero_vad_v6.onnx"


class FasterWhisper:
    """A Recognizer. One instance serves one thread at a time."""

    def __init__(
        self,
        model: Path,
        *,
        device: str = "auto",
        threads: int = 2,
        beam_size: int = 5,
        batch_size: int = 4,
        language_windows: int = 4,
        seed: int = 0,
        use: ModelUse | None = None,
    ) -> None:
        """Load a model.

        Args:
            model: a folder in CTranslate2's format, its tokenizer included.
            device: auto, cpu or cuda.
            threads: on the CPU.
            batch_size: windows that are read at once.
            language_windows: windows in which the language is looked for.
            seed: of the sampling at temperatures over zero.
            use: what provenance says of the model; None works it out from the files.

        Raises:
            EngineMissing, WeightsMissing, RecognitionFailed.
        """
        for name in ("model.bin", "config.json", "tokenizer.json"):
            if not (model / name).is_file():
                raise WeightsMissing(f"The recogniser has no {name}.")
        silence_telemetry()
        try:
            import ctranslate2
            from faster_whisper import BatchedInferencePipeline, WhisperModel
            from faster_whisper.feature_extractor import FeatureExtractor
        except ImportError as error:
            raise EngineMissing(
                "faster-whisper is not installed.", hint="pip install 'anamnese[embedded]'"
            ) from error
        if device == "auto":
            device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        with _failing():
            self._model = WhisperModel(
                str(model),
                device=device,
                compute_type="float16" if device == "cuda" else "int8",
                cpu_threads=threads,
                local_files_only=True,
            )
        bands = self._model.model.n_mels
        if self._model.feature_extractor.mel_filters.shape[0] != bands:
            # Folders of large-v3 without preprocessor_config.json would be read with 80 bands.
            self._model.feature_extractor = FeatureExtractor(feature_size=bands)
        self._batched = BatchedInferencePipeline(self._model)
        self._follower: Any = None
        self._set_seed: Callable[[int], None] = ctranslate2.set_random_seed
        self._folder = model
        self._beam_size = beam_size
        self._batch_size = batch_size
        self._language_windows = language_windows
        self._seed = seed
        self._use = use

    def models(self) -> tuple[ModelUse, ...]:
        engine = f"faster-whisper {version('faster-whisper')}"
        if self._use is None:
            self._use = ModelUse(
                task="recognition",
                name=self._folder.name,
                sha256=_sha256(self._folder / "model.bin"),
                engine=engine,
            )
        from faster_whisper.utils import get_assets_path

        detector = ModelUse(
            task="voice-activity",
            name=Path(_VAD).stem,
            sha256=_sha256(Path(get_assets_path()) / _VAD),
            engine=engine,
        )
        return (self._use, detector)

    def recognize(
        self,
        samples: Samples,
        *,
        language: str | None,
        vocabulary: Sequence[str],
        progress: Progress = no_progress,
    ) -> Recognition:
        """``samples`` (n,) float32 16 kHz, memory-mapped or not; read in blocks.

        Without speech the result has no words, and the language that was given, or ``und``.

        Raises:
            UnsupportedLanguage: neither French nor English.
            RecognitionFailed.
        """
        reading = _Reading(self, samples, vocabulary, progress)
        return reading.recognition(language)

    # What _Reading needs of the model

    def count_tokens(self, text: str) -> int:
        return len(self._model.hf_tokenizer.encode(f" {text}", add_special_tokens=False).ids)

    def languages(self, samples: Samples) -> dict[str, float]:
        """Language code → probability, over at most 30 s."""
        with _failing():
            _, _, found = self._model.detect_language(audio=samples)
        return {str(code): float(probability) for code, probability in found}

    def windows_at_once(self) -> int:
        return self._batch_size

    def language_windows(self) -> int:
        return self._language_windows

    def read(self, pieces: Sequence[Samples], language: str, hotwords: str) -> list[Heard]:
        """Each of ``pieces`` (at most 30 s) by beam search, as one batch; times from its start."""
        starts = np.cumsum([0, *(len(piece) for piece in pieces)]) / SAMPLE_RATE
        clips = [
            {"start": float(starts[n]), "end": float(starts[n + 1])} for n in range(len(pieces))
        ]
        with _failing():
            # Each batch starts at zero; the time of the batch before must not shift its words.
            self._batched.last_speech_timestamp = 0.0
            found, _ = self._batched.transcribe(
                np.concatenate(pieces),
                language=language,
                clip_timestamps=clips,
                beam_size=self._beam_size,
                batch_size=len(pieces),
                word_timestamps=True,
                hotwords=hotwords or None,
            )
            segments = list(found)
        # Without timestamp tokens each window is one segment, even when it is empty.
        return [
            _heard([segment], offset=float(starts[n]), longest=clip["end"] - clip["start"])
            for n, (segment, clip) in enumerate(zip(segments, clips, strict=True))
        ]

    def follow(self, piece: Samples, language: str, hotwords: str) -> Heard:
        """One window of live speech (at most 29 s), quickly: no beam, one temperature.

        With timestamps, unlike ``read``: without them it ends early where a sentence does.
        """
        from transcribe.short_context import ShortContext

        end = len(piece) / SAMPLE_RATE
        if self._follower is None:
            self._follower = ShortContext(self._model)
        with _failing():
            self._follower.fit(end)
            found, _ = self._follower.transcribe(
                piece,
                language=language,
                clip_timestamps=[{"start": 0.0, "end": end}],
                beam_size=1,
                batch_size=1,
                without_timestamps=False,
                word_timestamps=True,
                hotwords=hotwords or None,
            )
            return _heard(list(found), offset=0.0, longest=end)

    def read_again(self, piece: Samples, language: str, hotwords: str) -> Heard:
        """One window by itself, sampling at rising temperatures while it seems wrong."""
        self._set_seed(self._seed)
        with _failing():
            found, _ = self._model.transcribe(
                piece,
                language=language,
                beam_size=self._beam_size,
                temperature=_TEMPERATURES,
                condition_on_previous_text=False,
                word_timestamps=True,
                hotwords=hotwords or None,
            )
            return _heard(list(found), offset=0.0, longest=len(piece) / SAMPLE_RATE)


class _Reading:
    """One recording on its way through the model."""

    def __init__(
        self, model: FasterWhisper, samples: Samples, wanted: Sequence[str], progress: Progress
    ) -> None:
        self._model = model
        self._samples = samples
        self._duration = len(samples) / SAMPLE_RATE
        self._progress = progress
        probabilities = speech_probabilities(samples)
        self._spans = spans_of(probabilities, self._duration)
        self._short = split_long(self._spans, probabilities)
        self._vocabulary = vocabulary.cut(wanted, model.count_tokens)
        self._hotwords = vocabulary.prompt(self._vocabulary)
        self._language = UNKNOWN_LANGUAGE
        self._words: list[Word] = []
        self._refused: list[Span] = []

    def recognition(self, wanted: str | None) -> Recognition:
        probability = 1.0
        if wanted is not None:
            self._language = language.check(wanted)
        windows = pack(self._short, self._duration)
        if windows:
            if wanted is None:
                self._language, probability = self._detect(windows)
            self._first_reading(windows)
            self._second_reading()
        elif wanted is None:
            probability = 0.0
        self._progress("recognise", self._duration, self._duration)
        words = monotone(trim(w, self._spans) for w in self._words)
        return Recognition(
            language=self._language,
            language_probability=probability,
            words=words,
            speech=self._spans,
            gaps=self._gaps(words),
        )

    def _detect(self, windows: Sequence[Window]) -> tuple[str, float]:
        chosen = spread(windows, self._model.language_windows())
        return language.decide([self._model.languages(self._cut(w)) for w in chosen])

    def _first_reading(self, windows: Sequence[Window]) -> None:
        for batch in _batches(windows, self._model.windows_at_once()):
            pieces = [self._cut(window) for window in batch]
            for window, piece, heard in zip(
                batch, pieces, self._model.read(pieces, self._language, self._hotwords), strict=True
            ):
                self._accept(window, piece, heard)
            self._progress("recognise", batch[-1].end, self._duration)

    def _accept(self, window: Window, piece: Samples, heard: Heard) -> None:
        if self._fault(window, heard):
            # The vocabulary is left out: it is what Whisper repeats when it hears nothing.
            heard = self._model.read_again(piece, self._language, "")
            if self._fault(window, heard):
                self._refused += self._within(window)
                return
        self._words += self._placed(window, heard)

    def _second_reading(self) -> None:
        """Read the speech that has no words in windows of its own, with the vocabulary and not."""
        holes = coverage.unheard(self._spans, monotone(self._words))
        holes = tuple(hole for hole in holes if not self._was_refused(hole))
        regions = self._regions(holes)
        for batch in _batches(regions, self._model.windows_at_once()):
            pieces = [self._cut(window) for window in batch]
            readings = [self._model.read(pieces, self._language, self._hotwords)]
            if self._hotwords:
                readings.append(self._model.read(pieces, self._language, ""))
            for n, window in enumerate(batch):
                self._improve(window, [reading[n] for reading in readings])

    def _regions(self, holes: Sequence[Span]) -> tuple[Window, ...]:
        touched = [
            span
            for span in self._short
            if any(span.start < hole.end and span.end > hole.start for hole in holes)
        ]
        return pack(touched, self._duration, pause=_RETRY_PAUSE)

    def _improve(self, window: Window, readings: Sequence[Heard]) -> None:
        """Take the reading that leaves the least speech without words, if it adds enough."""
        spans = self._within(window)
        before = [w for w in self._words if window.start <= (w.start + w.end) / 2 < window.end]
        least = coverage.seconds(coverage.unheard(spans, before))
        best: list[Word] | None = None
        for heard in readings:
            if self._fault(window, heard):
                continue
            words = self._placed(window, heard)
            missing = coverage.seconds(coverage.unheard(spans, words))
            if missing < least - _BETTER:
                least, best = missing, words
        if best is not None:
            self._words = [w for w in self._words if w not in before] + best

    def _fault(self, window: Window, heard: Heard) -> guards.Fault | None:
        return guards.fault(heard, self._within(window), self._vocabulary)

    def _placed(self, window: Window, heard: Heard) -> list[Word]:
        """Words at their time in the recording, without those that nobody can have said."""
        moved = [
            word.model_copy(
                update={
                    "start": to_millisecond(min(window.end, window.start + word.start)),
                    "end": to_millisecond(min(window.end, window.start + word.end)),
                }
            )
            for word in heard.words
        ]
        return [word for word in moved if not guards.outside(word, self._spans)]

    def _within(self, window: Window) -> list[Span]:
        return [
            Span(start=max(span.start, window.start), end=min(span.end, window.end))
            for span in self._spans
            if span.start < window.end and span.end > window.start
        ]

    def _was_refused(self, hole: Span) -> bool:
        return any(r.start < hole.end and r.end > hole.start for r in self._refused)

    def _gaps(self, words: Sequence[Word]) -> tuple[Gap, ...]:
        holes = coverage.unheard(self._spans, words)
        return tuple(
            Gap(
                start=to_millisecond(hole.start),
                end=to_millisecond(hole.end),
                reason=GapReason.rejected if self._was_refused(hole) else GapReason.no_words,
            )
            for hole in holes
        )

    def _cut(self, window: Window) -> Samples:
        """A copy of the window's samples, at the loudness that Whisper was trained on."""
        first, last = round(window.start * SAMPLE_RATE), round(window.end * SAMPLE_RATE)
        piece = np.array(self._samples[first:last], dtype=np.float32)
        speech = [
            piece[round((s.start - window.start) * SAMPLE_RATE) :][
                : round((s.end - s.start) * SAMPLE_RATE)
            ]
            for s in self._within(window)
        ]
        power = sum(float(np.dot(part, part)) for part in speech)
        count = sum(len(part) for part in speech)
        peak = float(np.abs(piece).max(initial=0.0))
        if power > 0 and peak > 0:
            gain = min(_LOUD / (power / count) ** 0.5, _MAX_GAIN, 1.0 / peak)
            piece *= np.float32(gain)
        return piece


def _heard(segments: Sequence[Any], *, offset: float, longest: float) -> Heard:
    """From faster-whisper's segments of one window."""
    pieces = [
        Piece(
            text=str(word.word),
            start=min(longest, max(0.0, float(word.start) - offset)),
            end=min(longest, max(0.0, float(word.end) - offset)),
            probability=float(word.probability),
        )
        for segment in segments
        for word in segment.words or ()
    ]
    tokens = [max(1, len(segment.tokens)) for segment in segments]
    total = sum(tokens) or 1
    return Heard(
        words=join(pieces),
        log_probability=sum(float(s.avg_logprob) * n for s, n in zip(segments, tokens, strict=True))
        / total,
        no_speech=max((float(segment.no_speech_prob) for segment in segments), default=0.0),
    )


def _batches(windows: Sequence[Window], size: int) -> Iterator[Sequence[Window]]:
    for start in range(0, len(windows), size):
        yield windows[start : start + size]


@contextmanager
def _failing() -> Iterator[None]:
    """CTranslate2 reports everything, from a damaged file to a full GPU, as a RuntimeError."""
    try:
        yield
    except (RuntimeError, ValueError, MemoryError) as error:
        raise RecognitionFailed(f"The recogniser failed ({type(error).__name__}).") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
