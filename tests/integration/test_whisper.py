"""The recogniser with its real weights."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from consultation.audio import SAMPLE_RATE, Samples
from consultation.engines import Recognition
from consultation.errors import RecognitionFailed, UnsupportedLanguage, WeightsMissing
from consultation.transcript import GapReason
from evaluation.sounds import SOUNDS
from transcribe.audio import decode
from transcribe.guards import plain
from transcribe.speech import spoken
from transcribe.whisper import UNKNOWN_LANGUAGE, FasterWhisper

pytestmark = pytest.mark.slow

DRUGS = {
    "fr": ("amlodipine", "lévothyroxine", "doliprane", "amoxicilline", "sumatriptan"),
    "en": ("lisinopril", "metformin", "ibuprofen", "penicillin", "doxycycline", "paracetamol"),
}
NOT_SAID = {
    "fr": ("bisoprolol", "apixaban", "warfarine", "ramipril", "salbutamol", "prednisone"),
    "en": ("bisoprolol", "apixaban", "warfarin", "ramipril", "salbutamol", "prednisone"),
}


@pytest.fixture(scope="module")
def whisper(weights: Callable[[str], Path]) -> FasterWhisper:
    return FasterWhisper(weights("whisper-base"))


@pytest.fixture(scope="module")
def recordings(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Samples]:
    return {
        language: decode(
            samples / f"consult_{language}.flac",
            tmp_path_factory.mktemp(language),
            max_seconds=600,
        ).waveform[0]
        for language in DRUGS
    }


@pytest.fixture(scope="module")
def heard(whisper: FasterWhisper, recordings: dict[str, Samples]) -> dict[str, Recognition]:
    return {
        language: whisper.recognize(
            recording, language=None, vocabulary=(*NOT_SAID[language], *DRUGS[language])
        )
        for language, recording in recordings.items()
    }


def words(text: str) -> list[str]:
    """Without speakers' labels and numbers, which may be spelled or not."""
    text = re.sub(r"^[A-Z]: ", "", text, flags=re.MULTILINE)
    return [w for part in re.split(r"[\s'’-]+", text) if (w := plain(part)) and w.isalpha()]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_consultation(heard: dict[str, Recognition], samples: Path, language: str) -> None:
    result = heard[language]
    assert result.language == language
    assert result.language_probability > 0.9
    reference = words((samples / f"consult_{language}.txt").read_text())
    said = {w for word in result.words for w in words(word.text)}
    found = sum(word in said for word in reference) / len(reference)
    assert found > (0.85 if language == "fr" else 0.9)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_drugs_are_heard_and_none_is_put_in(heard: dict[str, Recognition], language: str) -> None:
    text = " ".join(word.text for word in heard[language].words).casefold()
    assert sum(drug in text for drug in DRUGS[language]) >= len(DRUGS[language]) - 1
    assert not [drug for drug in NOT_SAID[language] if drug in text]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_speech_is_lost(heard: dict[str, Recognition], samples: Path, language: str) -> None:
    """Every reference turn has words at its time, or a gap that says so."""
    result = heard[language]
    for line in (samples / f"consult_{language}.rttm").read_text().splitlines():
        fields = line.split()
        start, end = float(fields[3]), float(fields[3]) + float(fields[4])
        covered = [w for w in result.words if start < (w.start + w.end) / 2 < end]
        told = [gap for gap in result.gaps if gap.start < end and gap.end > start]
        assert covered or told, f"nothing at {start:.1f}"
    assert sum(gap.end - gap.start for gap in result.gaps) < 4


@pytest.mark.parametrize("language", ["fr", "en"])
def test_times(heard: dict[str, Recognition], language: str) -> None:
    result = heard[language]
    for word in result.words:
        assert word.start <= word.end
        assert word.text == word.text.strip()
        assert " " not in word.text
    for one, two in pairwise(result.words):
        assert one.end <= two.start
    inside = sum(spoken(result.speech, w.start - 0.2, w.end + 0.2) > 0 for w in result.words)
    assert inside > 0.98 * len(result.words)


