"""Who speaks when, by pyannote.audio: the embedded profile's pipeline, and community-1."""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from consultation.audio import SAMPLE_RATE, Samples
from consultation.engines import Diarization, Progress, SpeakerCount, no_progress
from consultation.errors import (
    DiarizationFailed,
    EngineMissing,
    InvalidOption,
    WeightsCorrupt,
    WeightsMissing,
)
from consultation.provenance import ModelUse
from consultation.transcript import Turn
from consultation.wire import to_millisecond

MAXIMUM_SPEAKERS = 6
"""Where the caller gives no bound: a clinician, a patient, and who may be with them."""
SHORTEST_TURN = 0.06
"""Seconds; a shorter turn is an artefact of the frames."""
_SHORTEST_RECORDING = 0.1
_STEPS = {"segmentation": (0.0, 0.4), "embeddings": (0.4, 0.95)}
"""pyannote.audio's steps → where they are in the whole."""


class PipelineDiarizer:
    """A pyannote.audio pipeline behind ``consultation.engines.Diarizer``; one call at a time."""

    def __init__(self, pipeline: Any, models: tuple[ModelUse, ...], threads: int) -> None:
        self._pipeline = pipeline
        self._models = models
        self._threads = threads
        self._lock = threading.Lock()

    def models(self) -> tuple[ModelUse, ...]:
        return self._models

    def diarize(
        self, samples: Samples, *, speakers: SpeakerCount, progress: Progress = no_progress
    ) -> Diarization:
        """``samples`` (n,) float32 16 kHz. No speech: no turns.

        Raises InvalidOption for a count that cannot be meant, DiarizationFailed.
        """
        bounds = speaker_bounds(speakers)
        duration = len(samples) / SAMPLE_RATE
        if duration < _SHORTEST_RECORDING:
            return Diarization(turns=(), exclusive=())
        import torch

        progress("diarise", 0.0, 1.0)
        with self._lock, torch_threads(self._threads), _expected_warnings():
            # A copy: the samples may be a read-only memory map, and torch wants to own them.
            waveform = torch.from_numpy(np.array(samples, dtype=np.float32))[None]
            try:
                output = self._pipeline(
                    {"waveform": waveform, "sample_rate": SAMPLE_RATE, "uri": "recording"},
                    hook=_Hook(progress),
                    **bounds,
                )
            except (RuntimeError, ValueError, IndexError, MemoryError) as error:
                raise DiarizationFailed(
                    f"pyannote.audio could not diarise {duration:.1f} s: {type(error).__name__}"
                ) from error
        progress("diarise", 1.0, 1.0)
        return to_diarization(
            tracks(output.speaker_diarization),
            tracks(output.exclusive_speaker_diarization),
            duration,
        )


class PyannoteDiarizer(PipelineDiarizer):
    """segmentation-3.0 and CAM++ in pyannote.audio's pipeline: the embedded profile."""

    def __init__(
        self,
        segmentation: Path,
        embedding: Path,
        *,
        threads: int = 1,
        device: str = "cpu",
        step: float = 0.1,
        window: float = 1.5,
        hop: float = 0.5,
        vote: float = 2.0,
        sharpness: float = 12.0,
        same_voice: float = 0.68,
        minimum_off: float = 0.0,
        batch_size: int = 8,
    ) -> None:
        """Load the two files: ``pytorch_model.bin`` and ``campplus_cn_en_common.pt``.

        ``step``: between segmentation windows, as a share of their 10 s. ``window``, ``hop``: of
        the windows in which voices are compared, in seconds. ``vote``: of such a window against
        the segmentation's one; above 1 a sure window overrules it. ``sharpness``: of a window's
        vote between two voices, per unit of cosine. ``same_voice``: see transcribe.clustering.
        ``minimum_off``: shorter pauses of one speaker are bridged, in seconds.
        Raises EngineMissing, WeightsMissing, WeightsCorrupt.
        """
        _require(segmentation, embedding)
        with torch_threads(threads):
            version = load_libraries()
            from transcribe.campplus import CAMPPlusEmbedding
            from transcribe.dense import DenseSpeakerDiarization

            with _readable():
                pipeline = DenseSpeakerDiarization(
                    _segmentation(segmentation),
                    CAMPPlusEmbedding(embedding),
                    step=step,
                    window=window,
                    hop=hop,
                    vote=vote,
                    sharpness=sharpness,
                    same_voice=same_voice,
                    minimum_off=minimum_off,
                    batch_size=batch_size,
                )
            _move(pipeline, device)
        models = (
            _model("segmentation", "pyannote/segmentation-3.0", segmentation, version),
            _model("speaker-embedding", "CAM++ cn-en-common", embedding, version),
        )
        super().__init__(pipeline, models, threads)


