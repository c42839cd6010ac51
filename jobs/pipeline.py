"""The whole flow, on one screen.

    recording ─► decode ─► recognise + diarise ─► attribute ─► Transcript
                                                                   │
    prompts ─► draft (a language model) ─► ground ─► verify ─► Summary ─► JSON, Markdown, VTT…

Each result is a file; a file that was made from the same input, with the same settings and
options, is not made again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self, TypeVar

from pydantic import ValidationError

from consultation.engines import Diarizer, LanguageModel, Progress, Recognizer, no_progress
from consultation.errors import UnreadableFile
from consultation.export.rttm import to_rttm
from consultation.export.subtitles import to_srt, to_vtt
from consultation.export.text import summary_to_markdown, transcript_to_text
from consultation.provenance import StepClock
from consultation.settings import Settings
from consultation.summary import Summary
from consultation.transcript import Transcript
from consultation.weights import digest_of
from jobs.digests import transcript_digest
from jobs.files import temporary_folder, write
from jobs.kept_answers import KeptAnswers
from jobs.map_cache import FolderCache
from jobs.models import load_diarizer, load_recognizer
from jobs.text_transcript import parse_transcript
from prompts.library import default_template
from summarize.consultation import summarize, summary_digest
from summarize.engines.load import load_language_model
from transcribe.audio import decode
from transcribe.pipeline import TranscribeOptions, transcribe

Result = TypeVar("Result", Transcript, Summary)


class Pipeline:
    """Models are loaded once, when they are first needed, and serve every file."""

    def __init__(
        self,
        settings: Settings,
        options: TranscribeOptions,
        progress: Progress = no_progress,
        *,
        answers: Path | None = None,
    ) -> None:
        """``answers``: keep the language model's there, so that a run goes on where it broke."""
        self.settings, self.options, self.progress = settings, options, progress
        self._recognizer: Recognizer | None = None
        self._diarizer: Diarizer | None = None
        self._model: LanguageModel | None = None
        self._answers = answers

    def transcribe(self, recording: Path, out: Path) -> Transcript:
        """Writes transcript.json, .txt, .vtt, .srt and .rttm into ``out``; raises AnamneseError."""
        settings = self.digest()
        done = _read(out / "transcript.json", Transcript)
        if done is not None and _made_from(done, recording, settings):
            return done
        clock = StepClock()
        with temporary_folder() as work:
            # Decoded before any model is loaded: a bad file costs nothing.
            with clock.step("decode"):
                decoded = decode(
                    recording,
                    work,
                    max_seconds=self.settings.max_duration_hours * 3600,
                    allow_truncated=self.options.allow_truncated,
                    progress=self.progress,
                )
            transcript = transcribe(
                decoded,
                self.recognizer,
                self.diarizer,
                self.options.here(self.settings),
                clock,
                quality=self.settings.transcript_quality,
                settings_sha256=settings,
                progress=self.progress,
            )
        write(out / "transcript.txt", transcript_to_text(transcript))
        write(out / "transcript.vtt", to_vtt(transcript))
        write(out / "transcript.srt", to_srt(transcript))
        write(out / "transcript.rttm", to_rttm(transcript))
        write(out / "transcript.json", transcript.to_json())
        return transcript

    def summarize(self, transcript: Transcript, out: Path, template: str | None = None) -> Summary:
        """Writes summary.json and summary.md into ``out``; raises AnamneseError."""
        name = template or default_template(transcript.language)
        done = _read(out / "summary.json", Summary)
        if done is not None and _same(done, transcript, name, self.settings):
            return done
        summary = summarize(
            transcript, self.model, self.settings, template=name, progress=self.progress
        )
        write(out / "summary.md", summary_to_markdown(summary, transcript))
        write(out / "summary.json", summary.to_json())
        return summary

    def run(self, recording: Path, out: Path, template: str | None = None) -> Summary:
        """From a recording to a note."""
        return self.summarize(self.transcribe(recording, out), out, template)

    def digest(self) -> str:
        """sha256 of the settings, options and lexicons that change a transcript."""
        return transcript_digest(self.settings, self.options)

    @property
    def recognizer(self) -> Recognizer:
        self._recognizer = self._recognizer or load_recognizer(self.settings)
        return self._recognizer

    @property
    def diarizer(self) -> Diarizer:
        self._diarizer = self._diarizer or load_diarizer(self.settings)
        return self._diarizer

    @property
    def model(self) -> LanguageModel:
        if self._model is None:
            model = load_language_model(self.settings)
            kept = FolderCache(self._answers) if self._answers is not None else None
            self._model = model if kept is None else KeptAnswers(model, kept)
        return self._model

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._model is not None:
            self._model.close()


def read_transcript(path: Path, language: str | None = None) -> Transcript:
    """A transcript.json of ours, or a dialogue as text, WebVTT or SubRip; ``language`` is of those.

    Raises UnreadableFile, InvalidTranscript or UnsupportedLanguage.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"the transcript could not be read: {error.strerror}") from None
    return parse_transcript(content, path.suffix, language)


def _read(path: Path, kind: type[Result]) -> Result | None:
    """What an earlier run left; None if there is nothing usable."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _made_from(done: Transcript, recording: Path, settings_sha256: str) -> bool:
    same_settings = done.provenance.settings_sha256 == settings_sha256
    return (
        same_settings
        and recording.is_file()
        and (done.provenance.input_sha256 == digest_of(recording)[1])
    )


def _same(done: Summary, transcript: Transcript, template: str, settings: Settings) -> bool:
    return (
        done.template == template
        and done.transcript_sha256 == transcript.sha256()
        and done.provenance.settings_sha256 == summary_digest(settings)
        and not any(section.problem for section in done.sections)
    )
