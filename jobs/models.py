"""The speech models that the settings ask for."""

from __future__ import annotations

from importlib.metadata import version

from consultation.engines import Diarizer, Recognizer
from consultation.settings import Settings
from consultation.weights import locate, model_use


def load_recognizer(settings: Settings) -> Recognizer:
    """Raises EngineMissing or WeightsError."""
    from transcribe.whisper import FasterWhisper

    return FasterWhisper(
        locate(settings.recognizer, settings),
        device=settings.device,
        threads=settings.threads,
        beam_size=settings.beam_size,
        batch_size=settings.batch_size,
        language_windows=settings.language_detection_windows,
        seed=settings.seed,
        use=model_use(settings.recognizer, f"faster-whisper {version('faster-whisper')}"),
    )


def load_diarizer(settings: Settings) -> Diarizer:
    """Raises EngineMissing or WeightsError."""

    from transcribe.diarize import Community1Diarizer, PyannoteDiarizer

    if settings.profile == "gpu":
        return Community1Diarizer(
            locate("speaker-diarization-community-1", settings),
            threads=settings.diarization_threads,
            device="cpu" if settings.device == "cpu" else "cuda",
        )
    return PyannoteDiarizer(
        locate("pyannote-segmentation-3.0", settings) / "pytorch_model.bin",
        locate("campplus", settings) / "campplus_cn_en_common.pt",
        threads=settings.diarization_threads,
        device="cuda" if settings.device == "cuda" else "cpu",
    )