class Community1Diarizer(PipelineDiarizer):
    """``pyannote/speaker-diarization-community-1`` from a local folder: the gpu profile."""

    def __init__(self, folder: Path, *, threads: int = 1, device: str = "cuda") -> None:
        """``folder``: a copy of the published repository; nothing is fetched.

        Raises EngineMissing, WeightsMissing, WeightsCorrupt.
        """
        names = {
            "segmentation": "segmentation/pytorch_model.bin",
            "speaker-embedding": "embedding/pytorch_model.bin",
            "plda": "plda/plda.npz",
        }
        files = {task: folder / name for task, name in names.items()}
        _require(folder / "config.yaml", *files.values())
        with torch_threads(threads):
            version = load_libraries()
            from pyannote.audio import Pipeline

            with _readable():
                pipeline = Pipeline.from_pretrained(folder)
            _move(pipeline, device)
        models = tuple(
            _model(task, "pyannote/speaker-diarization-community-1", file, version)
            for task, file in files.items()
        )
        super().__init__(pipeline, models, threads)


def speaker_bounds(speakers: SpeakerCount) -> dict[str, int]:
    """What pyannote.audio is told. Raises InvalidOption when the counts contradict each other."""
    if speakers.exact is not None:
        low, high = speakers.minimum or 1, speakers.maximum or speakers.exact
        if not low <= speakers.exact <= high:
            raise InvalidOption("the exact number of speakers is outside its own bounds")
        return {"num_speakers": speakers.exact}
    low = speakers.minimum or 1
    high = speakers.maximum or max(low, MAXIMUM_SPEAKERS)
    if low > high:
        raise InvalidOption("the minimum number of speakers is above the maximum")
    return {"min_speakers": low, "max_speakers": high}


Track = tuple[str, float, float]
"""Label, start, end."""


def tracks(annotation: Any) -> list[Track]:
    """The tracks of a pyannote.core Annotation."""
    return [
        (str(label), float(segment.start), float(segment.end))
        for segment, _, label in annotation.itertracks(yield_label=True)
    ]


def to_diarization(
    overlapping: Iterable[Track], exclusive: Iterable[Track], duration: float
) -> Diarization:
    """Speakers become S1, S2… in order of first speech; times are cut to the recording.

    Windows are padded to 10 s, so the pipeline may see speech after the end.
    """
    kept = [_within(part, duration) for part in (overlapping, exclusive)]
    names: dict[str, str] = {}
    for label, _, _ in [*kept[0], *kept[1]]:
        names.setdefault(label, f"S{len(names) + 1}")
    turns, alone = (
        tuple(Turn(speaker=names[label], start=start, end=end) for label, start, end in part)
        for part in kept
    )
    return Diarization(turns=turns, exclusive=alone)


def _within(part: Iterable[Track], duration: float) -> list[Track]:
    cut = [
        (label, to_millisecond(start), to_millisecond(min(end, duration)))
        for label, start, end in part
    ]
    return sorted(
        (track for track in cut if track[2] - track[1] >= SHORTEST_TURN),
        key=lambda track: (track[1], track[2], track[0]),
    )


