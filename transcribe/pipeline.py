"""A decoded recording → a transcript: recognise and diarise, assign, correct, attribute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from pydantic import Field

from consultation.audio import Waveform
from consultation.engines import (
    Diarization,
    Diarizer,
    Progress,
    Recognition,
    Recognizer,
    Span,
    SpeakerCount,
    no_progress,
)
from consultation.errors import InvalidOption, NoSpeech
from consultation.provenance import Quality, StepClock, provenance
from consultation.settings import Settings
from consultation.transcript import (
    Correction,
    Gap,
    Role,
    RoleSource,
    Segment,
    Speaker,
    Transcript,
)
from consultation.wire import Record
from transcribe.assign import SpokenWord, assign, group
from transcribe.audio import Decoded, mono
from transcribe.channels import channel_turns, separate_speakers
from transcribe.correct import correct, lexicons
from transcribe.roles import attribute
from transcribe.speech import speech_spans
from transcribe.together import Diarising
from transcribe.vocabulary import Speciality, expected

Spans: TypeAlias = Sequence[Span]


class TranscribeOptions(Record):
    """What the caller knows of a recording."""

    language: str | None = None
    """ISO 639-1; None detects it."""
    vocabulary: tuple[str, ...] = ()
    """Words to expect, most important first: drugs of this patient, names, places."""
    speciality: Speciality | None = None
    """Its names are expected too, after the vocabulary; needs a language."""
    correction: bool = True
    """Correct misrecognised names of drugs and terms, and say so."""
    speakers: SpeakerCount = SpeakerCount()
    channels: Literal["auto", "mix", "separate"] = "auto"
    """Stereo: separate reads one speaker a channel; auto does so when it is evident."""
    channel_roles: tuple[Role, ...] = ()
    """Who is on the left channel, then on the right."""
    roles: dict[str, Role] = Field(default_factory=dict)
    """Roles known beforehand, by speaker id (S1 speaks first)."""
    allow_truncated: bool = False

    @property
    def hotwords(self) -> tuple[str, ...]:
        """What recognition is told to expect, most important first."""
        return expected(self.vocabulary, self.speciality, self.language)

    def here(self, settings: Settings) -> TranscribeOptions:
        """With what the settings say for every recording of this place."""
        return self.model_copy(
            update={
                "vocabulary": (*self.vocabulary, *settings.vocabulary),
                "correction": self.correction and settings.correction,
            }
        )


def transcribe(
    decoded: Decoded,
    recognizer: Recognizer,
    diarizer: Diarizer,
    options: TranscribeOptions,
    clock: StepClock,
    *,
    quality: Quality,
    settings_sha256: str,
    progress: Progress = no_progress,
) -> Transcript:
    """Transcribe one decoded recording; ``clock`` holds the steps so far and takes ours.

    Raises NoSpeech when nobody speaks, InvalidOption, UnsupportedLanguage, EngineError.
    """
    recording = decoded.recording
    clock.audio_lasts(recording.duration)
    channels = _channels(decoded, options)
    if channels is None:
        samples = mono(decoded)
        # Loaded one after the other, before both work.
        models = (*recognizer.models(), *diarizer.models())
        with Diarising(diarizer, samples, options.speakers, progress) as speaking:
            with clock.step("recognise"):
                heard = recognizer.recognize(
                    samples,
                    language=options.language,
                    vocabulary=options.hotwords,
                    progress=progress,
                )
            _require_speech(heard)
            # What is left of it: times of steps add up to the time of the whole.
            with clock.step("diarise"):
                who = speaking.result()
        segments = assign(heard.words, who.exclusive)
        known: dict[str, Role] = {}
    else:
        with clock.step("recognise"):
            heard, segments, who, known = _by_channel(
                decoded.waveform, channels, recognizer, options, progress
            )
        _require_speech(heard)
        models = recognizer.models()

    corrections: tuple[Correction, ...] = ()
    if options.correction:
        with clock.step("correct"):
            segments, corrections = correct(segments, heard.language, options.vocabulary)

    with clock.step("attribute"):
        speakers = _speakers(segments, who, heard.language, known, options.roles)
    return Transcript(
        language=heard.language,
        language_probability=heard.language_probability,
        recording=recording,
        speakers=speakers,
        turns=who.turns,
        segments=segments,
        gaps=heard.gaps,
        corrections=corrections,
        provenance=provenance(
            language=heard.language,
            quality=quality,
            settings_sha256=settings_sha256,
            input_sha256=recording.sha256,
            models=models,
            lexicons=lexicons() if options.correction else {},
            steps=tuple(clock.steps),
        ),
    )


def _require_speech(heard: Recognition) -> None:
    if not heard.words and not heard.gaps:
        raise NoSpeech("no speech was found in the recording")


def _channels(decoded: Decoded, options: TranscribeOptions) -> tuple[Spans, Spans] | None:
    """Speech of each channel, when each carries one speaker; None to diarise the mix."""
    stereo = decoded.waveform.shape[0] == 2
    if options.channels == "separate" and not stereo:
        raise InvalidOption(
            "separate channels were asked for and the recording has one",
            hint="Leave --channels at auto.",
        )
    if not stereo or options.channels == "mix":
        return None
    left, right = (speech_spans(channel) for channel in decoded.waveform)
    if options.channels == "auto":
        decision = separate_speakers(decoded.waveform, (left, right))
        if not decision.separate:
            return None
    return left, right


def _by_channel(
    waveform: Waveform,
    speech: tuple[Spans, Spans],
    recognizer: Recognizer,
    options: TranscribeOptions,
    progress: Progress,
) -> tuple[Recognition, tuple[Segment, ...], Diarization, dict[str, Role]]:
    """One speaker a channel: recognise each by itself; the channel says who speaks."""
    first_word = [spans[0].start if spans else float("inf") for spans in speech]
    names = ("S1", "S2") if first_word[0] <= first_word[1] else ("S2", "S1")
    # The channel with more speech decides the language of both.
    order = sorted((0, 1), key=lambda c: -sum(span.end - span.start for span in speech[c]))
    heard: dict[int, Recognition] = {}
    language = options.language
    for channel in order:
        if not speech[channel]:
            continue
        heard[channel] = recognizer.recognize(
            np.ascontiguousarray(waveform[channel]),
            language=language,
            vocabulary=options.hotwords,
            progress=progress,
        )
        language = language or heard[channel].language
    if not heard:
        raise NoSpeech("no speech was found in the recording")
    main = heard[order[0]] if order[0] in heard else next(iter(heard.values()))
    spoken = [SpokenWord(names[c], word) for c, h in heard.items() for word in h.words]
    spoken.sort(key=lambda item: (item.word.start, item.word.end))
    merged = Recognition(
        language=main.language,
        language_probability=main.language_probability,
        words=tuple(item.word for item in spoken),
        speech=tuple(sorted((s for h in heard.values() for s in h.speech), key=_start)),
        gaps=tuple(sorted((g for h in heard.values() for g in h.gaps), key=_start)),
    )
    roles = {names[c]: role for c, role in enumerate(options.channel_roles[:2])}
    return merged, group(spoken), channel_turns(speech), roles


def _start(item: Span | Gap) -> float:
    return item.start


def _speakers(
    segments: Sequence[Segment],
    who: Diarization,
    language: str,
    by_channel: dict[str, Role],
    hints: dict[str, Role],
) -> tuple[Speaker, ...]:
    """Everyone who has words, with a role; then everyone who was only heard."""
    known = {s: (role, RoleSource.channel) for s, role in by_channel.items()}
    known |= {s: (role, RoleSource.hint) for s, role in hints.items()}
    speakers = attribute(segments, language, known=known)
    silent = {turn.speaker for turn in who.turns} - {speaker.id for speaker in speakers}
    return (*speakers, *(Speaker(id=name) for name in sorted(silent)))