@pytest.mark.parametrize("name", SOUNDS)
def test_where_nobody_speaks_there_are_no_words(whisper: FasterWhisper, name: str) -> None:
    result = whisper.recognize(SOUNDS[name](60), language=None, vocabulary=DRUGS["fr"])
    assert result.words == ()
    assert result.gaps == ()
    assert result.language == UNKNOWN_LANGUAGE


def test_music_before_and_after_speech_adds_nothing(
    whisper: FasterWhisper, recordings: dict[str, Samples]
) -> None:
    speech = recordings["fr"][: 11 * SAMPLE_RATE]
    music = SOUNDS["hold music"](20)
    result = whisper.recognize(
        np.concatenate([music, speech, SOUNDS["nothing"](20), music]),
        language="fr",
        vocabulary=DRUGS["fr"],
    )
    assert result.words[0].start >= 20
    assert result.words[-1].end <= 31.5
    assert not any(drug in word.text.casefold() for word in result.words for drug in DRUGS["fr"])


def test_quiet_speech_is_heard(whisper: FasterWhisper, recordings: dict[str, Samples]) -> None:
    speech = recordings["en"][: 11 * SAMPLE_RATE]
    quiet = whisper.recognize(speech * np.float32(0.01), language="en", vocabulary=())
    assert {"morning", "cough", "better"} <= {plain(word.text) for word in quiet.words}


def test_an_instance_gives_the_same_words_again(
    whisper: FasterWhisper, recordings: dict[str, Samples]
) -> None:
    first, second = (
        whisper.recognize(recordings["en"][: 40 * SAMPLE_RATE], language="en", vocabulary=())
        for _ in range(2)
    )
    assert first == second


def test_progress_is_in_seconds_of_audio(
    whisper: FasterWhisper, recordings: dict[str, Samples]
) -> None:
    reports: list[tuple[str, float, float]] = []
    whisper.recognize(
        recordings["en"][: 40 * SAMPLE_RATE],
        language="en",
        vocabulary=(),
        progress=lambda *report: reports.append(report),
    )
    assert [step for step, _, _ in reports] == ["recognise"] * len(reports)
    assert [done for _, done, _ in reports] == sorted(done for _, done, _ in reports)
    assert reports[-1][1:] == (40, 40)


def test_speech_that_gives_no_words_is_a_gap(
    whisper: FasterWhisper, recordings: dict[str, Samples], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guards are made to refuse everything: nothing may vanish without a trace."""
    monkeypatch.setattr("transcribe.guards.LOG_PROBABILITY", 0.0)
    result = whisper.recognize(recordings["en"][: 11 * SAMPLE_RATE], language="en", vocabulary=())
    assert result.words == ()
    assert {gap.reason for gap in result.gaps} == {GapReason.rejected}
    speech = sum(span.end - span.start for span in result.speech)
    told = sum(spoken(result.speech, gap.start, gap.end) for gap in result.gaps)
    assert told > 0.9 * speech


def test_a_language_that_is_not_ours(
    whisper: FasterWhisper, recordings: dict[str, Samples]
) -> None:
    with pytest.raises(UnsupportedLanguage):
        whisper.recognize(recordings["en"], language="de", vocabulary=())


def test_models_have_their_hashes(whisper: FasterWhisper) -> None:
    recognition, detector = whisper.models()
    assert recognition.task == "recognition"
    assert recognition.sha256 is not None
    assert recognition.sha256.startswith("d01c3014")
    assert detector.task == "voice-activity"


def test_weights_missing_or_damaged(weights: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing):
        FasterWhisper(tmp_path)
    for file in weights("whisper-base").iterdir():
        if file.name == "model.bin":
            (tmp_path / file.name).write_bytes(file.read_bytes()[:100_000])
        else:
            (tmp_path / file.name).symlink_to(file)
    with pytest.raises(RecognitionFailed):
        FasterWhisper(tmp_path)