class _Hook:
    """pyannote.audio's hook → one Progress from 0 to 1."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __call__(
        self,
        step: str,
        _artifact: Any,
        *,
        file: Any = None,  # noqa: ARG002  # pyannote.audio passes it
        total: int | None = None,
        completed: int | None = None,
    ) -> None:
        if step in _STEPS and total:
            low, high = _STEPS[step]
            share = min(1.0, (completed or 0) / total)
            self._progress("diarise", low + (high - low) * share, 1.0)


def load_libraries() -> str:
    """Import torch and pyannote.audio, mute and offline; returns ``pyannote.audio <version>``.

    Raises EngineMissing.
    """
    # Read at each event and, when unset, set to "true" at import: consultations report nothing.
    os.environ["PYANNOTE_METRICS_ENABLED"] = "false"
    # oneDNN keeps 1024 compiled convolutions, one for each length of speech that it meets: hundreds
    # of megabytes, and no time won. Read when torch first uses it.
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "32")
    try:
        import torch

        if torch.version.cuda is None:
            _spare_torchaudio_its_extension()
        with warnings.catch_warnings():
            # Audio is given in memory; torchcodec would only be needed to read files.
            warnings.filterwarnings("ignore", r"\s*torchcodec is not installed", UserWarning)
            import pyannote.audio
    except (ImportError, OSError) as error:
        # OSError: a compiled library that was built for another torch.
        raise EngineMissing(
            "diarisation needs torch and pyannote.audio",
            hint="pip install 'anamnese[embedded]'",
        ) from error
    return f"pyannote.audio {pyannote.audio.__version__}"


def _spare_torchaudio_its_extension() -> None:
    """torchaudio's compiled part wants CUDA's libraries beside torch; its Python part does not.

    Only resampling and the Kaldi filter bank are used here: both are Python.
    """
    name = "torchaudio._extension"
    if "torchaudio" in sys.modules or name in sys.modules:
        return
    stub = types.ModuleType(name)
    vars(stub).update(
        _IS_TORCHAUDIO_EXT_AVAILABLE=False, fail_if_no_align=lambda function: function
    )
    sys.modules[name] = stub


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """torch's threads within the block; as before after it. Raises EngineMissing."""
    try:
        import torch
    except ImportError as error:
        raise EngineMissing(
            "diarisation needs torch and pyannote.audio",
            hint="pip install 'anamnese[embedded]'",
        ) from error
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _expected_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        # Fewer voices than were asked for: said of short recordings, and the turns say it too.
        warnings.filterwarnings("ignore", r"\s*The detected number of speakers", UserWarning)
        yield


@contextmanager
def _readable() -> Iterator[None]:
    """What the readers of weight files raise becomes WeightsCorrupt."""
    try:
        yield
    except (RuntimeError, pickle.UnpicklingError, EOFError, KeyError, ValueError) as error:
        raise WeightsCorrupt(
            f"a diarisation model cannot be read: {type(error).__name__}"
        ) from error


def _segmentation(file: Path) -> Any:
    """The segmentation network, from a checkpoint that is read as data: nothing in it is run."""
    import torch
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.segmentation import PyanNet
    from torch.torch_version import TorchVersion

    allowed: list[Callable[..., Any]] = [Problem, Resolution, Specifications, TorchVersion]
    with torch.serialization.safe_globals(allowed):
        checkpoint = torch.load(file, map_location="cpu", weights_only=True)
    network = PyanNet(**checkpoint["hyper_parameters"])
    network.specifications = checkpoint["pyannote.audio"]["specifications"]
    network.build()
    network.load_state_dict(checkpoint["state_dict"], strict=True)
    return network.eval()


def _move(pipeline: Any, device: str) -> None:
    import torch

    pipeline.to(torch.device(device))


def _require(*files: Path) -> None:
    for file in files:
        if not file.is_file():
            raise WeightsMissing(f"a diarisation model is not there: {file.name}")


def _model(task: str, name: str, file: Path, engine: str) -> ModelUse:
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return ModelUse(task=task, name=name, sha256=digest, engine=engine)
